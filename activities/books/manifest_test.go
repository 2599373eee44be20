package books_test

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
)

func TestARowTellsItsOrderAgain(t *testing.T) {
	t.Parallel()
	order := books.Order{
		ID: "1", Code: "2", OrderNumber: "3", ConnectionID: "4", ConnectionName: "4a", Channel: "5", TrackingNumber: "6", Items: items("7"),
		Courier: "8", ShippingMode: "9", WarehouseID: "10", WarehouseName: "11", HandlingDeadline: noon, SoldAt: noon, PartlyCancelled: true,
	}
	assert.Equal(t, order, books.OrderOf(books.RowOf(books.Entry{Order: order})))
}

func TestResult(t *testing.T) {
	t.Parallel()
	outcomes := func(labelled, printed, cancelled, rejected int) map[contract.Outcome]int {
		return map[contract.Outcome]int{contract.Labelled: labelled, contract.AlreadyPrinted: printed, contract.Cancelled: cancelled, contract.Rejected: rejected}
	}
	of := func(requested int, outcomes map[contract.Outcome]int) contract.ConnectionResult {
		return contract.ConnectionResult{Requested: requested, Outcomes: outcomes}
	}
	cases := map[string]struct {
		result             contract.RunResult
		balanced, complete bool
		failed             int
	}{
		"nothing to do":             {contract.RunResult{}, true, true, 0},
		"all labelled":              {contract.RunResult{Requested: 3, Outcomes: outcomes(2, 1, 0, 0), Connections: []contract.ConnectionResult{of(3, outcomes(2, 1, 0, 0))}}, true, true, 0},
		"cancelled is no failure":   {contract.RunResult{Requested: 3, Outcomes: outcomes(2, 0, 1, 0)}, true, false, 0},
		"rejected is one":           {contract.RunResult{Requested: 3, Outcomes: outcomes(2, 0, 0, 1)}, true, false, 1},
		"an order without outcome":  {contract.RunResult{Requested: 3, Outcomes: outcomes(2, 0, 0, 0)}, false, false, 1},
		"an outcome too many":       {contract.RunResult{Requested: 1, Outcomes: outcomes(2, 0, 0, 0)}, false, false, -1},
		"a connection out of books": {contract.RunResult{Requested: 2, Outcomes: outcomes(2, 0, 0, 0), Connections: []contract.ConnectionResult{of(2, outcomes(1, 0, 0, 0))}}, false, true, 0},
		"connections with more than the run": {contract.RunResult{Requested: 1, Outcomes: outcomes(1, 0, 0, 0), Connections: []contract.ConnectionResult{
			of(1, outcomes(1, 0, 0, 0)), of(1, outcomes(1, 0, 0, 0)),
		}}, false, true, 0},
		"orders of no connection": {contract.RunResult{Requested: 2, Outcomes: outcomes(1, 0, 0, 1), Connections: []contract.ConnectionResult{of(1, outcomes(1, 0, 0, 0))}}, true, false, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.balanced, c.result.Balanced(), "balanced")
			assert.Equal(t, c.complete, c.result.Complete(), "complete")
			assert.Equal(t, c.failed, c.result.Failed(), "failed")
		})
	}
}

func TestEveryOutcomeHasItsPlace(t *testing.T) {
	t.Parallel()
	assert.Len(t, lo.Uniq(contract.Outcomes()), 12)
}

func TestManifestCountsWhatWasChanged(t *testing.T) {
	t.Parallel()
	row := func(number, file string, notes ...string) contract.ManifestRow {
		return contract.ManifestRow{OrderNumber: number, Labels: []contract.PrintedLabel{{File: file, Notes: notes}}}
	}
	manifest := contract.Manifest{Rows: []contract.ManifestRow{row("1", "f", "turned"), row("2", "f", "shrunk"), row("3", "f", "shrunk", "turned"), row("4", "f", "shrunk"), row("5", "", "spare")}}
	want := []contract.ChangeCount{{Change: "shrunk", Count: 3, Example: "2"}, {Change: "turned", Count: 2, Example: "1"}}
	assert.Equal(t, want, manifest.Changes(8))
	assert.Equal(t, want[:1], manifest.Changes(1))
}

func TestManifestCountsWhyOrdersHaveNoLabel(t *testing.T) {
	t.Parallel()
	row := func(number string, outcome contract.Outcome, reason string) contract.ManifestRow {
		return contract.ManifestRow{OrderNumber: number, Outcome: outcome, Reason: contract.Reason{Words: reason}}
	}
	manifest := contract.Manifest{Rows: []contract.ManifestRow{
		row("1", contract.Labelled, ""), row("2", contract.AlreadyPrinted, "published in run r"),
		row("3", contract.Rejected, "no stock"), row("4", contract.HeldBack, "not paid"), row("5", contract.HeldBack, "not paid"), row("6", contract.Rejected, "not paid"),
	}}
	want := []contract.ReasonCount{
		{Outcome: contract.HeldBack, Reason: contract.Reason{Words: "not paid"}, Count: 2, Example: "4"},
		{Outcome: contract.Rejected, Reason: contract.Reason{Words: "no stock"}, Count: 1, Example: "3"},
		{Outcome: contract.Rejected, Reason: contract.Reason{Words: "not paid"}, Count: 1, Example: "6"},
	}
	assert.Equal(t, want, manifest.Reasons(15))
	assert.Equal(t, want[:1], manifest.Reasons(1))
	assert.Empty(t, contract.Manifest{}.Reasons(15))
}
