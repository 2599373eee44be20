package lists_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
)

func samplePile() lists.Pile {
	return lists.Pile{
		Merchant: "m-1", Run: "wave-7", Sort: "bin,deadline,reverse", Made: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC),
		Bins: map[string]string{"MUG-ROJO": "A-10", "HAT": "A-9"},
		Orders: []lists.Order{
			{Position: 1, Number: "2000012345678901", Channel: "Mercado Libre", Courier: "Colecta", Tracking: "41234567890", Items: []lists.Item{{"MUG-ROJO", 2}}},
			{Position: 2, Number: "=1+1", Channel: "Paris", Courier: "Ñandú Envíos", Tracking: "+56 9", Items: []lists.Item{{"HAT", 1}, {"MUG-ROJO", 1}, {"HAT", 3}}},
			{Position: 3, Number: "3", Channel: "Dafiti", Items: []lists.Item{{"canción-ção", 1}}},
			{Position: 4, Number: "4"},
		},
	}
}

func written(t *testing.T, write func(io.Writer, lists.Pile) error, p lists.Pile) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, write(&out, p))
	return out.Bytes()
}

func rowsOf(t *testing.T, data []byte) ([][]string, *excelize.File) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(data))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, book.Close()) })
	rows, err := book.GetRows(book.GetSheetName(0))
	require.NoError(t, err)
	return rows, book
}

func TestPickingWorkbook(t *testing.T) {
	t.Parallel()
	t.Run("adds up every SKU by bin, SKUs without a bin last", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, samplePile()))
		assert.Equal(t, [][]string{
			{"Ubicación / Localização / Bin", "SKU", "Cantidad / Quantidade / Quantity", "Pedidos / Orders"},
			{"A-9", "HAT", "4", "1"}, {"A-10", "MUG-ROJO", "3", "2"}, {"", "canción-ção", "1", "1"},
		}, rows)
	})
	t.Run("has no column for bins that nobody told, and SKUs in natural order", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, lists.Pile{Orders: []lists.Order{{Items: []lists.Item{{"S-10", 1}, {"S-2", 1}}}}}))
		assert.Equal(t, [][]string{{"S-2", "1", "1"}, {"S-10", "1", "1"}}, rows[1:])
	})
	t.Run("keeps groups apart, in the order of the pile", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, lists.Pile{Split: true, Orders: []lists.Order{
			{Group: "w-2", Items: []lists.Item{{"B", 1}}}, {Group: "w-1", Items: []lists.Item{{"A", 1}}}, {Group: "w-1", Items: []lists.Item{{"A", 2}}},
		}}))
		assert.Equal(t, [][]string{{"w-2", "B", "1", "1"}, {"w-1", "A", "3", "2"}}, rows[1:])
	})
	t.Run("takes what lies apart in a pile that is not split", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, lists.Pile{Orders: []lists.Order{
			{Items: []lists.Item{{"B", 1}, {"A", 1}}}, {Group: "Flex", Items: []lists.Item{{"A", 2}}},
		}}))
		assert.Equal(t, [][]string{{"A", "3", "2"}, {"B", "1", "1"}}, rows[1:])
	})
}

func TestPackingWorkbook(t *testing.T) {
	t.Parallel()
	rows, book := rowsOf(t, written(t, lists.PackingWorkbook, samplePile()))
	assert.Equal(t, [][]string{
		{"Posición / Posição / Position", "Pedido / Order", "Canal / Channel", "Courier / Transportadora", "Ubicación / Localização / Bin", "SKU", "Cantidad / Quantidade / Quantity", "Seguimiento / Rastreio / Tracking"},
		{"1", "2000012345678901", "Mercado Libre", "Colecta", "A-10", "MUG-ROJO", "2", "41234567890"},
		{"2", "=1+1", "Paris", "Ñandú Envíos", "A-9", "HAT", "1", "+56 9"},
		{"2", "=1+1", "Paris", "Ñandú Envíos", "A-10", "MUG-ROJO", "1", "+56 9"},
		{"2", "=1+1", "Paris", "Ñandú Envíos", "A-9", "HAT", "3", "+56 9"},
		{"3", "3", "Dafiti", "", "", "canción-ção", "1"},
		{"4", "4", "", "", "", "", "0"},
	}, rows)
	t.Run("texts are text cells, so none is a formula", func(t *testing.T) {
		t.Parallel()
		for cell, want := range map[string]excelize.CellType{"B2": excelize.CellTypeInlineString, "B3": excelize.CellTypeInlineString, "A2": excelize.CellTypeUnset} {
			got, err := book.GetCellType("Sheet1", cell)
			require.NoError(t, err)
			assert.Equal(t, want, got, cell)
		}
		formula, err := book.GetCellFormula("Sheet1", "B3")
		require.NoError(t, err)
		assert.Empty(t, formula)
	})
}

