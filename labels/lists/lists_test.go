package lists_test

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
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
		Merchant: "m-1", Run: "run-7", Sort: "bin,deadline,reverse", Made: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC),
		Bins: map[string]string{"MUG-ROJO": "A-10", "HAT": "A-9"},
		Orders: []lists.Order{
			{Position: 1, Number: "2000012345678901", Channel: "Mercado Libre", Shop: "Tienda Norte", Courier: "Colecta", Tracking: "41234567890",
				Items: []lists.Item{{SKU: "MUG-ROJO", Name: "Taza roja de cerámica esmaltada", Quantity: 2}}},
			{Position: 2, Number: "=1+1", Channel: "Mercado Libre", Shop: "Loja do Sul", Courier: "Ñandú Envíos", Tracking: "+56 9",
				Items: []lists.Item{{SKU: "HAT", Quantity: 1}, {SKU: "MUG-ROJO", Quantity: 1}, {Name: "=Sombrero", Quantity: 3}}},
			{Position: 3, Number: "3", Channel: "Dafiti", Items: []lists.Item{{SKU: "canción-ção", Quantity: 1}, {Quantity: 4}}},
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
	t.Run("adds up every product by bin and SKU; those without an SKU by name, last", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, samplePile()))
		assert.Equal(t, [][]string{
			{"Ubicación / Localização", "SKU", "Producto / Produto", "Cantidad / Quantidade", "Pedidos"},
			{"A-9", "HAT", "", "1", "1"},
			{"A-10", "MUG-ROJO", "Taza roja de cerámica esmaltada", "3", "2"},
			{"", "canción-ção", "", "1", "1"},
			{"", "sin SKU", "=Sombrero", "3", "1"},
			{"", "sin SKU", "", "4", "1"},
			{"", "Total", "5 líneas", "12", "4"},
		}, rows)
	})
	t.Run("has no column for bins if there are none, and SKUs in natural order", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, lists.Pile{Orders: []lists.Order{{Items: []lists.Item{{SKU: "S-10", Quantity: 1}, {SKU: "S-2", Quantity: 1}}}}}))
		assert.Equal(t, [][]string{{"S-2", "", "1", "1"}, {"S-10", "", "1", "1"}, {"Total", "2 líneas", "2", "1"}}, rows[1:])
	})
	t.Run("keeps groups apart, in the order of the pile", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, splitPile()))
		assert.Equal(t, [][]string{{"w-2", "B", "", "1", "1"}, {"w-1", "A", "Abanico", "3", "2"}, {"", "Total", "2 líneas", "4", "3"}}, rows[1:])
	})
	t.Run("includes separate groups in a pile that is not split", func(t *testing.T) {
		t.Parallel()
		rows, _ := rowsOf(t, written(t, lists.PickingWorkbook, lists.Pile{Orders: []lists.Order{
			{Items: []lists.Item{{SKU: "B", Quantity: 1}, {SKU: "A", Quantity: 1}}}, {Group: "Flex", Items: []lists.Item{{SKU: "A", Quantity: 2}}},
		}}))
		assert.Equal(t, [][]string{{"A", "", "3", "2"}, {"B", "", "1", "1"}, {"Total", "2 líneas", "4", "2"}}, rows[1:])
	})
}

func splitPile() lists.Pile {
	return lists.Pile{Split: true, Orders: []lists.Order{
		{Group: "w-2", Items: []lists.Item{{SKU: "B", Quantity: 1}}}, {Group: "w-1", Items: []lists.Item{{SKU: "A", Quantity: 1}}},
		{Group: "w-1", Items: []lists.Item{{SKU: "A", Name: "Abanico", Quantity: 2}}},
	}}
}

