package activities

import (
	"context"
	"time"

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
