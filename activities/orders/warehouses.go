package orders

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// placeIn notes in which warehouse an order lies: the delivery's own or, where that names none, those
// of its items (guide, "fulfilledWarehouseId").
func placeIn(order *books.Order, d multivende.DeliveryOrder) {
	if d.WarehouseID != "" {
		order.WarehouseID, order.Warehouses = d.WarehouseID, nil
	}
	order.WarehouseName = cmp.Or(d.WarehouseName, order.WarehouseName)
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

// ofOtherWarehouse is the verdict on an order of which nothing lies in the run's warehouse.
func ofOtherWarehouse(order books.Order, warehouse string) (verdict, bool) {
	all := order.InWarehouses()
	switch {
	case warehouse == "" || slices.Contains(all, warehouse):
		return verdict{}, false
	case order.Named:
		return endsAs(contract.Rejected, wording.Reason(contract.WhyNotInWarehouse, "warehouse", warehouse)), true
	case len(all) == 0:
		return verdict{gone: true, leftOut: contract.NoWarehouse}, true
	}
	return verdict{gone: true, leftOut: contract.OtherWarehouse}, true
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
		which += fmt.Sprintf(", +%d", more)
	}
	return endsAs(contract.HeldBack, wording.Reason(contract.WhyInSeveralWarehouses, "warehouses", which)), true
}