func TestPackingWorkbook(t *testing.T) {
	t.Parallel()
	rows, book := rowsOf(t, written(t, lists.PackingWorkbook, samplePile()))
	assert.Equal(t, [][]string{
		{"N.º", "Pedido", "Canal", "Tienda / Loja", "Courier / Transportadora", "Ubicación / Localização", "SKU", "Producto / Produto", "Cantidad / Quantidade", "Seguimiento / Rastreio"},
		{"1", "2000012345678901", "Mercado Libre", "Tienda Norte", "Colecta", "A-10", "MUG-ROJO", "Taza roja de cerámica esmaltada", "2", "41234567890"},
		{"2", "=1+1", "Mercado Libre", "Loja do Sul", "Ñandú Envíos", "A-9", "HAT", "", "1", "+56 9"},
		{"2", "=1+1", "Mercado Libre", "Loja do Sul", "Ñandú Envíos", "A-10", "MUG-ROJO", "", "1", "+56 9"},
		{"2", "=1+1", "Mercado Libre", "Loja do Sul", "Ñandú Envíos", "", "sin SKU", "=Sombrero", "3", "+56 9"},
		{"3", "3", "Dafiti", "", "", "", "canción-ção", "", "1"},
		{"3", "3", "Dafiti", "", "", "", "sin SKU", "", "4"},
		{"4", "4", "", "", "", "", "", "", "0"},
		{"Total", "4 pedidos", "", "", "", "", "", "6 líneas", "12"},
		{"", "1 pedido", "Dafiti", "", "", "", "", "2 líneas", "5"},
		{"", "1 pedido", "Mercado Libre", "Loja do Sul", "", "", "", "3 líneas", "5"},
		{"", "1 pedido", "Mercado Libre", "Tienda Norte", "", "", "", "1 línea", "2"},
		{"", "1 pedido", "", "", "", "", "", "0 líneas", "0"},
	}, rows)
	t.Run("texts are text cells, so none is a formula", func(t *testing.T) {
		t.Parallel()
		for cell, want := range map[string]excelize.CellType{"B2": excelize.CellTypeInlineString, "B3": excelize.CellTypeInlineString, "H5": excelize.CellTypeInlineString, "A2": excelize.CellTypeUnset} {
			got, err := book.GetCellType("Lista de packing", cell)
			require.NoError(t, err)
			assert.Equal(t, want, got, cell)
			formula, err := book.GetCellFormula("Lista de packing", cell)
			require.NoError(t, err)
			assert.Empty(t, formula)
		}
	})
	t.Run("the headings stand on each printed page", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []excelize.DefinedName{{Name: "_xlnm.Print_Titles", RefersTo: "'Lista de packing'!$1:$1", Scope: "Lista de packing"}}, book.GetDefinedName())
	})
}

func TestAShopThatIsAloneOnItsChannelIsNotNamed(t *testing.T) {
	t.Parallel()
	pile := lists.Pile{Orders: []lists.Order{{Position: 1, Number: "7", Channel: "Paris", Items: []lists.Item{{SKU: "A", Quantity: 1}}}}}
	rows, _ := rowsOf(t, written(t, lists.PackingWorkbook, pile))
	assert.Equal(t, [][]string{{"N.º", "Pedido", "Canal", "Courier / Transportadora", "SKU", "Producto / Produto", "Cantidad / Quantidade", "Seguimiento / Rastreio"},
		{"1", "7", "Paris", "", "A", "", "1"}, {"Total", "1 pedido", "", "", "", "1 línea", "1"}}, rows)
}

