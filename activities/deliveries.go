package activities

import (
	"context"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
)

// readDelivery reads a delivery order by its own route or, where that does not give it, as the sale
// that is known of it shows it. bySale then says why; it is "" otherwise.
func readDelivery(ctx context.Context, hub *multivende.Client, order books.Order) (delivery multivende.DeliveryOrder, bySale string, err error) {
	delivery, err = hub.DeliveryOrder(ctx, order.ID)
	if err == nil || noSuchObject(err) || !forGood(err) {
		return delivery, "", err
	}
	for _, id := range append([]string{order.CheckoutID}, order.OtherCheckouts...) {
		if id == "" {
			continue
		}
		sale, saleErr := hub.Checkout(ctx, id)
		if saleErr != nil && !forGood(saleErr) {
			return delivery, "", saleErr
		}
		for _, shown := range sale.DeliveryOrders {
			// One that is named alone says nothing.
			if shown.ID == order.ID && (shown.Code != "" || shown.StatusID != "" || !shown.CreatedAt.IsZero()) {
				return shown, wrongRoute(err), nil
			}
		}
	}
	return delivery, "", err
}

// notRead is how an order ends that can be read nowhere. ok: it ends so.
func notRead(err error) (outcome books.Outcome, reason string, ok bool) {
	switch {
	case noSuchObject(err):
		return books.UnknownOrder, "the hub does not know this delivery order", true
	case noSuchRoute(err):
		return books.GaveUp, wrongRoute(err), true
	}
	return "", "", false
}
