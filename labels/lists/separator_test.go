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
		Run: "run_7^~", Group: "Mercado Libre · Flex", File: 1, Files: 3, Labels: 120, Orders: 118, First: 7, Last: 124, Sort: "single-first,deadline,order",
		Shops:   []lists.NamedCount{{"Mercado Libre · Tienda Norte", 80}, {"Mercado Libre · Loja do Sul", 40}},
		Items:   []lists.Item{{SKU: "HAT", Quantity: 1}, {SKU: "MUG", Quantity: 2}, {Name: "Sombrero de paja", Quantity: 3}, {SKU: "MUG", Name: "Taza roja", Quantity: 3}, {Quantity: 2}},
		Parcels: []lists.NamedCount{{"Ñandú Envíos", 70}, {"Sin courier", 50}},
		Missing: []lists.Missing{
			{Count: 3, Why: lists.Text{Spanish: "Aún no disponible", Portuguese: "Ainda não disponível"}, Example: "A-77"},
			{Count: 1, Why: lists.Text{Spanish: "Cancelado", Portuguese: "Cancelado"}, Example: "A-78", Never: true},
		},
	}
}

// words are the texts on a page, read from its ZPL and from its PDF.
func words(t *testing.T, p lists.Page) map[string]string {
	t.Helper()
	units, report := zpl.Split(p.ZPL())
	require.Len(t, units, 1)
	assert.Empty(t, report.Broken)
	assert.Empty(t, report.Removed, "a printer gets only drawing commands")
	data, err := p.PDF(288, 432)
	require.NoError(t, err)
	texts, err := pdf.Texts(data)
	require.NoError(t, err)
	require.Len(t, texts, 1)
	return map[string]string{"zpl": strings.Join(zpl.Texts(units[0]), "\n"), "pdf": texts[0]}
}

func TestSeparatorsSayWhatAPackerNeeds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		page lists.Page
		says []string
	}{
		"before the labels: how many, in which order": {sampleSeparator().Opening(), []string{
			"INICIO", "início", "Mercado Libre · Flex", "120", "etiquetas", "7 - 124", "118",
			"Ordenado por: primero los pedidos de un", "después los mixtos", "Ordem: primeiro", "prazo de", "run_7^~ · 1 / 3",
			"Mercado Libre · Tienda Norte", "80", "Contenido", "4 líneas · 11 unidades", "5 × MUG Taza roja", "3 × Sombrero de paja", "2 × sin SKU", "1 × HAT",
		}},
		"behind them: parcels by courier, what is missing and why": {sampleSeparator().Closing(), []string{
			"FIN", "fim", "120 etiquetas", "118 pedidos", "Ñandú Envíos", "70", "Sin courier", "50", "FALTAN", "3 pedidos", "No llevan etiqueta", "1 pedido",
			"3 × Aún no disponible", "Ainda não disponível", "A-77, …", "1 × Cancelado", "A-78",
		}},
		"and when nothing is missing": {lists.Separator{Labels: 1, Orders: 1}.Closing(), []string{"1 etiqueta", "1 pedido", "No falta ninguna", "não falta nenhuma"}},
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
	s.Parcels = lo.Times(30, func(i int) lists.NamedCount { return lists.NamedCount{Name: fmt.Sprintf("courier %d", i), Count: 2} })
	s.Missing = lo.Times(30, func(i int) lists.Missing {
		return lists.Missing{Count: 3, Why: lists.Text{Spanish: fmt.Sprint("motivo ", i)}}
	})
	for format, text := range words(t, s.Closing()) {
		assert.Contains(t, text, "courier 4", format)
		assert.NotContains(t, text, "courier 5", format)
		assert.Contains(t, text, "otros / outros (25)", format)
		assert.Contains(t, text, "50", format)
		assert.Contains(t, text, "90 pedidos", format)
		assert.Contains(t, text, "78 × otros motivos", format)
	}
	hostile := strings.Repeat("^XZ~JR_\\\x00é", 5_000)
	s = lists.Separator{Run: hostile, Group: hostile, Sort: hostile, Parcels: []lists.NamedCount{{hostile, 1}}, Missing: []lists.Missing{{Count: 1, Why: lists.Text{hostile, hostile}, Example: hostile}, {Count: 1, Why: lists.Text{hostile, hostile}, Example: hostile, Never: true}}}
	for _, page := range []lists.Page{s.Opening(), s.Closing()} {
		words(t, page)
	}
}

func TestShopsWithLongNamesAreToldApart(t *testing.T) {
	t.Parallel()
	names := []string{"Mercado Libre · Tienda Oficial de Deportes Norte", "Mercado Libre · Tienda Oficial de Deportes Sur"}
	s := lists.Separator{Labels: 2, Shops: []lists.NamedCount{{names[0], 1200}, {names[1], 1}}}
	for format, text := range words(t, s.Opening()) {
		assert.Subset(t, strings.Split(text, "\n"), names, format)
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
		Spanish: "courier › número de pedido › del último al primero", Portuguese: "transportadora › número do pedido › do último ao primeiro",
	}, lists.SortWords("courier, order,reverse"))
	assert.Equal(t, "new key", lists.SortWords("new key").Spanish)
	assert.Empty(t, lists.SortWords(""))
}
