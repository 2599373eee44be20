package orders

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/storage"
)

// outstandingFor is for how long, in the hub's time, later runs look for the labels of a request of which nobody learnt what
// became.
const outstandingFor = 7 * 24 * time.Hour

// addOutstanding marks the orders that an earlier turn asked for without learning what became of it, and adds those
// that the list no longer shows.
func (a *Orders) addOutstanding(ctx context.Context, in TakeUpInput, found books.Page) (books.Page, error) {
	requests, err := a.outstanding(ctx, in.Scope)
	if err != nil {
		return found, err
	}
	place, leftOut := map[string]int{}, map[string]bool{}
	for i, o := range found.Pending {
		place[o.ID] = i
	}
	for _, l := range found.LeftOut {
		leftOut[l.ID] = true
	}
	for _, request := range requests {
		for _, order := range request.Orders {
			at, known := place[order.ID]
			switch {
			case known:
				found.Pending[at].Outstanding = request.Until
			case !leftOut[order.ID] && !in.fixed():
				place[order.ID] = len(found.Pending)
				order.Outstanding = request.Until
				found.Pending = append(found.Pending, order)
			}
		}
	}
	return found, nil
}

// outstanding reads a connection's outstanding requests, with the orders that have no published label yet. It forgets those
// that have none left, and old ones.
func (a *Orders) outstanding(ctx context.Context, scope activities.Scope) (requests []books.Outstanding, err error) {
	var keys []string
	err = a.Store.List(ctx, storage.OutstandingPrefix(scope.Merchant, scope.Connection.ID), func(o storage.Object) error {
		keys = append(keys, o.Key)
		return nil
	})
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	hub, err := a.Hubs.Hub(scope.Merchant)
	if err != nil {
		return nil, err
	}
	now, err := hub.Time(ctx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		var request books.Outstanding
		if err := a.Store.Get(ctx, key, &request); err != nil {
			return nil, err
		}
		if request.Orders, err = a.unpublished(ctx, scope, request.Orders); err != nil {
			return nil, err
		}
		if len(request.Orders) > 0 && now.Before(request.Until.Add(outstandingFor)) {
			requests = append(requests, request)
		} else if err := a.Store.Delete(ctx, key); err != nil {
			return nil, err
		}
	}
	return requests, nil
}

// unpublished returns the orders of which no run has published a label, as they stood before anything was asked for.
func (a *Orders) unpublished(ctx context.Context, scope activities.Scope, all []books.Order) ([]books.Order, error) {
	published := make([]bool, len(all))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for i, order := range all {
		group.Go(func() error {
			publication, err := publications.Newest(groupCtx, a.Store, scope.Merchant, order.ID, "")
			published[i] = publication != nil
			return err
		})
	}
	err := group.Wait()
	return lo.FilterMap(all, func(o books.Order, i int) (books.Order, bool) {
		return books.Order{
			ID: o.ID, Code: o.Code, CheckoutID: o.CheckoutID, OtherCheckouts: o.OtherCheckouts, CheckoutCode: o.CheckoutCode,
			ConnectionID: o.ConnectionID, ConnectionName: o.ConnectionName, Channel: o.Channel, CreatedAt: o.CreatedAt,
		}, !published[i]
	}), err
}