func TestAnOrderThatIsPartlyCancelledStandsOut(t *testing.T) {
	t.Parallel()
	pile := samplePile()
	pile.Orders[1].PartlyCancelled = true
	rows, _ := rowsOf(t, written(t, lists.PackingWorkbook, pile))
	assert.Equal(t, "Aviso / Notice", rows[0][8])
	assert.Contains(t, rows[2][8], "¡Cancelado en parte!")
	assert.Len(t, rows[1], 8, "the others have no notice")
	pages, err := pdf.Texts(written(t, lists.PackingPDF, pile))
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(strings.Join(pages, "\n"), "Cancelado en parte"))
}

func TestListsOnPaper(t *testing.T) {
	t.Parallel()
	text := func(t *testing.T, data []byte) string {
		t.Helper()
		pages, err := pdf.Texts(data)
		require.NoError(t, err)
		return strings.Join(pages, "\n")
	}
	t.Run("the picking list has every SKU with its quantity", func(t *testing.T) {
		t.Parallel()
		got := text(t, written(t, lists.PickingPDF, samplePile()))
		for _, want := range []string{"Lista de picking", "wave-7", "Ubicación", "canción-ção", "A-9", "MUG-ROJO", "ubicación › fecha límite de despacho › del último al primero"} {
			assert.Contains(t, got, want)
		}
	})
	t.Run("the packing list has the orders in order", func(t *testing.T) {
		t.Parallel()
		got := text(t, written(t, lists.PackingPDF, samplePile()))
		at := -1
		for _, want := range []string{"2000012345678901", "2 × MUG-ROJO [A-10]", "=1+1", "Ñandú Envíos", "1 × HAT [A-9]", "Dafiti"} {
			found := strings.Index(got, want)
			assert.Greater(t, found, at, want)
			at = found
		}
	})
	t.Run("letters that paper has not are replaced visibly, and said; the workbook has them", func(t *testing.T) {
		t.Parallel()
		p := lists.Pile{Orders: []lists.Order{{Position: 1, Number: "Ñ-1", Courier: "Łódź ₲ 快递", Items: []lists.Item{{"CAFÉ-☕", 1}}}}}
		for _, write := range []func(io.Writer, lists.Pile) error{lists.PickingPDF, lists.PackingPDF} {
			got := text(t, written(t, write, p))
			assert.Contains(t, got, "CAFÉ-?")
			assert.Contains(t, got, "? = letra que está en el Excel")
		}
		assert.Contains(t, text(t, written(t, lists.PackingPDF, p)), "?ód? ? ??")
		assert.NotContains(t, text(t, written(t, lists.PackingPDF, samplePile())), "letra que")
		rows, _ := rowsOf(t, written(t, lists.PackingWorkbook, p))
		assert.Subset(t, rows[1], []string{"Łódź ₲ 快递", "CAFÉ-☕"})
	})
	t.Run("a long list goes on with its headings, and every row is there once", func(t *testing.T) {
		t.Parallel()
		many := lists.Pile{Orders: lo.Times(500, func(i int) lists.Order {
			return lists.Order{Position: i + 1, Number: fmt.Sprintf("N%05dN", i), Items: lo.Times(i%90, func(n int) lists.Item { return lists.Item{fmt.Sprintf("I%dx%dI", i, n), 1} })}
		})}
		data := written(t, lists.PackingPDF, many)
		pages, err := pdf.Texts(data)
		require.NoError(t, err)
		words := lo.CountValues(strings.Fields(strings.Join(pages, "\n")))
		for _, o := range many.Orders {
			assert.Equal(t, 1, words[o.Number], o.Number)
			for _, item := range o.Items {
				assert.Equal(t, 1, words[item.SKU], item.SKU)
			}
		}
		for n, page := range pages {
			assert.Contains(t, page, "Pedido")
			assert.Contains(t, page, fmt.Sprintf("Page %d / %d", n+1, len(pages)))
		}
	})
}

func TestTheSamePileGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(io.Writer, lists.Pile) error{
		"picking xlsx": lists.PickingWorkbook, "packing xlsx": lists.PackingWorkbook, "picking pdf": lists.PickingPDF, "packing pdf": lists.PackingPDF,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := written(t, write, samplePile())
			for range 10 {
				require.Equal(t, first, written(t, write, samplePile()))
			}
		})
	}
}

func TestWordsFromOutsideDoNoHarm(t *testing.T) {
	t.Parallel()
	hostile := "a\x00\x1b[2J\u202e\xff" + strings.Repeat("Ω≈ç√∫", 20_000) + "&\"<x>"
	p := lists.Pile{Merchant: hostile, Run: hostile[:60], Sort: hostile, Bins: map[string]string{hostile: hostile}, Orders: []lists.Order{
		{Position: 1, Number: hostile, Group: hostile, Channel: hostile, Courier: hostile, Tracking: hostile, Items: []lists.Item{{hostile, -1 << 62}}},
	}}
	for _, write := range []func(io.Writer, lists.Pile) error{lists.PickingWorkbook, lists.PackingWorkbook, lists.PickingPDF, lists.PackingPDF} {
		assert.NotEmpty(t, written(t, write, p))
	}
}
