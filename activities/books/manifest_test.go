package books_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
)

func TestManifestAsCSV(t *testing.T) {
	t.Parallel()
	manifest := books.Manifest{Sort: "deadline,order", Rows: []books.Row{
		{
			Position: lo.ToPtr(1), ID: "id", Code: "OD1", OrderNumber: "A-1", ConnectionID: "c", Channel: "paris", TrackingNumber: "T,1",
			Items: []books.Item{{SKU: "MUG", Quantity: 2}, {SKU: "HAT", Quantity: 1}}, Outcome: books.Labelled, Status: books.StatusNone,
			Labels:  []books.Printed{{Key: "k", File: "f.pdf", First: 3, Count: 2, Slot: 4, Notes: []string{"turned by 90°"}}, {File: "f.pdf", First: 5, Count: 1}},
			Courier: "Starken", ShippingMode: "Dropshipping", WarehouseID: "w", WarehouseName: "Ñuñoa", Deadline: lo.ToPtr(noon.In(time.FixedZone("", -3*3600))), SoldAt: lo.ToPtr(noon),
			PartlyCancelled: true,
		},
		{ID: "=cmd|' /C calc'!A0", Code: "+1", OrderNumber: "-1", Channel: "@SUM(A1)", TrackingNumber: "\tx", Reason: "=\"quoted\"", Outcome: books.Rejected},
	}}
	var out strings.Builder
	require.NoError(t, manifest.WriteCSV(&out))
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	require.NoError(t, err)

	require.Len(t, rows, 3)
	t.Run("the header names the members of a row", func(t *testing.T) {
		t.Parallel()
		var row map[string]any
		data, err := json.Marshal(manifest.Rows[0])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &row))
		assert.ElementsMatch(t, append(lo.Keys(row), "sort"), rows[0])
	})
	t.Run("a printed order", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{"1", "id", "OD1", "A-1", "c", "paris", "T,1", "2×MUG; 1×HAT", "labelled", "", "none",
			"f.pdf#3+2/4 (turned by 90°); f.pdf#5+1", "Starken", "Dropshipping", "w", "Ñuñoa", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z", "yes", "deadline,order"}, rows[1])
	})
	t.Run("no cell is a formula to a spreadsheet", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{"", "'=cmd|' /C calc'!A0", "'+1", "'-1", "", "'@SUM(A1)", "'\tx", "", "rejected", "'=\"quoted\"", "", "", "", "", "", "", "", "", "", ""}, rows[2])
	})
	t.Run("a row tells its order again", func(t *testing.T) {
		t.Parallel()
		order := books.Order{
			ID: "1", Code: "2", OrderNumber: "3", ConnectionID: "4", Channel: "5", TrackingNumber: "6", Items: items("7"),
			Courier: "8", ShippingMode: "9", WarehouseID: "10", WarehouseName: "11", HandlingDeadline: noon, SoldAt: noon, PartlyCancelled: true,
		}
		assert.Equal(t, order, books.RowOf(books.Entry{Order: order}).Order())
	})
	t.Run("a writer that fails is told", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, manifest.WriteCSV(full{}), errFull)
	})
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// hostileText is a text of what spreadsheets and their files read something into.
func hostileText(random *rand.Rand) string {
	pieces := []string{"=1+1", "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", ",", ";", "; ", "|", "\"", "'", " ", "\u00a0", "a", "2×B", "ñ"}
	var text strings.Builder
	for range random.IntN(7) {
		text.WriteString(pieces[random.IntN(len(pieces))])
	}
	return strings.ReplaceAll(text.String(), "\r\n", "\n") // which a reader of CSV makes of it
}

func TestNoCellIsAFormulaWhateverASpreadsheetSplitsAt(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	begins := regexp.MustCompile(`^[\s\x{a0}"]*[=+\-@＝＋－＠]`)
	for range 3000 {
		text := hostileText(random)
		row := books.Row{ID: text, Reason: text, Items: []books.Item{{SKU: "X;=1+1;Y", Quantity: -1}, {SKU: text, Quantity: 2}}, Labels: []books.Printed{{Notes: []string{text}}}}
		var out strings.Builder
		require.NoError(t, books.Manifest{Rows: []books.Row{row}}.WriteCSV(&out))
		for _, separators := range []string{",", ";", "\t", "|", ",;\t|"} {
			for _, piece := range strings.FieldsFunc(out.String(), func(r rune) bool { return strings.ContainsRune(separators+"\r\n", r) }) {
				require.NotRegexp(t, begins, piece, "%q", out.String())
			}
		}
		cells, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, text, books.CellText(cells[1][1]))
		require.Equal(t, row.Items, books.ParseItems(books.CellText(cells[1][7])), "%q", cells[1][7])
	}
}

