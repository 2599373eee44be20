package orders

import (
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// keptFor is for how long, by our clock, what a run has read of a sale is used instead of reading it again.
const keptFor = time.Hour

// keptSale is what a run has read of a sale, so that its connections need not read it each.
// It holds nothing of the buyer and no links to files.
type keptSale struct {
	Checkout multivende.Checkout `json:"checkout"`
	ReadAt   time.Time           `json:"read_at"`
}

func keptSaleKey(merchant, run, sale string) string {
	return storage.RunOutcome(merchant, run, "sales", sale)
}

func keepSale(ctx context.Context, store *storage.Store, merchant, run string, checkout multivende.Checkout) error {
	kept := keptSale{Checkout: checkout, ReadAt: time.Now().UTC()}
	kept.Checkout.DeliveryOrders = nil
	for _, d := range checkout.DeliveryOrders {
		d.Documents, d.StatusLinks, d.StatusLink, d.TrackingURL = nil, nil, multivende.StatusLink{}, ""
		kept.Checkout.DeliveryOrders = append(kept.Checkout.DeliveryOrders, d)
	}
	_, err := store.PutOnce(ctx, keptSaleKey(merchant, run, checkout.ID), &kept)
	return err
}

// keptSaleOf returns what the run has read of a sale lately; nil when it has to be read.
func keptSaleOf(ctx context.Context, store *storage.Store, merchant, run, sale string) (*multivende.Checkout, error) {
	var kept keptSale
	err := store.Get(ctx, keptSaleKey(merchant, run, sale), &kept)
	if errors.Is(err, storage.ErrNotFound) || err == nil && time.Since(kept.ReadAt) > keptFor {
		return nil, nil
	}
	return &kept.Checkout, err
}
