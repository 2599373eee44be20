package orders

import (
	"context"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// ReadDelivery reads a delivery order by its own route or, where that does not give it, as the sale
// that is known of it shows it. bySale then says why; it is none otherwise.
func ReadDelivery(ctx context.Context, hub *multivende.Client, order books.Order) (delivery multivende.DeliveryOrder, bySale contract.Reason, err error) {
	delivery, err = hub.DeliveryOrder(ctx, order.ID)
	if err == nil || activities.NoSuchObject(err) || !activities.IsRefusedForGood(err) {
		return delivery, contract.Reason{}, err
	}
	for _, id := range append([]string{order.CheckoutID}, order.OtherCheckouts...) {
		if id == "" {
			continue
		}
		sale, saleErr := hub.Checkout(ctx, id)
		if saleErr != nil && !activities.IsRefusedForGood(saleErr) {
			return delivery, contract.Reason{}, saleErr
		}
		for _, shown := range sale.DeliveryOrders {
			// One that is named alone says nothing.
			if shown.ID == order.ID && (shown.Code != "" || shown.StatusID != "" || !shown.CreatedAt.IsZero()) {
				return shown, activities.WrongRoute(err), nil
			}
		}
	}
	return delivery, contract.Reason{}, err
}

// NotRead is how an order ends that can be read nowhere. ok: it ends so.
func NotRead(err error) (outcome contract.Outcome, reason contract.Reason, ok bool) {
	switch {
	case activities.NoSuchObject(err):
		return contract.UnknownOrder, wording.Reason(contract.WhyUnknownToHub), true
	case activities.NoSuchRoute(err):
		return contract.GaveUp, activities.WrongRoute(err), true
	}
	return "", contract.Reason{}, false
}
