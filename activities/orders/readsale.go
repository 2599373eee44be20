package orders

import (
	"cmp"
	"context"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Checkout reads the order's sale; further sales of the same delivery are read
// only when the first is not paid and verified. Nil when none is registered; the
// error is [noSuchRoute]'s when that may be for want of a route. Also the connection
// that the delivery order names, where that had to be read.
func (r *SaleReader) Checkout(ctx context.Context, order *books.Order) (*multivende.Checkout, string, error) {
	ids, named := append([]string{order.CheckoutID}, order.OtherCheckouts...), ""
	if order.CheckoutID == "" {
		delivery, err := r.Hub.DeliveryOrder(ctx, order.ID)
		if activities.NoSuchObject(err) {
			return nil, "", nil
		}
		if err != nil {
			return nil, "", err
		}
		RefreshOrder(order, delivery)
		named = delivery.ConnectionID
		ids = lo.Map(delivery.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID })
		order.OtherCheckouts = lo.Drop(ids, 1)
	}
	var best *multivende.Checkout
	var absent error
	for _, id := range lo.Compact(ids) {
		checkout, err := r.sale(ctx, id, order.SaleKept)
		if activities.NoSuchObject(err) || activities.NoSuchRoute(err) {
			absent = err
			continue
		}
		if err != nil {
			return nil, named, err
		}
		if SaleOf(checkout, r.In.Connection.Table()).Good() {
			return &checkout, named, nil
		}
		best = cmp.Or(best, &checkout)
	}
	if best == nil && activities.NoSuchRoute(absent) {
		return nil, named, absent
	}
	return best, named, nil
}

// sale is what this run has kept of a sale, else what the hub says.
func (r *SaleReader) sale(ctx context.Context, id string, kept bool) (multivende.Checkout, error) {
	if kept && !r.In.Again {
		known, err := keptSaleOf(ctx, r.store, r.In.Merchant, r.In.Run, id)
		if known != nil || err != nil {
			return lo.FromPtr(known), err
		}
	}
	return r.Hub.Checkout(ctx, id)
}

// expand brings the delivery orders up to date with those in the sale; an
// order that is known by its sale alone becomes all of the sale's.
func expand(orders []books.Order, checkout multivende.Checkout, connection activities.Connection) []books.Order {
	inSale := lo.KeyBy(checkout.DeliveryOrders, func(d multivende.DeliveryOrder) string { return d.ID })
	whole := false
	var known []books.Order
	for _, order := range orders {
		whole = whole || order.ID == ""
		if d, ok := inSale[order.ID]; ok {
			items := order.Items
			RefreshOrder(&order, d)
			if len(order.OtherCheckouts) > 0 {
				order.Items = items // the sale shows its own alone
			}
		}
		if order.ID != "" {
			known = append(known, order)
		}
	}
	if !whole {
		return known
	}
	for _, d := range checkout.DeliveryOrders {
		if d.ID != "" && !lo.ContainsBy(known, func(o books.Order) bool { return o.ID == d.ID }) {
			order := OrderOf(d, connection)
			order.Named, order.Nameless = orders[0].Named, orders[0].Nameless
			known = append(known, order)
		}
	}
	return known
}

// claimed says under which sale an order was taken up.
type claimed struct {
	Sale string `json:"sale"`
}

// claim says whether the order is taken up under this sale. Orders that are
// known by their sales may belong to several, which are read side by side: the
// first sale has it, once and for all.
func (r *SaleReader) claim(ctx context.Context, order books.Order, sale string) (bool, error) {
	if order.Named || r.In.Connection.Row().StatusFirst == "" {
		return true, nil
	}
	claim := claimed{Sale: sale}
	key := storage.RunClaim(r.In.Merchant, r.In.Run, r.In.Connection.ID, r.In.Generation, order.ID)
	_, err := r.store.PutOnce(ctx, key, &claim)
	return claim.Sale == sale, err
}
