package intake

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// pickUpsOfSale bounds the pick-ups of one sale that are kept.
const pickUpsOfSale = 20

// keepPickUps keeps what a sale that was read shows of its pick-ups.
func (t *taking) keepPickUps(ctx context.Context, checkout multivende.Checkout, connection activities.Connection) error {
	for _, pickUp := range checkout.PickUpOrders[:min(len(checkout.PickUpOrders), pickUpsOfSale)] {
		record := contract.PickUpRecord{
			PickUp: pickUp.ID, Code: contract.CleanReason(pickUp.Code), Checkout: checkout.ID, Number: contract.CleanReason(cmp.Or(checkout.OrderNumber, checkout.ExternalID, checkout.Code)),
			Connection: checkout.ConnectionID, ConnectionName: connection.Name, Channel: connection.Channel,
			Status: string(t.pickUpStatus(ctx, pickUp)), Since: pickUp.UpdatedAt, Sold: checkout.SoldAt.UTC(),
			Cancelled: orders.SaleOf(checkout, t.words()).Cancelled, UpdatedAt: checkout.UpdatedAt.UTC(),
		}
		if err := t.keepPickUp(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

// keepPickUp puts a record among those that wait or those that are over; one that was read of an
// earlier change is not kept, and what it does not know stays.
func (t *taking) keepPickUp(ctx context.Context, record contract.PickUpRecord) error {
	known, err := readPickUp(ctx, t.store, t.merchant, record.PickUp)
	if errors.Is(err, storage.ErrKey) {
		return nil
	}
	if err != nil || known.UpdatedAt.After(record.UpdatedAt) {
		return err
	}
	if record.Status == "" {
		record.Status = known.Status
	}
	switch {
	case known.PickUp != "" && record.Status == known.Status:
		record.Since = known.Since
	case record.Since.IsZero() && known.PickUp == "" && !record.Sold.IsZero():
		record.Since = record.Sold
	case record.Since.IsZero():
		record.Since = t.now
	}
	record.Since = record.Since.UTC()
	if record == known {
		return nil
	}
	if err := t.store.Put(ctx, storage.IntakePickUp(t.merchant, record.Waits(), record.PickUp), record); err != nil {
		return err
	}
	t.count(func(n *intakebook.TakenNotifications) { n.PickUps++ })
	return t.store.Delete(ctx, storage.IntakePickUp(t.merchant, !record.Waits(), record.PickUp))
}

// pickUpStatus is a pick-up's status in our words, in the hub's where we have none.
func (t *taking) pickUpStatus(ctx context.Context, pickUp multivende.PickUpOrder) channels.Status {
	code := pickUp.StatusCode
	if code == "" {
		code = t.pickUpCode(ctx, pickUp.StatusID)
	}
	if status, known := channels.ParsePickUpStatus(code); known {
		return status
	}
	return channels.Status(contract.CleanReason(code))
}

// pickUpCode asks the hub's catalogue for a code, unless it could not tell one in this step already.
func (t *taking) pickUpCode(ctx context.Context, id string) string {
	t.mu.Lock()
	silent := t.noPickUpCodes
	t.mu.Unlock()
	if id == "" || silent {
		return ""
	}
	code := t.hub.PickUpStatusCode(ctx, id)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.noPickUpCodes = code == ""
	return code
}

// pickUp takes up a notification of a pick-up: its sale, which shows it, is read, and the pick-up itself
// only where its sale is not known or does not tell its status.
func (t *taking) pickUp(ctx context.Context, id string) error {
	known, err := readPickUp(ctx, t.store, t.merchant, id)
	if errors.Is(err, storage.ErrKey) {
		t.count(func(n *intakebook.TakenNotifications) { n.Ignored++ })
		return nil
	}
	if err != nil {
		return err
	}
	if known.Checkout != "" && known.Status != "" {
		return t.sale(ctx, known.Checkout)
	}
	pickUp, err := t.hub.PickUpOrder(ctx, id)
	if err != nil {
		return t.unreadPickUp(err)
	}
	for _, sale := range pickUp.CheckoutIDs[:min(len(pickUp.CheckoutIDs), pickUpsOfSale)] {
		if err := t.sale(ctx, sale); err != nil {
			return err
		}
	}
	if known, err = readPickUp(ctx, t.store, t.merchant, id); err != nil {
		return err
	}
	connection, err := t.connections.of(ctx, connectionOr(known, pickUp.ConnectionID))
	if err != nil {
		return err
	}
	known.PickUp, known.Code, known.Status = id, contract.CleanReason(pickUp.Code), string(t.pickUpStatus(ctx, pickUp))
	known.Connection, known.ConnectionName, known.Channel = connection.ID, connection.Name, connection.Channel
	known.Since = pickUp.UpdatedAt
	return t.keepPickUp(ctx, known)
}

// unreadPickUp ignores a pick-up that the hub does not give: its route is not sure, and a poll
// shows it by its sale. It returns what is wrong with the hub as a whole.
func (t *taking) unreadPickUp(err error) error {
	hub := activities.HubError(err)
	switch {
	case hub == nil, hub.Class == multivende.NeedsConsent, hub.Class == multivende.Unreachable,
		hub.Class == multivende.NotAuthorised && hub.Status != http.StatusForbidden,
		hub.Class == multivende.Busy && hub.Status < http.StatusInternalServerError:
		return err
	}
	t.count(func(n *intakebook.TakenNotifications) { n.Ignored++ })
	return nil
}

// readPickUp reads what is known of a pick-up; the zero value when nothing.
func readPickUp(ctx context.Context, store *storage.Store, merchant, id string) (contract.PickUpRecord, error) {
	var record contract.PickUpRecord
	for _, waits := range []bool{true, false} {
		err := store.Get(ctx, storage.IntakePickUp(merchant, waits, id), &record)
		if !errors.Is(err, storage.ErrNotFound) {
			return record, err
		}
	}
	return record, nil
}

func connectionOr(r contract.PickUpRecord, id string) string {
	if r.Connection != "" {
		return r.Connection
	}
	return id
}
