package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// LookOverInput says whose orders to look over.
type LookOverInput struct {
	Merchant string         `json:"merchant"`
	Settings IntakeSettings `json:"settings"`
	// List is the name of the list that is left of what the hub is to be asked again.
	List string `json:"list"`
	// Left: the changes that were left long enough are to be read now.
	Left bool `json:"left,omitempty"`
	// Runs are the runs that make labels now; an order that another has waits again.
	Runs []string `json:"runs,omitempty"`
}

const (
	// nearShown is how many orders people see in Temporal's UI.
	nearShown = 10
	// overdueShown is for how long an order is raised whose deadline has passed.
	overdueShown = 7 * 24 * time.Hour
	// lateCancelled is for how long a cancelled order is looked after that a run may still publish.
	lateCancelled = 48 * time.Hour
	// lostRunAfter is after what time an order waits again whose run nobody knows of.
	lostRunAfter = 10 * time.Minute
)

// LookOver checks the orders that have no label yet: it counts them by state, records labels that
// exist by now, queues those whose time has come, reports those whose deadline is near, and repairs
// the marks by state.
func (a *Intake) LookOver(ctx context.Context, in LookOverInput) (contract.LookedOver, error) {
	looked, err := a.lookOver(ctx, in)
	if err == nil && a.Near != nil {
		a.Near(in.Merchant, looked.Near)
	}
	return looked, err
}

func (a *Intake) lookOver(ctx context.Context, in LookOverInput) (contract.LookedOver, error) {
	t, err := a.taking(ctx, in.Merchant, contract.ByPoll)
	if err != nil {
		return contract.LookedOver{}, err
	}
	states, err := t.states(ctx)
	if err != nil {
		return contract.LookedOver{}, err
	}
	l := &look{taking: t, runs: in.Runs, near: t.now.Add(time.Duration(in.Settings.DeadlineNear)), counts: map[contract.IntakeOrderState]int{}}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for name, mark := range states {
		group.Go(func() error { return l.order(groupCtx, name, mark) })
	}
	if err := group.Wait(); err != nil {
		return contract.LookedOver{}, err
	}
	if in.Left {
		left, err := t.leftLongEnough(ctx)
		if err != nil {
			return contract.LookedOver{}, err
		}
		l.again = append(l.again, left...)
	}
	if len(l.again) > 0 {
		if err := a.Store.Put(ctx, storage.IntakeList(in.Merchant, in.List), lo.Uniq(l.again)); err != nil {
			return contract.LookedOver{}, err
		}
	}
	return l.looked(), nil
}

// stateMark says in which state an order stands, and since when.
type stateMark struct {
	state contract.IntakeOrderState
	since time.Time
}

// lookedAfter says whether the order's record is worth reading again.
func (m stateMark) lookedAfter() bool {
	switch m.state {
	case contract.IntakeWaiting, contract.IntakeHeldBack, contract.IntakeQueued, contract.IntakeTaken:
		return true
	case contract.IntakeCancelled, contract.IntakeTakeOut:
		return time.Since(m.since) < lateCancelled
	case contract.IntakeLabelled, contract.IntakeUnsupported, contract.IntakeEnded, contract.IntakeClosed:
	}
	return false
}

// states is in which state each order stands, by the marks in the store. Marks
// that a killed worker left wrong are put right by the order's record.
func (t *taking) states(ctx context.Context) (map[string]stateMark, error) {
	found := map[string][]stateMark{}
	for _, state := range contract.IntakeOrderStates() {
		marked, err := markedOrders(ctx, t.store, t.merchant, storage.IntakeStatePrefix(t.merchant, string(state)))
		if err != nil {
			return nil, err
		}
		for _, m := range marked {
			found[m.order] = append(found[m.order], stateMark{state, m.modified})
		}
	}
	recorded, err := markedOrders(ctx, t.store, t.merchant, storage.IntakeOrdersPrefix(t.merchant))
	if err != nil {
		return nil, err
	}
	for _, r := range recorded {
		found[r.order] = append([]stateMark(nil), found[r.order]...) // without a mark it is found all the same
	}
	states := map[string]stateMark{}
	for name, marks := range found {
		mark, err := t.mend(ctx, name, marks)
		if err != nil {
			return nil, err
		}
		if mark.state != "" {
			states[name] = mark
		}
	}
	return states, nil
}

