package run

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"text/tabwriter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/page"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/wording"
)

// How many orders without a label, and how many kinds of changes, are listed.
const (
	maxShownOrders  = 200
	maxShownChanges = 100
)

// readManifest reads the manifest of a run with what was printed; nil when there is none to show, or none
// that can be read, which is said.
func (d desk) readManifest(ctx context.Context, store client.Store, result contract.RunResult) (manifest *contract.Manifest, prints *contract.PrintCounts) {
	if result.Manifest.JSON == "" {
		return nil, nil
	}
	read, err := client.ReadManifest(ctx, store, result)
	if err != nil {
		d.say("the manifest cannot be read, so the reasons are not shown: %s", terminal.PlainLines(err.Error()))
		return nil, nil
	}
	if err := client.AddPrints(ctx, store, result.Merchant, read); err != nil {
		d.say("what was printed cannot be read: %s", terminal.PlainLines(err.Error()))
		return &read, nil
	}
	return &read, lo.ToPtr(read.PrintCounts())
}

// showManifest says in which order the pile lies, which orders have no label
// and why, and what was changed on labels.
func (d desk) showManifest(manifest contract.Manifest, result contract.RunResult) error {
	if manifest.Sort != "" {
		d.print("\norder of the pile: %s", terminal.Plain(manifest.Sort))
	}
	if err := d.showMissing(manifest, result); err != nil {
		return err
	}
	return d.showChanges(manifest, result)
}

// showPrints says how many labels of a run printers have put out, where and when.
func (d desk) showPrints(prints contract.PrintCounts, result contract.RunResult) error {
	if prints.Labels == 0 {
		return nil
	}
	line := fmt.Sprintf("\nprinted %d of %s", prints.Printed, terminal.Count(prints.Labels, "label"))
	if prints.Again > 0 {
		line += fmt.Sprintf(", %d of them more than once", prints.Again)
	}
	if prints.InDoubt > 0 {
		line += fmt.Sprintf("; %d in doubt or being printed", prints.InDoubt)
	}
	d.print("%s", line)
	rows := lo.Map(prints.Printers, func(p contract.PrinterCount, _ int) []string {
		return []string{terminal.Plain(p.Printer), terminal.Plain(p.Site), strconv.Itoa(p.Labels), terminal.MomentWords(p.First), terminal.MomentWords(p.Last)}
	})
	return d.list([]string{"printer", "site", "labels", "first", "last"}, rows, len(rows), result)
}

// showMissing lists the orders without a label, with the reason of each.
func (d desk) showMissing(manifest contract.Manifest, result contract.RunResult) error {
	missing := lo.Filter(manifest.Rows, func(r contract.ManifestRow, _ int) bool { return r.Outcome != contract.Labelled })
	rows := lo.Map(missing, func(r contract.ManifestRow, _ int) []string {
		reason := cmp.Or(r.Reason.Words, wording.OfOutcome(r.Outcome, wording.English).Meaning)
		return []string{terminal.Plain(page.OrderName(r)), terminal.Plain(r.Channel), string(r.Outcome), terminal.Plain(reason)}
	})
	return d.list([]string{"order without a label here", "channel", "outcome", "reason"}, rows, maxShownOrders, result)
}

// showChanges lists what was changed on labels, the most frequent first.
func (d desk) showChanges(manifest contract.Manifest, result contract.RunResult) error {
	changes := manifest.Changes(math.MaxInt)
	rows := lo.Map(changes, func(c contract.ChangeCount, _ int) []string {
		return []string{terminal.Plain(c.Change), strconv.Itoa(c.Count), terminal.Plain(c.Example)}
	})
	return d.list([]string{"changed on labels", "labels", "such as order"}, rows, maxShownChanges, result)
}

// list prints a table, and where the rows stand that are too many for it.
func (d desk) list(header []string, rows [][]string, most int, result contract.RunResult) error {
	if len(rows) == 0 {
		return nil
	}
	d.print("")
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, header...)
	for _, row := range rows[:min(len(rows), most)] {
		terminal.WriteCells(out, row...)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if hidden := len(rows) - most; hidden > 0 {
		d.print("… and %d more: they stand in %s", hidden, result.Manifest.CSV)
	}
	return nil
}