func TestAnOrderThatIsPartlyCancelledStandsOut(t *testing.T) {
	t.Parallel()
	pile := samplePile()
	pile.Orders[1].PartlyCancelled = true
	rows, _ := rowsOf(t, written(t, lists.PackingWorkbook, pile))
	assert.Equal(t, "Aviso", rows[0][10])
	assert.Contains(t, rows[2][10], "¡Cancelado en parte!")
	assert.Len(t, rows[1], 10, "the others have no remark")
	pages, err := pdf.Texts(written(t, lists.PackingPDF, pile))
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(strings.Join(pages, "\n"), "¡Cancelado en parte!"))
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
		for _, want := range []string{"Lista de picking", "run-7", "Ubicación", "Producto", "canción-ção", "A-9", "MUG-ROJO", "Taza roja de cerámica esmaltada", "sin SKU", "=Sombrero", "Total: 4 pedidos · 5 líneas · 12 unidades", "Ordenado por: ubicación › SKU"} {
			assert.Contains(t, got, want)
		}
	})
	t.Run("the packing list has the orders in order", func(t *testing.T) {
		t.Parallel()
		got := text(t, written(t, lists.PackingPDF, samplePile()))
		at := -1
		for _, want := range []string{"Ordenado por: ubicación › fecha límite de despacho › del último al primero", "2000012345678901", "Mercado Libre · Tienda Norte", "Guía 41234567890", "MUG-ROJO", "Taza roja de cerámica", "A-10", "=1+1", "Mercado Libre · Loja do Sul", "Ñandú Envíos", "3 líneas · 5 unidades", "HAT", "A-9", "sin SKU", "=Sombrero", "Dafiti",
			"Total: 4 pedidos · 6 líneas · 12 unidades", "Mercado Libre · Loja do Sul: 1 pedido · 3 líneas · 5 unidades", "Mercado Libre · Tienda Norte: 1 pedido · 1 línea · 2 unidades"} {
			found := strings.Index(got, want)
			assert.Greater(t, found, at, want)
			at = found
		}
	})
	t.Run("long names wrap; the numbers that people compare do not", func(t *testing.T) {
		t.Parallel()
		name, word := "Polerón de algodón orgánico con capucha para niño, talla 10, azul", strings.Repeat("Supercalifragilístico", 5)
		uuid, tracking := "3f0c9a1e-7d55-4c7e-9f3c-0a1b2c3d4e5f", "TRACK-0123456789-0123456789"
		p := lists.Pile{Orders: []lists.Order{{Position: 1, Number: uuid, Tracking: tracking, Items: []lists.Item{{SKU: "CAM-10-ROJO-XL-EDICION-ESPECIAL-2026", Name: name, Quantity: 1}, {Name: word, Quantity: 12345678}}}}}
		got := text(t, written(t, lists.PackingPDF, p))
		lines := strings.Split(got, "\n")
		assert.Contains(t, lines, uuid)
		assert.Contains(t, lines, "Guía "+tracking)
		assert.Contains(t, lines, "12345678")
		assert.NotContains(t, lines, name)
		joined := strings.Join(lines, " ")
		assert.Contains(t, joined, name)
		assert.Contains(t, strings.ReplaceAll(joined, " ", ""), word)
		assert.Contains(t, strings.ReplaceAll(joined, "- ", "-"), "CAM-10-ROJO-XL-EDICION-ESPECIAL-2026", "it is broken at its hyphens")
	})
	t.Run("letters that cannot be printed on paper are visibly replaced, with a note; the workbook has them", func(t *testing.T) {
		t.Parallel()
		p := lists.Pile{Orders: []lists.Order{{Position: 1, Number: "Ñ-1", Courier: "Łódź ₲ 快递", Items: []lists.Item{{SKU: "CAFÉ-☕", Name: "🎁 Caja ❤️ 2", Quantity: 1}}}}}
		for _, write := range []func(io.Writer, lists.Pile) error{lists.PickingPDF, lists.PackingPDF} {
			got := text(t, written(t, write, p))
			assert.Contains(t, got, "CAFÉ-?")
			assert.Contains(t, got, "? Caja ? 2", "a mark goes with its letter")
			assert.Contains(t, got, "? = letra que solo se ve en el Excel")
		}
		assert.Contains(t, text(t, written(t, lists.PackingPDF, p)), "?ód? ? ??")
		assert.NotContains(t, text(t, written(t, lists.PackingPDF, samplePile())), "letra que")
		rows, _ := rowsOf(t, written(t, lists.PackingWorkbook, p))
		assert.Subset(t, rows[1], []string{"Łódź ₲ 快递", "CAFÉ-☕"})
	})
	t.Run("a split pile is picked group by group, with the sums of each", func(t *testing.T) {
		t.Parallel()
		got := text(t, written(t, lists.PickingPDF, splitPile()))
		assert.Regexp(t, `(?s)w-2.*1 línea · 1 unidad.*w-1.*1 línea · 3 unidades.*Total: 3 pedidos · 2 líneas · 4 unidades`, got)
	})
	t.Run("the page count is no text that a name could hold", func(t *testing.T) {
		t.Parallel()
		p := lists.Pile{Orders: []lists.Order{{Position: 1, Number: "1", Items: []lists.Item{{Name: "{pages} \x02\x03\x02\x03 {nb}", Quantity: 1}}}}}
		assert.Contains(t, text(t, written(t, lists.PackingPDF, p)), "{pages} {nb}")
	})
}

