package books

import (
	"cmp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/natural"
)

// Group is the part of a pile that gets files of its own.
type Group struct {
	// Name is the channel's slug, the channel with its shop, the courier or the warehouse; empty when
	// the pile is not split, or where an order has none.
	Name string
	// Apart: these labels lie by themselves whether or not the pile is split, because their carrier scans
	// them in an app (Mercado Libre Flex).
	Apart bool

	// id is the warehouse's or the connection's: two may share a name.
	id string
}

// GroupOf returns the group of an order.
func GroupOf(g contract.GroupBy, o Order) Group {
	group := Group{Apart: channels.ModeOf(o.Channel, o.ShippingMode).OwnPile}
	switch g {
	case contract.GroupNone:
	case contract.GroupChannel:
		group.Name = o.Channel
	case contract.GroupShop:
		name := channels.BySlug(o.Channel).Name
		group.Name, group.id = strings.Join(lo.Compact([]string{name, lo.Ternary(o.ConnectionName == name, "", o.ConnectionName)}), " · "), o.ConnectionID
	case contract.GroupCourier:
		group.Name = o.Courier
	case contract.GroupWarehouse:
		ids := strings.Join(o.InWarehouses(), " + ")
		group.Name, group.id = cmp.Or(o.WarehouseName, ids), ids
	}
	return group
}

// NameWarehouses gives all orders of a warehouse the first name that any of them has; the hub does not
// send it every time. An order in several warehouses gets all their names.
func NameWarehouses(entries []Entry) {
	names := map[string]string{}
	for _, e := range entries {
		names[e.Order.WarehouseID] = cmp.Or(names[e.Order.WarehouseID], e.Order.WarehouseName)
	}
	for i, e := range entries {
		if e.Order.InSeveralWarehouses() {
			each := lo.Map(e.Order.Warehouses, func(id string, _ int) string { return cmp.Or(names[id], id) })
			entries[i].Order.WarehouseName = strings.Join(each, " + ")
			continue
		}
		entries[i].Order.WarehouseName = names[e.Order.WarehouseID]
	}
}

// NameItems gives all items of a SKU the first name that any of them has; the hub does not send it every
// time.
func NameItems(entries []Entry) {
	names := map[string]string{}
	for _, e := range entries {
		for _, i := range e.Order.Items {
			names[i.SKU] = cmp.Or(names[i.SKU], i.Name)
		}
	}
	for _, e := range entries {
		for n, i := range e.Order.Items {
			if i.SKU != "" {
				e.Order.Items[n].Name = cmp.Or(i.Name, names[i.SKU])
			}
		}
	}
}

// NameCouriers gives all orders of a courier one name: what name returns for the channel's spelling
// and, of spellings that differ only in case, accents and punctuation, the most frequent.
func NameCouriers(entries []Entry, name func(string) string) {
	spellings := map[string]map[string]int{}
	for i := range entries {
		courier := name(entries[i].Order.Courier)
		entries[i].Order.Courier = courier
		key := channels.CourierKey(courier)
		if spellings[key] == nil {
			spellings[key] = map[string]int{}
		}
		spellings[key][courier]++
	}
	for i := range entries {
		counts := spellings[channels.CourierKey(entries[i].Order.Courier)]
		entries[i].Order.Courier = slices.MinFunc(lo.Keys(counts), func(a, b string) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(b, a)) // small letters before capitals
		})
	}
}

// apartWord names the labels that lie apart.
const apartWord = "flex"

func (g Group) String() string {
	if g.Apart {
		return lo.Ternary(g.Name == "", apartWord, g.Name+" "+apartWord)
	}
	return g.Name
}

// GroupedPile is one group of a pile, in order.
type GroupedPile struct {
	Group   Group
	Entries []Entry
}

// Grouped splits entries into groups and sorts each. Groups are ordered by name in natural order, the
// group without a name last, and labels that lie apart behind the rest of their group. Positions
// continue from one group to the next.
func (s SortOrder) Grouped(entries []Entry, by contract.GroupBy) []GroupedPile {
	parts := lo.GroupBy(entries, func(e Entry) Group { return GroupOf(by, e.Order) })
	groups := lo.MapToSlice(parts, func(g Group, entries []Entry) GroupedPile { return GroupedPile{g, s.Pile(entries)} })
	slices.SortFunc(groups, func(a, b GroupedPile) int {
		return cmp.Or(natural.Compare(a.Group.Name, b.Group.Name), natural.Compare(a.Group.id, b.Group.id), compareBools(b.Group.Apart, a.Group.Apart))
	})
	return groups
}
