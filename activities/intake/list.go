package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// ListIntake reads the orders of a merchant that stand in a state, those with
// the nearest deadline first.
func ListIntake(ctx context.Context, store *storage.Store, merchant string, state contract.IntakeOrderState) ([]contract.IntakeRecord, error) {
	names, err := namesInState(ctx, store, merchant, state)
	if err != nil {
		return nil, err
	}
	records := []contract.IntakeRecord{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, name := range names {
		group.Go(func() error {
			record, err := intakebook.ReadIntakeRecord(ctx, store, merchant, name)
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
	slices.SortFunc(records, func(a, b contract.IntakeRecord) int {
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
func CountIntake(ctx context.Context, store *storage.Store, merchant string) (map[contract.IntakeOrderState]int, error) {
	counts := map[contract.IntakeOrderState]int{}
	for _, state := range contract.IntakeOrderStates() {
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

// namesInState are the names of the orders that stand in a state.
func namesInState(ctx context.Context, store *storage.Store, merchant string, state contract.IntakeOrderState) ([]string, error) {
	marks, err := markedOrders(ctx, store, merchant, storage.IntakeStatePrefix(merchant, string(state)))
	return lo.Map(marks, func(m markedOrder, _ int) string { return m.order }), err
}

// markedOrder is an order of which an object speaks that is called after it.
type markedOrder struct {
	order    string
	modified time.Time
}

// markedOrders are the orders after which the objects under a prefix are called. Where a name
// is too short for an order's id, its record tells it.
func markedOrders(ctx context.Context, store *storage.Store, merchant, prefix string) ([]markedOrder, error) {
	var marks []markedOrder
	err := store.List(ctx, prefix, func(o storage.Object) error {
		order, whole := storage.IDInKey(o.Key, prefix, ".json")
		if !whole {
			var record contract.IntakeRecord
			err := store.Get(ctx, storage.IntakeOrdersPrefix(merchant)+strings.TrimPrefix(o.Key, prefix), &record)
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			order = record.Order
		}
		marks = append(marks, markedOrder{order, o.Modified})
		return nil
	})
	return marks, err
}
