package intake

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
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
	// LeftSales are sales whose change was left since the last look, and that are not marked yet.
	LeftSales []string `json:"left_sales,omitempty"`
	// Runs are the runs that make labels now; an order that another has waits again.
	Runs []string `json:"runs,omitempty"`
}

const (
	// nearShown is how many orders people see in Temporal's UI.
	nearShown = 10
	// overdueShown is for how long an order is raised whose deadline has passed.
	overdueShown = 7 * 24 * time.Hour
	// lateCancelled is for how long a cancelled order is kept in view.
	lateCancelled = 48 * time.Hour
	// lostRunAfter is after what time an order waits again whose run nobody knows of.
	lostRunAfter = 10 * time.Minute
)

// LookOver checks the orders that have no label yet: it counts them by state, records labels that
// exist by now, queues those whose time has come, reports those whose deadline is near, and repairs
// the marks by state. It reads what is open and what has changed; once a day it goes through all
// that was ever sold ([look.reconcile]).
func (a *Intake) LookOver(ctx context.Context, in LookOverInput) (contract.LookedOver, error) {
	looked, err := a.lookOver(ctx, in)
	if err == nil && a.Near != nil {
		a.Near(in.Merchant, looked.Near)
	}
	return looked, err
}

func (a *Intake) lookOver(ctx context.Context, in LookOverInput) (contract.LookedOver, error) {
	l, err := a.newLook(ctx, in)
	if err != nil {
		return contract.LookedOver{}, err
	}
	markLeft := func(ctx context.Context) error { return l.markLeft(ctx, in.LeftSales) }
	for _, part := range []func(context.Context) error{markLeft, l.reconcileIfDue, l.readMoved, l.readOpen, l.findLabels, l.moveAllOn} {
		if err := part(ctx); err != nil {
			return contract.LookedOver{}, cmp.Or(err, l.changes.Tidy(ctx))
		}
	}
	again := l.unread()
	if in.Left {
		left, err := l.leftLongEnough(ctx)
		if err != nil {
			return contract.LookedOver{}, err
		}
		again = append(again, left...)
	}
	if again = lo.Uniq(again); len(again) > 0 {
		if err := a.Store.Put(ctx, storage.IntakeList(in.Merchant, in.List), again); err != nil {
			return contract.LookedOver{}, err
		}
	}
	if err := l.keep(ctx); err != nil {
		return contract.LookedOver{}, err
	}
	return l.looked(len(again)), nil
}

// look gathers how the orders stand.
type look struct {
	*taking
	in   LookOverInput
	near time.Time
	// trust is how old a mark must be before a look believes that nobody is changing its order.
	trust time.Duration
	// every is how often all orders are gone through.
	every time.Duration
	// whole: this look goes through all orders.
	whole bool

	// before is what the look before this one has kept, etag its version.
	before lookMemory
	etag   string

	mu   sync.Mutex
	kept lookMemory
	// read are the orders whose record this look has read already.
	read map[string]bool
	// stored are the keys of the labels that wait in the store, printed the runs that have published an order since.
	stored  map[string]bool
	printed map[string]string
	// through are the notes that this look has read.
	through []string
}

func (a *Intake) newLook(ctx context.Context, in LookOverInput) (*look, error) {
	t, err := a.taking(ctx, in.Merchant, contract.ByPoll)
	if err != nil {
		return nil, err
	}
	l := &look{
		taking: t, in: in, near: t.now.Add(time.Duration(in.Settings.DeadlineNear)), trust: cmp.Or(a.trust, trustMarks), every: cmp.Or(a.every, reconcileEvery),
		read: map[string]bool{}, stored: map[string]bool{}, printed: map[string]string{},
	}
	return l, l.remember(ctx)
}

