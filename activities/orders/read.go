package orders

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// ReadOrdersInput names the page "list-n" to read.
type ReadOrdersInput struct {
	activities.Scope
	Number    int    `json:"number"`
	Warehouse string `json:"warehouse,omitempty"`
	Reprint   bool   `json:"reprint,omitempty"`
	// NotVerified: the sales of named orders need not be verified; a person knows better.
	NotVerified bool `json:"not_verified,omitempty"`
	// Again: a retry, so labels of the orders may have been asked for before.
	Again bool `json:"again,omitempty"`
}

// ReadOrders reads each order's sale once and the store, and leaves the page
// "read-n": Ready orders can have their label, Pending ones need a status first.
func (a *Orders) ReadOrders(ctx context.Context, in ReadOrdersInput) (activities.Step, error) {
	name := books.PageName(books.ReadPage, in.Number)
	if step, done, err := in.FinishedPage(ctx, a.Store, name); done || err != nil {
		return step, err
	}
	list, err := in.ReadPage(ctx, a.Store, books.PageName(books.ListPage, in.Number))
	if err != nil {
		return activities.Step{}, err
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return activities.Step{}, err
	}
	settings, err := accounts.ReadSettings(ctx, a.Store, in.Merchant)
	if err != nil {
		return activities.Step{}, err
	}
	began, err := hub.Time(ctx)
	if err != nil {
		return activities.Step{}, err
	}
	reader := &SaleReader{Hub: hub, store: a.Store, In: in, settings: settings}
	group, groupCtx := errgroup.WithContext(in.unhurried(ctx))
	group.SetLimit(activities.HubParallel)
	for _, orders := range lo.PartitionBy(list.Pending, saleKey) {
		group.Go(func() error { return reader.readSale(groupCtx, orders) })
	}
	if err := group.Wait(); err != nil {
		return activities.Step{}, err
	}
	if err := reader.settleUnread(ctx); err != nil {
		return activities.Step{}, err
	}
	if err := reader.settleAll(ctx); err != nil {
		return activities.Step{}, err
	}
	reader.sorted(list.Pending)
	if err := reader.prove(ctx); err != nil {
		return activities.Step{}, err
	}
	page := reader.sorted(list.Pending)
	page.ReadAt = began
	return in.LeavePage(ctx, a.Store, name, page)
}

// unhurried lets the sales of a channel wait whose labels can be asked for as soon as they are read:
// a status has to travel first elsewhere, and tasks that are asked for run meanwhile.
func (in ReadOrdersInput) unhurried(ctx context.Context) context.Context {
	if in.Connection.Row().StatusFirst == "" {
		return multivende.Patient(ctx)
	}
	return ctx
}

// SaleReader gathers the page of what it reads.
type SaleReader struct {
	Hub   *multivende.Client
	store *storage.Store
	In    ReadOrdersInput
	// settings are the merchant's.
	settings accounts.Settings

	mu     sync.Mutex
	read   []readOrder
	unread []unreadSale
	page   books.Page
}

// readSale reads one sale, once, with each of its delivery orders.
func (r *SaleReader) readSale(ctx context.Context, orders []books.Order) error {
	checkout, named, err := r.Checkout(ctx, &orders[0])
	if multivende.ClassOf(err) == multivende.Refused {
		r.refused(orders, err)
		return nil
	}
	if activities.NoSuchRoute(err) {
		r.mu.Lock()
		r.unread = append(r.unread, unreadSale{orders, named, err})
		r.mu.Unlock()
		return nil
	}
	if err != nil {
		return err
	}
	s := Sale{}
	if checkout != nil {
		s = SaleOf(*checkout, r.In.Connection.Table())
	}
	return r.gatherSale(ctx, orders, checkout, named, s)
}

// gatherSale keeps the delivery orders of a sale to be decided on, when they are the connection's.
func (r *SaleReader) gatherSale(ctx context.Context, orders []books.Order, checkout *multivende.Checkout, named string, s Sale) error {
	key, listed := saleKey(orders[0]), orders
	if checkout != nil {
		orders = expand(orders, *checkout, r.In.Connection)
	}
	if r.leaveStrangers(checkout, named, listed, orders) {
		return nil
	}
	for _, order := range orders {
		if order.ID == "" {
			continue
		}
		ours, err := r.claim(ctx, order, key)
		if err != nil {
			return err
		}
		if !ours {
			continue
		}
		if checkout != nil {
			if err := r.fillFromSales(ctx, &order, *checkout); err != nil {
				return err
			}
		}
		order.Again = r.In.Again
		r.mu.Lock()
		r.read = append(r.read, readOrder{order, s})
		r.mu.Unlock()
	}
	return nil
}

