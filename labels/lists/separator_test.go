package lists_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

func sampleSeparator() lists.Separator {
	return lists.Separator{
		Run: "wave_7^~", Group: "Mercado Libre · Flex", File: 1, Files: 3, Labels: 120, Orders: 118, First: 7, Last: 124, Sort: "single-first,deadline,order",
		Parcels: []lists.Count{{"Ñandú Envíos", 70}, {"Sin courier", 50}},
		Missing: []lists.Missing{
			{3, lists.Text{Spanish: "Aún no disponible", Portuguese: "Ainda não disponível", English: "Not ready"}, "A-77"},
			{1, lists.Text{Spanish: "Cancelado", Portuguese: "Cancelado", English: "Cancelled"}, "A-78"},
		},
	}
}

// words are what a page says, by its ZPL and by its PDF.
func words(t *testing.T, p lists.Page) map[string]string {
	t.Helper()
	units, report := zpl.Split(p.ZPL())
	require.Len(t, units, 1)
	assert.Empty(t, report.Broken)
	assert.Empty(t, report.Removed, "a printer is told nothing but to draw")
	data, err := p.PDF(288, 432)
	require.NoError(t, err)
	texts, err := pdf.Texts(data)
	require.NoError(t, err)
	require.Len(t, texts, 1)
	return map[string]string{"zpl": strings.Join(zpl.IDs(units[0]), "\n"), "pdf": texts[0]}
}

func TestSeparatorsSayWhatAPackerNeeds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page lists.Page
		says []string
	}{
		"before the labels: how many, in which order": {sampleSeparator().Opening(), []string{
			"INICIO", "início / start", "Mercado Libre · Flex", "120", "etiquetas / labels", "7 - 124", "118",
			"Orden: primero los de un solo SKU", "prazo de", "Order: one-SKU orders first", "wave_7^~ · 1 / 3",
		}},
		"behind them: parcels by courier, what is missing and why": {sampleSeparator().Closing(), []string{
			"FIN", "fim / end", "120 etiquetas", "118 pedidos", "Ñandú Envíos", "70", "Sin courier", "50", "FALTAN", "4 pedidos",
			"3 × Aún no disponible", "Ainda não disponível / Not ready", "A-77, …", "1 × Cancelado", "A-78",
		}},
		"and when nothing is missing": {lists.Separator{Labels: 1, Orders: 1}.Closing(), []string{"1 etiqueta", "1 pedido", "No falta ninguna", "none is missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for format, text := range words(t, c.page) {
				for _, want := range c.says {
					assert.Contains(t, text, want, format)
				}
			}
		})
	}
}

func TestSeparatorsHoldNoMoreThanFits(t *testing.T) {
	t.Parallel()
	s := sampleSeparator()
	s.Parcels = lo.Times(30, func(i int) lists.Count { return lists.Count{Name: fmt.Sprintf("courier %d", i), Count: 2} })
	s.Missing = lo.Times(30, func(i int) lists.Missing {
		return lists.Missing{Count: 3, Why: lists.Text{Spanish: fmt.Sprint("motivo ", i)}}
	})
	for format, text := range words(t, s.Closing()) {
		assert.Contains(t, text, "courier 4", format)
		assert.NotContains(t, text, "courier 5", format)
		assert.Contains(t, text, "others (25)", format)
		assert.Contains(t, text, "50", format)
		assert.Contains(t, text, "90 pedidos", format)
		assert.Contains(t, text, "81 × otros motivos", format)
	}
	hostile := strings.Repeat("^XZ~JR_\\\x00é", 5_000)
	s = lists.Separator{Run: hostile, Group: hostile, Sort: hostile, Parcels: []lists.Count{{hostile, 1}}, Missing: []lists.Missing{{1, lists.Text{hostile, hostile, hostile}, hostile}}}
	for _, page := range []lists.Page{s.Opening(), s.Closing()} {
		words(t, page)
	}
}

func TestSeparatorsFitTheirPaper(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]float64{{288, 432}, {283.46, 425.2}, {283.46, 566.93}, {297.64, 419.53}, {280.63, 595.28}, {396, 612}} {
		data, err := sampleSeparator().Closing().PDF(size[0], size[1])
		require.NoError(t, err)
		document, err := pdf.Check(data, pdf.Limits{})
		require.NoError(t, err)
		require.Len(t, document.Sizes, 1)
		assert.InDelta(t, size[0], document.Sizes[0].Width, 0.02)
		assert.InDelta(t, size[1], document.Sizes[0].Height, 0.02)
		again, err := sampleSeparator().Closing().PDF(size[0], size[1])
		require.NoError(t, err)
		assert.Equal(t, data, again)
	}
}

func TestSortWords(t *testing.T) {
	t.Parallel()
	assert.Equal(t, lists.Text{
		Spanish: "courier › número de pedido › del último al primero", Portuguese: "transportadora › número do pedido › do último ao primeiro", English: "courier › order number › last one first",
	}, lists.SortWords("courier, order,reverse"))
	assert.Equal(t, "new key", lists.SortWords("new key").Spanish)
	assert.Empty(t, lists.SortWords(""))
}