// moveAllOn moves those orders on whose label is there by now, or whose time has come.
func (l *look) moveAllOn(ctx context.Context) error {
	var change, labelled []string
	for order, known := range l.kept.Open {
		label := l.foundLabel(order, known.Record)
		if l.wants(known.Record, label) {
			change = append(change, order)
			if label.any() {
				labelled = append(labelled, order)
			}
		}
	}
	slices.Sort(labelled)
	if err := l.changes.WillMove(ctx, l.in.List, labelled); err != nil {
		return err
	}
	if len(labelled) > 0 { // this look knows what became of them, once it has kept its memory
		l.through = append(l.through, storage.IntakeMovedList(l.merchant, l.in.List))
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for _, order := range change {
		group.Go(func() error { return l.moveOn(groupCtx, order) })
	}
	return group.Wait()
}

// foundLabel is what this look has found of an open order's label.
func (l *look) foundLabel(order string, r contract.IntakeRecord) labelThere {
	l.mu.Lock()
	defer l.mu.Unlock()
	stored := r.State != contract.IntakeHeldBack && r.Connection != "" && l.stored[storage.WaitingLabel(l.merchant, r.Connection, order)]
	return labelThere{printed: l.printed[order], stored: stored}
}

// wants says whether an open order's record is to be changed.
func (l *look) wants(r contract.IntakeRecord, label labelThere) bool {
	if label.any() || r.State == contract.IntakeTaken && l.lost(&r) {
		return true
	}
	if r.State != contract.IntakeWaiting && r.State != contract.IntakeQueued {
		return false
	}
	would := r
	waitForLabel(&would, l.policies)
	return would.State != r.State || would.Words != r.Words || would.Reason.Code != r.Reason.Code
}

func (l *look) moveOn(ctx context.Context, order string) error {
	l.mu.Lock()
	known := l.kept.Open[order].Record
	l.mu.Unlock()
	label := l.foundLabel(order, known)
	record, err := l.changes.Record(ctx, order, func(r *contract.IntakeRecord) {
		if r.State != known.State || !l.wants(*r, label) { // somebody else has moved it on
			return
		}
		r.State = contract.IntakeWaiting
		unread := r.Unread
		moveOn(r, contract.IntakeWaiting, contract.Reason{}, label, l.policies)
		r.Unread = unread
	})
	if err != nil {
		return err
	}
	l.stands(order, record, nil)
	return nil
}

// lost says that no run has the order that its record gives to one.
func (l *look) lost(r *contract.IntakeRecord) bool {
	return !slices.Contains(l.in.Runs, r.Run) && time.Since(r.ChangedAt) > lostRunAfter
}

// unread are the notifications that are to be taken up again.
func (l *look) unread() []string {
	open := lo.Map(lo.Values(l.kept.Open), func(k knownOrder, _ int) string { return k.Record.Unread })
	late := lo.Map(lo.Values(l.kept.Late), func(k lateOrder, _ int) string { return k.Record.Unread })
	again := lo.Compact(append(open, late...))
	slices.Sort(again)
	return again
}

func (l *look) looked(again int) contract.LookedOver {
	var raised, pulls []contract.IntakeRecord
	promised := 0
	for _, known := range l.kept.Open {
		promised += lo.Ternary(known.Record.State == contract.IntakeHeldBack && known.Record.Confirmed, 1, 0)
		if r := known.Record; !r.Deadline.IsZero() && r.Deadline.Before(l.near) && r.Deadline.After(l.now.Add(-overdueShown)) {
			raised = append(raised, r)
		}
	}
	for _, late := range l.kept.Late {
		if late.Record.State == contract.IntakeTakeOut {
			pulls = append(pulls, late.Record)
		}
	}
	slices.SortFunc(raised, func(a, b contract.IntakeRecord) int {
		return cmp.Or(a.Deadline.Compare(b.Deadline), cmp.Compare(a.Order, b.Order))
	})
	slices.SortFunc(pulls, func(a, b contract.IntakeRecord) int {
		return cmp.Or(b.ChangedAt.Compare(a.ChangedAt), cmp.Compare(a.Order, b.Order))
	})
	counts := l.kept.counts()
	return contract.LookedOver{
		Counts: counts, Near: len(raised), NearOrders: shown(raised), TakeOut: shown(pulls), Queued: counts[contract.IntakeQueued],
		Promised: promised, Again: again,
	}
}

func shown(records []contract.IntakeRecord) []contract.NearOrder {
	return lo.Map(records[:min(len(records), nearShown)], func(r contract.IntakeRecord, _ int) contract.NearOrder {
		return contract.NearOrder{
			Order: r.Order, Number: contract.CleanReason(r.Number), Connection: r.ConnectionName, State: r.State, Deadline: r.Deadline, Run: r.Run,
		}
	})
}
