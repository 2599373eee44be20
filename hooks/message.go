package hooks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/despacho/despacho/contract"
)

const (
	// MostBytes is how many bytes a message has at most.
	MostBytes = 20_000
	// OrdersInMessage is how many orders a message names at most.
	OrdersInMessage = 50
)

// News is what has happened: to a batch, or to orders.
type News struct {
	Event contract.WebhookEvent
	// ID is made of what has happened: the same news have the same, whoever tells them how often.
	ID     string
	At     time.Time
	Batch  *Batch
	Orders []Order
}

// Batch is a batch as a message tells of it.
type Batch struct {
	ID         string                   `json:"id"`
	ExternalID string                   `json:"external_batch_id"`
	Status     string                   `json:"status"`
	Requested  int                      `json:"requested"`
	Counts     map[contract.Outcome]int `json:"counts"`
	Reason     contract.ReasonCode      `json:"reason_code,omitempty"`
}

// BatchID is the id of a merchant's batch, as the HTTP interface has it.
func BatchID(merchant, run string) string { return merchant + "~" + run }

// Order is an order as a message tells of it.
type Order struct {
	ID         string `json:"delivery_order_id"`
	Connection string `json:"connection,omitempty"`
	Channel    string `json:"channel,omitempty"`
	// Batch is the batch in which it happened.
	Batch string `json:"batch_id,omitempty"`
	// Change is the status change in which it happened.
	Change string `json:"status_change_id,omitempty"`
	// Status is the status that was reported, Outcome how that ended.
	Status  string              `json:"status,omitempty"`
	Outcome string              `json:"outcome,omitempty"`
	Reason  contract.ReasonCode `json:"reason_code,omitempty"`
}

// Message is a message as it waits and as it is kept.
type Message struct {
	// ID is the webhook-id.
	ID     string                `json:"id"`
	Event  contract.WebhookEvent `json:"event"`
	Orders []string              `json:"orders,omitempty"`
	Body   json.RawMessage       `json:"body"`
	// Replayed: a person asked for it again.
	Replayed bool `json:"replayed,omitempty"`
}

// body is what is sent, as Standard Webhooks advises.
type body struct {
	Type      contract.WebhookEvent `json:"type"`
	Timestamp time.Time             `json:"timestamp"`
	Data      data                  `json:"data"`
}

type data struct {
	Merchant string  `json:"merchant"`
	Batch    *Batch  `json:"batch,omitempty"`
	Orders   []Order `json:"orders,omitempty"`
}

// messages makes messages of news, none too large.
func (n News) messages(merchant string) ([]Message, error) {
	var all []Message
	for left := n.Orders; len(all) == 0 || len(left) > 0; {
		count := min(len(left), OrdersInMessage)
		made := Message{ID: messageID(merchant, n, len(all)), Event: n.Event}
		for {
			var err error
			made.Body, err = json.Marshal(body{n.Event, n.At.UTC(), data{merchant, n.Batch, left[:count]}})
			if err != nil {
				return nil, err
			}
			if len(made.Body) <= MostBytes {
				break
			}
			if count <= 1 {
				return nil, fmt.Errorf("a message of %s has %d bytes; at most %d may be sent", n.Event, len(made.Body), MostBytes)
			}
			count /= 2 // ids may be long
		}
		for _, order := range left[:count] {
			made.Orders = append(made.Orders, order.ID)
		}
		all, left = append(all, made), left[count:]
	}
	return all, nil
}

func messageID(merchant string, n News, part int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%d", merchant, n.Event, n.ID, part))
	return "msg_" + hex.EncodeToString(sum[:13])
}

// nameOf is the name under which a message waits: it sorts by time, and tells which message it is.
func nameOf(at time.Time, message string) string {
	return fmt.Sprintf("%013d-%s", at.UnixMilli(), strings.TrimPrefix(message, "msg_"))
}

// LeftAt is when a message of a name was left, by the clock of who left it.
func LeftAt(name string) time.Time {
	var millis int64
	_, _ = fmt.Sscanf(name, "%d-", &millis)
	return time.UnixMilli(millis)
}

// deliveryName is the name under which a delivery is kept: the newest sorts first.
func deliveryName(name string) string {
	_, rest, _ := strings.Cut(name, "-")
	return fmt.Sprintf("%013d-%s", int64(math.Pow10(13))-1-LeftAt(name).UnixMilli(), rest)
}
