package contract

import (
	"time"
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
	Status string `json:"status,omitempty"`
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
	return r.PickUp != "" && !r.Cancelled && r.Status != "completed" && r.Status != "cancelled"
}

// IntakeOrderState says where an order stands in the intake.
type IntakeOrderState string

// The states of an order in the intake.
const (
	// IntakeWaiting: it may have its label; who has it made is a matter of policy.
	IntakeWaiting IntakeOrderState = "waiting"
	// IntakeHeldBack: not paid, not verified, or its sale is not registered.
	IntakeHeldBack IntakeOrderState = "held_back"
	// IntakeQueued: its label is made next, because its stock is confirmed or its policy says so.
	IntakeQueued IntakeOrderState = "queued"
	// IntakeTaken: a run that makes labels has it.
	IntakeTaken IntakeOrderState = "taken"
	// IntakeLabelled: its label is in the store, or printed.
	IntakeLabelled IntakeOrderState = "labelled"
	// IntakeCancelled: cancelled before a label of it was published.
	IntakeCancelled IntakeOrderState = "cancelled"
	// IntakeTakeOut: cancelled after its label was published: it is to be taken out of the pile.
	IntakeTakeOut IntakeOrderState = "take_out"
	// IntakeUnsupported: a channel or mode without labels.
	IntakeUnsupported IntakeOrderState = "unsupported"
	// IntakeEnded: shipped or delivered without a label of ours.
	IntakeEnded IntakeOrderState = "ended"
	// IntakeClosed: a sale that failed to register and was repaired; it goes on under another id.
	IntakeClosed IntakeOrderState = "closed"
)

// IntakeOrderStates are all states, in the order in which people read them.
func IntakeOrderStates() []IntakeOrderState {
	return []IntakeOrderState{
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

	State IntakeOrderState `json:"state"`
	Reason
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
	// Unread is the notification whose answer could not be read; the hub is asked again.
	Unread string `json:"unread,omitempty"`

	FirstSeen   IntakeSource `json:"first_seen"`
	FirstSeenAt time.Time    `json:"first_seen_at"`
	ChangedAt   time.Time    `json:"changed_at"`
}
