package activities

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// Statuses are the steps that bring a status to its channel.
type Statuses struct {
	Hubs  Hubs
	Store *storage.Store
}

// SendStatusesInput says which status to send, for the pending orders of a page.
type SendStatusesInput struct {
	Scope
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
	Step
	BeganAt time.Time `json:"began_at,omitzero"`
	SentAt  time.Time `json:"sent_at"`
}

// SendStatuses sends a status for the pending orders of a page and leaves a
// page: Pending ones wait for their channel, Ready ones have it already, Ended
// ones were refused. Where an answer may have been lost it reads each order first.
func (a *Statuses) SendStatuses(ctx context.Context, in SendStatusesInput) (SentStatuses, error) {
	sent, err := a.send(ctx, in)
	return sent, translate(err)
}

func (a *Statuses) send(ctx context.Context, in SendStatusesInput) (SentStatuses, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return SentStatuses{}, err
	}
	began := scheduledAt(ctx, hub)
	if step, done, err := in.finished(ctx, a.Store, in.Out); done || err != nil {
		return SentStatuses{Step: step, BeganAt: began, SentAt: hub.Clock().Now()}, err
	}
	page, err := in.page(ctx, a.Store, in.Page)
	if err != nil {
		return SentStatuses{}, err
	}
	before := sentBefore(ctx)
	missing, err := in.unsendable(ctx, a.Store)
	if err != nil {
		return SentStatuses{}, err
	}
	s := &statusSender{missing: missing, hub: hub, in: in, before: before, done: slices.Clone(before), lost: attempt(ctx) > 1}
	if err := s.all(ctx, page.Pending); err != nil {
		return SentStatuses{}, err
	}
	if s.missing != "" && in.Generation != lastGeneration {
		if err := in.markRoute(ctx, a.Store, changeStatusRoute, s.missing); err != nil {
			return SentStatuses{}, err
		}
	}
	step, err := in.leave(ctx, a.Store, in.Out, s.page)
	return SentStatuses{Step: step, BeganAt: began, SentAt: hub.Clock().Now()}, err
}

type statusSender struct {
	hub *multivende.Client
	in  SendStatusesInput
	// lost: an earlier try may have sent statuses, among them those of before.
	lost   bool
	before []string

	mu   sync.Mutex
	done []string
	page books.Page
	// missing is why no status can be sent at all: the hub has another path for them.
	missing string
}

// all sends side by side. After an error nothing more is begun, but what is
// under way is brought to its end: a call that is broken off may be carried out
// all the same, and then the next try would send it again.
func (s *statusSender) all(ctx context.Context, orders []books.Order) error {
	kept := newPlaces(orders)
	var group errgroup.Group
	var failed atomic.Bool
	group.SetLimit(hubParallel)
	if len(orders) > 0 && !s.hub.Proven(changeStatusRoute) {
		// The first tells whether there is such a route at all.
		if err := s.one(ctx, orders[0]); err != nil {
			return err
		}
		orders = orders[1:]
	}
	for _, order := range orders {
		group.Go(func() error {
			if failed.Load() {
				return nil
			}
			err := s.one(ctx, order)
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	err := group.Wait()
	kept.sort(&s.page)
	return err
}

func (s *statusSender) one(ctx context.Context, order books.Order) error {
	known := readingOf(order, s.in.Status, multivende.StatusLink{})
	switch {
	case known.settled():
		s.add(func(p *books.Page) { known.into(p, s.in.Connection) })
		return nil
	case slices.Contains(s.before, order.ID):
		order.Sends++
		s.sent(ctx, order)
		return nil
	case known.sent && !s.in.Again:
		if done, err := s.proven(ctx, order); done || err != nil {
			return err
		}
	case s.lost:
		if done, err := s.look(ctx, order); done || err != nil {
			return err
		}
	}
	if missing := s.withoutRoute(nil); missing != "" {
		s.add(func(p *books.Page) { unsent(p, order, s.in.Connection, missing) })
		return nil
	}
	order.Sends++
	err := s.hub.ChangeStatus(ctx, order.ID, multivende.StatusChange{StatusCode: s.in.Status.Code(), Date: s.hub.Clock().Now()})
	if missing := s.withoutRoute(err); missing != "" {
		s.add(func(p *books.Page) { unsent(p, order, s.in.Connection, missing) })
		return nil
	}
	switch multivende.ClassOf(err) {
	case multivende.Refused:
		s.add(func(p *books.Page) { refuse(p, order, s.in.Connection, hubWords(err)) })
		return nil
	case multivende.NotFound:
		s.add(func(p *books.Page) { statusReading{order: order, unknown: true}.into(p, s.in.Connection) })
		return nil
	}
	if err != nil {
		return err
	}
	s.sent(ctx, order)
	return nil
}

// proven reads an order that shows the status already, and says whether nothing is left to send. One
// without any link is not: the hub may show a link only once something was sent.
func (s *statusSender) proven(ctx context.Context, order books.Order) (bool, error) {
	reading, err := readStatus(ctx, s.hub, order, s.in.Status, time.Time{})
	switch {
	case err != nil:
		return false, err
	case reading.settled():
		s.add(func(p *books.Page) { reading.into(p, s.in.Connection) })
	case !reading.sent, reading.linkless && !s.lost && !s.recent(reading):
		return false, nil
	default:
		s.sent(ctx, reading.order)
	}
	return true, nil
}

// recent says that the order changed within the window: somebody may just have sent its status.
func (s *statusSender) recent(r statusReading) bool {
	return !r.changed.IsZero() && s.hub.Clock().Now().Sub(r.changed) < time.Duration(s.in.Settings.StatusWindow)
}

// look reads an order whose status may have been sent by an earlier try, and
// says whether nothing is left to send.
func (s *statusSender) look(ctx context.Context, order books.Order) (bool, error) {
	reading, err := readStatus(ctx, s.hub, order, s.in.Status, time.Time{})
	if err != nil {
		return false, err
	}
	switch {
	case reading.settled():
		s.add(func(p *books.Page) { reading.into(p, s.in.Connection) })
		return true, nil
	case reading.sent && !s.in.Again:
		order.Sends++
		s.sent(ctx, order)
		return true, nil
	}
	return false, nil
}

func (s *statusSender) add(change func(*books.Page)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.page)
}

func (s *statusSender) sent(ctx context.Context, order books.Order) {
	s.add(func(p *books.Page) {
		p.Pending = append(p.Pending, order)
		if !slices.Contains(s.done, order.ID) {
			s.done = append(s.done, order.ID)
		}
		progress(ctx, slices.Clone(s.done))
	})
}
