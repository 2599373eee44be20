package intakebook

import (
	"context"
	"errors"
	"sync"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// mostReads is how many records are read at a time.
const mostReads = 16

// OrdersCalled are the orders that the intake knows by a name: a delivery order id, a sale's id, a marketplace's number, or a
// parcel's code or tracking number; none when it knows no such order.
func OrdersCalled(ctx context.Context, store *storage.Store, merchant, name string) ([]contract.IntakeRecord, error) {
	record, err := ReadIntakeRecord(ctx, store, merchant, name)
	switch {
	case err == nil:
		return []contract.IntakeRecord{record}, nil
	case errors.Is(err, storage.ErrKey):
		return nil, nil
	case !errors.Is(err, storage.ErrNotFound):
		return nil, err
	}
	ids, err := idsCalled(ctx, store, merchant, name)
	if err != nil {
		return nil, err
	}
	return ReadIntakeRecords(ctx, store, merchant, ids)
}

func idsCalled(ctx context.Context, store *storage.Store, merchant, name string) ([]string, error) {
	checkouts := []string{name}
	sales, err := SalesOfNumber(ctx, store, merchant, name)
	if err != nil {
		return nil, err
	}
	for _, sale := range sales {
		checkouts = append(checkouts, sale.Checkout)
	}
	ids, err := OrdersOfParcel(ctx, store, merchant, name)
	if err != nil {
		return nil, err
	}
	for _, checkout := range lo.Uniq(checkouts) {
		sale, err := SaleRecord(ctx, store, merchant, checkout)
		if err != nil {
			return nil, err
		}
		if sale != nil {
			ids = append(ids, sale.Orders...)
		}
	}
	return lo.Uniq(ids), nil
}

// ReadIntakeRecords reads what is known of some orders, in their order; those of which nothing is known are left out.
func ReadIntakeRecords(ctx context.Context, store *storage.Store, merchant string, ids []string) ([]contract.IntakeRecord, error) {
	found := make([]*contract.IntakeRecord, len(ids))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(mostReads)
	for i, id := range ids {
		group.Go(func() error {
			record, err := ReadIntakeRecord(ctx, store, merchant, id)
			if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			found[i] = &record
			return err
		})
	}
	err := group.Wait()
	return lo.Map(lo.Compact(found), func(r *contract.IntakeRecord, _ int) contract.IntakeRecord { return *r }), err
}