// refused ends the orders of a sale that the hub refuses to show, for a reason that is theirs alone.
func (r *SaleReader) refused(orders []books.Order, err error) {
	r.add(func(p *books.Page) {
		for _, order := range orders {
			if order.ID != "" {
				order.Status = cmp.Or(order.Status, contract.StatusNone)
				p.End(order, contract.Rejected, activities.Refusal(err))
			}
		}
	})
}

// settle decides on one order: by the store first, then by the gate.
func (r *SaleReader) settle(ctx context.Context, order books.Order, s Sale) error {
	stored, err := r.storedLabel(ctx, order)
	if err != nil {
		return err
	}
	publication, err := r.published(ctx, order)
	if err != nil {
		return err
	}
	order.Brought = stored != nil && stored.Order.Brought || publication != nil && publication.Record.Order.Brought
	v := DecideAtGate(order, s, r.In)
	order.Remark = contract.Cause(v.remark)
	if v.gone {
		r.leaveOut(order, s, v)
		return nil
	}
	held := v.Outcome != "" && v.Outcome != contract.NotReady
	if publication != nil {
		r.add(func(p *books.Page) { p.Ended = append(p.Ended, r.printedBefore(order, *publication, held, v)) })
		return nil
	}
	if stored != nil && !held {
		r.add(func(p *books.Page) { p.Ended = append(p.Ended, fromStore(order, stored.Labels)) })
		return nil
	}
	if v.Outcome == "" && order.Nameless && !order.Named {
		v = namelessVerdict
	}
	if v.Outcome == "" {
		waits, err := r.waitsForStock(ctx, order)
		if err != nil {
			return err
		}
		if waits {
			v = unconfirmed
		}
	}
	r.add(func(p *books.Page) {
		switch {
		case v.Outcome != "":
			order.Status = cmp.Or(order.Status, contract.StatusNone)
			p.End(order, v.Outcome, v.Reason)
		case v.status:
			p.Pending = append(p.Pending, order)
		default:
			order.Status = statusAtLabel(r.In.Connection)
			p.Ready = append(p.Ready, order)
		}
	})
	return nil
}

// storedLabel is the record of an order's label that waits in the store; nil when there is none.
func (r *SaleReader) storedLabel(ctx context.Context, order books.Order) (*books.LabelRecord, error) {
	if !order.Stored {
		return nil, nil
	}
	var record books.LabelRecord
	err := r.store.Get(ctx, storage.WaitingLabel(r.In.Merchant, r.In.Connection.ID, order.ID), &record)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return &record, err
}

// statusAtLabel is the status of an order that needs none sent before its label.
func statusAtLabel(connection activities.Connection) contract.StatusOutcome {
	if connection.Row().StatusFirst != "" {
		return contract.StatusNotNeeded
	}
	return contract.StatusNone
}

func (r *SaleReader) add(change func(*books.Page)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.page)
}

// sorted puts the page in the order of the list, so that the same orders give the same page.
func (r *SaleReader) sorted(list []books.Order) books.Page {
	place := map[string]int{}
	for i, o := range list {
		if _, ok := place[saleKey(o)]; !ok {
			place[saleKey(o)] = i
		}
	}
	byPlace := func(a, b books.Order) int {
		return cmp.Or(cmp.Compare(place[saleKey(a)], place[saleKey(b)]), cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID))
	}
	slices.SortFunc(r.page.Ready, byPlace)
	slices.SortFunc(r.page.Pending, byPlace)
	slices.SortFunc(r.page.Ended, func(a, b books.Entry) int { return byPlace(a.Order, b.Order) })
	slices.Sort(r.page.Gone)
	slices.SortFunc(r.page.LeftOut, func(a, b contract.LeftOut) int { return cmp.Compare(a.ID, b.ID) })
	return r.page
}
