package activities

import (
	"context"
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
	if ids := itemWarehouses(d); !ownKnown && len(ids) > 0 {
		placeAt(order, ids)
	}
}

func itemWarehouses(d multivende.DeliveryOrder) []string {
	return lo.FilterMap(d.Items, func(i multivende.DeliveryItem, _ int) (string, bool) { return i.WarehouseID, i.WarehouseID != "" })
}

// placeAt puts an order where its items are.
func placeAt(order *books.Order, ids []string) {
	ids = lo.Uniq(ids)
	slices.Sort(ids)
	order.WarehouseID, order.Warehouses = lo.Ternary(len(ids) == 1, ids[0], ""), ids
}

// placeByAllSales reads, for a run of one warehouse, the further sales of a delivery: each shows its own
// items alone.
func (r *saleReader) placeByAllSales(ctx context.Context, order *books.Order, read string) error {
	if r.in.Warehouse == "" || len(order.Warehouses) == 0 {
		return nil
	}
	for _, id := range lo.Without(lo.Compact(append([]string{order.CheckoutID}, order.OtherCheckouts...)), read) {
		checkout, err := r.hub.Checkout(ctx, id)
		if ofOneObject(err) || noSuchRoute(err) {
			continue
		}
		if err != nil {
			return err
		}
		for _, d := range checkout.DeliveryOrders {
			if d.ID == order.ID {
				placeAt(order, append(itemWarehouses(d), order.Warehouses...))
			}
		}
	}
	return nil
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
