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

// WantsNames says whether anybody looks for a merchant's orders by the hub's codes or by tracking numbers. These
// names cost a write each, so an intake only keeps them where somebody uses them.
func WantsNames(ctx context.Context, store *storage.Store, merchant string) (bool, error) {
	return store.Exists(ctx, storage.IntakeNames(merchant))
}

// WantNames has the intake keep such names from now on.
func WantNames(ctx context.Context, store *storage.Store, merchant string) error {
	return store.Put(ctx, storage.IntakeNames(merchant), struct{}{})
}

// NamesIn fills in a sale's names. Those that it had before it was read again stay.
func (s *IntakeSale) NamesIn(c multivende.Checkout, before *IntakeSale) {
	s.Code, s.Parcels = c.Code, lo.Uniq(append(lo.FromPtr(before).Parcels, parcelsOf(c)...))
	s.Named = lo.FromPtr(before).Named
}

// NoteNames has a sale found by its code and its parcels' names. before is what was known of it.
func NoteNames(ctx context.Context, store *storage.Store, merchant string, before *IntakeSale, c multivende.Checkout) error {
	known := lo.FromPtr(before)
	if !known.Named || known.Connection != c.ConnectionID {
		known.Parcels = nil
		if err := noteNumbers(ctx, store, merchant, c, lo.Compact([]string{c.Code})); err != nil {
			return err
		}
	}
	for _, one := range lo.Without(parcelsOf(c), known.Parcels...) {
		none := func(NamedParcel) bool { return false }
		if err := NoteName(ctx, store, storage.IntakeParcel(merchant, Digest(one.Name)), one, none); err != nil {
			return err
		}
	}
	return nil
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
