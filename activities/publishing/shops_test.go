package publishing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/multivende/sandbox"
)

const longName = "Polerón de algodón orgánico con capucha para niño, talla 10, azul"

// twoShops has labels of two shops of one channel and of a third alone on its own, each with two orders of
// a named item and one without an SKU.
func twoShops(t *testing.T) *printed {
	t.Helper()
	p := prints(t, 0, nil)
	listed, err := p.Client.Connections(t.Context())
	require.NoError(t, err)
	shops := lo.Filter(activities.ConnectionsOf(listed, nil), func(c activities.Connection, _ int) bool {
		return c.Provider == "mercadolibre" || c.Provider == "coppel"
	})
	require.Len(t, shops, 3)
	for s, shop := range shops {
		scope := p.Scope("mercadolibre")
		scope.Connection = shop
		truth := p.Of(scope, sandbox.FateLabelable)[:2]
		orders := activitiestest.OrdersOfReport(scope, truth)
		for i := range orders {
			orders[i].OrderNumber, orders[i].Courier, orders[i].ShippingMode = fmt.Sprintf("N-%d%d", s, i), "Starken", "cross_docking"
			orders[i].Items = []contract.Item{{SKU: "A-2", Name: lo.Ternary(i == 0, longName, ""), Quantity: 1 + s}, {Name: "Cinta", Quantity: 2}}
			p.truth[truth[i].ID] = truth[i]
		}
		p.collects(scope, 1, orders...)
		p.in.Connections = append(p.in.Connections, RunConnection{Connection: shop, Rest: notReady})
	}
	p.in.Sort, p.in.Lists, p.in.Separators, p.in.Stamp = "order", true, true, true
	return p
}

func (p *printed) list(l contract.ListFile) []byte {
	p.Helper()
	data, err := p.Store.ReadAll(p.Context(), l.Key, activities.SingleLimit)
	require.NoError(p, err)
	return data
}

func (p *printed) workbook(l contract.ListFile) [][]string {
	p.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(p.list(l)))
	require.NoError(p, err)
	rows, err := book.GetRows(book.GetSheetName(0))
	require.NoError(p, err)
	return rows
}

func TestListsNameProductsAndShops(t *testing.T) {
	t.Parallel()
	p := twoShops(t)
	published := p.publish()
	manifest, _ := p.manifest()
	require.Len(t, published.Lists, 4)
	t.Run("the packing list as a workbook", func(t *testing.T) {
		rows := p.workbook(published.Lists[2])
		tracking := lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) string { return r.TrackingNumber })
		var want [][]string
		for i, shop := range []string{"Tienda Norte", "Loja do Sul", ""} {
			for n := range 2 {
				at := 2*i + n
				channel := lo.Ternary(shop == "", "Coppel", "Mercado Libre")
				want = append(want,
					[]string{fmt.Sprint(at + 1), fmt.Sprintf("N-%d%d", i, n), channel, shop, "Starken", "A-2", longName, fmt.Sprint(1 + i), tracking[at]},
					[]string{fmt.Sprint(at + 1), fmt.Sprintf("N-%d%d", i, n), channel, shop, "Starken", "sin SKU", "Cinta", "2", tracking[at]})
			}
		}
		want = append(want, []string{"Total", "6 pedidos", "", "", "", "", "12 líneas", "24"},
			[]string{"", "2 pedidos", "Coppel", "", "", "", "4 líneas", "10"},
			[]string{"", "2 pedidos", "Mercado Libre", "Loja do Sul", "", "", "4 líneas", "8"},
			[]string{"", "2 pedidos", "Mercado Libre", "Tienda Norte", "", "", "4 líneas", "6"})
		assert.Equal(t, want, rows[1:])
	})
	t.Run("the picking list as a workbook", func(t *testing.T) {
		assert.Equal(t, [][]string{{"A-2", longName, "12", "6"}, {"sin SKU", "Cinta", "12", "6"}, {"Total", "2 líneas", "24", "6"}}, p.workbook(published.Lists[0])[1:])
	})
	t.Run("on paper", func(t *testing.T) {
		for _, at := range []int{1, 3} {
			pages, err := pdf.Texts(p.list(published.Lists[at]))
			require.NoError(t, err)
			text := strings.Join(strings.Fields(strings.Join(pages, " ")), " ")
			assert.Contains(t, text, longName)
			assert.Contains(t, text, "sin SKU Cinta")
			assert.Contains(t, text, lo.Ternary(at == 1, "Total: 6 pedidos · 2 líneas · 24 unidades", "Total: 6 pedidos · 12 líneas · 24 unidades"))
			assert.Equal(t, at == 3, strings.Contains(text, "Mercado Libre · Loja do Sul: 2 pedidos · 4 líneas · 8 unidades"))
		}
	})
	t.Run("the page before the labels", func(t *testing.T) {
		require.Len(t, published.Files, 1)
		pieces := p.pieces(published.Files[0])
		for _, want := range []string{"Tienda Norte", "Loja do Sul", "12 _C3_97 A-2 Poler", "12 _C3_97 Cinta"} {
			assert.Contains(t, pieces[0], want)
		}
		assert.NotContains(t, pieces[0], "Coppel", "one shop alone needs no name")
		assert.Contains(t, strings.Join(pieces[1:], ""), "Cinta", "the stamps")
	})
	t.Run("the manifest", func(t *testing.T) {
		assert.Equal(t, []string{"Tienda Norte", "Tienda Norte", "Loja do Sul", "Loja do Sul", "Coppel", "Coppel"},
			lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) string { return r.ConnectionName }))
		assert.Equal(t, []contract.Item{{SKU: "A-2", Name: longName, Quantity: 1}, {Name: "Cinta", Quantity: 2}}, manifest.Rows[1].Items)
	})
	t.Run("names of products stand once in the pile", func(t *testing.T) {
		var pile Pile
		require.NoError(t, p.Store.Get(t.Context(), pileKey(p.in.Merchant, p.in.Run), &pile))
		for _, e := range pile.Entries {
			assert.Equal(t, []string{"", ""}, lo.Map(e.Order.Items, func(i contract.Item, _ int) string { return i.Name }))
		}
	})
}

