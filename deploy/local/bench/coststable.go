package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/deploy/local/bench/tally"
)

// costs shows what a label costs.
func (f flags) costs(ctx context.Context, dir string, out io.Writer) error {
	if f.Runs == 0 {
		return nil
	}
	c := costs{
		Past: past{Closed: f.Closed, Open: f.Open}, Whole: f.Closed <= f.Whole, PerDay: f.PerDay, Lone: f.Lone, Apart: 3 * time.Second, Runs: f.Runs, ARun: f.ARun, Speed: f.CostSpeed, OwnProcess: true,
	}
	figures, err := c.measure(ctx, filepath.Join(dir, "costs"))
	if err != nil {
		return err
	}
	title := fmt.Sprintf("What a label costs a merchant of %d orders a day, beside %d open and %d closed ones: %d sold one by one, %d runs of %d, the hub %g times as fast",
		c.PerDay, c.Past.Open, c.Past.Closed, c.Lone, c.Runs, c.ARun, c.Speed)
	return table(out, title, figures.rows())
}

func (f costFigures) rows() [][2]string {
	both := f.Lone.And(f.Run)
	rows := [][2]string{
		{"orders one by one, labels of runs", fmt.Sprintf("%d, %d", f.Sold, f.Labels)},
		{"the store was filled in, then it took, of the hub's time", fmt.Sprintf("%v, %v, %v", f.Filled.Round(time.Second), f.Took.Round(time.Second), f.HubTook.Round(time.Minute))},
		{"looks, polls (taken for 96 and 288 a day)", fmt.Sprintf("%d, %d", times(both, lookStep), times(both, pollStep))},
		{"a label: writes and lists, reads, actions", fmt.Sprintf("%.1f, %.1f, %.1f (at most %g, %g, %g)", f.writes(), f.reads(), f.actions(), writesALabel, readsALabel, actionsALabel)},
		{"actions with the heartbeats of the hub's own pace", fmt.Sprintf("%.1f (%.2f of them; %.2f were counted)", f.actionsAtPace(), f.beats(), f.actions()-f.perLabel(actions, isNoBeat))},
		{"a look while nothing happens: writes and lists, reads", fmt.Sprintf("%.0f, %.0f", f.each(lookStep, isWrite), f.each(lookStep, tally.IsRead))},
		{"the look through all orders: writes and lists, reads", fmt.Sprintf("%d, %d", f.whole(isWrite), f.whole(tally.IsRead))},
		{"a poll while nothing happens: writes and lists, reads", fmt.Sprintf("%.0f, %.0f", f.each(pollStep, isWrite), f.each(pollStep, tally.IsRead))},
	}
	if f.Megabytes[1] > 0 {
		rows = append(rows, [2]string{"the most memory of the worker's process: the intake alone, with the runs", fmt.Sprintf("%.0f MB (at most %g), %.0f MB", f.Megabytes[0], workerMegabytes, f.Megabytes[1])})
	}
	for _, asker := range f.askers(requests) {
		cost := fmt.Sprintf("%.2f + %.2f", f.ofAsker(requests, asker, isWrite), f.ofAsker(requests, asker, tally.IsRead))
		rows = append(rows, [2]string{"  store, " + asker + ": writes and lists + reads", cost + "  " + f.parts(requests, asker)})
	}
	for _, asker := range f.askers(actions) {
		rows = append(rows, [2]string{"  Temporal, " + asker, fmt.Sprintf("%.2f  %s", f.ofAsker(actions, asker, anything), f.parts(actions, asker))})
	}
	return rows
}

// parts are what one asked for, for each label, the most often first.
func (f costFigures) parts(of kind, asker string) string {
	each := func(what string) float64 { return f.ofPart(of, asker, what) }
	all := slices.SortedFunc(slices.Values(lo.Keys(of(f.Lone.And(f.Run))[asker])), func(a, b string) int {
		return cmp.Or(cmp.Compare(each(b), each(a)), cmp.Compare(a, b))
	})
	return strings.Join(lo.Map(all, func(what string, _ int) string { return fmt.Sprintf("%s %.2f", what, each(what)) }), ", ")
}
