package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

// printsOf is the record of a label whose prints ended in these states, an hour after each other.
func printsOf(states ...contract.PrintState) contract.PrintRecord {
	var record contract.PrintRecord
	for i, state := range states {
		record.Prints = append(record.Prints, contract.Print{
			State: state, Site: "bodega", Printer: "zebra-" + string(rune('1'+i)), ClaimedAt: time.Date(2026, 11, 29, 10+i, 0, 0, 0, time.UTC),
		})
	}
	return record
}

func TestWhatCountsOfALabelsPrints(t *testing.T) {
	t.Parallel()
	const (
		out, lost, unknown, held = contract.PrintOut, contract.PrintLost, contract.PrintUnknown, contract.PrintHeld
		none                     = contract.PrintState("")
	)
	cases := map[string]struct {
		prints contract.PrintRecord
		state  contract.PrintState
		on     string
		count  int
	}{
		"nothing":                             {printsOf(), none, "", 0},
		"once":                                {printsOf(out), out, "zebra-1", 1},
		"twice":                               {printsOf(out, contract.PrintConfirmed), contract.PrintConfirmed, "zebra-2", 2},
		"again, and that did not come out":    {printsOf(out, lost), out, "zebra-1", 1},
		"again, and the printer refused it":   {printsOf(out, held), out, "zebra-1", 1},
		"again, and nobody knows":             {printsOf(out, unknown), unknown, "zebra-1", 1},
		"did not come out, then it did":       {printsOf(lost, out), out, "zebra-2", 1},
		"did not come out, and was held then": {printsOf(lost, held), held, "", 0},
		"is being sent":                       {printsOf(contract.PrintSending), contract.PrintSending, "", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.prints.Summary()
			assert.Equal(t, c.state, got.PrintState)
			assert.Equal(t, c.on, got.PrintedOn)
			assert.Equal(t, c.count, got.Prints)
			assert.Equal(t, c.on == "", got.PrintedAt.IsZero())
		})
	}
}

func TestTheLabelsOfARunAreCounted(t *testing.T) {
	t.Parallel()
	row := func(position int, records ...contract.PrintRecord) contract.ManifestRow {
		var r contract.ManifestRow
		if position > 0 {
			r.Position = &position
		}
		for _, record := range records {
			r.Labels = append(r.Labels, contract.PrintedLabel{File: "print.pdf", LabelPrints: record.Summary()})
		}
		return r
	}
	manifest := contract.Manifest{Rows: []contract.ManifestRow{
		row(1, printsOf(contract.PrintOut)),
		row(2, printsOf(contract.PrintOut, contract.PrintOut), printsOf()),
		row(3, printsOf(contract.PrintOut, contract.PrintUnknown)),
		row(4, printsOf(contract.PrintHeld)),
		row(0, printsOf(contract.PrintOut)),
	}}
	at := func(hour int) time.Time { return time.Date(2026, 11, 29, hour, 0, 0, 0, time.UTC) }
	assert.Equal(t, contract.PrintCounts{Labels: 5, Printed: 2, InDoubt: 1, Again: 1, Printers: []contract.PrinterCount{
		{Site: "bodega", Printer: "zebra-1", Labels: 1, First: at(10), Last: at(10)},
		{Site: "bodega", Printer: "zebra-2", Labels: 1, First: at(11), Last: at(11)},
	}}, manifest.PrintCounts(), "what is in no file does not count")
}