// longPile has orders of up to 90 items.
func longPile() lists.Pile {
	return lists.Pile{Orders: lo.Times(300, func(i int) lists.Order {
		return lists.Order{Position: i + 1, Number: fmt.Sprintf("N%05dN", i), Items: lo.Times(i%90, func(n int) lists.Item {
			return lists.Item{SKU: fmt.Sprintf("I%dx%dI", i, n), Name: strings.Repeat("nombre ", n%12), Quantity: 1}
		})}
	})}
}

var onThisPage = regexp.MustCompile(`En esta página: (?:(\d+) pedidos? · )?\d+ líneas? · (\d+) unidad`)

func TestALongListHasEveryRowOnce(t *testing.T) {
	t.Parallel()
	many := longPile()
	pages, err := pdf.Texts(written(t, lists.PackingPDF, many))
	require.NoError(t, err)
	words := lo.CountValues(strings.Fields(strings.Join(pages, "\n")))
	continued := 0
	for _, o := range many.Orders {
		on := words[o.Number]
		assert.Positive(t, on, o.Number)
		continued += on - 1
		for _, item := range o.Items {
			assert.Equal(t, 1, words[item.SKU], item.SKU)
		}
	}
	assert.Positive(t, continued)
	assert.Equal(t, continued, words["(continúa)"], "its number stands on each page on which it goes on")
	assert.Equal(t, continued, strings.Count(strings.Join(pages, "\n"), "sigue en la página siguiente"))
	orders, units := 0, 0
	for n, page := range pages {
		assert.Contains(t, page, "Pedido", "the headings")
		assert.Contains(t, page, fmt.Sprintf("Página %d de %d", n+1, len(pages)))
		sums := onThisPage.FindStringSubmatch(page)
		require.NotNil(t, sums, page)
		o, _ := strconv.Atoi(sums[1]) // none begins on a page
		u, err := strconv.Atoi(sums[2])
		require.NoError(t, err)
		orders, units = orders+o, units+u
	}
	sum := lo.SumBy(many.Orders, func(o lists.Order) int { return len(o.Items) })
	assert.Contains(t, pages[len(pages)-1], fmt.Sprintf("Total: 300 pedidos · %d líneas · %d unidades", sum, sum))
	assert.Equal(t, sum, units, "the pages add up")
	assert.Equal(t, 300, orders)
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
		{Position: 1, Number: hostile, Group: hostile, Channel: hostile, Courier: hostile, Tracking: hostile, Items: []lists.Item{{SKU: hostile, Name: hostile, Quantity: -1 << 62}}},
	}}
	for _, write := range []func(io.Writer, lists.Pile) error{lists.PickingWorkbook, lists.PackingWorkbook, lists.PickingPDF, lists.PackingPDF} {
		assert.NotEmpty(t, written(t, write, p))
	}
}
