package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// The routes that a run can tell from their objects, as DESPACHO_HUB_PATHS names them.
const (
	checkoutRoute        = "checkout"
	changeStatusRoute    = "change_status"
	deliveryOrderRoute   = "delivery_order"
	generateTicketsRoute = "generate_tickets"
	labelTasksRoute      = "label_tasks"
)

// noSuchRoute says that an error is the hub's about a path that it does not have: it says so, or
// nothing was ever found under the path and nothing that it says is about the object.
func noSuchRoute(err error) bool {
	hub := hubError(err)
	return hub != nil && (hub.Class == multivende.NoRoute || hub.Class == multivende.NotFound && hub.Unproven)
}

// noSuchObject says that the route is there, and what was asked for is not.
func noSuchObject(err error) bool {
	return multivende.ClassOf(err) == multivende.NotFound && !noSuchRoute(err)
}

// ofOneObject says that an error is about the one object that was asked for: the hub does not have it,
// or refuses to show it.
func ofOneObject(err error) bool {
	return multivende.ClassOf(err) == multivende.NotFound || multivende.ClassOf(err) == multivende.Refused
}

// wrongRoute is the reason of what ended for want of a route: the setting that mends it, or that a scope
// is missing, and what was called.
func wrongRoute(err error) string {
	hub := hubError(err)
	if hub == nil {
		return err.Error()
	}
	if forbidden(hub) {
		return books.Reason(fmt.Sprintf("the token lacks a scope (HTTP %d): %s was called", hub.Status, hub.Called))
	}
	said := fmt.Sprintf("the hub has no such route (HTTP %d)", hub.Status)
	if hub.Class != multivende.NoRoute && hub.Class != multivende.NotFound {
		said = fmt.Sprintf("the hub does not answer as expected (HTTP %d)", hub.Status)
	}
	return books.Reason(fmt.Sprintf("%s: set %s in DESPACHO_HUB_PATHS; %s was called", said, multivende.RouteOf(err), hub.Called))
}

// forGood says that a call that a run can do without was refused, so that asking again changes nothing.
func forGood(err error) bool {
	hub := hubError(err)
	if hub == nil {
		return false
	}
	switch hub.Class {
	case multivende.Refused, multivende.NotFound, multivende.NoRoute, multivende.Broken:
		return true
	}
	return forbidden(hub)
}

// routeMark is why a connection does without a route for one of its turns in a run. Empty: it is there.
type routeMark struct {
	Reason string `json:"reason,omitempty"`
}

func (s Scope) routeKey(route string) string { return s.pageKey("route-" + route) }

// routeMark is what an earlier step of the connection's turn has learnt of a route; nil for nothing.
func (s Scope) routeMark(ctx context.Context, store *storage.Store, route string) (*routeMark, error) {
	var mark routeMark
	err := store.Get(ctx, s.routeKey(route), &mark)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return lo.Ternary(err == nil, &mark, nil), err
}

// markRoute keeps what was learnt of a route for later steps of the connection's turn. A retry, which
// may come after the setting was mended, learns it anew.
func (s Scope) markRoute(ctx context.Context, store *storage.Store, route, reason string) error {
	_, err := store.PutOnce(ctx, s.routeKey(route), &routeMark{Reason: reason})
	return err
}

// without is why a route is done without, by what an earlier step has learnt; "" when it may be called.
func (s Scope) without(ctx context.Context, store *storage.Store, route string) (string, error) {
	mark, err := s.routeMark(ctx, store, route)
	if mark == nil || err != nil {
		return "", err
	}
	return mark.Reason, nil
}
