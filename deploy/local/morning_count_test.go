//go:build browser

package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/printing/fakezebra"
)

// count compares the paper at each printer with the records of prints: as many labels, none twice without a reason,
// and none that is said to be out and is not.
func (m *morning) count(t *testing.T) {
	records := m.records(t, t.Context())
	recorded, twice := map[string]int{}, 0
	for ref, record := range records {
		out := lo.Filter(record.Prints, func(p contract.Print, _ int) bool { return p.State.IsOnPaper() })
		for _, print := range out {
			recorded[print.Printer]++
		}
		if len(out) > 1 {
			twice++
			assert.Equal(t, []contract.AgainReason{"", contract.AgainJam}, lo.Map(out, func(p contract.Print, _ int) contract.AgainReason { return p.Again }), ref)
		}
	}
	sheets, drawn, different := 0, 0, map[string]bool{}
	for name, printer := range m.printers {
		printed := printer.Printed()
		assert.Len(t, printed, recorded[name], name)
		for _, label := range printed {
			different[string(label.Data)] = true
		}
		sheets += len(printed)
		drawn += lo.CountBy(printed, fakezebra.Label.IsGraphic)
	}
	assert.NotZero(t, twice)
	assert.NotZero(t, drawn, "labels that the channels gave as PDF")
	assert.Equal(t, twice, sheets-len(different), "sheets of which the packers have two alike; only those after the jam have a reason")
}

// records are the records of all labels of the run that somebody printed.
func (m *morning) records(t *testing.T, ctx context.Context) map[contract.LabelRef]contract.PrintRecord {
	manifest, err := client.ReadManifest(ctx, m.bench.store, m.run)
	require.NoError(t, err)
	var refs []contract.LabelRef
	for _, row := range manifest.Rows {
		for i := range row.Labels {
			refs = append(refs, contract.LabelRef{Order: row.ID, Label: i + 1})
		}
	}
	records, err := book.ReadRecords(ctx, m.bench.store, m.bench.from.merchant, refs)
	require.NoError(t, err)
	return records
}

// tell writes, for a morning that went wrong, what each printer was to print beside what lies at it.
func (m *morning) tell(t *testing.T) {
	const clock = "15:04:05.000"
	type claim struct {
		ref contract.LabelRef
		contract.Print
	}
	claims := map[string][]claim{}
	for ref, record := range m.records(t, context.WithoutCancel(t.Context())) {
		for _, print := range record.Prints {
			claims[print.Printer] = append(claims[print.Printer], claim{ref, print})
		}
	}
	alike := map[string][]string{}
	sheet := func(name string, label fakezebra.Label) string { return fmt.Sprintf("%s/%d", name, label.Number) }
	for name, printer := range m.printers {
		for _, label := range printer.Printed() {
			alike[string(label.Data)] = append(alike[string(label.Data)], sheet(name, label))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.printers)) {
		slices.SortFunc(claims[name], func(a, b claim) int {
			return cmp.Or(a.ClaimedAt.Compare(b.ClaimedAt), cmp.Compare(a.ref.Order, b.ref.Order), cmp.Compare(a.ref.Label, b.ref.Label))
		})
		t.Logf("%s was to print %d labels:", name, len(claims[name]))
		for _, c := range claims[name] {
			t.Logf("  %s to %s, position %d, order %s label %d, job %s: %s %s%s", c.ClaimedAt.Format(clock), c.ChangedAt.Format(clock),
				c.Position, c.ref.Order, c.ref.Label, c.Job, c.State, c.Again, lo.Ternary(c.SettledBy == "", "", ", as "+c.SettledBy+" says"))
		}
		printed := m.printers[name].Printed()
		t.Logf("%s has printed %d labels:", name, len(printed))
		for _, label := range printed {
			t.Logf("  %d at %s, alike: %v", label.Number, label.At.In(time.UTC).Format(clock), lo.Without(alike[string(label.Data)], sheet(name, label)))
		}
	}
}
