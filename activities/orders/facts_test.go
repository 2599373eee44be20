package orders

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

func TestItemsOfOneSKUAreAddedUp(t *testing.T) {
	t.Parallel()
	sale := multivende.Checkout{Items: []multivende.CheckoutItem{
		{SKU: "MUG", Quantity: 1}, {SKU: "HAT", Quantity: 2}, {Quantity: 5}, {SKU: "MUG", Quantity: 3},
	}}
	var order books.Order
	FillFromSale(&order, sale)
	assert.Equal(t, []contract.Item{{SKU: "MUG", Quantity: 4}, {SKU: "HAT", Quantity: 2}, {Quantity: 5}}, order.Items)
}

func TestItemsWithoutAnSKUAreToldApartByTheirNames(t *testing.T) {
	t.Parallel()
	sale := multivende.Checkout{Items: []multivende.CheckoutItem{
		{Name: "Sombrero", Quantity: 1}, {Name: "Sombrero, L", Quantity: 2}, {Name: "Sombrero", Quantity: 3}, {SKU: "MUG", Quantity: 1}, {SKU: "MUG", Name: "Taza", Quantity: 1},
	}}
	var order books.Order
	FillFromSale(&order, sale)
	assert.Equal(t, []contract.Item{{Name: "Sombrero", Quantity: 4}, {Name: "Sombrero, L", Quantity: 2}, {SKU: "MUG", Name: "Taza", Quantity: 2}}, order.Items)
}

func TestASaleNamesTheItemsOfEachOfItsDeliveries(t *testing.T) {
	t.Parallel()
	sale := multivende.Checkout{
		Items:          []multivende.CheckoutItem{{SKU: "MUG", Name: "Taza", Quantity: 3}, {SKU: "HAT", Name: "Sombrero", Quantity: 1}, {Name: "Cinta", Quantity: 1}},
		DeliveryOrders: []multivende.DeliveryOrder{{ID: "d-1"}, {ID: "d-2"}},
	}
	order := books.Order{Items: []contract.Item{{SKU: "MUG", Quantity: 1}, {Quantity: 2}, {SKU: "HAT", Name: "Gorro", Quantity: 1}}}
	FillFromSale(&order, sale)
	assert.Equal(t, []contract.Item{{SKU: "MUG", Name: "Taza", Quantity: 1}, {Quantity: 2}, {SKU: "HAT", Name: "Gorro", Quantity: 1}}, order.Items)
}

func TestNamesOfProductsAreBoundedAndClean(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"  Taza\t roja\x00\x1b[2J\n": "Taza roja [2J",
		"a\u202eb\u200bc\ufffdd":     "abc d",
		"👩\u200d🚀 café ñandú":        "👩\u200d🚀 café ñandú",
		strings.Repeat("ñ", 200):     strings.Repeat("ñ", 200),
		strings.Repeat("快", 201):     strings.Repeat("快", 199) + "…",
	} {
		assert.Equal(t, want, productName(name))
	}
}

// TestAPageOfLongNamesIsSmall holds what the store writes for a full page: names go to the store alone.
func TestAPageOfLongNamesIsSmall(t *testing.T) {
	t.Parallel()
	item := contract.Item{SKU: "CAM-10-ROJO", Name: productName(strings.Repeat("快", 300)), Quantity: 2}
	order := books.Order{ID: "d", Items: slices.Repeat([]contract.Item{item}, 20)}
	data, err := json.Marshal(books.Page{Ready: slices.Repeat([]books.Order{order}, activities.ChunkSize)})
	require.NoError(t, err)
	assert.Less(t, len(data), 1<<20)
}
