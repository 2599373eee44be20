package page

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

func TestThePageNamesProductsAndShops(t *testing.T) {
	t.Parallel()
	row := func(position int, id, name string, items ...contract.Item) contract.ManifestRow {
		return contract.ManifestRow{Position: &position, OrderNumber: id, ConnectionID: id, ConnectionName: name, Channel: "mercadolibre", Outcome: contract.Labelled, Items: items}
	}
	html := pageOf(t, contract.RunResult{}, contract.Manifest{Rows: []contract.ManifestRow{
		row(1, "c1", "Tienda Norte", contract.Item{SKU: "A-2", Name: "Polerón <azul>", Quantity: 2}, contract.Item{Name: "Cinta", Quantity: 1}),
		row(2, "c2", "Loja do Sul", contract.Item{Quantity: 3}),
	}})
	assert.Contains(t, html, "<td>Mercado Libre · Tienda Norte</td><td class=\"items\">2 × A-2 Polerón &lt;azul&gt;, 1 × Cinta</td>")
	assert.Contains(t, html, "<td>Mercado Libre · Loja do Sul</td><td class=\"items\">3 × sin SKU</td>")
}
