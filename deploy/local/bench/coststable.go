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

// The most that a label may cost.
const (
	writesALabel  = 12.0
	readsALabel   = 25.0
	actionsALabel = 8.0
)

// costs shows what a label costs.
func (f flags) costs(ctx context.Context, dir string, out io.Writer) error {
	if f.Sold == 0 {
		return nil
	}
	c := costs{Past: past{Closed: f.Closed, Open: f.Open}, PerDay: f.PerDay, Orders: f.Sold, ARun: f.ARun, Speed: f.CostSpeed}
	figures, err := c.measure(ctx, filepath.Join(dir, "costs"))
	if err != nil {
		return err
	}
	title := fmt.Sprintf("%d of %d orders a day, beside %d open and %d closed ones, a run each %d orders, the hub %g times as fast",
		c.Orders, c.PerDay, c.Past.Open, c.Past.Closed, c.ARun, c.Speed)
	return table(out, title, figures.rows())
}

func (f costFigures) rows() [][2]string {
	rows := [][2]string{
		{"labels, notifications", fmt.Sprintf("%d, %d", f.Labels, f.Notifications)},
		{"took, of the hub's time", fmt.Sprintf("%v, %v", f.Took.Round(time.Second), f.HubTook.Round(time.Minute))},
		{"looks, polls (taken for 96 and 288 a day)", fmt.Sprintf("%d, %d", f.Looks, f.Polls)},
		{"a label: writes and lists, reads, actions", fmt.Sprintf("%.1f, %.1f, %.1f (at most %g, %g, %g)", f.writes(), f.reads(), f.actions(), writesALabel, readsALabel, actionsALabel)},
		{"a look: writes and lists, reads", fmt.Sprintf("%.0f, %.0f", f.each("LookOver", f.Looks, isWrite), f.each("LookOver", f.Looks, tally.IsRead))},
		{"a poll: writes and lists, reads", fmt.Sprintf("%.0f, %.0f", f.each("PollSales", f.Polls, isWrite), f.each("PollSales", f.Polls, tally.IsRead))},
	}
	for _, asker := range f.byCost(f.Requests) {
		rows = append(rows, [2]string{"  " + asker, fmt.Sprintf("%.2f + %.2f  %s", f.ofAsker(f.Requests, asker, isWrite), f.ofAsker(f.Requests, asker, tally.IsRead), f.parts(f.Requests, asker))})
	}
	for _, asker := range f.byCost(f.Actions) {
		rows = append(rows, [2]string{"  " + asker, fmt.Sprintf("%.2f  %s", f.ofAsker(f.Actions, asker, anything), f.parts(f.Actions, asker))})
	}
	return rows
}

func isWrite(operation string) bool { return !tally.IsRead(operation) }

func (f costFigures) each(asker string, times int, fits func(string) bool) float64 {
	return float64(f.Requests.Sum(func(who, what string) bool { return who == asker && fits(what) })) / float64(times)
}

// byCost are those who asked, the dearest first.
func (f costFigures) byCost(counts tally.Counts) []string {
	return slices.SortedFunc(slices.Values(lo.Keys(counts)), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.ofAsker(counts, b, anything), f.ofAsker(counts, a, anything)), cmp.Compare(a, b))
	})
}

// parts are what one asked for, for each label, the most often first.
func (f costFigures) parts(counts tally.Counts, asker string) string {
	each := func(what string) float64 {
		return f.ofAsker(counts, asker, func(other string) bool { return other == what })
	}
	all := slices.SortedFunc(slices.Values(lo.Keys(counts[asker])), func(a, b string) int { return cmp.Or(cmp.Compare(each(b), each(a)), cmp.Compare(a, b)) })
	return strings.Join(lo.Map(all, func(what string, _ int) string { return fmt.Sprintf("%s %.2f", what, each(what)) }), ", ")
}
