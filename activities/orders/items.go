package orders

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

func itemsOfDelivery(items []multivende.DeliveryItem) []contract.Item {
	return addedUp(lo.Map(items, func(i multivende.DeliveryItem, _ int) contract.Item {
		return contract.Item{SKU: i.SKU, Name: productName(i.Name), Quantity: i.Quantity}
	}))
}

func itemsOfSale(items []multivende.CheckoutItem) []contract.Item {
	return addedUp(lo.Map(items, func(i multivende.CheckoutItem, _ int) contract.Item {
		return contract.Item{SKU: i.SKU, Name: productName(i.Name), Quantity: i.Quantity}
	}))
}

// addedUp are lines by product, in the order in which they came: whoever packs takes all of a product
// at once. Lines without a SKU are told apart by their names.
func addedUp(lines []contract.Item) []contract.Item {
	var items []contract.Item
	places := map[contract.Item]int{}
	for _, line := range lines {
		product := contract.Item{SKU: line.SKU}
		if line.SKU == "" {
			product.Name = line.Name
		}
		at, known := places[product]
		if !known {
			places[product] = len(items)
			items = append(items, line)
			continue
		}
		items[at].Quantity += line.Quantity
		items[at].Name = cmp.Or(items[at].Name, line.Name)
	}
	return items
}

// fillItems takes an order's items from its sale. The items of one of several deliveries, and of a
// delivery of several sales, stay as the delivery has them; the sale gives their names.
func fillItems(order *books.Order, sale multivende.Checkout) {
	items := itemsOfSale(sale.Items)
	alone := len(sale.DeliveryOrders) < 2 && len(order.OtherCheckouts) == 0
	if len(items) > 0 && (alone || len(order.Items) == 0) {
		order.Items = items
		return
	}
	names := lo.SliceToMap(items, func(i contract.Item) (string, string) { return i.SKU, i.Name })
	order.Items = lo.Map(order.Items, func(i contract.Item, _ int) contract.Item {
		if i.SKU != "" {
			i.Name = cmp.Or(i.Name, names[i.SKU])
		}
		return i
	})
}

// longestName is how many letters of a product's name are kept.
const longestName = 200

// productName is a product's name on one line, without what does not print; nothing else that a sale
// says of a product is kept, since buyers write in it.
func productName(name string) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}), " ")
	name = strings.Map(func(r rune) rune {
		if isDirection(r) {
			return -1
		}
		return r
	}, name)
	letters := []rune(name)
	if len(letters) > longestName {
		return strings.TrimSpace(string(letters[:longestName-1])) + "…"
	}
	return name
}

// isDirection is true for the marks that reverse or hide text.
func isDirection(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200d' // the joiner of emoji
}
