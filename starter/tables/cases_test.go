package tables_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/starter/tables"
)

var (
	orders = tables.Layout{MaxRows: 1000, Columns: []tables.Column{
		{Names: []string{"order"}, Words: []string{"pedido", "orden"}, Kind: tables.Number, Needed: true},
		{Names: []string{"connection"}, Words: []string{"conexión"}, Kind: tables.Code},
	}}
	statuses = tables.Layout{MaxRows: 1000, Columns: []tables.Column{
		{Names: []string{"delivery_order_id"}, Kind: tables.Number, Needed: true},
		{Names: []string{"tracking_number"}, Words: []string{"tracking", "seguimiento", "guía"}, Kind: tables.Number},
		{Names: []string{"courier"}, Kind: tables.Text},
		{Names: []string{"comment"}, Kind: tables.Text},
	}}
	bins = tables.Layout{Pairs: true, Columns: []tables.Column{
		{Names: []string{"sku"}, Kind: tables.Code, Needed: true}, {Names: []string{"bin"}, Kind: tables.Code, Needed: true},
	}}
)

// cells are the rows of a table in short, with the line of each.
func cells(t *tables.Table) (rows [][]string) {
	return lo.Map(t.Rows, func(r tables.Row, _ int) []string { return r.Cells })
}

func TestCasesFromTheFieldAreReadOrRefusedWithTheTrueReason(t *testing.T) {
	t.Parallel()
	const id = "6f9a2c1e-1111-4a5b-9c3d-000000000001"
	cases := map[string]struct {
		layout tables.Layout
		rows   [][]string
		wrong  string
	}{
		"f03-tracking-float.csv":      {layout: statuses, wrong: `line 2, column tracking_number: "123456789012.0" is a number with decimals`},
		"f03-tracking-formula.csv":    {layout: statuses, wrong: `line 2, column tracking_number: "=\"001234567890\"" is a formula`},
		"f03-tracking-scientific.csv": {layout: statuses, wrong: `line 2, column tracking_number: "7,94212E+11" is a long number that a spreadsheet has rounded`},
		"f03-tracking-zeroed.csv":     {layout: statuses, wrong: `line 2, column tracking_number: "123456789012345000000" ends in zeros from its 16th digit on`},
		"f15-b02_bins_1252.csv":       {layout: bins, rows: [][]string{{"CAMISÑA", "A-01"}}},
		"f15-o01_sep.csv":             {layout: orders, rows: [][]string{{"2000012345678901", "c1"}}},
		"f15-o09_formula_quoted.csv":  {layout: orders, wrong: `line 2, column order: "=\"2000012345678901\"" is a formula`},
		"f15-o14_cr_only.csv":         {layout: orders, rows: [][]string{{"2000012345678901", ""}, {"2000012345678902", ""}}},
		"f15-o22_semicolon_decimal.csv": {
			layout: orders, rows: [][]string{{"2000012345678901", ""}}},
		"f15-o40_really_xlsx.csv":  {layout: orders, wrong: "is an XLSX workbook, whatever its name says, and has no sheet that can be read"},
		"f15-s04_1252_comment.csv": {layout: statuses, rows: [][]string{{id, "123", "Starken", "Recibió la señora"}}},
		"f15-s06_sep.csv":          {layout: statuses, rows: [][]string{{id, "123", "Starken", ""}}},
		"f15-s17_cr.csv":           {layout: statuses, rows: [][]string{{id, "123", "Starken", ""}}},
	}
	files, err := filepath.Glob("testdata/cases/*")
	require.NoError(t, err)
	require.Len(t, files, len(cases), "a case for each file")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			c, there := cases[filepath.Base(file)]
			require.True(t, there)
			source, err := os.Open(file)
			require.NoError(t, err)
			defer source.Close()
			table, err := tables.Read("f.csv", source, c.layout)
			if err == nil {
				err = table.Err()
			}
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				assert.True(t, strings.HasPrefix(err.Error(), "f.csv"), "names the file")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.rows, cells(table))
		})
	}
}