func TestEachShopMayHaveFilesOfItsOwn(t *testing.T) {
	t.Parallel()
	p := twoShops(t)
	p.in.Group = "shop"
	published := p.publish()
	assert.Equal(t, []string{"Coppel", "Mercado Libre · Loja do Sul", "Mercado Libre · Tienda Norte"},
		lo.Map(published.Files, func(f contract.PrintFile, _ int) string { return f.Group }))
	pages, err := pdf.Texts(p.list(published.Lists[1]))
	require.NoError(t, err)
	assert.Regexp(t, `(?s)Coppel.*2 líneas · 10 unidades.*Mercado Libre · Loja do Sul.*2 líneas · 8 unidades.*Mercado Libre · Tienda Norte`, pages[0])
	assert.Regexp(t, `Loja do\b(?s:.*)Sul\b`, p.pieces(published.Files[1])[0], "in full, on two lines")
	assert.NotContains(t, p.pieces(published.Files[1])[0], "Tienda Norte")
}

func TestAMerchantWithoutANameIsNotCalledByItsID(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "m-4711", merchantWords("m-4711"))
	assert.Empty(t, merchantWords("2b6bd7a9-4a5c-4f0e-8d53-000000000000"))
}

// TestALargePileFitsIntoOneObject holds what the store reads as one object against 2,000 orders, each of
// twenty items with long names.
func TestALargePileFitsIntoOneObject(t *testing.T) {
	t.Parallel()
	items := lo.Times(20, func(i int) contract.Item {
		return contract.Item{SKU: fmt.Sprintf("CAM-10-ROJO-%d", i), Name: strings.Repeat("ñ", 200), Quantity: 2}
	})
	pile := Pile{Entries: withoutNames(lo.Times(2000, func(i int) books.Entry {
		return books.Entry{Order: books.Order{ID: fmt.Sprint(i), Items: items}, Outcome: contract.Labelled}
	}))}
	pile.Manifest.Rows = lo.Times(2000, func(i int) contract.ManifestRow {
		return books.RowOf(books.Entry{Order: books.Order{ID: fmt.Sprint(i), Items: items}, Outcome: contract.Labelled})
	})
	data, err := json.Marshal(pile)
	require.NoError(t, err)
	assert.Less(t, len(data), 64<<20)
}
