package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// wantedOrder is a name and the delivery orders that it fits.
type wantedOrder struct {
	OrderReference
	found map[string]books.Order
	// outcome and reason say why an order that the hub knows cannot be taken up.
	outcome books.Outcome
	reason  string
}

// search looks for named orders.
type search struct {
	hub         *multivende.Client
	store       *storage.Store
	in          ResolveOrdersInput
	connections map[string]Connection

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

func (s *search) run(ctx context.Context) error {
	if err := s.byID(ctx); err != nil {
		return err
	}
	if err := s.inLists(ctx); err != nil {
		return err
	}
	if err := s.inSales(ctx); err != nil {
		return err
	}
	if s.hub.Proven(checkoutRoute) || lo.SomeBy(s.wanted, func(w *wantedOrder) bool { return len(w.found) > 0 }) {
		return nil
	}
	return s.forbidden // no sale at all may be read
}

// passOver says that a sale or an order cannot be had, which costs no name but its own.
func (s *search) passOver(err error) bool {
	if isForbidden(err) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forbidden = lo.CoalesceOrEmpty(s.forbidden, err)
		return true
	}
	return ofOneObject(err)
}

func (s *search) open() []*wantedOrder {
	return lo.Filter(s.wanted, func(w *wantedOrder, _ int) bool { return len(w.found) == 0 && w.outcome == "" })
}

// byID asks the hub for those names that have the form of its ids.
func (s *search) byID(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hubParallel)
	for _, w := range s.open() {
		if uuid.Validate(w.Order) != nil {
			continue
		}
		group.Go(func() error {
			delivery, err := s.hub.DeliveryOrder(ctx, w.Order)
			if err == nil {
				return s.takeDelivery(ctx, w, delivery)
			}
			if !s.passOver(err) && !noSuchRoute(err) {
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
func (s *search) takeDelivery(ctx context.Context, w *wantedOrder, delivery multivende.DeliveryOrder) error {
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
			w.take(orderOf(delivery, connection))
		}
		return nil
	}
	if unread != nil && multivende.ClassOf(unread) != multivende.NotFound {
		w.outcome, w.reason = books.Rejected, "its sale cannot be read: "+unread.Error()
		return nil
	}
	w.outcome, w.reason = books.HeldBack, "the hub does not know the sale of this delivery order; it comes back by itself once it is repaired there"
	return nil
}

// takeSale gives the name all delivery orders of a sale; mu is held.
func (s *search) takeSale(w *wantedOrder, checkout multivende.Checkout) {
	connection, ok := s.connection(w, namedBy(&checkout, books.Order{}))
	if !ok {
		return
	}
	for _, d := range checkout.DeliveryOrders {
		order := orderOf(d, connection)
		fill(&order, checkout)
		w.take(order)
	}
	if len(checkout.DeliveryOrders) == 0 {
		w.outcome, w.reason = books.Rejected, "the sale has no delivery order: it is picked up, or not ready yet"
	}
}

const ofNoConnectionHere = "the order is of a connection that this run does not work on"

// connection is that of an order by what its sale names; where the sale names none, the caller's word counts.
func (s *search) connection(w *wantedOrder, id string) (Connection, bool) {
	id = cmp.Or(id, w.Connection)
	connection, ok := s.connections[id]
	if !ok || w.Connection != "" && w.Connection != id {
		w.outcome, w.reason = books.Rejected, ofNoConnectionHere
		return Connection{}, false
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
func (s *search) inSales(ctx context.Context) error {
	for _, connection := range s.in.Connections {
		open := lo.Filter(s.open(), func(w *wantedOrder, _ int) bool { return w.Connection == "" || w.Connection == connection.ID })
		if len(open) == 0 {
			continue
		}
		err := s.inSalesOf(ctx, connection)
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inSalesOf reads a connection's sales; a list that begins as another connection's is of all, and has been read.
func (s *search) inSalesOf(ctx context.Context, connection Connection) error {
	begins := true
	query := multivende.CheckoutsLightQuery{ConnectionID: connection.ID, UpdatedFrom: s.hub.Clock().Now().Add(-time.Duration(s.in.Since))}
	return s.hub.CheckoutsLight(ctx, query, func(entries []multivende.CheckoutLight) error {
		fresh := lo.Reject(entries, func(c multivende.CheckoutLight, _ int) bool { return s.read[c.ID] })
		if begins && len(fresh) < len(entries) {
			return errEnough
		}
		begins = false
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(hubParallel)
		for _, entry := range fresh {
			s.read[entry.ID] = true
			group.Go(func() error { return s.readSale(ctx, entry.ID) })
		}
		return group.Wait()
	})
}

func (s *search) readSale(ctx context.Context, id string) error {
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
func (s *search) match(checkout multivende.Checkout) {
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
func (s *search) pages() map[string]books.Page {
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
func (w *wantedOrder) end() (books.Outcome, string) {
	sales := lo.UniqBy(lo.Values(w.found), func(o books.Order) string { return saleKey(o) })
	switch {
	case len(sales) > 1:
		return books.Rejected, fmt.Sprintf("%q fits %d sales; name the order by its delivery order id", w.Order, len(sales))
	case len(sales) == 1:
		return "", ""
	case w.outcome != "":
		return w.outcome, w.reason
	}
	return books.UnknownOrder, fmt.Sprintf("the hub knows no order %q in the run's window", w.Order)
}
