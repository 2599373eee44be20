package stamp_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/stamp"
	"github.com/despacho/despacho/labels/zpl"
)

var (
	first  = stamp.Stamp{Number: 12, Of: 50, Lines: []string{"2 × SKU-1", "1 × CAÑÓN_AZUL~^\\"}}
	second = stamp.Stamp{Number: 7, Of: 9, Lines: []string{"1 × OTRO"}}
	fields = regexp.MustCompile(`(?s)\^F[DV].*?\^FS`)
)

// corpus gives every unit of the carriers' labels, by file name and number.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../../../shared/corpus/zpl/*.zpl")
	require.NoError(t, err)
	units := map[string][]byte{"sample 1": sample.ZPL("Venta 2001", "44123456789")}
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		cut, _ := zpl.Split(data)
		for i, u := range cut {
			units[filepath.Base(name)+strings.Repeat("'", i)] = u.Data
		}
	}
	return units
}

func TestStampedZPLKeepsEveryFieldOfTheCarrier(t *testing.T) {
	t.Parallel()
	for name, unit := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stamped, err := stamp.ZPL(unit, first)
			require.NoError(t, err)
			before, after := fields.FindAll(unit, -1), fields.FindAll(stamped.Data, -1)
			added := 0
			for _, field := range after {
				if i := slices.IndexFunc(before, func(b []byte) bool { return bytes.Equal(b, field) }); i >= 0 {
					before = slices.Delete(before, i, i+1)
					continue
				}
				added++
			}
			assert.Empty(t, before)
			assert.LessOrEqual(t, added, 3)
			assert.Contains(t, string(stamped.Data), "^FX DESPACHO-BEGIN^FS")
			assert.Contains(t, string(stamped.Data), "^FD12/50^FS")
			units, report := zpl.Split(stamped.Data)
			assert.Empty(t, report.Removed)
			assert.Empty(t, report.Repairs)
			assert.Len(t, units, lo.Ternary(stamped.Where == "slip", 2, 1))
			t.Log(stamped.Where, stamped.Notes)
		})
	}
}

func TestStampingZPLAgainReplacesTheStamp(t *testing.T) {
	t.Parallel()
	for name, unit := range corpus(t) {
		once, err := stamp.ZPL(unit, first)
		require.NoError(t, err, name)
		again, err := stamp.ZPL(once.Data, second)
		require.NoError(t, err, name)
		straight, err := stamp.ZPL(unit, second)
		require.NoError(t, err, name)
		assert.Equal(t, string(straight.Data), string(again.Data), name)
		away, err := stamp.ZPL(again.Data, stamp.Stamp{})
		require.NoError(t, err, name)
		assert.Equal(t, once.Where, lo.Ternary(bytes.HasPrefix(once.Data, unit), "slip", once.Where))
		assert.Equal(t, string(unit), string(away.Data), name)
	}
}
