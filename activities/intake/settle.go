package intake

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"sync"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// settle lets one delivery order of a sale pass the gate and keeps where it stands.
func (t *taking) settle(ctx context.Context, checkout multivende.Checkout, delivery multivende.DeliveryOrder, connection activities.Connection) error {
	order := orders.OrderOf(delivery, connection)
	orders.FillFromSale(&order, checkout)
	s, err := t.saleOf(ctx, order, checkout)
	if err != nil {
		return err
	}
	state, reason := standing(order, s.Without(true, true), connection)
	var first bool
	var trouble error
	record, err := t.changes.Record(ctx, order.ID, func(r *contract.IntakeRecord) {
		var label labelThere
		if label, trouble = t.labelFor(ctx, r, state, connection.ID, order.ID, checkout); trouble != nil {
			return
		}
		first = r.State == ""
		if first {
			r.FirstSeen = t.source
		}
		if isStale(r, checkout, delivery) {
			return
		}
		describeOrder(r, order, connection)
		r.UpdatedAt, r.OrderUpdatedAt = checkout.UpdatedAt, delivery.UpdatedAt
		moveOn(r, state, reason, label, t.policies)
	})
	if errors.Is(err, storage.ErrKey) || errors.Is(trouble, storage.ErrKey) {
		return nil
	}
	if err = cmp.Or(err, trouble); err != nil {
		return err
	}
	t.count(func(n *intakebook.TakenNotifications) {
		n.Orders++
		n.New += lo.Ternary(first, 1, 0)
		if record.State == contract.IntakeQueued {
			n.Queued++
			n.Confirmed += lo.Ternary(record.Confirmed, 1, 0)
		}
	})
	return nil
}

// saleOf is the sale that the gate judges by: where the delivery belongs to
// several, the first of them that is paid and verified.
func (t *taking) saleOf(ctx context.Context, order books.Order, checkout multivende.Checkout) (orders.Sale, error) {
	s := orders.SaleOf(checkout, t.words())
	others := lo.Without(append([]string{order.CheckoutID}, order.OtherCheckouts...), checkout.ID)
	if s.Good() || len(lo.Compact(others)) == 0 {
		return s, nil
	}
	order.CheckoutID, order.OtherCheckouts = checkout.ID, others
	words := orders.ReadOrdersInput{Scope: activities.Scope{Connection: activities.Connection{Overrides: t.connections.overrides}}}
	best, _, err := (&orders.SaleReader{Hub: t.hub, In: words}).Checkout(ctx, &order)
	if best == nil || err != nil {
		return s, err
	}
	return orders.SaleOf(*best, t.words()), nil
}

// words are those of sales, with what the installation settled.
func (t *taking) words() channels.Table {
	table, _ := channels.New(t.connections.overrides) // they were checked at the worker's start
	return table
}

// knownConnections are a merchant's connections, from the store as long as they
// are all known there.
type knownConnections struct {
	worker   *Intake
	hub      *multivende.Client
	store    *storage.Store
	merchant string
	// overrides are those of the table of channels.
	overrides map[string]string

	mu        sync.Mutex
	byID      map[string]activities.Connection
	refreshed bool
}

// of is the connection with an id; the zero value when the hub lists none.
func (k *knownConnections) of(ctx context.Context, id string) (activities.Connection, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byID == nil {
		all := k.worker.recallConnections(k.merchant)
		if all == nil {
			err := k.store.Get(ctx, storage.IntakeConnections(k.merchant), &all)
			if err != nil && !errors.Is(err, storage.ErrNotFound) {
				return activities.Connection{}, err
			}
			k.worker.keepConnections(k.merchant, all)
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
	all := activities.ConnectionsOf(listed, k.overrides)
	k.refreshed = true
	k.worker.keepConnections(k.merchant, all)
	k.take(all)
	var before []activities.Connection
	err = k.store.Get(ctx, storage.IntakeConnections(k.merchant), &before)
	if err != nil && !errors.Is(err, storage.ErrNotFound) || err == nil && reflect.DeepEqual(before, all) {
		return err
	}
	return k.store.Put(ctx, storage.IntakeConnections(k.merchant), all)
}

func (k *knownConnections) take(all []activities.Connection) {
	k.byID = lo.KeyBy(activities.ConnectionsUnder(all, k.overrides), func(c activities.Connection) string { return c.ID })
}

// isStale says that somebody has read the order as it was later.
func isStale(r *contract.IntakeRecord, checkout multivende.Checkout, delivery multivende.DeliveryOrder) bool {
	sameSale := r.Checkout == checkout.ID
	return sameSale && r.UpdatedAt.After(checkout.UpdatedAt) || !delivery.UpdatedAt.IsZero() && r.OrderUpdatedAt.After(delivery.UpdatedAt)
}

// describeOrder takes from the order what others need to know of it without asking the hub.
func describeOrder(r *contract.IntakeRecord, order books.Order, connection activities.Connection) {
	r.Code, r.Checkout, r.Number, r.ShippingMode = order.Code, order.CheckoutID, order.OrderNumber, order.ShippingMode
	r.Connection, r.ConnectionName, r.Channel = connection.ID, connection.Name, connection.Channel
	r.Provider, r.Country = connection.Provider, connection.Country
	r.Deadline, r.Sold = order.HandlingDeadline.UTC(), order.SoldAt.UTC()
}
