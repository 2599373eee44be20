package activities

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/despacho/despacho/storage"
)

// IntakeState says where an order stands in the intake.
type IntakeState string

// The states of an order in the intake.
const (
	// IntakeWaiting: it may have its label; who has it made is a matter of policy.
	IntakeWaiting IntakeState = "waiting"
	// IntakeHeldBack: not paid, not verified, or its sale is not registered.
	IntakeHeldBack IntakeState = "held_back"
	// IntakeQueued: its label is made next, because its stock is confirmed or its policy says so.
	IntakeQueued IntakeState = "queued"
	// IntakeTaken: a run that makes labels has it.
	IntakeTaken IntakeState = "taken"
	// IntakeLabelled: its label is in the store, or printed.
	IntakeLabelled IntakeState = "labelled"
	// IntakeCancelled: cancelled before a label of it was published.
	IntakeCancelled IntakeState = "cancelled"
	// IntakeTakeOut: cancelled after its label was published: it is to be taken out of the pile.
	IntakeTakeOut IntakeState = "take_out"
	// IntakeUnsupported: a channel or mode without labels.
	IntakeUnsupported IntakeState = "unsupported"
	// IntakeEnded: shipped or delivered without a label of ours.
	IntakeEnded IntakeState = "ended"
	// IntakeClosed: a sale that failed to register and was repaired; it goes on under another id.
	IntakeClosed IntakeState = "closed"
)

// IntakeStates are all states, in the order in which people read them.
func IntakeStates() []IntakeState {
	return []IntakeState{
		IntakeTakeOut, IntakeHeldBack, IntakeWaiting, IntakeQueued, IntakeTaken, IntakeLabelled,
		IntakeCancelled, IntakeUnsupported, IntakeEnded, IntakeClosed,
	}
}

// IntakeSource says how an order was first heard of.
type IntakeSource string

// The sources of the intake.
const (
	ByWebhook      IntakeSource = "webhook"
	ByPoll         IntakeSource = "poll"
	ByConfirmation IntakeSource = "confirmation"
)

// IntakeRecord is what the intake knows of one delivery order; it stands at
// storage.IntakeOrder. Times are the hub's, but for FirstSeenAt and ChangedAt. A
// sale that failed to register has no delivery order yet: then Order is a name
// of ours and Checkout is empty. It holds nothing of the buyer.
type IntakeRecord struct {
	Order          string    `json:"order"`
	Code           string    `json:"code,omitempty"`
	Connection     string    `json:"connection,omitempty"`
	ConnectionName string    `json:"connection_name,omitempty"`
	Channel        string    `json:"channel,omitempty"`
	Provider       string    `json:"provider,omitempty"`
	Country        string    `json:"country,omitempty"`
	Checkout       string    `json:"checkout,omitempty"`
	Number         string    `json:"number,omitempty"`
	ShippingMode   string    `json:"shipping_mode,omitempty"`
	Deadline       time.Time `json:"deadline,omitzero"`
	Sold           time.Time `json:"sold,omitzero"`

	State  IntakeState `json:"state"`
	Reason string      `json:"reason,omitempty"`
	// UpdatedAt is the sale's change that was read last, OrderUpdatedAt the delivery order's.
	UpdatedAt      time.Time `json:"updated_at,omitzero"`
	OrderUpdatedAt time.Time `json:"order_updated_at,omitzero"`

	// Confirmed: a partner has confirmed its stock.
	Confirmed bool `json:"confirmed,omitempty"`
	// Run is the run that makes or has printed its label.
	Run string `json:"run,omitempty"`
	// Tries counts the runs that ended without its label; NotBefore is when the next may begin.
	Tries     int       `json:"tries,omitempty"`
	NotBefore time.Time `json:"not_before,omitzero"`
	// HadLabel: its label was in the store when it was cancelled.
	HadLabel bool `json:"had_label,omitempty"`
	// Unread is the notice whose answer could not be read; the hub is asked again.
	Unread string `json:"unread,omitempty"`

	FirstSeen   IntakeSource `json:"first_seen"`
	FirstSeenAt time.Time    `json:"first_seen_at"`
	ChangedAt   time.Time    `json:"changed_at"`
}

// ReadIntakeRecord reads what the intake knows of an order; storage.ErrNotFound when nothing.
func ReadIntakeRecord(ctx context.Context, store *storage.Store, merchant, order string) (IntakeRecord, error) {
	var record IntakeRecord
	err := store.Get(ctx, storage.IntakeOrder(merchant, order), &record)
	return record, err
}

// recordTries bounds how often a change of a record is tried that others overtake.
const recordTries = 20

// changeRecord changes an order's record, whoever else changes it meanwhile:
// change is called again on what the other left. The mark of the order's new
// state is put before its record and that of the old one taken away behind it,
// so that no list misses it; LookOver mends what a killed worker leaves.
func changeRecord(ctx context.Context, store *storage.Store, merchant, order string, change func(*IntakeRecord)) (IntakeRecord, error) {
	key := storage.IntakeOrder(merchant, order)
	for range recordTries {
		var record IntakeRecord
		etag, err := store.GetTagged(ctx, key, &record)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return record, err
		}
		before := record
		change(&record)
		if record.State == "" || reflect.DeepEqual(before, record) {
			return record, nil
		}
		record.Order, record.ChangedAt = order, time.Now().UTC()
		if before.State == "" {
			record.FirstSeenAt = record.ChangedAt
		}
		if before.State != record.State {
			if err := store.Put(ctx, storage.IntakeInState(merchant, string(record.State), order), struct{}{}); err != nil {
				return record, err
			}
		}
		_, err = store.PutIf(ctx, key, record, etag)
		if errors.Is(err, storage.ErrChanged) {
			continue
		}
		if err != nil || before.State == "" || before.State == record.State {
			return record, err
		}
		return record, store.Delete(ctx, storage.IntakeInState(merchant, string(before.State), order))
	}
	return IntakeRecord{}, fmt.Errorf("the record of order %s changes all the time", order)
}
