package board

import (
	"context"
	"errors"
	"maps"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/storage"
)

// takeOut is an order that was cancelled after its label was published.
type takeOut struct {
	merchant string
	record   contract.IntakeRecord
	// found: somebody has the parcel in hand. It stays cancelled.
	found bool
}

// readTakeOut reads the orders to take out that are new, and which of them were found.
func (b *Board) readTakeOut(ctx context.Context) error {
	orders := map[orderKey]*takeOut{}
	for _, merchant := range b.InView() {
		cancelled, err := b.names(ctx, storage.IntakeStatePrefix(merchant.ID, string(contract.IntakeTakeOut)))
		if err != nil {
			return err
		}
		found, err := b.names(ctx, storage.TakeOutFoundPrefix(merchant.ID))
		if err != nil {
			return err
		}
		if err := b.readCancelled(ctx, merchant.ID, cancelled); err != nil {
			return err
		}
		for name := range cancelled {
			key := orderKey{merchant.ID, name}
			if record, there := b.caches.cancelled.Load(key); there {
				orders[key] = &takeOut{merchant: merchant.ID, record: record.(contract.IntakeRecord), found: found[name]}
			}
		}
	}
	b.change(func(m *model) bool {
		same := maps.EqualFunc(m.takeOut, orders, func(a, b *takeOut) bool { return a.found == b.found })
		m.takeOut = orders
		return !same
	})
	return nil
}

// readCancelled reads the records of cancelled orders that were not read yet.
func (b *Board) readCancelled(ctx context.Context, merchant string, names map[string]bool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(storeParallel)
	for name := range names {
		key := orderKey{merchant, name}
		if _, known := b.caches.cancelled.Load(key); known {
			continue
		}
		group.Go(func() error {
			var record contract.IntakeRecord
			err := b.Store.Get(ctx, storage.IntakeOrder(merchant, name), &record)
			if errors.Is(err, storage.ErrNotFound) || err == nil && record.State != contract.IntakeTakeOut {
				return nil
			}
			if err == nil {
				b.caches.cancelled.Store(key, record)
			}
			return err
		})
	}
	return group.Wait()
}

// names are the ids in the keys below a prefix.
func (b *Board) names(ctx context.Context, prefix string) (map[string]bool, error) {
	names := map[string]bool{}
	err := b.Store.List(ctx, prefix, func(o storage.Object) error {
		if id, whole := storage.IDInKey(o.Key, prefix, ".json"); whole {
			names[id] = true
		}
		return nil
	})
	return names, err
}

// Found takes an order off the list of those to take out.
func (b *Board) Found(merchant, order string) {
	b.change(func(m *model) bool {
		known := m.takeOut[orderKey{merchant, order}]
		if known == nil || known.found {
			return false
		}
		m.takeOut[orderKey{merchant, order}] = &takeOut{merchant: merchant, record: known.record, found: true}
		return true
	})
}

// Cancelled is a cancelled order, whether or not its parcel was found; false for one that may be shipped.
func (b *Board) Cancelled(merchant, order string) (shown api.TakeOut, cancelled bool) {
	cancelled = look(b, func(m *model) bool {
		if t := m.takeOut[orderKey{merchant, order}]; t != nil {
			shown = m.showTakeOut(t)
			return true
		}
		l := m.findLabel(merchant, order, 0)
		if l == nil || !m.isCancelled(l) {
			return false
		}
		shown = api.TakeOut{Merchant: merchant, Order: order, Number: l.row.OrderNumber, Run: l.run.key, Channel: l.row.Channel}
		return true
	})
	return shown, cancelled
}
