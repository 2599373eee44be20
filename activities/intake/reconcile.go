package intake

import (
	"cmp"
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

const (
	// reconcileEvery is how often a look goes through all orders, in our time.
	reconcileEvery = 24 * time.Hour
	// renewMarks is after what age the mark of an open order is put again, so that it does not expire before its
	// record; a record of that age without a mark has lost it to its age.
	renewMarks = 30 * 24 * time.Hour
	// markAlone is after what time a mark goes that has no record.
	markAlone = time.Hour
)

// reconcileIfDue goes through all orders once a day, and where no look has kept anything.
func (l *look) reconcileIfDue(ctx context.Context) error {
	if !l.before.ReconciledAt.IsZero() && time.Since(l.before.ReconciledAt) < l.every {
		return nil
	}
	l.whole = true
	return l.reconcile(ctx)
}

// reconcile goes through all records and marks, which are listed side by side in the order of their keys: it
// counts the orders in closed states, and puts right the marks that a killed worker left wrong. It
// holds no more than a page of each list. Orders that change meanwhile are counted one by one.
func (l *look) reconcile(ctx context.Context) error {
	began := time.Now()
	l.before, l.kept = lookMemory{}, lookMemory{ReconciledAt: began.UTC()}
	l.before.fill()
	l.kept.fill()
	err := l.store.List(ctx, storage.IntakeMovedPrefix(l.merchant), func(o storage.Object) error {
		if began.Sub(o.Modified) > l.trust {
			l.through = append(l.through, o.Key)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r := &reconciling{look: l, began: began}
	r.group.SetLimit(activities.StoreParallel)
	err = r.all(ctx)
	return cmp.Or(err, r.group.Wait(), r.deleteMarks(ctx, 0))
}

// reconciling is one going through all orders.
type reconciling struct {
	*look
	began time.Time
	// group mends and reads while the lists go on.
	group  errgroup.Group
	behind []string
}

// listedOrder is what the lists say of one order: its name in keys, its marks, and when its record was written.
type listedOrder struct {
	name    string
	marks   []stateMark
	written time.Time
}

// all lists the records and the marks of each state, and puts together what is said of each order.
func (r *reconciling) all(ctx context.Context) error {
	listing, cancel := context.WithCancel(ctx)
	defer cancel()
	states := append([]contract.IntakeOrderState{""}, contract.IntakeOrderStates()...) // the first are the records
	lists := make([]*sortedList, len(states))
	for n, state := range states {
		prefix := storage.IntakeOrdersPrefix(r.merchant)
		if state != "" {
			prefix = storage.IntakeStatePrefix(r.merchant, string(state))
		}
		lists[n] = listSorted(listing, r.store, prefix)
	}
	for {
		least, any := "", false
		for _, list := range lists {
			if err := list.fill(); err != nil {
				return err
			}
			if list.has && (!any || list.name < least) {
				least, any = list.name, true
			}
		}
		if !any {
			return nil
		}
		order := listedOrder{name: least}
		for n, list := range lists {
			if !list.has || list.name != least {
				continue
			}
			if states[n] == "" {
				order.written = list.modified
			} else {
				order.marks = append(order.marks, stateMark{states[n], list.modified})
			}
			list.has = false
		}
		if err := r.order(ctx, order); err != nil {
			return err
		}
	}
}

// order counts an order that is as it should be, and has any other read.
func (r *reconciling) order(ctx context.Context, o listedOrder) error {
	if o.written.IsZero() { // its record is on its way, or has expired
		for _, m := range o.marks {
			if r.began.Sub(m.since) > markAlone {
				r.behind = append(r.behind, storage.IntakeStatePrefix(r.merchant, string(m.state))+o.name)
			}
		}
		return r.deleteMarks(ctx, 1000)
	}
	if len(o.marks) == 0 && r.began.Sub(o.written) > renewMarks {
		return nil
	}
	if len(o.marks) == 1 {
		m := o.marks[0]
		age := r.began.Sub(m.since)
		late := (m.state == contract.IntakeCancelled || m.state == contract.IntakeTakeOut) && age < lateCancelled
		switch {
		case intakebook.IsOpen(m.state) && age > renewMarks:
			return r.store.Put(ctx, storage.IntakeStatePrefix(r.merchant, string(m.state))+o.name, struct{}{})
		case age > r.trust && !late:
			r.mu.Lock()
			defer r.mu.Unlock()
			if !intakebook.IsOpen(m.state) {
				r.kept.Closed[m.state]++
			}
			return nil
		}
	}
	r.group.Go(func() error { return r.mend(ctx, o) })
	return nil
}

// mend reads an order's record, puts its marks right where it has not exactly one, and counts it by itself.
func (r *reconciling) mend(ctx context.Context, o listedOrder) error {
	var record contract.IntakeRecord
	err := r.store.Get(ctx, storage.IntakeOrdersPrefix(r.merchant)+o.name, &record)
	if err != nil {
		return lo.Ternary(errors.Is(err, storage.ErrNotFound), nil, err)
	}
	var wrong []string
	right := false
	for _, m := range o.marks {
		if right = right || m.state == record.State; m.state != record.State && len(o.marks) > 1 {
			wrong = append(wrong, storage.IntakeStatePrefix(r.merchant, string(m.state))+o.name)
		}
	}
	if !right {
		if err := r.store.Put(ctx, storage.IntakeInState(r.merchant, string(record.State), record.Order), struct{}{}); err != nil {
			return err
		}
	}
	r.mu.Lock()
	old := !intakebook.IsOpen(record.State) && r.began.Sub(record.ChangedAt) > lateCancelled
	if old {
		r.kept.Closed[record.State]++
	} else {
		r.kept.move(record.Order, "", record.State)
		r.keepLate(record.Order, record)
	}
	r.mu.Unlock()
	if len(wrong) == 0 {
		return nil
	}
	return r.store.Delete(ctx, wrong...)
}

// deleteMarks deletes marks that have no record, once there are more than so many.
func (r *reconciling) deleteMarks(ctx context.Context, more int) error {
	if len(r.behind) <= more {
		return nil
	}
	behind := r.behind
	r.behind = nil
	return r.store.Delete(ctx, behind...)
}
