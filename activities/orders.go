package activities

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (
	// hubParallel bounds the calls that one activity makes at a time; the client's limiter paces them.
	hubParallel = 8
	// chunkSize is how many orders a step handles.
	chunkSize = 50
	// walks is how often a connection's list is walked at most before labels are asked for.
	walks = 3
)

// Orders are the steps that find and read orders.
type Orders struct {
	Hubs  Hubs
	Store *storage.Store
}

// FindOrdersInput says where to look for orders that wait.
type FindOrdersInput struct {
	Scope
	Since          Duration `json:"since"`
	IncludePrinted bool     `json:"include_printed,omitempty"`
}

// FindOrders walks the connection's list of available labels to its end and,
// where a status comes before the label, the sales of the window. It leaves
// the page "found": what waits, unread, and what is older than the window.
func (a *Orders) FindOrders(ctx context.Context, in FindOrdersInput) (Step, error) {
	step, err := a.find(ctx, in)
	return step, translate(err)
}

func (a *Orders) find(ctx context.Context, in FindOrdersInput) (Step, error) {
	if step, done, err := in.finished(ctx, a.Store, books.FoundPage); done || err != nil {
		return step, err
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return Step{}, err
	}
	listing, err := walk(ctx, hub, in)
	if err != nil {
		return Step{}, err
	}
	sales, err := recentSales(ctx, hub, in)
	if err != nil {
		return Step{}, err
	}
	page := listing.page(hub.Clock().Now().Add(-time.Duration(in.Since)))
	page.Pending = append(page.Pending, sales...)
	return in.leave(ctx, a.Store, books.FoundPage, page)
}

// listing is the hub's list of available labels of a connection, each order once.
type listing struct {
	orders []books.Order
	seen   map[string]bool
}