func TestEveryCellOfAManifestIsInQuotes(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, books.Manifest{Rows: []books.Row{{ID: "X;=1+1;Y"}}}.WriteCSV(&out))
	lines := strings.Split(out.String(), "\n")
	assert.Regexp(t, `^"position",("[a-z_]+",?)+$`, lines[0])
	assert.True(t, strings.HasPrefix(lines[1], `"","X;'=1+1;Y","",`), lines[1])
}

func TestResult(t *testing.T) {
	t.Parallel()
	outcomes := func(labelled, printed, cancelled, rejected int) map[books.Outcome]int {
		return map[books.Outcome]int{books.Labelled: labelled, books.AlreadyPrinted: printed, books.Cancelled: cancelled, books.Rejected: rejected}
	}
	of := func(requested int, outcomes map[books.Outcome]int) books.ConnectionResult {
		return books.ConnectionResult{Requested: requested, Outcomes: outcomes}
	}
	cases := map[string]struct {
		result             books.Result
		balanced, complete bool
		failed             int
	}{
		"nothing to do":             {books.Result{}, true, true, 0},
		"all labelled":              {books.Result{Requested: 3, Outcomes: outcomes(2, 1, 0, 0), Connections: []books.ConnectionResult{of(3, outcomes(2, 1, 0, 0))}}, true, true, 0},
		"cancelled is no failure":   {books.Result{Requested: 3, Outcomes: outcomes(2, 0, 1, 0)}, true, false, 0},
		"rejected is one":           {books.Result{Requested: 3, Outcomes: outcomes(2, 0, 0, 1)}, true, false, 1},
		"an order without outcome":  {books.Result{Requested: 3, Outcomes: outcomes(2, 0, 0, 0)}, false, false, 1},
		"an outcome too many":       {books.Result{Requested: 1, Outcomes: outcomes(2, 0, 0, 0)}, false, false, -1},
		"a connection out of books": {books.Result{Requested: 2, Outcomes: outcomes(2, 0, 0, 0), Connections: []books.ConnectionResult{of(2, outcomes(1, 0, 0, 0))}}, false, true, 0},
		"connections with more than the run": {books.Result{Requested: 1, Outcomes: outcomes(1, 0, 0, 0), Connections: []books.ConnectionResult{
			of(1, outcomes(1, 0, 0, 0)), of(1, outcomes(1, 0, 0, 0)),
		}}, false, true, 0},
		"orders of no connection": {books.Result{Requested: 2, Outcomes: outcomes(1, 0, 0, 1), Connections: []books.ConnectionResult{of(1, outcomes(1, 0, 0, 0))}}, true, false, 1},
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
	assert.Len(t, lo.Uniq(books.Outcomes()), 12)
}

func TestManifestCountsWhatWasChanged(t *testing.T) {
	t.Parallel()
	row := func(number, file string, notes ...string) books.Row {
		return books.Row{OrderNumber: number, Labels: []books.Printed{{File: file, Notes: notes}}}
	}
	manifest := books.Manifest{Rows: []books.Row{row("1", "f", "turned"), row("2", "f", "shrunk"), row("3", "f", "shrunk", "turned"), row("4", "f", "shrunk"), row("5", "", "spare")}}
	want := []books.ChangeCount{{Change: "shrunk", Count: 3, Example: "2"}, {Change: "turned", Count: 2, Example: "1"}}
	assert.Equal(t, want, manifest.Changes(8))
	assert.Equal(t, want[:1], manifest.Changes(1))
}

func TestManifestCountsWhyOrdersHaveNoLabel(t *testing.T) {
	t.Parallel()
	row := func(number string, outcome books.Outcome, reason string) books.Row {
		return books.Row{OrderNumber: number, Outcome: outcome, Reason: reason}
	}
	manifest := books.Manifest{Rows: []books.Row{
		row("1", books.Labelled, ""), row("2", books.AlreadyPrinted, "printed by run r"),
		row("3", books.Rejected, "no stock"), row("4", books.HeldBack, "not paid"), row("5", books.HeldBack, "not paid"), row("6", books.Rejected, "not paid"),
	}}
	want := []books.ReasonCount{
		{Outcome: books.HeldBack, Reason: "not paid", Count: 2, Example: "4"},
		{Outcome: books.Rejected, Reason: "no stock", Count: 1, Example: "3"},
		{Outcome: books.Rejected, Reason: "not paid", Count: 1, Example: "6"},
	}
	assert.Equal(t, want, manifest.Reasons(15))
	assert.Equal(t, want[:1], manifest.Reasons(1))
	assert.Empty(t, books.Manifest{}.Reasons(15))
}
