package orders

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// TakeUpInput says which orders a connection's turn takes up: those of the
// page "found", what the list shows since, unpublished labels in the store, and what is outstanding.
type TakeUpInput struct {
	FindOrdersInput
	// Named: only the orders on the page, which the caller named.
	Named bool `json:"named,omitempty"`
	// Again: only the orders on the page, which failed in an earlier turn: a retry.
	Again bool `json:"again,omitempty"`
}

// fixed says that nothing is added to the orders on the page.
func (in TakeUpInput) fixed() bool { return in.Named || in.Again }

// TakenUp says how many pages of up to 50 orders there are to read.
type TakenUp struct {
	Pages   int `json:"pages"`
	Orders  int `json:"orders"`
	LeftOut int `json:"left_out,omitempty"`
	// Strangers counts the orders that were listed here and are of other connections.
	Strangers int `json:"strangers,omitempty"`
}

// TakeUpOrders walks the list again until nothing new comes, looks into the
// store for labels that no run has published, and cuts all into pages
// "list-n" of about 50 orders; the orders of a sale stay on one page.
func (a *Orders) TakeUpOrders(ctx context.Context, in TakeUpInput) (TakenUp, error) {
	list, err := a.list(ctx, in)
	if err != nil {
		return TakenUp{}, err
	}
	pages := cut(list)
	taken := TakenUp{Pages: len(pages), Orders: len(list.Pending), LeftOut: len(list.LeftOut), Strangers: list.Strangers}
	return taken, a.leaveAll(ctx, in.Scope, pages)
}

// list returns what the turn takes up. It is put once, as the page "list": a
// later try that finds the hub's list changed still cuts the same pages.
func (a *Orders) list(ctx context.Context, in TakeUpInput) (books.Page, error) {
	list, err := in.ReadPage(ctx, a.Store, books.ListPage)
	if err == nil || !errors.Is(err, storage.ErrNotFound) {
		return list, err
	}
	found, err := a.foundFor(ctx, in)
	if err != nil {
		return found, err
	}
	if !slices.Contains(found.Shared, books.LabelList) && in.Connection.NoLabels.Words == "" {
		if found, err = a.lookAgain(ctx, in, found); err != nil {
			return found, err
		}
	}
	if found, err = a.addStored(ctx, in, found); err != nil {
		return found, err
	}
	if !in.Again { // a retry reads its orders anyway before it asks
		if found, err = a.addOutstanding(ctx, in, found); err != nil {
			return found, err
		}
	}
	_, err = a.Store.PutOnce(ctx, in.PageKey(books.ListPage), &found)
	return found, err
}

// foundFor returns the page "found" or, where the hub does not heed its filter, what AssignOrders made of it.
func (a *Orders) foundFor(ctx context.Context, in TakeUpInput) (books.Page, error) {
	shared, err := in.ReadPage(ctx, a.Store, books.SharedPage)
	if !errors.Is(err, storage.ErrNotFound) {
		return shared, err
	}
	found, err := in.ReadPage(ctx, a.Store, books.FoundPage)
	if errors.Is(err, storage.ErrNotFound) {
		return found, nil
	}
	return found, err
}

// cut makes pages of about 50 orders; the orders of a sale stay on one page.
func cut(list books.Page) []books.Page {
	bySale := lo.GroupBy(list.Pending, saleKey)
	var pages []books.Page
	var page books.Page
	for _, key := range lo.Uniq(lo.Map(list.Pending, func(o books.Order, _ int) string { return saleKey(o) })) {
		if len(page.Pending) > 0 && len(page.Pending)+len(bySale[key]) > activities.ChunkSize {
			pages, page = append(pages, page), books.Page{}
		}
		page.Pending = append(page.Pending, bySale[key]...)
	}
	if len(page.Pending) > 0 {
		pages = append(pages, page)
	}
	return pages
}

func saleKey(o books.Order) string {
	if o.CheckoutID != "" {
		return o.CheckoutID
	}
	return "delivery order " + o.ID
}

func (a *Orders) leaveAll(ctx context.Context, scope activities.Scope, pages []books.Page) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for i, page := range pages {
		group.Go(func() error {
			_, err := scope.LeavePage(ctx, a.Store, books.PageName(books.ListPage, i+1), page)
			return err
		})
	}
	return group.Wait()
}

// lookAgain walks the list up to twice more, until nothing new comes.
func (a *Orders) lookAgain(ctx context.Context, in TakeUpInput, found books.Page) (books.Page, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return found, err
	}
	known := newListing()
	for _, o := range found.Pending {
		known.seen[o.ID] = true
	}
	for _, l := range found.LeftOut {
		known.seen[l.ID] = true
	}
	listed := map[string]bool{}
	for range walks - 1 {
		again, err := walk(ctx, hub, in.FindOrdersInput, unwatched)
		if err != nil {
			return found, err
		}
		again.leaveStrangers()
		fresh := 0
		for _, order := range again.orders {
			listed[order.ID] = true
			if !in.fixed() && known.add(order, "") {
				fresh++
			}
		}
		if fresh == 0 {
			break
		}
	}
	for i := range found.Pending {
		found.Pending[i].Listed = found.Pending[i].Listed || listed[found.Pending[i].ID]
	}
	added := known.page(hub.Clock().Now().Add(-time.Duration(in.Since)))
	found.Pending, found.LeftOut = append(found.Pending, added.Pending...), append(found.LeftOut, added.LeftOut...)
	return found, nil
}

// addStored marks the orders whose unpublished label is in the store, and adds
// those that the list no longer shows.
func (a *Orders) addStored(ctx context.Context, in TakeUpInput, found books.Page) (books.Page, error) {
	stored := map[string]bool{}
	err := a.Store.List(ctx, storage.WaitingPrefix(in.Merchant, in.Connection.ID), func(o storage.Object) error {
		stored[o.Key] = true
		return nil
	})
	if err != nil {
		return found, err
	}
	key := func(order string) string { return storage.WaitingLabel(in.Merchant, in.Connection.ID, order) }
	for i := range found.Pending {
		found.Pending[i].Stored = stored[key(found.Pending[i].ID)]
		delete(stored, key(found.Pending[i].ID))
	}
	if in.fixed() {
		return found, nil
	}
	added, err := a.StoredOrders(ctx, slices.Sorted(maps.Keys(stored)))
	found.Pending = append(found.Pending, added...)
	found.LeftOut = lo.Filter(found.LeftOut, func(l contract.LeftOut, _ int) bool { return !stored[key(l.ID)] })
	return found, err
}

// StoredOrders reads the records of labels that wait in the store, by their keys.
func (a *Orders) StoredOrders(ctx context.Context, keys []string) ([]books.Order, error) {
	orders := make([]books.Order, len(keys))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.StoreParallel)
	for i, key := range keys {
		group.Go(func() error {
			var record books.LabelRecord
			err := a.Store.Get(ctx, key, &record)
			orders[i] = record.Order
			orders[i].Stored, orders[i].Listed = true, true
			orders[i].Asks, orders[i].Sends, orders[i].Trouble = 0, 0, contract.Cause{}
			return err
		})
	}
	err := group.Wait()
	return orders, err
}
