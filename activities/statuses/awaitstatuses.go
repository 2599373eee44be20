package statuses

import (
	"context"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

const (
	// enoughSettled: a wait ends when one order in so many is settled, so that no page is looked at too often.
	enoughSettled = 4
	// firstStatusPause and lastStatusPause bound the pauses between looks, in the hub's time.
	firstStatusPause = 20 * time.Second
	lastStatusPause  = 90 * time.Second
)

// AwaitStatusesInput says which status the pending orders of a page wait for.
// All times are the hub's.
type AwaitStatusesInput struct {
	activities.Scope
	Page   string          `json:"page"`
	Status channels.Status `json:"status"`
	Out    string          `json:"out"`
	// NotBefore is when the first look is worth it; SentAt when the status was sent last; BeganAt from
	// when on it can have been sent first, zero where nobody says.
	NotBefore time.Time `json:"not_before"`
	SentAt    time.Time `json:"sent_at"`
	BeganAt   time.Time `json:"began_at,omitzero"`
	// Last: what is not on the channel when the window is over will not be sent again.
	Last bool `json:"last,omitempty"`
}

// AwaitedStatuses is the page left, whether the window for those still pending
// is over, and how long the first of them took to reach the channel.
type AwaitedStatuses struct {
	activities.Step
	Overdue bool              `json:"overdue,omitempty"`
	Took    contract.Duration `json:"took,omitempty"`
}

// AwaitStatuses waits until a status of the page's pending orders has reached
// its channel, or the window for it is over: each try of the activity reads a
// few orders, and all once those are there. Ready orders have the status,
// Pending ones still wait, Ended ones were refused or given up.
func (a *Statuses) AwaitStatuses(ctx context.Context, in AwaitStatusesInput) (AwaitedStatuses, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	if step, done, err := in.FinishedPage(ctx, a.Store, in.Out); done || err != nil {
		// Never overdue: what still waits there was not read since.
		return AwaitedStatuses{Step: step}, err
	}
	now, err := hub.Time(ctx)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	if early := in.NotBefore.Sub(now); early > 0 && activities.Attempt(ctx) == 1 {
		return AwaitedStatuses{}, activities.WaitingError("the channel usually needs a while longer", in.Settings.Ours(contract.Duration(early)))
	}
	page, err := in.ReadPage(ctx, a.Store, in.Page)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	over := now.Sub(in.SentAt) >= time.Duration(in.Settings.StatusWindow)
	l := &statusLook{engine: newOrderEngine(ctx, hub, in.Status, in.Settings), in: in, over: over}
	if in.Last {
		l.sends = 0
	}
	findings, err := l.lookAt(ctx, page.Pending)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	settled := lo.CountBy(findings, finding.settled)
	if settled*enoughSettled < len(findings) && !over {
		return AwaitedStatuses{}, activities.WaitingError(fmt.Sprintf("%d of %d statuses are on the channel yet", settled, len(findings)), in.Settings.Ours(statusPause(ctx)))
	}
	var left books.Page
	for _, f := range findings {
		f.addTo(&left, in.Connection, in.Status)
	}
	if err := a.tellPage(ctx, in.Scope, in.Out, in.Status, left); err != nil {
		return AwaitedStatuses{}, err
	}
	step, err := in.LeavePage(ctx, a.Store, in.Out, left)
	awaited := AwaitedStatuses{Step: step, Overdue: over && step.Counts.Pending > 0}
	if settled > 0 {
		awaited.Took = contract.Duration(now.Sub(in.SentAt))
	}
	return awaited, err
}

// statusLook is one look at the statuses of a page; over: the window for them is over.
type statusLook struct {
	*engine
	in   AwaitStatusesInput
	over bool
}

// lookAt reads a sample of the orders and, when all of it is settled or the window is over, the others
// too. An order that was not read stays unsettled.
func (l *statusLook) lookAt(ctx context.Context, pending []books.Order) ([]finding, error) {
	findings := lo.Map(pending, func(o books.Order, _ int) finding { return newFinding(l.in.Scope, o) })
	sample := activities.SampleOf(len(pending), activities.Attempt(ctx))
	if err := l.readSome(ctx, findings, sample); err != nil {
		return nil, err
	}
	if l.in.Connection.Row().StatusFirst != "" && lo.SomeBy(sample, func(i int) bool { return findings[i].isMute(l.to) }) {
		listed, err := listedAmong(ctx, l.hub, l.in.Connection, findings)
		if err != nil {
			return nil, err
		}
		unread, _ := lo.Difference(listed, sample)
		if err := l.readSome(ctx, findings, unread); err != nil {
			return nil, err
		}
		for _, i := range listed {
			findings[i].listed = findings[i].isMute(l.to)
		}
		sample = append(sample, unread...)
	}
	arrived := lo.EveryBy(sample, func(i int) bool { return findings[i].settled() })
	if !arrived && !l.over && !l.isLong() {
		return findings, nil
	}
	rest, _ := lo.Difference(lo.Range(len(pending)), sample)
	return findings, l.readSome(ctx, findings, rest)
}

// isLong says that half the window is over, so that all are read although the sample is not there:
// it may be the sample that is stuck.
func (l *statusLook) isLong() bool { return l.now().Sub(l.in.SentAt) >= l.window/2 }

// readSome reads some of the orders and decides about each.
func (l *statusLook) readSome(ctx context.Context, findings []finding, which []int) error {
	return firstOf(sideBySide(len(which), func(n int) error {
		f := &findings[which[n]]
		f.row.Underway, f.row.SentAt = f.row.Sends == 0, l.in.SentAt
		if f.row.Sends > 0 {
			f.row.FirstAskedAt, f.row.AskedAt = l.in.BeganAt, l.in.BeganAt
		}
		if err := l.readOrder(ctx, f); err != nil {
			return err
		}
		l.decideOrder(f)
		return nil
	}))
}

// statusPause grows with the tries, in the hub's time.
func statusPause(ctx context.Context) contract.Duration {
	return contract.Duration(min(firstStatusPause*time.Duration(activities.Attempt(ctx)+1)/2, lastStatusPause))
}
