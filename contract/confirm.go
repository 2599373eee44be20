package contract

// ConfirmLimit is how many orders one confirmation may name.
const ConfirmLimit = 100

// ConfirmOutcome says what a confirmation of an order's stock came to.
type ConfirmOutcome string

// The outcomes of a confirmation.
const (
	// ConfirmAccepted: its label is made now, or was made before.
	ConfirmAccepted ConfirmOutcome = "accepted"
	// ConfirmHeldBack: noted; its label is made as soon as the gate lets it pass.
	ConfirmHeldBack ConfirmOutcome = "held_back"
	// ConfirmUnknown: neither the intake nor the hub knows it.
	ConfirmUnknown ConfirmOutcome = "unknown_order"
	// ConfirmRefused: it can have no label any more, or the name fits several sales.
	ConfirmRefused ConfirmOutcome = "refused"
)

// ConfirmedOrder is the answer for one delivery order; a name that leads to none has one too.
type ConfirmedOrder struct {
	// Order is the name as it was given, DeliveryOrder what it led to.
	Order         string         `json:"order"`
	DeliveryOrder string         `json:"delivery_order_id,omitempty"`
	Outcome       ConfirmOutcome `json:"outcome"`
	Reason
}

// ConfirmedOrders are the answers, in the order of the question.
type ConfirmedOrders struct {
	Orders []ConfirmedOrder `json:"orders"`
	// Queued are those whose label is to be made now.
	Queued int `json:"queued,omitempty"`
}

// ConfirmRequest names the orders whose stock a partner confirms, at most
// [ConfirmLimit]: by delivery order id, checkout id, or a number of the marketplace.
type ConfirmRequest struct {
	Orders []string `json:"orders"`
}
