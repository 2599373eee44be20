package statuses

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

// engine brings one status of many orders to their channels, within one try of a step.
type engine struct {
	hub    *multivende.Client
	orders orderKind
	to     channels.Status
	pickUp bool
	// window is after how long a status is sent again, the hub's time; sends how often it is sent in all.
	window time.Duration
	sends  int
	// patient: an order waits while the hub's catalogue of statuses makes no sense.
	patient bool

	// began is the hub's time before the first try of the step; lost: this is not that try.
	began time.Time
	lost  bool
	// sentBefore are the orders for which an earlier try says when it has sent the status.
	sentBefore map[string]time.Time

	// unproven lets sendings go one by one until one shows that the hub has a route for them.
	unproven sync.Mutex

	mu sync.Mutex
	// missing is why no status can be sent at all: the hub has another path for them.
	missing contract.Reason
}

func newEngine(ctx context.Context, hub *multivende.Client, orders orderKind, to channels.Status, settings contract.Settings) *engine {
	return &engine{
		hub: hub, orders: orders, to: to, window: time.Duration(settings.StatusWindow), sends: settings.StatusSends,
		began: activities.ScheduledAt(ctx, hub), lost: activities.Attempt(ctx) > 1,
		sentBefore: lo.SliceToMap(activities.Said(ctx).Sent, func(s activities.SentStatus) (string, time.Time) { return s.Order, s.At }),
	}
}

func (e *engine) now() time.Time { return e.hub.Clock().Now() }

// action is what is to be done about an order.
type action int

const (
	toWait action = iota
	toSend
	toEnd
)

// decision is what is to be done about an order, and why. why also says which rule, or
// what of the hub, keeps the status from being sent; link is the one that told how far the status has come.
type decision struct {
	action
	standing
	why  contract.Reason
	link multivende.StatusLink
}

// decide says what is to be done about an order by what was read of it. It notes on the row what the
// read shows of sendings: our own whose answer was lost, and others'.
func (e *engine) decide(row *statusbook.OpenRow, seen reading) decision {
	if row.Out() {
		return e.decideSent(row, seen)
	}
	at, link := e.judge(*row, seen)
	switch {
	case at == absent, at == passed, at == cancelled:
		return e.holdToRules(*row, seen, seen.status, at)
	case e.isOurs(link, *row):
		row.Sent(lo.Latest(link.At, cmp.Or(row.AskedAt, e.began)))
		return e.decideSent(row, seen)
	case at == there, at == quiet:
		return decision{action: toEnd, standing: at, link: link}
	case at == underWay && !link.Present && !e.lost && row.AskedAt.IsZero() && !e.changedLately(seen):
		// The hub may show a link only once something was sent, so it is sent once. Where a rule
		// forbids that, the status is the channel's own.
		held := e.holdToRules(*row, seen, "", at)
		if held.action == toEnd {
			return decision{action: toEnd, standing: quiet}
		}
		return held
	case at == underWay && e.mayArrive(link):
		// Somebody else has sent it just now.
		row.Sent(cmp.Or(link.At, e.now()))
		row.Underway, row.Sends = true, 0
		return decision{standing: underWay, link: link}
	}
	// What was refused, or is stuck, is as if it had not been sent.
	return e.holdToRules(*row, seen, "", at)
}

// decideSent is decide for an order whose status was sent, by us or somebody else.
func (e *engine) decideSent(row *statusbook.OpenRow, seen reading) decision {
	at, link := e.judge(*row, seen)
	switch {
	case at == there, at == quiet, at == refused, at == cancelled, at == passed:
		return decision{action: toEnd, standing: at, link: link}
	case at == underWay && row.Sends > 0 && row.Sends < e.sends && link.Dated && link.At.After(row.SentAt.Add(time.Minute)):
		// It was sent again since: by an earlier try of this step, or by somebody else.
		row.Sends++
		row.SentAt = link.At
	}
	row.LookedAt = e.now()
	switch {
	case e.now().Sub(row.SentAt) < e.window:
		return decision{standing: at, link: link}
	case row.Sends >= e.sends:
		return decision{action: toEnd, standing: late, link: link}
	case row.Sends == 0:
		return e.holdToRules(*row, seen, "", at) // somebody else's sending came to nothing
	}
	return decision{action: toSend, standing: at, link: link}
}

// holdToRules holds a sending against the rules of channels; from is the order's status, "" where it is as
// if it had none.
func (e *engine) holdToRules(row statusbook.OpenRow, seen reading, from channels.Status, at standing) decision {
	change := channels.Change{Slug: row.Channel, ShippingMode: seen.mode, From: from, To: e.to, HasDocument: seen.document, PickUp: e.pickUp}
	rule := change.WhyNotAllowed()
	switch {
	case rule.Words == "":
		return decision{action: toSend, standing: at}
	case at != passed && at != cancelled:
		at = forbidden
	}
	return decision{action: toEnd, standing: at, why: rule}
}
