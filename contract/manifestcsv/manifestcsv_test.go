package manifestcsv_test

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

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestManifestAsCSV(t *testing.T) {
	t.Parallel()
	manifest := contract.Manifest{Sort: "deadline,order", Rows: []contract.ManifestRow{
		{
			Position: lo.ToPtr(1), ID: "id", Code: "OD1", OrderNumber: "A-1", ConnectionID: "c", ConnectionName: "Tienda", Channel: "paris", TrackingNumber: "T,1",
			Items: []contract.Item{{SKU: "MUG", Name: `Taza, 10"; roja`, Quantity: 2}, {SKU: "HAT", Quantity: 1}}, Outcome: contract.Labelled, Status: contract.StatusNone,
			Labels: []contract.PrintedLabel{{Key: "k", File: "f.pdf", First: 3, Count: 2, Slot: 4, Notes: []string{"turned by 90°"}}, {File: "f.pdf", First: 5, Count: 1, LabelPrints: contract.LabelPrints{
				PrintState: contract.PrintOut, PrintedAt: noon, PrintedOn: "=zebra;-1", PrintSite: "bodega", Prints: 2,
			}}},
			Courier: "Starken", ShippingMode: "Dropshipping", WarehouseID: "w", WarehouseName: "Ñuñoa", Deadline: lo.ToPtr(noon.In(time.FixedZone("", -3*3600))), SoldAt: lo.ToPtr(noon),
			PartlyCancelled: true,
		},
		{ID: "=cmd|' /C calc'!A0", Code: "+1", OrderNumber: "-1", Channel: "@SUM(A1)", TrackingNumber: "\tx", Reason: contract.Reason{Words: "=\"quoted\""}, Outcome: contract.Rejected},
	}}
	var out strings.Builder
	require.NoError(t, manifestcsv.Write(&out, manifest))
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	require.NoError(t, err)

	require.Len(t, rows, 3)
	t.Run("the header names the members of a row", func(t *testing.T) {
		t.Parallel()
		var row map[string]any
		data, err := json.Marshal(manifest.Rows[0])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &row))
		assert.ElementsMatch(t, append(lo.Keys(row), "sort", "reason_code", "print_state", "printed_at", "printed_on", "print_site", "prints"), rows[0])
	})
	t.Run("a printed order", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{"1", "id", "OD1", "A-1", "c", "Tienda", "paris", "T,1", `2×MUG "Taza, 10""; roja"; 1×HAT`, "labelled", "", "none",
			"f.pdf#3+2/4 (turned by 90°); f.pdf#5+1", "Starken", "Dropshipping", "w", "Ñuñoa", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z", "yes", "deadline,order", "",
			"; out", "; 2026-11-21T12:00:00Z", ";' =zebra;'-1", "; bodega", "0; 2"}, rows[1])
	})
	t.Run("no cell is a formula to a spreadsheet", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{"", "'=cmd|' /C calc'!A0", "'+1", "'-1", "", "", "'@SUM(A1)", "'\tx", "", "rejected", "'=\"quoted\"", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""}, rows[2])
	})
	t.Run("a writer that fails is told", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, manifestcsv.Write(full{}, manifest), errFull)
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
		row := contract.ManifestRow{ID: text, Reason: contract.Reason{Words: text}, Items: []contract.Item{{SKU: "X;=1+1;Y", Quantity: -1}, {SKU: text, Name: text, Quantity: 2}, {Name: text, Quantity: 3}}, Labels: []contract.PrintedLabel{{Notes: []string{text}}}}
		var out strings.Builder
		require.NoError(t, manifestcsv.Write(&out, contract.Manifest{Rows: []contract.ManifestRow{row}}))
		for _, separators := range []string{",", ";", "\t", "|", ",;\t|"} {
			for _, piece := range strings.FieldsFunc(out.String(), func(r rune) bool { return strings.ContainsRune(separators+"\r\n", r) }) {
				require.NotRegexp(t, begins, piece, "%q", out.String())
			}
		}
		cells, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, text, manifestcsv.CellText(cells[1][1]))
		require.Equal(t, row.Items, manifestcsv.ParseItems(manifestcsv.CellText(cells[1][8])), "%q", cells[1][8])
	}
}

func TestEveryCellOfAManifestIsInQuotes(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, manifestcsv.Write(&out, contract.Manifest{Rows: []contract.ManifestRow{{ID: "X;=1+1;Y"}}}))
	lines := strings.Split(out.String(), "\n")
	assert.Regexp(t, `^"position",("[a-z_]+",?)+$`, lines[0])
	assert.True(t, strings.HasPrefix(lines[1], `"","X;'=1+1;Y","",`), lines[1])
}
