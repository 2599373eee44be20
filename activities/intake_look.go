package activities

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
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

// LookedOver is how a merchant's orders stand.
type LookedOver struct {
	Counts map[IntakeState]int `json:"counts"`
	// Near counts the orders without a label whose deadline is near or past; NearOrders are the first of them.
	Near       int         `json:"near"`
	NearOrders []NearOrder `json:"near_orders,omitempty"`
	// TakeOut are the newest orders to be taken out of the pile.
	TakeOut []NearOrder `json:"take_out,omitempty"`
	// Queued are those whose label is to be made now.
	Queued int `json:"queued,omitempty"`
	// Again counts the notices in List that are to be taken up again.
	Again int `json:"again,omitempty"`
}

// NearOrder is an order that somebody has to look after.
type NearOrder struct {
	Order      string      `json:"order"`
	Number     string      `json:"number,omitempty"`
	Connection string      `json:"connection,omitempty"`
	State      IntakeState `json:"state"`
	Deadline   time.Time   `json:"deadline,omitzero"`
	Run        string      `json:"run,omitempty"`
}

const (
	// nearShown is how many orders people see in Temporal's UI.
	nearShown = 10
	// overdueShown is for how long an order is raised whose deadline has passed.
	overdueShown = 7 * 24 * time.Hour
	// lateCancelled is for how long a cancelled order is looked after that a run may still publish.
	lateCancelled = 48 * time.Hour
	// lostAfter is after what time an order waits again whose run nobody knows of.
	lostAfter = 10 * time.Minute
)

// LookOver goes through the orders that have no label yet: it counts them by
// state, notes labels that are there by now, queues those whose time has come,
// raises those whose deadline is near, and mends the lists of states.
func (a *Intake) LookOver(ctx context.Context, in LookOverInput) (LookedOver, error) {
	looked, err := a.lookOver(ctx, in)
	if err == nil && a.Near != nil {
		a.Near(in.Merchant, looked.Near)
	}
	return looked, translate(err)
}

func (a *Intake) lookOver(ctx context.Context, in LookOverInput) (LookedOver, error) {
	t, err := a.taking(ctx, in.Merchant, ByPoll)
	if err != nil {
		return LookedOver{}, err
	}
	states, err := t.states(ctx)
	if err != nil {
		return LookedOver{}, err
	}
	l := &look{taking: t, runs: in.Runs, near: t.now.Add(time.Duration(in.Settings.DeadlineNear)), counts: map[IntakeState]int{}}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(storeParallel)
	for name, mark := range states {
		group.Go(func() error { return l.order(groupCtx, name, mark) })
	}
	if err := group.Wait(); err != nil {
		return LookedOver{}, err
	}
	if in.Left {
		left, err := t.leftLongEnough(ctx)
		if err != nil {
			return LookedOver{}, err
		}
		l.again = append(l.again, left...)
	}
	if len(l.again) > 0 {
		if err := a.Store.Put(ctx, storage.IntakeList(in.Merchant, in.List), lo.Uniq(l.again)); err != nil {
			return LookedOver{}, err
		}
	}
	return l.looked(), nil
}

// stateMark says in which state an order stands, and since when.
type stateMark struct {
	state IntakeState
	since time.Time
}

// lookedAfter says whether the order's record is worth reading again.
func (m stateMark) lookedAfter() bool {
	switch m.state {
	case IntakeWaiting, IntakeHeldBack, IntakeQueued, IntakeTaken:
		return true
	case IntakeCancelled, IntakeTakeOut:
		return time.Since(m.since) < lateCancelled
	}
	return false
}

