package activities

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// ResolveOrdersInput names orders as a caller knows them, and the connections
// in which to look for them.
type ResolveOrdersInput struct {
	Merchant       string           `json:"merchant"`
	Run            string           `json:"run"`
	Orders         []OrderReference `json:"orders,omitempty"`
	OrdersKey      string           `json:"orders_key,omitempty"`
	Connections    []Connection     `json:"connections"`
	Since          Duration         `json:"since"`
	IncludePrinted bool             `json:"include_printed,omitempty"`
	Max            int              `json:"max"`
}

// ResolvedOrders counts the orders found in each connection. Those that could
// not be found stand on the page "found" of the connection Unresolved.
type ResolvedOrders struct {
	Found      map[string]int `json:"found"`
	Unresolved int            `json:"unresolved"`
}

// Unresolved stands for the connection of orders that were not found.
const Unresolved = "unresolved"

// ordersLimit bounds the orders that a caller names.
const ordersLimit = 100_000

// ResolveOrders finds the orders that a caller named: by delivery order or
// checkout id at once, by any other number in the lists of available labels
// and then in the sales of the window. It leaves the page "found" of each
// connection. A name that fits several sales is refused, one that fits none is unknown.
func (a *Orders) ResolveOrders(ctx context.Context, in ResolveOrdersInput) (ResolvedOrders, error) {
	resolved, err := a.resolve(ctx, in)
	return resolved, translate(err)
}

func (a *Orders) resolve(ctx context.Context, in ResolveOrdersInput) (ResolvedOrders, error) {
	references, err := a.references(ctx, in)
	if err != nil {
		return ResolvedOrders{}, err
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return ResolvedOrders{}, err
	}
	s := &search{hub: hub, in: in, connections: lo.KeyBy(in.Connections, func(c Connection) string { return c.ID })}
	for _, r := range lo.Uniq(references) {
		s.wanted = append(s.wanted, &wantedOrder{OrderReference: r, found: map[string]books.Order{}})
	}
	if err := s.run(ctx); err != nil {
		return ResolvedOrders{}, err
	}
	return a.leaveResolved(ctx, in, s)
}

func (a *Orders) references(ctx context.Context, in ResolveOrdersInput) ([]OrderReference, error) {
	if in.OrdersKey == "" {
		return in.Orders, nil
	}
	if !strings.HasPrefix(in.OrdersKey, storage.RunsPrefix(in.Merchant)) {
		return nil, final(ErrorRequest, "orders_key does not name an object of this merchant's runs")
	}
	var raw []json.RawMessage
	if err := a.Store.Get(ctx, in.OrdersKey, &raw); err != nil {
		if errors.Is(err, storage.ErrNotFound) {
			return nil, final(ErrorRequest, "orders_key names no object: "+in.OrdersKey)
		}
		return nil, err
	}
	if len(raw) > ordersLimit {
		return nil, final(ErrorRequest, fmt.Sprintf("the request names %d orders; at most %d", len(raw), ordersLimit))
	}
	references := make([]OrderReference, len(raw))
	for i, one := range raw {
		if json.Unmarshal(one, &references[i].Order) == nil {
			continue
		}
		if err := json.Unmarshal(one, &references[i]); err != nil {
			return nil, final(ErrorRequest, fmt.Sprintf("%s, entry %d: neither text nor an object with \"order\"", in.OrdersKey, i+1))
		}
	}
	return references, nil
}

// wantedOrder is a name and the delivery orders that it fits.
type wantedOrder struct {
	OrderReference
	found map[string]books.Order
	// reason says why an order that the hub knows cannot be taken up.
	reason string
}

// search looks for named orders.
type search struct {
	hub         *multivende.Client
	in          ResolveOrdersInput
	connections map[string]Connection
	wanted      []*wantedOrder

	mu sync.Mutex
}

