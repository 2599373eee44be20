package books

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/labels/natural"
)

// GroupBy is what a pile is split by: one joined file a format for each group.
type GroupBy string

// What a pile can be split by.
const (
	GroupNone      GroupBy = ""
	GroupChannel   GroupBy = "channel"
	GroupCourier   GroupBy = "courier"
	GroupWarehouse GroupBy = "warehouse"
)

// ParseGroup reads what a pile is split by; "none" is GroupNone.
func ParseGroup(text string) (GroupBy, error) {
	switch group := GroupBy(text); group {
	case GroupNone, GroupChannel, GroupCourier, GroupWarehouse:
		return group, nil
	case "none":
		return GroupNone, nil
	}
	return GroupNone, fmt.Errorf("there is no grouping by %q; there are none, %s, %s, %s", text, GroupChannel, GroupCourier, GroupWarehouse)
}

// Group is the part of a pile that goes into files of its own.
type Group struct {
	// Name is the channel's slug, the courier or the warehouse; empty when the
	// pile is not split, or where an order has none.
	Name string
	// Apart: labels that lie by themselves whether the pile is split or not,
	// because their carrier scans them in an app (Mercado Libre Flex).
	Apart bool

	// warehouse is its id: two may have one name.
	warehouse string
}

// GroupOf tells to which group an order belongs.
func (g GroupBy) GroupOf(o Order) Group {
	group := Group{Apart: channels.ModeOf(o.Channel, o.ShippingMode).Apart}
	switch g {
	case GroupChannel:
		group.Name = o.Channel
	case GroupCourier:
		group.Name = o.Courier
	case GroupWarehouse:
		ids := strings.Join(o.InWarehouses(), " + ")
		group.Name, group.warehouse = cmp.Or(o.WarehouseName, ids), ids
	}
	return group
}

// NameWarehouses gives all orders of a warehouse the name that the first of them
// tells; the hub does not send it with each. One of several bears all their names.
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

// NameCouriers gives all orders of a courier one name: the one that name gives for what their channel
// writes, and of spellings that differ in case, accents and punctuation only the most frequent.
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

// apartWord names what lies apart.
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

// Grouped splits entries into groups and sorts each. Groups follow one another
// by name in natural order, orders without one last, and what lies apart behind
// the rest of its name. Positions run on from one group to the next.
func (s Sort) Grouped(entries []Entry, by GroupBy) []GroupedPile {
	parts := lo.GroupBy(entries, func(e Entry) Group { return by.GroupOf(e.Order) })
	groups := lo.MapToSlice(parts, func(g Group, entries []Entry) GroupedPile { return GroupedPile{g, s.Pile(entries)} })
	slices.SortFunc(groups, func(a, b GroupedPile) int {
		return cmp.Or(natural.Compare(a.Group.Name, b.Group.Name), natural.Compare(a.Group.warehouse, b.Group.warehouse), compareBools(b.Group.Apart, a.Group.Apart))
	})
	return groups
}