// mend returns the state of an order and, when it has not exactly one mark, puts its marks right.
func (t *taking) mend(ctx context.Context, name string, marks []stateMark) (stateMark, error) {
	if len(marks) == 1 {
		return marks[0], nil
	}
	record, err := intakebook.ReadIntakeRecord(ctx, t.store, t.merchant, name)
	if errors.Is(err, storage.ErrNotFound) {
		return stateMark{}, nil // its record is on its way, or has expired
	}
	if err != nil {
		return stateMark{}, err
	}
	right := stateMark{record.State, record.ChangedAt}
	states := lo.Map(marks, func(m stateMark, _ int) contract.IntakeOrderState { return m.state })
	if !slices.Contains(states, record.State) {
		if err := t.store.Put(ctx, storage.IntakeInState(t.merchant, string(record.State), name), struct{}{}); err != nil {
			return right, err
		}
	}
	wrong := lo.Map(lo.Without(states, record.State), func(s contract.IntakeOrderState, _ int) string {
		return storage.IntakeInState(t.merchant, string(s), name)
	})
	return right, t.store.Delete(ctx, wrong...)
}

// look gathers how the orders stand.
type look struct {
	*taking
	runs []string
	near time.Time

	mu            sync.Mutex
	counts        map[contract.IntakeOrderState]int
	raised, pulls []contract.IntakeRecord
	again         []string
	queued        int
	promised      int
}

// order reads one order's record again, and moves it on where its label is there
// by now or its time has come.
func (l *look) order(ctx context.Context, name string, mark stateMark) error {
	if !mark.lookedAfter() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.counts[mark.state]++
		return nil
	}
	record, err := intakebook.ReadIntakeRecord(ctx, l.store, l.merchant, name)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if record, err = l.moveOn(ctx, record); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[record.State]++
	if record.State == contract.IntakeTakeOut {
		l.pulls = append(l.pulls, record)
	}
	if record.State == contract.IntakeQueued {
		l.queued++
	}
	if record.State == contract.IntakeHeldBack && record.Confirmed {
		l.promised++
	}
	if record.Unread != "" {
		l.again = append(l.again, record.Unread)
	}
	if l.raises(record) {
		l.raised = append(l.raised, record)
	}
	return nil
}

func (l *look) raises(r contract.IntakeRecord) bool {
	open := slices.Contains([]contract.IntakeOrderState{contract.IntakeWaiting, contract.IntakeHeldBack, contract.IntakeQueued, contract.IntakeTaken}, r.State)
	return open && !r.Deadline.IsZero() && r.Deadline.Before(l.near) && r.Deadline.After(l.now.Add(-overdueShown))
}

func (l *look) moveOn(ctx context.Context, record contract.IntakeRecord) (contract.IntakeRecord, error) {
	late := record.State == contract.IntakeCancelled && record.HadLabel && time.Since(record.ChangedAt) < lateCancelled
	open := slices.Contains([]contract.IntakeOrderState{contract.IntakeWaiting, contract.IntakeQueued, contract.IntakeTaken}, record.State)
	if !late && !open {
		return record, nil
	}
	label, err := labelOf(ctx, l.store, l.merchant, record.Connection, record.Order)
	if err != nil {
		return record, err
	}
	return intakebook.ChangeRecord(ctx, l.store, l.merchant, record.Order, func(r *contract.IntakeRecord) {
		switch {
		case r.State != record.State: // somebody else has moved it on
		case late && label.printed == "":
		case late:
			moveOn(r, contract.IntakeCancelled, r.Reason, label, l.policies)
		case label.any() || r.State != contract.IntakeTaken || l.lost(r):
			r.State = contract.IntakeWaiting
			unread := r.Unread
			moveOn(r, contract.IntakeWaiting, contract.Reason{}, label, l.policies)
			r.Unread = unread
		}
	})
}

// lost says that no run has the order that its record gives to one.
func (l *look) lost(r *contract.IntakeRecord) bool {
	return !slices.Contains(l.runs, r.Run) && time.Since(r.ChangedAt) > lostRunAfter
}

func (l *look) looked() contract.LookedOver {
	slices.SortFunc(l.raised, func(a, b contract.IntakeRecord) int {
		return cmp.Or(a.Deadline.Compare(b.Deadline), cmp.Compare(a.Order, b.Order))
	})
	slices.SortFunc(l.pulls, func(a, b contract.IntakeRecord) int {
		return cmp.Or(b.ChangedAt.Compare(a.ChangedAt), cmp.Compare(a.Order, b.Order))
	})
	return contract.LookedOver{
		Counts: l.counts, Near: len(l.raised), NearOrders: shown(l.raised), TakeOut: shown(l.pulls),
		Queued: l.queued, Promised: l.promised, Again: len(lo.Uniq(l.again)),
	}
}

func shown(records []contract.IntakeRecord) []contract.NearOrder {
	return lo.Map(records[:min(len(records), nearShown)], func(r contract.IntakeRecord, _ int) contract.NearOrder {
		return contract.NearOrder{
			Order: r.Order, Number: contract.CleanReason(r.Number), Connection: r.ConnectionName, State: r.State, Deadline: r.Deadline, Run: r.Run,
		}
	})
}
