package orders

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

const (

	// walks is how often a connection's list is walked at most before labels are asked for.
	walks = 3
)

// Orders holds the steps that find and read orders. Register it with a worker.
type Orders struct {
	Hubs  activities.Hubs
	Store *storage.Store
}

// FindOrdersInput says where to look for orders that wait.
type FindOrdersInput struct {
	activities.Scope
	Since          contract.Duration `json:"since"`
	IncludePrinted bool              `json:"include_printed,omitempty"`
}

// FindOrders walks the connection's list of available labels to its end and,
// where a status comes before the label, the sales of the window. It leaves
// the page "found": what waits, unread, and what is older than the window. A list
// that other connections have as well is not walked: AssignOrders does it for all.
func (a *Orders) FindOrders(ctx context.Context, in FindOrdersInput) (activities.Step, error) {
	if step, done, err := in.FinishedPage(ctx, a.Store, books.FoundPage); done || err != nil {
		return step, err
	}
	if in.Connection.NoLabels.Words != "" {
		return in.LeavePage(ctx, a.Store, books.FoundPage, books.Page{})
	}
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return activities.Step{}, err
	}
	listing, err := walk(ctx, hub, in, func(first []string) (bool, error) { return a.isShared(ctx, in.Scope, books.LabelList, first) })
	if err != nil {
		return activities.Step{}, err
	}
	sales, err := recentSales(ctx, hub, in, func(first []string) (bool, error) { return a.isShared(ctx, in.Scope, books.SaleList, first) })
	if err != nil {
		return activities.Step{}, err
	}
	listing.leaveStrangers()
	sales.leaveStrangers()
	page := listing.page(hub.Clock().Now().Add(-time.Duration(in.Since)))
	page.Pending = append(page.Pending, sales.orders...)
	page.Strangers = listing.strangers + sales.strangers
	page.Shared = append(listing.shared, sales.shared...)
	return in.LeavePage(ctx, a.Store, books.FoundPage, page)
}

// listing is one of the hub's lists of a connection, each order or sale once.
type listing struct {
	orders []books.Order
	seen   map[string]bool
	// named is of which connection the list itself says that an entry is, by the entry's id.
	named map[string]string
	// strangers counts the entries that the list itself gives to other connections.
	strangers int
	// shared names the list when others have the same: it was not walked to its end.
	shared []books.HubList
}

func newListing() *listing { return &listing{seen: map[string]bool{}, named: map[string]string{}} }

// listedID is the id under which an order stands in its list.
func listedID(o books.Order) string { return cmp.Or(o.ID, o.CheckoutID) }

// leaveStrangers drops the entries that the list itself gives to other connections, and counts them.
func (l *listing) leaveStrangers() {
	ours := lo.Reject(l.orders, func(o books.Order, _ int) bool {
		named := l.named[listedID(o)]
		return named != "" && named != o.ConnectionID
	})
	l.strangers += len(l.orders) - len(ours)
	l.orders = ours
}

// watchFirst looks at the first entries of a list, by their ids, and says whether other connections have
// the same list, so that it is not worth walking.
type watchFirst func(ids []string) (shared bool, err error)

// unwatched walks any list to its end.
func unwatched([]string) (bool, error) { return false, nil }

// watch is first for the first page that holds anything; errEnough ends a walk of a shared list.
func (l *listing) watch(list books.HubList, ids []string, first watchFirst) error {
	if len(ids) == 0 || len(l.seen) > 0 {
		return nil
	}
	shared, err := first(ids)
	if err != nil || !shared {
		return err
	}
	l.shared = []books.HubList{list}
	return activities.ErrEnough
}

// walk goes through the list of labels once, and through that of printed labels when wanted.
func walk(ctx context.Context, hub *multivende.Client, in FindOrdersInput, first watchFirst) (*listing, error) {
	l := newListing()
	printed := []bool{false}
	if in.IncludePrinted {
		printed = append(printed, true)
	}
	for _, p := range printed {
		query := multivende.AvailableLabelsQuery{ConnectionID: in.Connection.ID, Printed: p}
		err := hub.AvailableLabels(ctx, query, func(entries []multivende.DeliveryOrder) error {
			if err := l.watch(books.LabelList, lo.Map(entries, func(d multivende.DeliveryOrder, _ int) string { return d.ID }), first); err != nil {
				return err
			}
			for _, entry := range entries {
				order := OrderOf(entry, in.Connection)
				order.Listed = true
				l.add(order, entry.ConnectionID)
			}
			return nil
		})
		if errors.Is(err, activities.ErrEnough) {
			return l, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// add takes an order or a sale that was not seen before, and says whether it was new.
func (l *listing) add(order books.Order, named string) bool {
	id := listedID(order)
	if l.seen[id] {
		return false
	}
	l.seen[id], l.named[id] = true, named
	l.orders = append(l.orders, order)
	return true
}

// page splits the list at the start of the window.
func (l *listing) page(from time.Time) books.Page {
	var page books.Page
	for _, order := range l.orders {
		if !order.CreatedAt.IsZero() && order.CreatedAt.Before(from) {
			page.LeftOut = append(page.LeftOut, contract.LeftOut{ID: order.ID, Code: order.Code, CreatedAt: whenMade(order.CreatedAt)})
			continue
		}
		page.Pending = append(page.Pending, order)
	}
	return page
}

// recentSales lists, for a channel that wants a status before the label, the
// sales of the window: orders known by their sale alone.
func recentSales(ctx context.Context, hub *multivende.Client, in FindOrdersInput, first watchFirst) (*listing, error) {
	l := newListing()
	if in.Connection.Row().StatusFirst == "" {
		return l, nil
	}
	now, err := hub.Time(ctx)
	if err != nil {
		return nil, err
	}
	query := multivende.CheckoutsLightQuery{ConnectionID: in.Connection.ID, UpdatedFrom: now.Add(-time.Duration(in.Since))}
	err = hub.CheckoutsLight(ctx, query, func(entries []multivende.CheckoutLight) error {
		if err := l.watch(books.SaleList, lo.Map(entries, func(c multivende.CheckoutLight, _ int) string { return c.ID }), first); err != nil {
			return err
		}
		for _, entry := range entries {
			l.add(books.Order{CheckoutID: entry.ID, ConnectionID: in.Connection.ID, Channel: in.Connection.Channel}, entry.ConnectionID)
		}
		return nil
	})
	if errors.Is(err, activities.ErrEnough) {
		return l, nil
	}
	return l, err
}
