package orders

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// wantedOrder is a name and the delivery orders that it fits.
type wantedOrder struct {
	contract.OrderReference
	found map[string]books.Order
	// outcome and reason say why an order that the hub knows cannot be taken up.
	outcome contract.Outcome
	reason  contract.Reason
}

// orderSearch looks for named orders.
type orderSearch struct {
	hub         *multivende.Client
	store       *storage.Store
	in          ResolveOrdersInput
	connections map[string]activities.Connection

	// mu guards what is known of the wanted orders while sales are read side by side.
	mu     sync.Mutex
	wanted []*wantedOrder
	// shared are the lists that the hub gives for several connections alike.
	shared []books.HubList
	// forbidden is the first refusal of a sale or an order that our account may not read.
	forbidden error
	// read are the sales of the window that were read: each once, whatever lists show it.
	read map[string]bool
}

func (s *orderSearch) run(ctx context.Context) error {
	if err := s.byID(ctx); err != nil {
		return err
	}
	if err := s.inLists(ctx); err != nil {
		return err
	}
	if err := s.inSales(ctx); err != nil {
		return err
	}
	if s.hub.Proven(activities.CheckoutRoute) || lo.SomeBy(s.wanted, func(w *wantedOrder) bool { return len(w.found) > 0 }) {
		return nil
	}
	return s.forbidden // no sale at all may be read
}

// passOver says that a sale or an order cannot be had, which costs no name but its own.
func (s *orderSearch) passOver(err error) bool {
	if activities.IsForbidden(err) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forbidden = cmp.Or(s.forbidden, err)
		return true
	}
	return activities.OfOneObject(err)
}

func (s *orderSearch) open() []*wantedOrder {
	return lo.Filter(s.wanted, func(w *wantedOrder, _ int) bool { return len(w.found) == 0 && w.outcome == "" })
}

