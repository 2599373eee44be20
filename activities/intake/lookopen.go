package intake

import (
	"context"
	"errors"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// trustMarks is how old a mark must be before a look believes that nobody is changing its order.
const trustMarks = time.Minute

// stateMark says in which state an order stands, and since when.
type stateMark struct {
	state contract.IntakeOrderState
	since time.Time
}

// readOpen finds the open orders by their marks, and by what the last look knew. Only those are read whose
// mark is another than then, or of which something was noted.
func (l *look) readOpen(ctx context.Context) error {
	marks := map[string][]stateMark{}
	for _, state := range lo.Filter(contract.IntakeOrderStates(), func(s contract.IntakeOrderState, _ int) bool { return intakebook.IsOpen(s) }) {
		marked, err := markedOrders(ctx, l.store, l.merchant, storage.IntakeStatePrefix(l.merchant, string(state)))
		if err != nil {
			return err
		}
		for _, m := range marked {
			marks[m.order] = append(marks[m.order], stateMark{state, m.modified})
		}
	}
	for _, order := range append(lo.Keys(l.before.Open), lo.Keys(l.read)...) {
		marks[order] = append([]stateMark(nil), marks[order]...) // without a mark it is found all the same
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for order, marked := range marks {
		if known, ok := l.before.Open[order]; ok && !l.read[order] && known.isAt(marked) {
			l.mu.Lock()
			l.kept.Open[order] = known
			l.mu.Unlock()
			continue
		}
		group.Go(func() error { return l.readOrder(groupCtx, order, marked) })
	}
	return group.Wait()
}

// isAt says that an order has exactly the mark that it had when its record was read.
func (k knownOrder) isAt(marks []stateMark) bool {
	return len(marks) == 1 && !k.Mark.IsZero() && k.Mark.Equal(marks[0].since) && k.Record.State == marks[0].state
}

// readOrder reads an order's record and, where it has not exactly the mark of its state, puts its marks right.
func (l *look) readOrder(ctx context.Context, order string, marks []stateMark) error {
	record, err := intakebook.ReadIntakeRecord(ctx, l.store, l.merchant, order)
	if errors.Is(err, storage.ErrNotFound) {
		return nil // its record is on its way, or has expired
	}
	if err != nil {
		return err
	}
	open := intakebook.IsOpen(record.State)
	var wrong []string
	var right *stateMark
	for _, m := range marks {
		switch {
		case m.state == record.State:
			right = &m
		case open || time.Since(m.since) > l.trust: // a young one may be of a record that is being written
			wrong = append(wrong, storage.IntakeInState(l.merchant, string(m.state), order))
		}
	}
	if open && right == nil {
		if err := l.store.Put(ctx, storage.IntakeInState(l.merchant, string(record.State), order), struct{}{}); err != nil {
			return err
		}
	}
	if _, known := l.before.Open[order]; open || known || l.read[order] {
		l.stands(order, record, right)
	}
	if len(wrong) == 0 {
		return nil
	}
	return l.store.Delete(ctx, wrong...)
}
