package run

import (
	"context"
	"math"
	"strconv"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
)

// How many orders without a label, and how many kinds of changes, are listed.
const (
	maxShownOrders  = 200
	maxShownChanges = 100
)

// showManifest says in which order the pile lies, which orders have no label
// and why, and what was changed on labels.
func (d desk) showManifest(ctx context.Context, store Store, result books.Result) error {
	if result.Manifest.JSON == "" {
		return nil
	}
	manifest, err := readManifest(ctx, store, result)
	if err != nil {
		d.say("the manifest cannot be read, so the reasons are not shown: %s", plainLines(err.Error()))
		return nil
	}
	if manifest.Sort != "" {
		d.print("\norder of the pile: %s", plain(manifest.Sort))
	}
	if err := d.showMissing(manifest, result); err != nil {
		return err
	}
	return d.showChanges(manifest, result)
}

// showMissing lists the orders without a label, with the reason of each.
func (d desk) showMissing(manifest books.Manifest, result books.Result) error {
	missing := lo.Filter(manifest.Rows, func(r books.Row, _ int) bool { return r.Outcome != books.Labelled })
	rows := lo.Map(missing, func(r books.Row, _ int) []string {
		reason := orDefault(r.Reason, books.WordsOf(r.Outcome, books.English).Meaning)
		return []string{plain(orderName(r)), plain(r.Channel), string(r.Outcome), plain(reason)}
	})
	return d.list([]string{"order without a label here", "channel", "outcome", "reason"}, rows, maxShownOrders, result)
}

// showChanges lists what was changed on labels, the most frequent first.
func (d desk) showChanges(manifest books.Manifest, result books.Result) error {
	changes := manifest.Changes(math.MaxInt)
	rows := lo.Map(changes, func(c books.ChangeCount, _ int) []string {
		return []string{plain(c.Change), strconv.Itoa(c.Count), plain(c.Example)}
	})
	return d.list([]string{"changed on labels", "labels", "such as order"}, rows, maxShownChanges, result)
}

// list prints a table, and where the rows stand that are too many for it.
func (d desk) list(header []string, rows [][]string, most int, result books.Result) error {
	if len(rows) == 0 {
		return nil
	}
	d.print("")
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	writeCells(out, header...)
	for _, row := range rows[:min(len(rows), most)] {
		writeCells(out, row...)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if hidden := len(rows) - most; hidden > 0 {
		d.print("… and %d more: they stand in %s", hidden, result.Manifest.CSV)
	}
	return nil
}
