package statuses

import (
	"cmp"
	"context"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/wording"
)

// answer is how the hub answered a call about one order.
type answer int

const (
	accepted       answer = iota // it did what was asked
	refusedByHub                 // it refuses that
	forbiddenByHub               // we may not touch this order
	unknownToHub                 // it does not know the order
	noRoute                      // it has no such route
	noAnswer                     // it may answer later
)

func answerOf(err error) answer {
	hub := activities.HubError(err)
	switch {
	case err == nil:
		return accepted
	case activities.NoSuchRoute(err):
		return noRoute
	case hub == nil:
		return noAnswer
	case hub.Class == multivende.NotFound:
		return unknownToHub
	case hub.Class == multivende.Refused:
		return refusedByHub
	case activities.IsForbiddenObject(hub):
		return forbiddenByHub
	}
	return noAnswer
}

// hubSaid is why the hub did not do what was asked: its own words, else the error's; of a missing route,
// the setting that mends it.
func hubSaid(err error) contract.Reason {
	if answerOf(err) == noRoute {
		return activities.WrongRoute(err)
	}
	if said := activities.HubWords(err); said != "" {
		return wording.Reason(contract.WhyHubSays, "said", said)
	}
	return activities.Refusal(err)
}

// sendStatus sends the status of a row's order once, and says so for the next try. said is the reason where
// the hub does not accept it.
func (e *engine) sendStatus(ctx context.Context, row *statusbook.OpenRow) (got answer, said contract.Reason, err error) {
	e.unproven.Lock()
	if e.hub.Proven(e.orders.changeRoute()) {
		e.unproven.Unlock()
	} else {
		defer e.unproven.Unlock()
	}
	if missing := e.withoutRoute(contract.Reason{}); missing.Words != "" {
		return noRoute, missing, nil
	}
	row.AskedAt = e.now()
	row.FirstAskedAt = cmp.Or(row.FirstAskedAt, row.AskedAt)
	err = e.orders.send(ctx, row.StatusRow)
	switch got = answerOf(err); {
	case got == accepted:
		row.Sent(e.now())
		sent := activities.SentStatus{Order: row.Order, At: row.SentAt}
		activities.Say(ctx, func(said *activities.Heartbeat) { said.Sent = append(said.Sent, sent) })
		return accepted, contract.Reason{}, nil
	case got == noRoute, e.lacksCatalogue(err):
		return noRoute, e.withoutRoute(activities.WrongRoute(err)), err
	}
	return got, hubSaid(err), err
}

// withoutRoute is why no status can be sent at all, the first reason that was given; none when it can be.
func (e *engine) withoutRoute(reason contract.Reason) contract.Reason {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.missing = contract.FirstReason(e.missing, reason)
	return e.missing
}

// lacksCatalogue says that the catalogue cannot be read that holds the status's id.
func (e *engine) lacksCatalogue(err error) bool {
	ofCatalogue := activities.HubError(err) != nil && multivende.RouteOf(err) != e.orders.changeRoute()
	return ofCatalogue && activities.IsRefusedForGood(err) && !activities.IsForbidden(err) && !(e.patient && activities.MayPass(err))
}
