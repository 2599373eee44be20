package orders

import (
	"context"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

// fillFromSales takes from an order's sales what the books keep of it. Of a delivery of several sales
// each shows its own items alone, so the others are read for theirs: unless the delivery itself has shown
// them all and the run is not for one warehouse.
func (r *SaleReader) fillFromSales(ctx context.Context, order *books.Order, sale multivende.Checkout) error {
	unknown := len(order.Items) == 0 && SaleOf(sale, r.In.Connection.Table()).Good()
	var others []multivende.Checkout
	if unknown || r.In.Warehouse != "" && len(order.Warehouses) > 0 {
		var err error
		if others, err = r.otherSales(ctx, *order, sale.ID); err != nil {
			return err
		}
	}
	FillFromSale(order, sale)
	for _, other := range others {
		d, ok := lo.Find(other.DeliveryOrders, func(d multivende.DeliveryOrder) bool { return d.ID == order.ID })
		if !ok {
			continue
		}
		if len(order.Warehouses) > 0 {
			placeAt(order, append(itemWarehouses(d), order.Warehouses...))
		}
		if unknown {
			items := lo.Ternary(len(other.DeliveryOrders) < 2, itemsOfSale(other.Items), itemsOfDelivery(d.Items))
			order.Items = addedUp(slices.Concat(order.Items, items))
		}
	}
	return nil
}

// otherSales reads the sales of a delivery besides the one that was read; those that the hub does not show
// are left out.
func (r *SaleReader) otherSales(ctx context.Context, order books.Order, read string) ([]multivende.Checkout, error) {
	var others []multivende.Checkout
	for _, id := range lo.Without(lo.Compact(append([]string{order.CheckoutID}, order.OtherCheckouts...)), read) {
		checkout, err := r.Hub.Checkout(ctx, id)
		if activities.OfOneObject(err) || activities.NoSuchRoute(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		others = append(others, checkout)
	}
	return others, nil
}
