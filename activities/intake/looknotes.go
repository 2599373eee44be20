package intake

import (
	"context"
	"errors"
	"maps"
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

// keepPublished is how long a look keeps the name of a published order that the intake has not read yet, in
// our time: longer than freshSale is, so that one of the two finds the label.
const keepPublished = 2 * time.Hour

// readMoved reads the notes of orders that moved into or out of a closed state: their records are read again.
func (l *look) readMoved(ctx context.Context) error {
	var keys []string
	err := l.store.List(ctx, storage.IntakeMovedPrefix(l.merchant), func(o storage.Object) error {
		if !slices.Contains(l.through, o.Key) {
			keys = append(keys, o.Key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	noted := make([][]intakebook.MovedOrder, len(keys))
	if err := l.getAll(ctx, keys, func(n int) any { return &noted[n] }); err != nil {
		return err
	}
	for _, m := range lo.Flatten(noted) { // in the order of their keys, the first move of an order first
		if _, known := l.kept.Moved[m.Order]; !known {
			l.kept.Moved[m.Order] = movedOrder{From: m.From}
		}
		l.read[m.Order] = true
	}
	l.through = append(l.through, keys...)
	return nil
}

// getAll reads objects side by side; one that is gone leaves its value as it is.
func (l *look) getAll(ctx context.Context, keys []string, value func(n int) any) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for n, key := range keys {
		group.Go(func() error {
			err := l.store.Get(groupCtx, key, value(n))
			if errors.Is(err, storage.ErrNotFound) {
				return nil
			}
			return err
		})
	}
	return group.Wait()
}

// findLabels finds which open orders have their label: by one list of the labels that wait of each connection,
// and by what runs have published since. A look at all orders asks for each instead.
func (l *look) findLabels(ctx context.Context) error {
	if l.whole {
		return l.askForLabels(ctx)
	}
	var connections []string
	for _, known := range l.kept.Open {
		if known.Record.State != contract.IntakeHeldBack {
			connections = append(connections, known.Record.Connection)
		}
	}
	var err error
	if l.stored, err = storedLabels(ctx, l.store, l.merchant, connections); err != nil {
		return err
	}
	return l.store.List(ctx, storage.IntakePublishedPrefix(l.merchant), func(o storage.Object) error {
		var published intakebook.PublishedOrders
		err := l.store.Get(ctx, o.Key, &published)
		if err != nil {
			return lo.Ternary(errors.Is(err, storage.ErrNotFound), nil, err)
		}
		return l.takePublished(ctx, o, published)
	})
}

// takePublished notes what a run has published. Orders that the intake does not know yet are kept for a while.
func (l *look) takePublished(ctx context.Context, o storage.Object, published intakebook.PublishedOrders) error {
	var mu sync.Mutex
	var unknown []string
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, order := range published.Orders {
		if _, open := l.kept.Open[order]; open {
			l.printed[order] = published.Run
			continue
		}
		group.Go(func() error {
			known, err := l.publishedLate(groupCtx, order, published.Run)
			mu.Lock()
			defer mu.Unlock()
			if !known {
				unknown = append(unknown, order)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if published.Since.IsZero() {
		published.Since = o.Modified
	}
	if len(unknown) == 0 || time.Since(published.Since) > keepPublished {
		l.through = append(l.through, o.Key)
		return nil
	}
	if len(unknown) == len(published.Orders) {
		return nil
	}
	// The rest was looked at; those that are open are moved on before this look is over, or found by the next one's memory.
	published.Orders = append(unknown, lo.Filter(published.Orders, func(order string, _ int) bool { _, open := l.kept.Open[order]; return open })...)
	return l.store.Put(ctx, o.Key, published)
}

// publishedLate moves on an order that a run has published though it is not open: one that was cancelled
// meanwhile is to be taken out. It says whether the intake knows the order.
func (l *look) publishedLate(ctx context.Context, order, run string) (known bool, err error) {
	record, err := intakebook.ReadIntakeRecord(ctx, l.store, l.merchant, order)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
		return false, nil
	}
	if err != nil || record.State != contract.IntakeCancelled || !record.HadLabel {
		return true, err
	}
	return true, l.takeOut(ctx, order, labelThere{printed: run})
}

// takeOut moves on a cancelled order whose label was published.
func (l *look) takeOut(ctx context.Context, order string, label labelThere) error {
	record, err := l.changes.Record(ctx, order, func(r *contract.IntakeRecord) {
		if r.State == contract.IntakeCancelled && r.HadLabel && label.printed != "" {
			moveOn(r, contract.IntakeCancelled, r.Reason, label, l.policies)
		}
	})
	if err != nil || intakebook.IsOpen(record.State) {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept.move(order, contract.IntakeCancelled, record.State)
	l.keepLate(order, record)
	return nil
}

// askForLabels asks of each open order whether its label is there, and of each that was cancelled lately
// whether it was published.
func (l *look) askForLabels(ctx context.Context) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for order, known := range l.kept.Open {
		if strings.HasPrefix(order, intakebook.UnregisteredPrefix) {
			continue // it is no order of the hub yet
		}
		group.Go(func() error {
			label, err := labelOf(groupCtx, l.store, l.merchant, known.Record.Connection, order)
			if err != nil {
				return err
			}
			l.mu.Lock()
			defer l.mu.Unlock()
			l.printed[order] = label.printed
			l.stored[storage.WaitingLabel(l.merchant, known.Record.Connection, order)] = label.stored
			return nil
		})
	}
	for order, late := range maps.Clone(l.kept.Late) { // it changes meanwhile
		if !late.Record.HadLabel || late.Record.State != contract.IntakeCancelled {
			continue
		}
		group.Go(func() error {
			label, err := labelOf(groupCtx, l.store, l.merchant, late.Record.Connection, order)
			if err != nil {
				return err
			}
			return l.takeOut(groupCtx, order, label)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	// What was published before is known by now; an order that is not, is read as one that is not fresh.
	return l.store.List(ctx, storage.IntakePublishedPrefix(l.merchant), func(o storage.Object) error {
		if time.Since(o.Modified) > keepPublished {
			l.through = append(l.through, o.Key)
		}
		return nil
	})
}
