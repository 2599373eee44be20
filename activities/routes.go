package activities

import (
	"context"
	"errors"
	"strconv"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// The routes that may be missing while their objects exist, by their names in DESPACHO_HUB_PATHS.
const (
	CheckoutRoute        = "checkout"
	ChangeStatusRoute    = "change_status"
	DeliveryOrderRoute   = "delivery_order"
	GenerateTicketsRoute = "generate_tickets"
	LabelTasksRoute      = "label_tasks"
)

// NoSuchRoute says whether an error means that the hub does not have the path: it says so, or nothing
// was ever found under the path and the answer does not name the object.
func NoSuchRoute(err error) bool {
	hub := HubError(err)
	return hub != nil && (hub.Class == multivende.NoRoute || hub.Class == multivende.NotFound && hub.RouteUnproven)
}

// NoSuchObject says whether the route exists but the object asked for does not.
func NoSuchObject(err error) bool {
	return multivende.ClassOf(err) == multivende.NotFound && !NoSuchRoute(err)
}

// OfOneObject says whether an error is only about the object asked for: the hub does not have it, or
// refuses to show it.
func OfOneObject(err error) bool {
	return multivende.ClassOf(err) == multivende.NotFound || multivende.ClassOf(err) == multivende.Refused
}

// WrongRoute returns the reason for orders that ended for want of a route: the setting that fixes it,
// or that a scope is missing, and the path that was called.
func WrongRoute(err error) contract.Reason {
	hub := HubError(err)
	if hub == nil {
		return wording.OfError("", err.Error())
	}
	status := strconv.Itoa(hub.Status)
	if IsForbiddenObject(hub) {
		return wording.Reason(contract.WhyScopeMissing, "http", status, "route", hub.CalledRoute)
	}
	if hub.Class != multivende.NoRoute && hub.Class != multivende.NotFound {
		return wording.Reason(contract.WhyAnswerUnexpected, "http", status, "setting", multivende.RouteOf(err), "route", hub.CalledRoute)
	}
	return wording.Reason(contract.WhyRouteMissing, "http", status, "setting", multivende.RouteOf(err), "route", hub.CalledRoute)
}

// IsRefusedForGood says whether an optional call was refused in a way that asking again does not change.
func IsRefusedForGood(err error) bool {
	hub := HubError(err)
	if hub == nil {
		return false
	}
	switch hub.Class {
	case multivende.Refused, multivende.NotFound, multivende.NoRoute, multivende.Broken:
		return true
	case multivende.NotAuthorised, multivende.Busy, multivende.Unreachable, multivende.LinkExpired, multivende.Stalled, multivende.NeedsConsent:
	}
	return IsForbiddenObject(hub)
}

// routeMark records why a connection does not use a route during one of its turns in a run. An empty
// reason means that the route exists.
type routeMark struct {
	contract.Reason
}

func (s Scope) routeKey(route string) string { return s.PageKey("route-" + route) }

// RouteMark returns what an earlier step of the connection's turn learnt about a route; nil for
// nothing.
func (s Scope) RouteMark(ctx context.Context, store *storage.Store, route string) (*routeMark, error) {
	var mark routeMark
	err := store.Get(ctx, s.routeKey(route), &mark)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return lo.Ternary(err == nil, &mark, nil), err
}

// MarkRoute stores what was learnt about a route for later steps of the connection's turn. A retry
// finds out again, because the setting may have been fixed.
func (s Scope) MarkRoute(ctx context.Context, store *storage.Store, route string, reason contract.Reason) error {
	_, err := store.PutOnce(ctx, s.routeKey(route), &routeMark{reason})
	return err
}

// Without returns why a route is not used, by what an earlier step learnt; none when it may be called.
func (s Scope) Without(ctx context.Context, store *storage.Store, route string) (contract.Reason, error) {
	mark, err := s.RouteMark(ctx, store, route)
	if mark == nil || err != nil {
		return contract.Reason{}, err
	}
	return mark.Reason, nil
}
