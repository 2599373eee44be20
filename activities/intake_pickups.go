package activities

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// PickUpRecord is what the intake knows of a pick-up order; it stands at storage.IntakePickUp.
// Times are the hub's. It holds nothing of the buyer.
type PickUpRecord struct {
	PickUp         string `json:"pick_up_order_id"`
	Code           string `json:"pick_up_order_code,omitempty"`
	Checkout       string `json:"checkout_id,omitempty"`
	Number         string `json:"order_number,omitempty"`
	Connection     string `json:"connection_id,omitempty"`
	ConnectionName string `json:"connection_name,omitempty"`
	Channel        string `json:"channel,omitempty"`
	// Status is the hub's, in our words where we know it; empty when the hub does not say.
	Status channels.Status `json:"status,omitempty"`
	// Since is from when it is known to have the status.
	Since time.Time `json:"since,omitzero"`
	Sold  time.Time `json:"sold,omitzero"`
	// Cancelled: its sale is.
	Cancelled bool `json:"cancelled,omitempty"`
	// UpdatedAt is the sale's change that was read last.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
}

// Waits says that somebody still has to do something about the pick-up.
func (r PickUpRecord) Waits() bool {
	return r.PickUp != "" && !r.Cancelled && r.Status != channels.Completed && r.Status != channels.Cancelled
}

// pickUpsOfSale bounds the pick-ups of one sale that are kept.
const pickUpsOfSale = 20

// keepPickUps keeps what a sale that was read shows of its pick-ups.
func (t *taking) keepPickUps(ctx context.Context, checkout multivende.Checkout, connection Connection) error {
	for _, pickUp := range checkout.PickUpOrders[:min(len(checkout.PickUpOrders), pickUpsOfSale)] {
		record := PickUpRecord{
			PickUp: pickUp.ID, Code: books.Reason(pickUp.Code), Checkout: checkout.ID, Number: books.Reason(cmp.Or(checkout.OrderNumber, checkout.ExternalID, checkout.Code)),
			Connection: checkout.ConnectionID, ConnectionName: connection.Name, Channel: connection.Channel,
			Status: t.pickUpStatus(ctx, pickUp), Since: pickUp.UpdatedAt, Sold: checkout.SoldAt.UTC(),
			Cancelled: saleOf(checkout, t.words()).cancelled, UpdatedAt: checkout.UpdatedAt.UTC(),
		}
		if err := t.keepPickUp(ctx, record); err != nil {
			return err
		}
	}
	return nil
}

// keepPickUp puts a record among those that wait or those that are over; one that was read of an
// earlier change is not kept, and what it does not know stays.
func (t *taking) keepPickUp(ctx context.Context, record PickUpRecord) error {
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
	t.count(func(n *TakenNotices) { n.PickUps++ })
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
	return channels.Status(books.Reason(code))
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

// pickUp takes up a notice of a pick-up: its sale, which shows it, is read, and the pick-up itself
// only where its sale is not known or does not tell its status.
func (t *taking) pickUp(ctx context.Context, id string) error {
	known, err := readPickUp(ctx, t.store, t.merchant, id)
	if errors.Is(err, storage.ErrKey) {
		t.count(func(n *TakenNotices) { n.Ignored++ })
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
	connection, err := t.connections.of(ctx, known.connectionOr(pickUp.ConnectionID))
	if err != nil {
		return err
	}
	known.PickUp, known.Code, known.Status = id, books.Reason(pickUp.Code), t.pickUpStatus(ctx, pickUp)
	known.Connection, known.ConnectionName, known.Channel = connection.ID, connection.Name, connection.Channel
	known.Since = pickUp.UpdatedAt
	return t.keepPickUp(ctx, known)
}

func (r PickUpRecord) connectionOr(id string) string {
	if r.Connection != "" {
		return r.Connection
	}
	return id
}

// unreadPickUp ignores a pick-up that the hub does not give: its route is not sure, and a poll
// shows it by its sale. It returns what is wrong with the hub as a whole.
func (t *taking) unreadPickUp(err error) error {
	hub := hubError(err)
	switch {
	case hub == nil, hub.Class == multivende.NeedsConsent, hub.Class == multivende.Unreachable,
		hub.Class == multivende.NotAuthorised && hub.Status != http.StatusForbidden,
		hub.Class == multivende.Busy && hub.Status < http.StatusInternalServerError:
		return err
	}
	t.count(func(n *TakenNotices) { n.Ignored++ })
	return nil
}

// readPickUp reads what is known of a pick-up; the zero value when nothing.
func readPickUp(ctx context.Context, store *storage.Store, merchant, id string) (PickUpRecord, error) {
	var record PickUpRecord
	for _, waits := range []bool{true, false} {
		err := store.Get(ctx, storage.IntakePickUp(merchant, waits, id), &record)
		if !errors.Is(err, storage.ErrNotFound) {
			return record, err
		}
	}
	return record, nil
}