// states is in which state each order stands, by the marks in the store. Marks
// that a killed worker left wrong are put right by the order's record.
func (t *taking) states(ctx context.Context) (map[string]stateMark, error) {
	found := map[string][]stateMark{}
	for _, state := range IntakeStates() {
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
	record, err := ReadIntakeRecord(ctx, t.store, t.merchant, name)
	if errors.Is(err, storage.ErrNotFound) {
		return stateMark{}, nil // its record is on its way, or has expired
	}
	if err != nil {
		return stateMark{}, err
	}
	right := stateMark{record.State, record.ChangedAt}
	states := lo.Map(marks, func(m stateMark, _ int) IntakeState { return m.state })
	if !slices.Contains(states, record.State) {
		if err := t.store.Put(ctx, storage.IntakeInState(t.merchant, string(record.State), name), struct{}{}); err != nil {
			return right, err
		}
	}
	wrong := lo.Map(lo.Without(states, record.State), func(s IntakeState, _ int) string {
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
	counts        map[IntakeState]int
	raised, pulls []IntakeRecord
	again         []string
	queued        int
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
	record, err := ReadIntakeRecord(ctx, l.store, l.merchant, name)
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
	switch record.State {
	case IntakeTakeOut:
		l.pulls = append(l.pulls, record)
	case IntakeQueued:
		l.queued++
	}
	if record.Unread != "" {
		l.again = append(l.again, record.Unread)
	}
	if l.raises(record) {
		l.raised = append(l.raised, record)
	}
	return nil
}

func (l *look) raises(r IntakeRecord) bool {
	open := slices.Contains([]IntakeState{IntakeWaiting, IntakeHeldBack, IntakeQueued, IntakeTaken}, r.State)
	return open && !r.Deadline.IsZero() && r.Deadline.Before(l.near) && r.Deadline.After(l.now.Add(-overdueShown))
}

func (l *look) moveOn(ctx context.Context, record IntakeRecord) (IntakeRecord, error) {
	late := record.State == IntakeCancelled && record.HadLabel && time.Since(record.ChangedAt) < lateCancelled
	open := slices.Contains([]IntakeState{IntakeWaiting, IntakeQueued, IntakeTaken}, record.State)
	if !late && !open {
		return record, nil
	}
	label, err := labelOf(ctx, l.store, l.merchant, record.Connection, record.Order)
	if err != nil {
		return record, err
	}
	return changeRecord(ctx, l.store, l.merchant, record.Order, func(r *IntakeRecord) {
		switch {
		case r.State != record.State: // somebody else has moved it on
		case late && label.printed == "":
		case late:
			r.stand(IntakeCancelled, r.Reason, label, l.policies)
		case label.any() || r.State != IntakeTaken || l.lost(r):
			r.State = IntakeWaiting
			unread := r.Unread
			r.stand(IntakeWaiting, "", label, l.policies)
			r.Unread = unread
		}
	})
}

// lost says that no run has the order that its record gives to one.
func (l *look) lost(r *IntakeRecord) bool {
	return !slices.Contains(l.runs, r.Run) && time.Since(r.ChangedAt) > lostAfter
}

func (l *look) looked() LookedOver {
	slices.SortFunc(l.raised, func(a, b IntakeRecord) int {
		return cmp.Or(a.Deadline.Compare(b.Deadline), cmp.Compare(a.Order, b.Order))
	})
	slices.SortFunc(l.pulls, func(a, b IntakeRecord) int {
		return cmp.Or(b.ChangedAt.Compare(a.ChangedAt), cmp.Compare(a.Order, b.Order))
	})
	return LookedOver{
		Counts: l.counts, Near: len(l.raised), NearOrders: shown(l.raised), TakeOut: shown(l.pulls),
		Queued: l.queued, Again: len(lo.Uniq(l.again)),
	}
}

func shown(records []IntakeRecord) []NearOrder {
	return lo.Map(records[:min(len(records), nearShown)], func(r IntakeRecord, _ int) NearOrder {
		return NearOrder{
			Order: r.Order, Number: books.Reason(r.Number), Connection: r.ConnectionName, State: r.State, Deadline: r.Deadline, Run: r.Run,
		}
	})
}
