package intakebook

import (
	"context"
	"errors"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// NamedParcel is a delivery order with a name by which couriers and warehouses know it: its code or its tracking number.
type NamedParcel struct {
	Order string `json:"order"`
	Name  string `json:"name"`
}

// parcelsOf are the names of a sale's delivery orders.
func parcelsOf(c multivende.Checkout) []NamedParcel {
	return lo.FlatMap(c.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) []NamedParcel {
		return lo.Map(lo.Uniq(lo.Compact([]string{d.Code, d.TrackingNumber})), func(name string, _ int) NamedParcel {
			return NamedParcel{Order: d.ID, Name: name}
		})
	})
}

// NoteParcels remembers the names of a sale's delivery orders that are not remembered yet, and returns all of them.
func NoteParcels(ctx context.Context, store *storage.Store, merchant string, before []NamedParcel, c multivende.Checkout) ([]NamedParcel, error) {
	parcels := parcelsOf(c)
	for _, one := range lo.Without(parcels, before...) {
		none := func(NamedParcel) bool { return false }
		if err := NoteName(ctx, store, storage.IntakeParcel(merchant, Digest(one.Name)), one, none); err != nil {
			return nil, err
		}
	}
	return lo.Uniq(append(before, parcels...)), nil
}

// OrdersOfParcel are the delivery orders that bear a code or a tracking number.
func OrdersOfParcel(ctx context.Context, store *storage.Store, merchant, name string) ([]string, error) {
	var parcels []NamedParcel
	err := store.Get(ctx, storage.IntakeParcel(merchant, Digest(name)), &parcels)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return lo.Map(parcels, func(p NamedParcel, _ int) string { return p.Order }), err
}
