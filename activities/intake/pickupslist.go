package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// PickUpsAtMost bounds the pick-ups that are listed at once.
const PickUpsAtMost = 5000

// CountPickUps counts the pick-ups of a merchant that wait, without reading them.
func CountPickUps(ctx context.Context, store PickUpStore, merchant string) (int, error) {
	n := 0
	err := store.List(ctx, storage.IntakePickUpPrefix(merchant, true), func(storage.Object) error { n++; return nil })
	return n, err
}

// PickUpStore is the label store, as far as pick-ups are listed from it.
type PickUpStore interface {
	List(ctx context.Context, prefix string, each func(storage.Object) error) error
	Get(ctx context.Context, key string, value any) error
}

// ListPickUps reads the pick-ups of a merchant that wait, those that have waited longest first,
// at most [PickUpsAtMost].
func ListPickUps(ctx context.Context, store PickUpStore, merchant string) ([]contract.PickUpRecord, error) {
	prefix := storage.IntakePickUpPrefix(merchant, true)
	var keys []string
	err := store.List(ctx, prefix, func(o storage.Object) error {
		if len(keys) == PickUpsAtMost {
			return activities.ErrEnough
		}
		keys = append(keys, o.Key)
		return nil
	})
	if err != nil && !errors.Is(err, activities.ErrEnough) {
		return nil, err
	}
	records := []contract.PickUpRecord{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, key := range keys {
		group.Go(func() error {
			var record contract.PickUpRecord
			err := store.Get(ctx, key, &record)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			records = append(records, record)
			return err
		})
	}
	err = group.Wait()
	slices.SortFunc(records, func(a, b contract.PickUpRecord) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.PickUp, b.PickUp))
	})
	return records, err
}