func (s *search) run(ctx context.Context) error {
	if err := s.byID(ctx); err != nil {
		return err
	}
	if err := s.inLists(ctx); err != nil {
		return err
	}
	return s.inSales(ctx)
}

func (s *search) open() []*wantedOrder {
	return lo.Filter(s.wanted, func(w *wantedOrder, _ int) bool { return len(w.found) == 0 && w.reason == "" })
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
			if multivende.ClassOf(err) != multivende.NotFound {
				return err
			}
			checkout, err := s.hub.Checkout(ctx, w.Order)
			if multivende.ClassOf(err) == multivende.NotFound {
				return nil
			}
			if err != nil {
				return err
			}
			s.takeSale(w, checkout)
			return nil
		})
	}
	return group.Wait()
}

// takeDelivery gives the name a delivery order; its sale says of which connection it is.
func (s *search) takeDelivery(ctx context.Context, w *wantedOrder, delivery multivende.DeliveryOrder) error {
	for _, c := range delivery.Checkouts {
		checkout, err := s.hub.Checkout(ctx, c.ID)
		if multivende.ClassOf(err) == multivende.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if connection, ok := s.connection(w, checkout.ConnectionID); ok {
			s.give(w, orderOf(delivery, connection))
		}
		return nil
	}
	w.reason = "the hub names no sale for this delivery order"
	return nil
}

// takeSale gives the name all delivery orders of a sale.
func (s *search) takeSale(w *wantedOrder, checkout multivende.Checkout) {
	connection, ok := s.connection(w, checkout.ConnectionID)
	if !ok {
		return
	}
	for _, d := range checkout.DeliveryOrders {
		order := orderOf(d, connection)
		fill(&order, checkout)
		s.give(w, order)
	}
	if len(checkout.DeliveryOrders) == 0 {
		w.reason = "the sale has no delivery order: it is picked up, or not ready yet"
	}
}

func (s *search) connection(w *wantedOrder, id string) (Connection, bool) {
	connection, ok := s.connections[id]
	if !ok || w.Connection != "" && w.Connection != id {
		w.reason = "the order is of a connection that this run does not work on"
		return Connection{}, false
	}
	return connection, true
}

func (s *search) give(w *wantedOrder, order books.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	order.Named = true
	w.found[order.ID] = order
}

// inLists looks for the names in the lists of available labels, which also
// tell of the orders found by id whether the hub has a label for them.
func (s *search) inLists(ctx context.Context) error {
	for _, connection := range s.in.Connections {
		if connection.SkipReason != "" {
			continue
		}
		in := FindOrdersInput{Scope: Scope{Merchant: s.in.Merchant, Connection: connection}, IncludePrinted: s.in.IncludePrinted}
		listing, err := walk(ctx, s.hub, in)
		if err != nil {
			return err
		}
		for _, order := range listing.orders {
			for _, w := range s.wanted {
				if known, ok := w.found[order.ID]; ok {
					known.Listed = true
					w.found[order.ID] = known
				} else if w.fits(order, connection.ID) {
					s.give(w, order)
				}
			}
		}
	}
	return nil
}

func (w *wantedOrder) fits(order books.Order, connection string) bool {
	if w.Connection != "" && w.Connection != connection {
		return false
	}
	if w.Order == order.ID || w.Order == order.Code || w.Order == order.CheckoutID || w.Order == order.CheckoutCode {
		return true
	}
	return lo.Contains(order.References, w.Order) || lo.Contains(order.OtherCheckouts, w.Order)
}

// inSales reads the sales of the window, one by one, while a name is not found.
func (s *search) inSales(ctx context.Context) error {
	for _, connection := range s.in.Connections {
		open := lo.Filter(s.open(), func(w *wantedOrder, _ int) bool { return w.Connection == "" || w.Connection == connection.ID })
		if len(open) == 0 {
			continue
		}
		if err := s.inSalesOf(ctx, connection); err != nil {
			return err
		}
	}
	return nil
}

