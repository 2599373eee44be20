package activities

import (
	"context"
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// namedParcel is a delivery order with a name by which couriers and warehouses know it: its code or its tracking number.
type namedParcel struct {
	Order string `json:"order"`
	Name  string `json:"name"`
}

// parcelsOf are the names of a sale's delivery orders.
func parcelsOf(c multivende.Checkout) []namedParcel {
	return lo.FlatMap(c.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) []namedParcel {
		return lo.Map(lo.Uniq(lo.Compact([]string{d.Code, d.TrackingNumber})), func(name string, _ int) namedParcel {
			return namedParcel{Order: d.ID, Name: name}
		})
	})
}

// noteParcels remembers the names of a sale's delivery orders that are not remembered yet, and returns all of them.
func noteParcels(ctx context.Context, store *storage.Store, merchant string, before []namedParcel, c multivende.Checkout) ([]namedParcel, error) {
	parcels := parcelsOf(c)
	for _, one := range lo.Without(parcels, before...) {
		none := func(namedParcel) bool { return false }
		if err := noteName(ctx, store, storage.IntakeParcel(merchant, digest(one.Name)), one, none); err != nil {
			return nil, err
		}
	}
	return lo.Uniq(append(before, parcels...)), nil
}

// ordersOfParcel are the delivery orders that bear a code or a tracking number.
func ordersOfParcel(ctx context.Context, store *storage.Store, merchant, name string) ([]string, error) {
	var parcels []namedParcel
	err := store.Get(ctx, storage.IntakeParcel(merchant, digest(name)), &parcels)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return lo.Map(parcels, func(p namedParcel, _ int) string { return p.Order }), err
}
