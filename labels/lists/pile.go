package lists

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// Pile is what was printed, in the order of the pile.
type Pile struct {
	// Merchant is the seller's name; empty when only an id is known.
	Merchant, Run string
	// Sort is the order of the pile, as stated in the manifest.
	Sort string
	// Made is the time written to the files' properties.
	Made time.Time
	// Bins gives the bin of each SKU; without it the lists have no bins.
	Bins map[string]string
	// Split: somebody asked for the pile in groups, and it is picked group by group.
	Split  bool
	Orders []Order
}

// Order is a printed order. Group is the part of the pile that it belongs to; empty if the pile was
// not split. Shop tells it from those of other shops on its channel; empty where there is one alone.
type Order struct {
	Position                                        int
	Number, Group, Channel, Shop, Courier, Tracking string
	Items                                           []Item
	// PartlyCancelled: the channel cancelled some of its items.
	PartlyCancelled bool
}

// Item is a product of an order and its quantity. The hub may name its SKU, the product, both or
// neither.
type Item struct {
	SKU      string
	Name     string
	Quantity int
}

// withoutSKU stands where an item has no SKU.
const withoutSKU = "sin SKU"

// Title is what a packer calls the item: its SKU, else its name.
func (i Item) Title() string { return cmp.Or(i.SKU, i.Name, withoutSKU) }

// String is the item in words: "2 × POLERA-M Polera manga corta".
func (i Item) String() string {
	words := fmt.Sprintf("%d × %s", i.Quantity, i.Title())
	if i.SKU != "" && i.Name != "" {
		words += " " + i.Name
	}
	return words
}

func (i Item) skuWords() string { return cmp.Or(i.SKU, withoutSKU) }

// product tells the item from others: items without a SKU by name.
func (i Item) product() Item {
	if i.SKU != "" {
		return Item{SKU: i.SKU}
	}
	return Item{Name: i.Name}
}

// seller is the channel with the shop on it.
func (o Order) seller() string {
	return strings.Join(lo.Compact([]string{o.Channel, o.Shop}), " · ")
}

// partlyCancelled is what a packer reads on an order of which some items are cancelled.
var partlyCancelled = Text{"¡Cancelado en parte! Revisar en el canal", "Cancelado em parte! Conferir no canal"}

func (o Order) notice() string {
	if o.PartlyCancelled {
		return partlyCancelled.String()
	}
	return ""
}

func (p Pile) noticed() bool {
	return slices.ContainsFunc(p.Orders, func(o Order) bool { return o.PartlyCancelled })
}

func (p Pile) grouped() bool {
	return slices.ContainsFunc(p.Orders, func(o Order) bool { return o.Group != "" })
}

func (p Pile) severalShops() bool {
	return slices.ContainsFunc(p.Orders, func(o Order) bool { return o.Shop != "" })
}
