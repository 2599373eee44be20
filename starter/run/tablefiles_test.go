package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/tables"
)

// TestCommandsReadTheCasesFromTheField: o files name orders, s files and those with a tracking rows of a status change, b files bins.
func TestCommandsReadTheCasesFromTheField(t *testing.T) {
	t.Parallel()
	const id = "6f9a2c1e-1111-4a5b-9c3d-000000000001"
	cases := map[string]struct {
		want  any
		wrong string
	}{
		"f03-tracking-float.csv":        {wrong: "f03-tracking-float.csv, line 2, column tracking_number: "},
		"f03-tracking-formula.csv":      {wrong: "f03-tracking-formula.csv, line 2, column tracking_number: "},
		"f03-tracking-scientific.csv":   {wrong: "f03-tracking-scientific.csv, line 2, column tracking_number: "},
		"f03-tracking-zeroed.csv":       {wrong: "f03-tracking-zeroed.csv, line 2, column tracking_number: "},
		"f15-b02_bins_1252.csv":         {want: map[string]string{"CAMISÑA": "A-01"}},
		"f15-o01_sep.csv":               {want: clienttest.References("2000012345678901@c1")},
		"f15-o09_formula_quoted.csv":    {wrong: "f15-o09_formula_quoted.csv, line 2, column order: "},
		"f15-o14_cr_only.csv":           {want: clienttest.References("2000012345678901", "2000012345678902")},
		"f15-o22_semicolon_decimal.csv": {want: clienttest.References("2000012345678901")},
		"f15-o40_really_xlsx.csv":       {wrong: "f15-o40_really_xlsx.csv is an XLSX workbook"},
		"f15-s04_1252_comment.csv":      {want: []contract.StatusRow{{Order: id, TrackingNumber: "123", Courier: "Starken", Comment: "Recibió la señora"}}},
		"f15-s06_sep.csv":               {want: []contract.StatusRow{{Order: id, TrackingNumber: "123", Courier: "Starken"}}},
		"f15-s17_cr.csv":                {want: []contract.StatusRow{{Order: id, TrackingNumber: "123", Courier: "Starken"}}},
	}
	files, err := filepath.Glob("../tables/testdata/cases/*")
	require.NoError(t, err)
	require.Len(t, files, len(cases))
	for _, file := range files {
		c := cases[filepath.Base(file)]
		var got any
		var err error
		switch _, kind, _ := strings.Cut(filepath.Base(file), "-"); kind[0] {
		case 'o':
			var read tables.Orders
			read, err = tables.ReadOrders(file)
			got = read.Orders
		case 'b':
			got, err = tables.ReadBins(file)
		default:
			var read tables.Statuses
			read, err = tables.ReadStatuses(file)
			got = read.Rows
		}
		if c.wrong != "" {
			assert.Contains(t, requireCode(t, err, ExitUsage).Message, c.wrong)
			continue
		}
		require.NoError(t, err, file)
		assert.Equal(t, c.want, got)
	}
}

func TestOurOwnManifestIsAnOrdersFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "manifest.csv")
	require.NoError(t, os.WriteFile(file, []byte("position,delivery_order_id,delivery_order_code,order_number,connection_id,sort\n1,d-1,OD1,2000012345678900,c-1,sku\n"), 0o600))
	read, err := tables.ReadOrders(file)
	require.NoError(t, err)
	assert.Equal(t, []contract.OrderReference{{Order: "d-1", Connection: "c-1"}}, read.Orders)
}
