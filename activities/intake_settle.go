package activities

import (
	"context"
	"errors"
	"sync"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// settle lets one delivery order of a sale pass the gate and keeps where it stands.
func (t *taking) settle(ctx context.Context, checkout multivende.Checkout, delivery multivende.DeliveryOrder, connection Connection) error {
	order := orderOf(delivery, connection)
	fill(&order, checkout)
	s, err := t.saleOf(ctx, order, checkout)
	if err != nil {
		return err
	}
	label, err := labelOf(ctx, t.store, t.merchant, connection.ID, order.ID)
	if errors.Is(err, storage.ErrKey) {
		return nil
	}
	if err != nil {
		return err
	}
	state, reason := standing(order, s.without(true, true), connection)
	var first bool
	record, err := changeRecord(ctx, t.store, t.merchant, order.ID, func(r *IntakeRecord) {
		first = r.State == ""
		if first {
			r.FirstSeen = t.source
		}
		if r.stale(checkout, delivery) {
			return
		}
		r.describe(order, connection)
		r.UpdatedAt, r.OrderUpdatedAt = checkout.UpdatedAt, delivery.UpdatedAt
		r.stand(state, reason, label, t.policies)
	})
	if err != nil {
		return err
	}
	t.count(func(n *TakenNotices) {
		n.Orders++
		n.New += lo.Ternary(first, 1, 0)
		if record.State == IntakeQueued {
			n.Queued++
			n.Confirmed += lo.Ternary(record.Confirmed, 1, 0)
		}
	})
	return nil
}

// stale says that somebody has read the order as it was later.
func (r *IntakeRecord) stale(checkout multivende.Checkout, delivery multivende.DeliveryOrder) bool {
	sameSale := r.Checkout == checkout.ID
	return sameSale && r.UpdatedAt.After(checkout.UpdatedAt) || !delivery.UpdatedAt.IsZero() && r.OrderUpdatedAt.After(delivery.UpdatedAt)
}

// describe takes from the order what others need to know of it without asking the hub.
func (r *IntakeRecord) describe(order books.Order, connection Connection) {
	r.Code, r.Checkout, r.Number, r.ShippingMode = order.Code, order.CheckoutID, order.OrderNumber, order.ShippingMode
	r.Connection, r.ConnectionName, r.Channel = connection.ID, connection.Name, connection.Channel
	r.Provider, r.Country = connection.Provider, connection.Country
	r.Deadline, r.Sold = order.HandlingDeadline.UTC(), order.SoldAt.UTC()
}

// saleOf is the sale that the gate judges by: where the delivery belongs to
// several, the first of them that is paid and verified.
func (t *taking) saleOf(ctx context.Context, order books.Order, checkout multivende.Checkout) (sale, error) {
	s := saleOf(checkout, t.words())
	others := lo.Without(append([]string{order.CheckoutID}, order.OtherCheckouts...), checkout.ID)
	if s.good() || len(lo.Compact(others)) == 0 {
		return s, nil
	}
	order.CheckoutID, order.OtherCheckouts = checkout.ID, others
	words := ReadOrdersInput{Scope: Scope{Connection: Connection{Overrides: t.connections.overrides}}}
	best, _, err := (&saleReader{hub: t.hub, in: words}).checkout(ctx, &order)
	if best == nil || err != nil {
		return s, err
	}
	return saleOf(*best, t.words()), nil
}

// words are those of sales, with what the installation settled.
func (t *taking) words() channels.Table {
	table, _ := channels.New(t.connections.overrides) // they were checked at the worker's start
	return table
}

// knownConnections are a merchant's connections, from the store as long as they
// are all known there.
type knownConnections struct {
	hub      *multivende.Client
	store    *storage.Store
	merchant string
	// overrides are those of the table of channels.
	overrides map[string]string

	mu        sync.Mutex
	byID      map[string]Connection
	refreshed bool
}

// of is the connection with an id; the zero value when the hub lists none.
func (k *knownConnections) of(ctx context.Context, id string) (Connection, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		var all []Connection
		err := k.store.Get(ctx, storage.IntakeConnections(k.merchant), &all)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return Connection{}, err
		}
		k.take(all)
	}
	if connection, ok := k.byID[id]; ok || k.refreshed || id == "" {
		return connection, nil
	}
	err := k.refresh(ctx)
	return k.byID[id], err
}

// refresh asks the hub for the connections and keeps them; mu is held, or nobody else is there.
func (k *knownConnections) refresh(ctx context.Context) error {
	listed, err := k.hub.Connections(ctx)
	if err != nil {
		return err
	}
	all := connectionsOf(listed, k.overrides)
	k.refreshed = true
	k.take(all)
	return k.store.Put(ctx, storage.IntakeConnections(k.merchant), all)
}

func (k *knownConnections) take(all []Connection) {
	k.byID = lo.KeyBy(under(all, k.overrides), func(c Connection) string { return c.ID })
}
