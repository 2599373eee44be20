package orders

import (
	"context"
	"errors"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// unconfirmed is how an order ends that nobody named, on a connection whose
// labels are made when a partner confirms the stock.
var unconfirmed = endsAs(contract.NotReady, wording.Reason(contract.WhyStockNotConfirmed))

// waitsForStock says whether the run has to leave the order alone until its
// stock is confirmed.
func (r *SaleReader) waitsForStock(ctx context.Context, order books.Order) (bool, error) {
	if order.Named || r.settings.PolicyOf(r.In.Connection.ID) != accounts.WhenStockConfirmed {
		return false, nil
	}
	record, err := intakebook.ReadIntakeRecord(ctx, r.store, r.In.Merchant, order.ID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return false, err
	}
	return !record.Confirmed, nil
}
