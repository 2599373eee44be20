package activities

import (
	"context"
	"errors"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
)

// unconfirmed is how an order ends that nobody named, on a connection whose
// labels are made when a partner confirms the stock.
var unconfirmed = ends(books.NotReady, "its stock is not confirmed: starter confirm, or name the order in the run")

// waitsForStock says whether the run has to leave the order alone until its
// stock is confirmed.
func (r *saleReader) waitsForStock(ctx context.Context, order books.Order) (bool, error) {
	if order.Named || r.settings.PolicyOf(r.in.Connection.ID) != accounts.WhenStockConfirmed {
		return false, nil
	}
	record, err := ReadIntakeRecord(ctx, r.store, r.in.Merchant, order.ID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return false, err
	}
	return !record.Confirmed, nil
}