// byID asks the hub for those names that have the form of its ids.
func (s *orderSearch) byID(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for _, w := range s.open() {
		if uuid.Validate(w.Order) != nil {
			continue
		}
		group.Go(func() error {
			delivery, err := s.hub.DeliveryOrder(ctx, w.Order)
			if err == nil {
				return s.takeDelivery(ctx, w, delivery)
			}
			if !s.passOver(err) && !activities.NoSuchRoute(err) {
				return err
			}
			checkout, err := s.hub.Checkout(ctx, w.Order)
			if s.passOver(err) {
				return nil
			}
			if err != nil {
				return err
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.takeSale(w, checkout)
			return nil
		})
	}
	return group.Wait()
}

// takeDelivery gives the name a delivery order; its sale says of which connection it is.
func (s *orderSearch) takeDelivery(ctx context.Context, w *wantedOrder, delivery multivende.DeliveryOrder) error {
	var unread error
	for _, c := range delivery.Checkouts {
		checkout, err := s.hub.Checkout(ctx, c.ID)
		if s.passOver(err) {
			unread = err
			continue
		}
		if err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if connection, ok := s.connection(w, cmp.Or(namedBy(&checkout, books.Order{ID: delivery.ID}), delivery.ConnectionID)); ok {
			w.take(OrderOf(delivery, connection))
		}
		return nil
	}
	if unread != nil && multivende.ClassOf(unread) != multivende.NotFound {
		w.outcome, w.reason = contract.Rejected, wording.Reason(contract.WhySaleUnreadable, "detail", unread.Error())
		return nil
	}
	w.outcome, w.reason = contract.HeldBack, wording.Reason(contract.WhySaleUnknown)
	return nil
}

// takeSale gives the name all delivery orders of a sale; mu is held.
func (s *orderSearch) takeSale(w *wantedOrder, checkout multivende.Checkout) {
	connection, ok := s.connection(w, namedBy(&checkout, books.Order{}))
	if !ok {
		return
	}
	for _, d := range checkout.DeliveryOrders {
		order := OrderOf(d, connection)
		FillFromSale(&order, checkout)
		w.take(order)
	}
	if len(checkout.DeliveryOrders) == 0 {
		w.outcome, w.reason = contract.Rejected, wording.Reason(contract.WhySaleWithoutDelivery)
	}
}

// connection is that of an order by what its sale names; where the sale names none, the caller's word counts.
func (s *orderSearch) connection(w *wantedOrder, id string) (activities.Connection, bool) {
	id = cmp.Or(id, w.Connection)
	connection, ok := s.connections[id]
	if !ok || w.Connection != "" && w.Connection != id {
		w.outcome, w.reason = contract.Rejected, wording.Reason(contract.WhyConnectionNotCovered)
		return activities.Connection{}, false
	}
	return connection, true
}

// take gives the name a delivery order; the first that is known of it stays.
func (w *wantedOrder) take(order books.Order) {
	known, ok := w.found[order.ID]
	if ok {
		known.Listed = known.Listed || order.Listed
		order = known
	}
	order.Named = true
	w.found[order.ID] = order
}

// inSales reads the sales of the window, one by one, while a name is not found.
func (s *orderSearch) inSales(ctx context.Context) error {
	for _, connection := range s.in.Connections {
		open := lo.Filter(s.open(), func(w *wantedOrder, _ int) bool { return w.Connection == "" || w.Connection == connection.ID })
		if len(open) == 0 {
			continue
		}
		err := s.inSalesOf(ctx, connection)
		if errors.Is(err, activities.ErrEnough) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inSalesOf reads a connection's sales; a list that begins as another connection's is of all, and has been read.
func (s *orderSearch) inSalesOf(ctx context.Context, connection activities.Connection) error {
	begins := true
	query := multivende.CheckoutsLightQuery{ConnectionID: connection.ID, UpdatedFrom: s.hub.Clock().Now().Add(-time.Duration(s.in.Since))}
	return s.hub.CheckoutsLight(ctx, query, func(entries []multivende.CheckoutLight) error {
		fresh := lo.Reject(entries, func(c multivende.CheckoutLight, _ int) bool { return s.read[c.ID] })
		if begins && len(fresh) < len(entries) {
			return activities.ErrEnough
		}
		begins = false
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(activities.HubParallel)
		for _, entry := range fresh {
			s.read[entry.ID] = true
			group.Go(func() error { return s.readSale(ctx, entry.ID) })
		}
		return group.Wait()
	})
}

func (s *orderSearch) readSale(ctx context.Context, id string) error {
	checkout, err := s.hub.Checkout(ctx, id)
	if s.passOver(err) {
		return nil
	}
	if err == nil {
		s.match(checkout)
	}
	return err
}

// match gives a sale to the names that fit it, or the one of its delivery
// orders that a name means.
func (s *orderSearch) match(checkout multivende.Checkout) {
	numbers := append([]string{
		checkout.ID, checkout.Code, checkout.OrderNumber, checkout.CustomerOrderNumber, checkout.ExternalID, checkout.ShippingID,
	}, checkout.PackageIDs...)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.wanted {
		if named := namedBy(&checkout, books.Order{}); w.Connection != "" && named != "" && w.Connection != named {
			continue
		}
		meant := lo.Filter(checkout.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) bool { return w.Order == d.Code || w.Order == d.ID })
		switch {
		case len(meant) > 0:
			one := checkout
			one.DeliveryOrders = meant
			s.takeSale(w, one)
		case lo.Contains(numbers, w.Order):
			s.takeSale(w, checkout)
		}
	}
}

// pages are the page "found" of each connection, and that of the names
// without one; an order that several names mean stands there once.
func (s *orderSearch) pages() map[string]books.Page {
	pages := map[string]books.Page{}
	taken := map[string]bool{}
	for _, w := range s.wanted {
		if outcome, _ := w.end(); outcome != "" {
			continue
		}
		orders := lo.Values(w.found)
		slices.SortFunc(orders, func(a, b books.Order) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID)) })
		for _, order := range orders {
			if !taken[order.ID] {
				taken[order.ID] = true
				page := pages[order.ConnectionID]
				page.Shared = s.shared
				page.Pending = append(page.Pending, order)
				pages[order.ConnectionID] = page
			}
		}
	}
	var unresolved books.Page
	for _, w := range s.wanted {
		if outcome, reason := w.end(); outcome != "" && !taken[w.Order] {
			taken[w.Order] = true
			unresolved.End(books.Order{ID: w.Order, OrderNumber: w.Order, ConnectionID: w.Connection, Named: true}, outcome, reason)
		}
	}
	if len(unresolved.Ended) > 0 {
		pages[Unresolved] = unresolved
	}
	return pages
}

// end is the outcome of a name that leads to no order, or to several sales.
func (w *wantedOrder) end() (contract.Outcome, contract.Reason) {
	sales := lo.UniqBy(lo.Values(w.found), func(o books.Order) string { return saleKey(o) })
	switch {
	case len(sales) > 1:
		return contract.Rejected, wording.Reason(contract.WhyNameFitsSales, "name", w.Order, "count", strconv.Itoa(len(sales)))
	case len(sales) == 1:
		return "", contract.Reason{}
	case w.outcome != "":
		return w.outcome, w.reason
	}
	return contract.UnknownOrder, wording.Reason(contract.WhyNotInWindow, "name", w.Order)
}
