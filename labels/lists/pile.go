package lists

import (
	"cmp"
	"slices"
	"time"

	"github.com/despacho/despacho/labels/natural"
)

// Pile is what was printed, in the order of the pile.
type Pile struct {
	Merchant, Run string
	// Sort is the order of the pile, as the manifest states it.
	Sort string
	// Made stands in the files' properties.
	Made time.Time
	// Bins tells in which bin a SKU lies; without it the lists have no bins.
	Bins map[string]string
	// Split: the pile lies in groups that somebody asked for, and is picked so.
	Split  bool
	Orders []Order
}

// Order is a printed order. Group is what the pile was split by; empty when it
// was not.
type Order struct {
	Position                                  int
	Number, Group, Channel, Courier, Tracking string
	Items                                     []Item
	// PartlyCancelled: the channel has cancelled some of its items.
	PartlyCancelled bool
}

// Item is a SKU of an order and how many of it.
type Item struct {
	SKU      string
	Quantity int
}

// pick is a row of the picking list: a SKU, for all orders of a group.
type pick struct {
	group, bin, sku  string
	quantity, orders int
}

// picks sums up the items of a pile by bin and SKU in natural order; of a split
// one by group before, as they follow one another.
func (p Pile) picks() []pick {
	var all []*pick
	groups, places := map[string]int{}, map[[2]string]*pick{}
	for _, order := range p.Orders {
		group := ""
		if p.Split {
			group = order.Group
		}
		if _, known := groups[group]; !known {
			groups[group] = len(groups)
		}
		for sku, quantity := range quantities(order.Items) {
			key := [2]string{group, sku}
			if places[key] == nil {
				places[key] = &pick{group: group, bin: p.Bins[sku], sku: sku}
				all = append(all, places[key])
			}
			places[key].quantity += quantity
			places[key].orders++
		}
	}
	slices.SortFunc(all, func(a, b *pick) int {
		return cmp.Or(cmp.Compare(groups[a.group], groups[b.group]), natural.Compare(a.bin, b.bin), natural.Compare(a.sku, b.sku))
	})
	picks := make([]pick, len(all))
	for i, one := range all {
		picks[i] = *one
	}
	return picks
}

func quantities(items []Item) map[string]int {
	sums := map[string]int{}
	for _, item := range items {
		sums[item.SKU] += item.Quantity
	}
	return sums
}

// partlyCancelled is what a packer reads of an order some items of which are cancelled.
var partlyCancelled = Text{"¡Cancelado en parte! Revisar en el canal", "Cancelado em parte! Conferir no canal", "Partly cancelled! Look at it on the channel"}

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

// units is how many pieces the pile takes.
func (p Pile) units() int {
	sum := 0
	for _, order := range p.Orders {
		for _, item := range order.Items {
			sum += item.Quantity
		}
	}
	return sum
}
