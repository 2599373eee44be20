package statuses

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

// Statuses are the steps that bring a status to its channel.
type Statuses struct {
	Hubs  activities.Hubs
	Store *storage.Store
	// Outbox is told how each status ended; nil tells nobody.
	Outbox *hooks.Outbox
}

// SendStatusesInput says which status to send, for the pending orders of a page.
type SendStatusesInput struct {
	activities.Scope
	Page   string          `json:"page"`
	Status channels.Status `json:"status"`
	// Out is the name of the page to leave.
	Out string `json:"out"`
	// Again: the status was sent before and did not reach the channel in time.
	Again bool `json:"again,omitempty"`
}

// SentStatuses is the page left and the hub's time when the first status can have been sent, by any
// try, and when the last was.
type SentStatuses struct {
	activities.Step
	BeganAt time.Time `json:"began_at,omitzero"`
	SentAt  time.Time `json:"sent_at"`
}

// SendStatuses sends a status for the pending orders of a page and leaves a
// page: Pending ones wait for their channel, Ready ones have it already, Ended
// ones were refused. Where an answer may have been lost it reads each order first.
func (a *Statuses) SendStatuses(ctx context.Context, in SendStatusesInput) (SentStatuses, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return SentStatuses{}, err
	}
	if _, err := hub.Time(ctx); err != nil {
		return SentStatuses{}, err
	}
	began := activities.ScheduledAt(ctx, hub)
	if step, done, err := in.FinishedPage(ctx, a.Store, in.Out); done || err != nil {
		return SentStatuses{Step: step, BeganAt: began, SentAt: hub.Clock().Now()}, err
	}
	page, err := in.ReadPage(ctx, a.Store, in.Page)
	if err != nil {
		return SentStatuses{}, err
	}
	s := &statusSender{engine: newOrderEngine(ctx, hub, in.Status, in.Settings), in: in}
	s.stale = !page.ReadAt.IsZero() && s.now().Sub(page.ReadAt) > s.window
	if s.missing, err = in.unsendable(ctx, a.Store); err != nil {
		return SentStatuses{}, err
	}
	kept := activities.NewPlaces(page.Pending)
	errs := sideBySide(len(page.Pending), func(i int) error { return s.bringOrder(ctx, page.Pending[i]) })
	if err := firstOf(errs); err != nil {
		return SentStatuses{}, err
	}
	kept.Sort(&s.page)
	if s.missing.Words != "" && in.Generation != activities.LastGeneration {
		if err := in.MarkRoute(ctx, a.Store, activities.ChangeStatusRoute, s.missing); err != nil {
			return SentStatuses{}, err
		}
	}
	if err := a.tellPage(ctx, in.Scope, in.Out, in.Status, s.page); err != nil {
		return SentStatuses{}, err
	}
	step, err := in.LeavePage(ctx, a.Store, in.Out, s.page)
	return SentStatuses{Step: step, BeganAt: began, SentAt: hub.Clock().Now()}, err
}

// unsendable is why an earlier step of the connection's turn found that no status can be sent.
// Statuses after the label belong to no turn: each page of theirs finds it out.
func (in SendStatusesInput) unsendable(ctx context.Context, store *storage.Store) (contract.Reason, error) {
	if in.Generation == activities.LastGeneration {
		return contract.Reason{}, nil
	}
	return in.Without(ctx, store, activities.ChangeStatusRoute)
}

// firstOf is the error that says most of why some orders were not worked on: one that is final, else the first.
func firstOf(errs []error) error {
	errs = lo.Filter(errs, func(err error, _ int) bool { return err != nil && !errors.Is(err, activities.ErrNotBegun) })
	final, found := lo.Find(errs, func(err error) bool { return !activities.MayPass(err) })
	if found || len(errs) == 0 {
		return final
	}
	return errs[0]
}

type statusSender struct {
	*engine
	in SendStatusesInput
	// stale: the page was read so long ago that its orders are read again first; some may be cancelled.
	stale bool

	pageMu sync.Mutex
	page   books.Page
}

// bringOrder sends the status of one order, unless what is known of it says otherwise. It is read first
// only where it has the status already, an earlier try may have sent it, or its page is stale.
func (s *statusSender) bringOrder(ctx context.Context, order books.Order) error {
	f := newFinding(s.in.Scope, order)
	if s.in.Again {
		// It was sent before this step, at least a window ago.
		f.row.Underway, f.row.SentAt = f.row.Sends == 0, s.began.Add(-s.window)
	}
	if at, sent := s.sentBefore[order.ID]; sent {
		f.row.Sent(at)
		s.addOrder(f)
		return nil
	}
	if s.lost || s.stale || order.HubStatus == s.to && !s.in.Again {
		if err := s.readOrder(ctx, &f); err != nil {
			return err
		}
	}
	s.decideOrder(&f)
	if f.action != toSend {
		s.addOrder(f)
		return nil
	}
	got, said, err := s.sendStatus(ctx, &f.row)
	switch got {
	case forbiddenByHub, noAnswer:
		return err
	case accepted:
		f.action = toWait
	case unknownToHub:
		f.decision = decision{action: toEnd, standing: unknownOrder}
	case refusedByHub:
		f.decision = decision{action: toEnd, standing: refused, why: said}
	case noRoute:
		f.decision = decision{action: toEnd, standing: unsendable, why: said}
	}
	s.addOrder(f)
	return nil
}

func (s *statusSender) addOrder(f finding) {
	s.pageMu.Lock()
	defer s.pageMu.Unlock()
	f.addTo(&s.page, s.in.Connection, s.to)
}
