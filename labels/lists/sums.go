package lists

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/natural"
)

// pick is a row of the picking list: one product for all orders of a group.
type pick struct {
	group, bin string
	Item
	orders int
}

// picks adds up the items of a pile by bin and SKU in natural order; of a split pile by group
// first, in the order of the groups.
func (p Pile) picks() []pick {
	type place struct {
		group   string
		product Item
	}
	var all []*pick
	groups, places := map[string]int{}, map[place]*pick{}
	for _, order := range p.Orders {
		group := lo.Ternary(p.Split, order.Group, "")
		if _, known := groups[group]; !known {
			groups[group] = len(groups)
		}
		for _, item := range summed(order.Items) {
			key := place{group, item.product()}
			one := places[key]
			if one == nil {
				one = &pick{group: group, bin: p.Bins[item.SKU], Item: item.product()}
				places[key] = one
				all = append(all, one)
			}
			one.Name = cmp.Or(one.Name, item.Name)
			one.Quantity += item.Quantity
			one.orders++
		}
	}
	slices.SortFunc(all, func(a, b *pick) int {
		return cmp.Or(cmp.Compare(groups[a.group], groups[b.group]), natural.Compare(a.bin, b.bin), natural.Compare(a.SKU, b.SKU), natural.Compare(a.Name, b.Name))
	})
	return lo.Map(all, func(one *pick, _ int) pick { return *one })
}

// pickingSort is the order of picks.
func (p Pile) pickingSort() string { return lo.Ternary(p.Bins == nil, "sku", "bin,sku") }

// summed adds up items by product, in the order in which they come.
func summed(items []Item) []Item {
	var sums []Item
	places := map[Item]int{}
	for _, item := range items {
		at, known := places[item.product()]
		if !known {
			places[item.product()] = len(sums)
			sums = append(sums, item)
			continue
		}
		sums[at].Quantity += item.Quantity
		sums[at].Name = cmp.Or(sums[at].Name, item.Name)
	}
	return sums
}

// tally counts what a list, or a part of it, holds.
type tally struct{ orders, lines, units int }

func (t *tally) add(more tally) {
	t.orders += more.orders
	t.lines += more.lines
	t.units += more.units
}

func (t tally) String() string {
	words := counted(t.lines, "línea") + " · " + lo.Ternary(t.units == 1, "1 unidad", fmt.Sprintf("%d unidades", t.units))
	if t.orders > 0 {
		return counted(t.orders, "pedido") + " · " + words
	}
	return words
}

// counted is a number of things whose plural ends in s.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (o Order) tally() tally {
	return tally{1, len(o.Items), lo.SumBy(o.Items, func(i Item) int { return i.Quantity })}
}

func (p Pile) tally() tally {
	var all tally
	for _, o := range p.Orders {
		all.add(o.tally())
	}
	return all
}

// sellerTally is what the list holds of one shop.
type sellerTally struct {
	channel, shop string
	tally
}

// sellers are the sums of each shop, in natural order; none for one alone.
func (p Pile) sellers() []sellerTally {
	sums := map[[2]string]tally{}
	for _, o := range p.Orders {
		sum := sums[[2]string{o.Channel, o.Shop}]
		sum.add(o.tally())
		sums[[2]string{o.Channel, o.Shop}] = sum
	}
	if len(sums) < 2 {
		return nil
	}
	all := lo.MapToSlice(sums, func(name [2]string, sum tally) sellerTally { return sellerTally{name[0], name[1], sum} })
	slices.SortFunc(all, func(a, b sellerTally) int {
		return cmp.Or(natural.Compare(a.channel, b.channel), natural.Compare(a.shop, b.shop))
	})
	return all
}
