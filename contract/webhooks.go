package contract

import "time"

// WebhookEvent is what a partner's webhook is told of.
type WebhookEvent string

// The events.
const (
	BatchCompleted WebhookEvent = "batch.completed"
	BatchFailed    WebhookEvent = "batch.failed"
	OrderReceived  WebhookEvent = "order.received"
	OrderCancelled WebhookEvent = "order.cancelled"
	LabelReady     WebhookEvent = "label.ready"
	LabelTakeOut   WebhookEvent = "label.take_out"
	LabelPrinted   WebhookEvent = "label.printed"
	StatusVerified WebhookEvent = "status.verified"
	StatusFailed   WebhookEvent = "status.failed"
)

// WebhookEvents lists all events.
func WebhookEvents() []WebhookEvent {
	return []WebhookEvent{
		BatchCompleted, BatchFailed, OrderReceived, OrderCancelled, LabelReady, LabelTakeOut, LabelPrinted, StatusVerified, StatusFailed,
	}
}

const (
	// WebhookType is the type of the workflow that delivers to one webhook of a partner.
	WebhookType = "Webhook"
	// WebhookNewsSignal tells it that there is something to deliver.
	WebhookNewsSignal = "news"
)

// WebhookID is the workflow id of a webhook of a merchant: webhook/<merchant>/<id>.
func WebhookID(merchant, id string) string { return "webhook/" + merchant + "/" + id }

// WebhookInput says to which webhook is delivered, and what waits for its next try.
type WebhookInput struct {
	Merchant string          `json:"merchant"`
	ID       string          `json:"id"`
	Parked   []ParkedMessage `json:"parked,omitempty"`
	// Since is since when the webhook has taken nothing; zero while it takes what it is sent.
	Since time.Time `json:"since,omitzero"`
}

// ParkedMessage is a message that a webhook did not take and that is tried again.
type ParkedMessage struct {
	// Key is its object's name in the outbox.
	Key   string    `json:"key"`
	Tries int       `json:"tries"`
	Due   time.Time `json:"due"`
}
