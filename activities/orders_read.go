package activities

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// ReadOrdersInput names the page "list-n" to read.
type ReadOrdersInput struct {
	Scope
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
func (a *Orders) ReadOrders(ctx context.Context, in ReadOrdersInput) (Step, error) {
	step, err := a.read(ctx, in)
	return step, translate(err)
}

func (a *Orders) read(ctx context.Context, in ReadOrdersInput) (Step, error) {
	name := books.PageName(books.ReadPage, in.Number)
	if step, done, err := in.finished(ctx, a.Store, name); done || err != nil {
		return step, err
	}
	list, err := in.page(ctx, a.Store, books.PageName(books.ListPage, in.Number))
	if err != nil {
		return Step{}, err
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return Step{}, err
	}
	settings, err := accounts.ReadSettings(ctx, a.Store, in.Merchant)
	if err != nil {
		return Step{}, err
	}
	reader := &saleReader{hub: hub, store: a.Store, in: in, settings: settings}
	group, groupCtx := errgroup.WithContext(in.unhurried(ctx))
	group.SetLimit(hubParallel)
	for _, orders := range lo.PartitionBy(list.Pending, saleKey) {
		group.Go(func() error { return reader.readSale(groupCtx, orders) })
	}
	if err := group.Wait(); err != nil {
		return Step{}, err
	}
	if err := reader.settleUnread(ctx); err != nil {
		return Step{}, err
	}
	if err := reader.settleAll(ctx); err != nil {
		return Step{}, err
	}
	reader.sorted(list.Pending)
	if err := reader.prove(ctx); err != nil {
		return Step{}, err
	}
	return in.leave(ctx, a.Store, name, reader.sorted(list.Pending))
}

// unhurried lets the sales of a channel wait whose labels can be asked for as soon as they are read:
// a status has to travel first elsewhere, and tasks that are asked for run meanwhile.
func (in ReadOrdersInput) unhurried(ctx context.Context) context.Context {
	if in.Connection.channel().StatusFirst == "" {
		return multivende.Patient(ctx)
	}
	return ctx
}

// saleReader gathers the page of what it reads.
type saleReader struct {
	hub   *multivende.Client
	store *storage.Store
	in    ReadOrdersInput
	// settings are the merchant's.
	settings accounts.Settings

	mu     sync.Mutex
	read   []readOrder
	unread []unreadSale
	page   books.Page
}

// readSale reads one sale, once, with each of its delivery orders.
func (r *saleReader) readSale(ctx context.Context, orders []books.Order) error {
	checkout, named, err := r.checkout(ctx, &orders[0])
	if multivende.ClassOf(err) == multivende.Refused {
		r.refused(orders, err)
		return nil
	}
	if noSuchRoute(err) {
		r.mu.Lock()
		r.unread = append(r.unread, unreadSale{orders, named, err})
		r.mu.Unlock()
		return nil
	}
	if err != nil {
		return err
	}
	s := sale{}
	if checkout != nil {
		s = saleOf(*checkout, r.in.Connection.table())
	}
	return r.gatherSale(ctx, orders, checkout, named, s)
}

// gatherSale keeps the delivery orders of a sale to be decided on, when they are the connection's.
func (r *saleReader) gatherSale(ctx context.Context, orders []books.Order, checkout *multivende.Checkout, named string, s sale) error {
	key, listed := saleKey(orders[0]), orders
	if checkout != nil {
		orders = expand(orders, *checkout, r.in.Connection)
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
			if err := r.placeByAllSales(ctx, &order, checkout.ID); err != nil {
				return err
			}
			fill(&order, *checkout)
		}
		order.Again = r.in.Again
		r.mu.Lock()
		r.read = append(r.read, readOrder{order, s})
		r.mu.Unlock()
	}
	return nil
}

// refused ends the orders of a sale that the hub refuses to show, for a reason that is theirs alone.
func (r *saleReader) refused(orders []books.Order, err error) {
	r.add(func(p *books.Page) {
		for _, order := range orders {
			if order.ID != "" {
				order.Status = cmp.Or(order.Status, books.StatusNone)
				p.End(order, books.Rejected, err.Error())
			}
		}
	})
}

// settle decides on one order: by the store first, then by the gate.
func (r *saleReader) settle(ctx context.Context, order books.Order, s sale) error {
	v := decide(order, s, r.in)
	order.Remark = books.Reason(v.remark)
	if v.gone {
		r.leaveOut(order, s, v)
		return nil
	}
	held := v.outcome != "" && v.outcome != books.NotReady
	if publication, err := r.published(ctx, order); err != nil {
		return err
	} else if publication != nil {
		r.add(func(p *books.Page) { p.Ended = append(p.Ended, r.printedBefore(order, *publication, held, v)) })
		return nil
	}
	if order.Stored && !held {
		var record books.LabelRecord
		err := r.store.Get(ctx, storage.Waiting(r.in.Merchant, r.in.Connection.ID, order.ID), &record)
		if err == nil {
			r.add(func(p *books.Page) { p.Ended = append(p.Ended, fromStore(order, record.Labels)) })
			return nil
		}
		if !errors.Is(err, storage.ErrNotFound) {
			return err
		}
	}
	if v.outcome == "" && order.Nameless && !order.Named {
		v = nameless
	}
	if v.outcome == "" {
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
		case v.outcome != "":
			order.Status = cmp.Or(order.Status, books.StatusNone)
			p.End(order, v.outcome, v.reason)
		case v.status:
			p.Pending = append(p.Pending, order)
		default:
			order.Status = statusAtLabel(r.in.Connection)
			p.Ready = append(p.Ready, order)
		}
	})
	return nil
}

// statusAtLabel is the status of an order that needs none sent before its label.
func statusAtLabel(connection Connection) books.ChannelStatus {
	if connection.channel().StatusFirst != "" {
		return books.StatusNotNeeded
	}
	return books.StatusNone
}

func (r *saleReader) add(change func(*books.Page)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.page)
}

// sorted puts the page in the order of the list, so that the same orders give the same page.
func (r *saleReader) sorted(list []books.Order) books.Page {
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
	slices.SortFunc(r.page.LeftOut, func(a, b books.LeftOut) int { return cmp.Compare(a.ID, b.ID) })
	return r.page
}
