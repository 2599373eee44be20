package activities

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/storage"
)

// ListIntake reads the orders of a merchant that stand in a state, those with
// the nearest deadline first.
func ListIntake(ctx context.Context, store *storage.Store, merchant string, state IntakeState) ([]IntakeRecord, error) {
	names, err := namesInState(ctx, store, merchant, state)
	if err != nil {
		return nil, err
	}
	records := []IntakeRecord{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(storeParallel)
	for _, name := range names {
		group.Go(func() error {
			record, err := ReadIntakeRecord(ctx, store, merchant, name)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			if record.State == state {
				records = append(records, record)
			}
			return err
		})
	}
	err = group.Wait()
	slices.SortFunc(records, func(a, b IntakeRecord) int {
		return cmp.Or(cmp.Compare(boolRank(a.Deadline.IsZero()), boolRank(b.Deadline.IsZero())), a.Deadline.Compare(b.Deadline), cmp.Compare(a.Order, b.Order))
	})
	return records, err
}

func boolRank(last bool) int {
	if last {
		return 1
	}
	return 0
}

// CountIntake counts the orders of a merchant by state.
func CountIntake(ctx context.Context, store *storage.Store, merchant string) (map[IntakeState]int, error) {
	counts := map[IntakeState]int{}
	for _, state := range IntakeStates() {
		names, err := namesInState(ctx, store, merchant, state)
		if err != nil {
			return nil, err
		}
		if len(names) > 0 {
			counts[state] = len(names)
		}
	}
	return counts, nil
}
