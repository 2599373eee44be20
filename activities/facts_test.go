package activities

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

func TestItemsOfOneSKUAreAddedUp(t *testing.T) {
	t.Parallel()
	sale := multivende.Checkout{Items: []multivende.CheckoutItem{
		{SKU: "MUG", Quantity: 1}, {SKU: "HAT", Quantity: 2}, {Quantity: 5}, {SKU: "MUG", Quantity: 3},
	}}
	var order books.Order
	fill(&order, sale)
	assert.Equal(t, []books.Item{{SKU: "MUG", Quantity: 4}, {SKU: "HAT", Quantity: 2}}, order.Items)
}
