package door

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
)

func (d *Door) deliveryRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/webhooks/{id}/deliveries", partners.Webhooks, huma.Operation{
		OperationID: "list-deliveries", Summary: "How deliveries to a webhook went", DefaultStatus: http.StatusOK,
		Description: "The newest first, of 30 days. A message that was not tried yet is not among them.",
	}), d.listDeliveries)
	huma.Register(api, operation(http.MethodPost, "/v1/webhooks/{id}/replay", partners.Webhooks, huma.Operation{
		OperationID: "replay-deliveries", Summary: "Have messages delivered again", DefaultStatus: http.StatusAccepted,
		Description: "Each under the webhook-id that it had.",
	}), d.replayDeliveries)
}

// mostReplays is how many deliveries a request has delivered again.
const mostReplays = 100

// Delivery is how the delivery of a message went.
type Delivery struct {
	ID        string                `json:"id"`
	WebhookID string                `json:"webhook_id" doc:"The message's webhook-id."`
	Type      contract.WebhookEvent `json:"type"`
	State     hooks.State           `json:"state" enum:"retrying,delivered,failed" doc:"failed: it is not tried any more, and can be replayed."`
	Tries     int                   `json:"tries"`
	Status    int                   `json:"status,omitempty" doc:"The HTTP status that came last; absent when nothing came."`
	Error     string                `json:"error,omitempty" doc:"Why nothing came."`
	At        time.Time             `json:"at" doc:"When it was tried last."`
	NextAt    *time.Time            `json:"next_at,omitempty" doc:"When it is tried again."`
	Body      json.RawMessage       `json:"body" doc:"What was sent."`
}

// DeliveryList is a page of deliveries.
type DeliveryList struct {
	Deliveries []Delivery `json:"deliveries" maxItems:"500"`
	NextCursor string     `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last one."`
}

type listDeliveriesInput struct {
	ID     string `path:"id" maxLength:"140" doc:"The webhook's id."`
	Cursor string `query:"cursor" maxLength:"2048" doc:"next_cursor of the page before."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" doc:"How many at most; 100 unless set otherwise."`
}

type listDeliveriesOutput struct{ Body DeliveryList }

func (d *Door) listDeliveries(ctx context.Context, in *listDeliveriesInput) (*listDeliveriesOutput, error) {
	merchant, w, err := d.findWebhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list := "deliveries of " + in.ID
	var after string
	if err := readCursor(in.Cursor, list, &after); err != nil {
		return nil, err
	}
	all, next, err := hooks.Deliveries(ctx, d.Store, merchant, w.ID, after, pageSize(in.Limit))
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoDelivery)
	}
	out := &listDeliveriesOutput{Body: DeliveryList{Deliveries: []Delivery{}}}
	for _, one := range all {
		out.Body.Deliveries = append(out.Body.Deliveries, viewDelivery(one))
	}
	if next != "" {
		out.Body.NextCursor, err = writeCursor(list, next)
	}
	return out, err
}

func viewDelivery(one hooks.Delivery) Delivery {
	view := Delivery{
		ID: one.Name, WebhookID: one.Message.ID, Type: one.Message.Event, State: one.State, Tries: one.Tries, Status: one.Status, Error: one.Error, At: one.At, Body: one.Message.Body,
	}
	if !one.Next.IsZero() {
		view.NextAt = &one.Next
	}
	return view
}

// ReplayRequest names deliveries.
type ReplayRequest struct {
	Deliveries []string `json:"deliveries" minItems:"1" maxItems:"100" doc:"Ids of deliveries, as they are listed."`
}

// Replayed says how many messages are delivered again.
type Replayed struct {
	Replayed int `json:"replayed"`
}

type replayInput struct {
	ID             string `path:"id" maxLength:"140" doc:"The webhook's id."`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
	Body           ReplayRequest
}

type replayOutput struct {
	Status int
	Body   Replayed
}

func (d *Door) replayDeliveries(ctx context.Context, in *replayInput) (*replayOutput, error) {
	merchant, w, err := d.findWebhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	made, err := d.once(ctx, change{
		Route: "replay-deliveries " + w.ID, Merchant: merchant, Key: in.IdempotencyKey, Request: in.Body,
		Do: func(ctx context.Context, _ *hold) (answer, error) {
			outbox := &hooks.Outbox{Store: d.Store, Now: d.Now}
			for _, name := range in.Body.Deliveries {
				if _, err := outbox.Replay(ctx, merchant, w.ID, name); err != nil {
					return answer{}, err
				}
			}
			if err := d.wake(ctx, merchant, w.ID); err != nil {
				return answer{}, err
			}
			return answerOf(http.StatusAccepted, "", Replayed{Replayed: len(in.Body.Deliveries)})
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoDelivery)
	}
	out := &replayOutput{Status: made.Status}
	return out, json.Unmarshal(made.Body, &out.Body)
}
