package orders

import (
	"cmp"
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// owner is the connection that an order's sale names; kept: the run keeps what its sale said.
type owner struct {
	connection string // "" when nobody can tell
	channel    string // the marketplace's slug, where the sale names no more than that
	kept       bool
}

// ownerUnknown is the owner of orders whose sales our account may not read: none of the run's connections.
const ownerUnknown = "forbidden"

// owners learns of which connection orders are, each sale once.
type owners struct {
	hub           *multivende.Client
	store         *storage.Store
	merchant, run string
	// all are the merchant's connections, also those that the run does not work on.
	all func() ([]multivende.Connection, error)

	mu    sync.Mutex
	known map[string]owner // by saleKey
	// forbidden is the first refusal of a sale that our account may not read.
	forbidden error
}

func newOwners(ctx context.Context, hub *multivende.Client, store *storage.Store, merchant, run string) *owners {
	return &owners{
		hub: hub, store: store, merchant: merchant, run: run, known: map[string]owner{},
		all: sync.OnceValues(func() ([]multivende.Connection, error) { return hub.Connections(ctx) }),
	}
}

func (w *owners) of(o books.Order) owner {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.known[saleKey(o)]
}

func (w *owners) note(key string, of owner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known[key] = of
}

// learn finds the owners of the orders that are not known yet: named tells some, by the ids of orders
// and sales; else what the intake has read, else the sale itself.
func (w *owners) learn(ctx context.Context, orders []books.Order, named map[string]string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(activities.HubParallel)
	for _, one := range lo.UniqBy(orders, saleKey) {
		key := saleKey(one)
		if w.of(one).connection != "" {
			continue
		}
		if told := cmp.Or(named[one.ID], named[one.CheckoutID]); told != "" {
			w.note(key, owner{connection: told})
			continue
		}
		group.Go(func() error {
			of, err := w.read(ctx, one)
			w.note(key, of)
			return err
		})
	}
	return group.Wait()
}

// allForbidden is the refusal where no sale at all may be read: that says nothing about whose they are.
func (w *owners) allForbidden() error {
	if w.hub.Proven(activities.CheckoutRoute) {
		return nil
	}
	return w.forbidden
}

// read finds the owner of one order by its sale, and by the order itself where that names none.
func (w *owners) read(ctx context.Context, o books.Order) (owner, error) {
	if o.CheckoutID == "" {
		return w.byOrder(ctx, o)
	}
	known, err := intakebook.SaleRecord(ctx, w.store, w.merchant, o.CheckoutID)
	if err != nil {
		return owner{}, err
	}
	if known != nil && known.Connection != "" && !known.Early {
		return owner{connection: known.Connection}, nil
	}
	checkout, err := keptSaleOf(ctx, w.store, w.merchant, w.run, o.CheckoutID)
	if err != nil {
		return owner{}, err
	}
	if checkout == nil {
		read, err := w.hub.Checkout(ctx, o.CheckoutID)
		switch {
		case activities.NoSuchObject(err) || activities.NoSuchRoute(err):
			return w.byOrder(ctx, o)
		case activities.IsForbidden(err):
			w.mu.Lock()
			defer w.mu.Unlock()
			w.forbidden = cmp.Or(w.forbidden, err)
			return owner{connection: ownerUnknown}, nil
		case multivende.ClassOf(err) == multivende.Refused:
			return owner{}, nil // ReadOrders says so of the order
		case err != nil:
			return owner{}, err
		}
		if err := keepSale(ctx, w.store, w.merchant, w.run, read); err != nil {
			return owner{}, err
		}
		checkout = &read
	}
	if connection := namedBy(checkout, o); connection != "" {
		return owner{connection: connection, kept: true}, nil
	}
	connection, channel, err := w.byOrigin(*checkout)
	return owner{connection: connection, channel: channel, kept: true}, err
}

// byOrder asks the delivery order, whose links may name a connection.
func (w *owners) byOrder(ctx context.Context, o books.Order) (owner, error) {
	if o.ID == "" {
		return owner{}, nil
	}
	delivery, err := w.hub.DeliveryOrder(ctx, o.ID)
	switch {
	case activities.NoSuchObject(err) || activities.NoSuchRoute(err) || multivende.ClassOf(err) == multivende.Refused:
		return owner{}, nil
	case activities.IsForbidden(err):
		return owner{connection: ownerUnknown}, nil
	case err != nil:
		return owner{}, err
	}
	return owner{connection: delivery.ConnectionID}, nil
}

// byOrigin is the one connection of the marketplace from which the sale is, "" when there are several,
// and the marketplace.
func (w *owners) byOrigin(checkout multivende.Checkout) (connection, channel string, err error) {
	if checkout.Origin == "" {
		return "", "", nil
	}
	all, err := w.all()
	if err != nil {
		return "", "", err
	}
	slug := channels.BySlug(checkout.Origin).Slug
	same := lo.Filter(all, func(c multivende.Connection, _ int) bool { return channels.BySlug(c.Provider).Slug == slug })
	if len(same) != 1 {
		return "", slug, nil
	}
	return same[0].ID, slug, nil
}

// namedBy is the connection that a sale names: on its links, or on those of the order within it.
func namedBy(checkout *multivende.Checkout, o books.Order) string {
	if checkout == nil || checkout.ConnectionID != "" {
		return lo.FromPtr(checkout).ConnectionID
	}
	named := lo.FilterMap(checkout.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) (string, bool) {
		return d.ConnectionID, d.ConnectionID != "" && (o.ID == "" || d.ID == o.ID)
	})
	return lo.FirstOrEmpty(named)
}
