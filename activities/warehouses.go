package activities

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

// placeIn notes in which warehouse an order lies: the delivery's own or, where that names none, those
// of its items (guide, "fulfilledWarehouseId").
func placeIn(order *books.Order, d multivende.DeliveryOrder) {
	if d.WarehouseID != "" {
		order.WarehouseID, order.Warehouses = d.WarehouseID, nil
	}
	order.WarehouseName = lo.CoalesceOrEmpty(d.WarehouseName, order.WarehouseName)
	ownKnown := order.WarehouseID != "" && len(order.Warehouses) == 0
	ids := lo.Uniq(lo.FilterMap(d.Items, func(i multivende.DeliveryItem, _ int) (string, bool) { return i.WarehouseID, i.WarehouseID != "" }))
	if ownKnown || len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	order.WarehouseID, order.Warehouses = lo.Ternary(len(ids) == 1, ids[0], ""), ids
}

// ofOtherWarehouse is the verdict on an order of which nothing lies in the run's warehouse.
func ofOtherWarehouse(order books.Order, warehouse string) (verdict, bool) {
	all := order.InWarehouses()
	switch {
	case warehouse == "" || slices.Contains(all, warehouse):
		return verdict{}, false
	case order.Named:
		return ends(books.Rejected, "the order is not of warehouse "+warehouse), true
	case len(all) == 0:
		return verdict{gone: true, leftOut: books.NoWarehouse}, true
	}
	return verdict{gone: true, leftOut: books.OtherWarehouse}, true
}

// inSeveralWarehouses is the verdict on an order that a run for one warehouse would print for its part
// alone, and the run for the other again. A person who names it has seen it.
func inSeveralWarehouses(order books.Order, warehouse string) (verdict, bool) {
	if warehouse == "" || order.Named || !order.InSeveralWarehouses() {
		return verdict{}, false
	}
	const named = 2
	which := strings.Join(order.Warehouses[:min(len(order.Warehouses), named)], ", ")
	if more := len(order.Warehouses) - named; more > 0 {
		which += fmt.Sprintf(" and %d more", more)
	}
	return ends(books.HeldBack, "its items lie in several warehouses ("+which+"): print it without --warehouse, or name it with --order"), true
}