func (s *search) inSalesOf(ctx context.Context, connection Connection) error {
	query := multivende.CheckoutsLightQuery{ConnectionID: connection.ID, UpdatedFrom: s.hub.Clock().Now().Add(-time.Duration(s.in.Since))}
	return s.hub.CheckoutsLight(ctx, query, func(entries []multivende.CheckoutLight) error {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(hubParallel)
		for _, entry := range entries {
			group.Go(func() error {
				checkout, err := s.hub.Checkout(ctx, entry.ID)
				if multivende.ClassOf(err) == multivende.NotFound {
					return nil
				}
				if err == nil {
					s.match(checkout)
				}
				return err
			})
		}
		return group.Wait()
	})
}

// match gives a sale to the names that fit it.
func (s *search) match(checkout multivende.Checkout) {
	numbers := lo.Compact(append([]string{
		checkout.ID, checkout.Code, checkout.OrderNumber, checkout.CustomerOrderNumber, checkout.ExternalID, checkout.ShippingID,
	}, append(checkout.PackageIDs, lo.Map(checkout.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) string { return d.Code })...)...))
	s.mu.Lock()
	fitting := lo.Filter(s.wanted, func(w *wantedOrder, _ int) bool {
		return lo.Contains(numbers, w.Order) && (w.Connection == "" || w.Connection == checkout.ConnectionID)
	})
	s.mu.Unlock()
	for _, w := range fitting {
		delivery, ok := lo.Find(checkout.DeliveryOrders, func(d multivende.DeliveryOrder) bool { return d.Code == w.Order })
		if ok {
			checkout := checkout
			checkout.DeliveryOrders = []multivende.DeliveryOrder{delivery}
			s.takeSale(w, checkout)
			continue
		}
		s.takeSale(w, checkout)
	}
}

// leaveResolved leaves the page "found" of each connection, and that of the names without one.
func (a *Orders) leaveResolved(ctx context.Context, in ResolveOrdersInput, s *search) (ResolvedOrders, error) {
	pages := map[string]*books.Page{}
	page := func(id string) *books.Page {
		if pages[id] == nil {
			pages[id] = &books.Page{}
		}
		return pages[id]
	}
	taken := map[string]bool{}
	for _, w := range s.wanted {
		outcome, reason := w.end()
		if outcome != "" {
			page(Unresolved).End(books.Order{ID: w.Order, OrderNumber: w.Order, ConnectionID: w.Connection, Named: true}, outcome, reason)
			continue
		}
		orders := lo.Values(w.found)
		slices.SortFunc(orders, func(a, b books.Order) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.ID, b.ID)) })
		for _, order := range orders {
			if !taken[order.ID] {
				taken[order.ID] = true
				p := page(order.ConnectionID)
				p.Pending = append(p.Pending, order)
			}
		}
	}
	resolved := ResolvedOrders{Found: map[string]int{}}
	for id, p := range pages {
		scope := Scope{Merchant: in.Merchant, Run: in.Run, Connection: Connection{ID: id}, Generation: 1}
		if _, err := scope.leave(ctx, a.Store, books.FoundPage, *p); err != nil {
			return resolved, err
		}
		if id == Unresolved {
			resolved.Unresolved = len(p.Ended)
		} else {
			resolved.Found[id] = len(p.Pending)
		}
	}
	return resolved, nil
}

// end is the outcome of a name that leads to no order, or to several sales.
func (w *wantedOrder) end() (books.Outcome, string) {
	sales := lo.UniqBy(lo.Values(w.found), func(o books.Order) string { return saleKey(o) })
	switch {
	case len(sales) > 1:
		return books.Rejected, fmt.Sprintf("%q fits %d sales; name the order by its delivery order id", w.Order, len(sales))
	case len(sales) == 1:
		return "", ""
	case w.reason != "":
		return books.Rejected, w.reason
	}
	return books.UnknownOrder, fmt.Sprintf("the hub knows no order %q in the run's window", w.Order)
}
