package paper

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

func TestWorkbooks(t *testing.T) {
	t.Parallel()
	items := []Item{
		{Order: "2", SKU: "A-10", Product: "Polerón", Warehouse: "Bodega Ñuñoa", Count: 2},
		{Order: "1", SKU: "A-10", Product: "Polerón", Warehouse: "Bodega Ñuñoa", Count: 3},
		{Order: "1", SKU: "A-2", Product: "Calcetín", Warehouse: "Bodega Ñuñoa", Count: 1},
	}
	rows := func(t *testing.T, content []byte, sheet string) [][]string {
		t.Helper()
		book, err := excelize.OpenReader(bytes.NewReader(content))
		require.NoError(t, err)
		found, err := book.GetRows(sheet)
		require.NoError(t, err)
		return found
	}
	t.Run("packing lists the items of each order", func(t *testing.T) {
		t.Parallel()
		content, err := Packing(items)
		require.NoError(t, err)
		found := rows(t, content, "Packing")
		require.Len(t, found, 4)
		assert.Equal(t, []string{"2", "A-10", "Polerón", "Bodega Ñuñoa", "2"}, found[1])
	})
	t.Run("picking adds up the items of all orders", func(t *testing.T) {
		t.Parallel()
		content, err := Picking(items)
		require.NoError(t, err)
		assert.Equal(t, [][]string{
			{"SKU", "Producto", "Bodega", "Cantidad"}, {"A-10", "Polerón", "Bodega Ñuñoa", "5"}, {"A-2", "Calcetín", "Bodega Ñuñoa", "1"},
		}, rows(t, content, "Picking"))
	})
	t.Run("equal items make equal bytes", func(t *testing.T) {
		t.Parallel()
		first, err := Packing(items)
		require.NoError(t, err)
		second, err := Packing(items)
		require.NoError(t, err)
		assert.Equal(t, first, second)
	})
}