// walk goes through the list once, and through that of printed labels when wanted.
func walk(ctx context.Context, hub *multivende.Client, in FindOrdersInput) (*listing, error) {
	l := &listing{seen: map[string]bool{}}
	printed := []bool{false}
	if in.IncludePrinted {
		printed = append(printed, true)
	}
	for _, p := range printed {
		query := multivende.AvailableLabelsQuery{ConnectionID: in.Connection.ID, Printed: p}
		err := hub.AvailableLabels(ctx, query, func(entries []multivende.DeliveryOrder) error {
			for _, entry := range entries {
				l.add(orderOf(entry, in.Connection))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// add takes an order that was not seen before, and says whether it was new.
func (l *listing) add(order books.Order) bool {
	if l.seen[order.ID] {
		return false
	}
	l.seen[order.ID] = true
	order.Listed = true
	l.orders = append(l.orders, order)
	return true
}

// page splits the list at the start of the window.
func (l *listing) page(from time.Time) books.Page {
	var page books.Page
	for _, order := range l.orders {
		if !order.CreatedAt.IsZero() && order.CreatedAt.Before(from) {
			page.LeftOut = append(page.LeftOut, books.LeftOut{ID: order.ID, Code: order.Code, CreatedAt: order.CreatedAt.UTC().Format(time.RFC3339)})
			continue
		}
		page.Pending = append(page.Pending, order)
	}
	return page
}

// recentSales lists, for a channel that wants a status before the label, the
// sales of the window: orders known by their sale alone.
func recentSales(ctx context.Context, hub *multivende.Client, in FindOrdersInput) ([]books.Order, error) {
	if in.Connection.channel().StatusFirst == "" {
		return nil, nil
	}
	now := hub.Clock().Now()
	query := multivende.CheckoutsLightQuery{ConnectionID: in.Connection.ID, UpdatedFrom: now.Add(-time.Duration(in.Since))}
	var sales []books.Order
	err := hub.CheckoutsLight(ctx, query, func(entries []multivende.CheckoutLight) error {
		for _, entry := range entries {
			sales = append(sales, books.Order{CheckoutID: entry.ID, ConnectionID: in.Connection.ID, Channel: in.Connection.Channel})
		}
		return nil
	})
	return sales, err
}

// TakeUpInput says which orders a connection's turn takes up: those of the
// page "found", what the list shows since, and unpublished labels in the store.
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
}

// TakeUpOrders walks the list again until nothing new comes, looks into the
// store for labels that no run has published, and cuts all into pages
// "list-n" of about 50 orders; the orders of a sale stay on one page.
func (a *Orders) TakeUpOrders(ctx context.Context, in TakeUpInput) (TakenUp, error) {
	taken, err := a.takeUp(ctx, in)
	return taken, translate(err)
}

func (a *Orders) takeUp(ctx context.Context, in TakeUpInput) (TakenUp, error) {
	list, err := a.list(ctx, in)
	if err != nil {
		return TakenUp{}, err
	}
	pages := cut(list)
	taken := TakenUp{Pages: len(pages), Orders: len(list.Pending), LeftOut: len(list.LeftOut)}
	return taken, a.leaveAll(ctx, in.Scope, pages)
}

// list returns what the turn takes up. It is put once, as the page "list": a
// later try that finds the hub's list changed still cuts the same pages.
func (a *Orders) list(ctx context.Context, in TakeUpInput) (books.Page, error) {
	list, err := in.page(ctx, a.Store, books.ListPage)
	if err == nil || !errors.Is(err, storage.ErrNotFound) {
		return list, err
	}
	found, err := in.page(ctx, a.Store, books.FoundPage)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return found, err
	}
	if found, err = a.lookAgain(ctx, in, found); err != nil {
		return found, err
	}
	_, err = a.Store.PutOnce(ctx, in.pageKey(books.ListPage), &found)
	return found, err
}

// cut makes pages of about 50 orders; the orders of a sale stay on one page.
func cut(list books.Page) []books.Page {
	bySale := lo.GroupBy(list.Pending, saleKey)
	var pages []books.Page
	var page books.Page
	for _, key := range lo.Uniq(lo.Map(list.Pending, func(o books.Order, _ int) string { return saleKey(o) })) {
		if len(page.Pending) > 0 && len(page.Pending)+len(bySale[key]) > chunkSize {
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

func (a *Orders) leaveAll(ctx context.Context, scope Scope, pages []books.Page) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(storeParallel)
	for i, page := range pages {
		group.Go(func() error {
			_, err := scope.leave(ctx, a.Store, books.PageName(books.ListPage, i+1), page)
			return err
		})
	}
	return group.Wait()
}

// lookAgain walks the list up to twice more, until nothing new comes, and adds
// what waits in the store.
func (a *Orders) lookAgain(ctx context.Context, in TakeUpInput, found books.Page) (books.Page, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return found, err
	}
	known := &listing{seen: map[string]bool{}}
	for _, o := range found.Pending {
		known.seen[o.ID] = true
	}
	for _, l := range found.LeftOut {
		known.seen[l.ID] = true
	}
	listed := map[string]bool{}
	for range walks - 1 {
		again, err := walk(ctx, hub, in.FindOrdersInput)
		if err != nil {
			return found, err
		}
		fresh := 0
		for _, order := range again.orders {
			listed[order.ID] = true
			if !in.fixed() && known.add(order) {
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
	return a.addStored(ctx, in, found)
}

// addStored marks the orders whose unpublished label is in the store, and adds
// those that the list no longer shows.
func (a *Orders) addStored(ctx context.Context, in TakeUpInput, found books.Page) (books.Page, error) {
	prefix := storage.WaitingPrefix(in.Merchant, in.Connection.ID)
	stored := map[string]bool{}
	err := a.Store.List(ctx, prefix, func(o storage.Object) error {
		stored[strings.TrimSuffix(strings.TrimPrefix(o.Key, prefix), ".json")] = true
		return nil
	})
	if err != nil {
		return found, err
	}
	for i := range found.Pending {
		found.Pending[i].Stored = stored[found.Pending[i].ID]
		delete(stored, found.Pending[i].ID)
	}
	if in.fixed() {
		return found, nil
	}
	added, err := a.storedOrders(ctx, in.Scope, slices.Sorted(maps.Keys(stored)))
	found.Pending = append(found.Pending, added...)
	found.LeftOut = lo.Filter(found.LeftOut, func(l books.LeftOut, _ int) bool { return !stored[l.ID] })
	return found, err
}

// storedOrders reads the records of labels that wait in the store.
func (a *Orders) storedOrders(ctx context.Context, scope Scope, ids []string) ([]books.Order, error) {
	orders := make([]books.Order, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(storeParallel)
	for i, id := range ids {
		group.Go(func() error {
			var record books.LabelRecord
			err := a.Store.Get(ctx, storage.Waiting(scope.Merchant, scope.Connection.ID, id), &record)
			orders[i] = record.Order
			orders[i].Stored, orders[i].Listed = true, true
			orders[i].Asks, orders[i].Sends, orders[i].Trouble = 0, 0, ""
			return err
		})
	}
	err := group.Wait()
	return orders, err
}
