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

func (d *Door) webhookRoutes(api huma.API) {
	route := func(method, path, id, summary, description string, status int) huma.Operation {
		return operation(method, path, partners.Webhooks, huma.Operation{OperationID: id, Summary: summary, Description: description, DefaultStatus: status})
	}
	huma.Register(api, route(http.MethodPost, "/v1/webhooks", "create-webhook", "Have events sent to you",
		"Messages are those of Standard Webhooks. The secret that signs them is in this answer and in no other.", http.StatusCreated), d.createWebhook)
	huma.Register(api, route(http.MethodGet, "/v1/webhooks", "list-webhooks", "Your webhooks", "Those that this key has made.", http.StatusOK), d.listWebhooks)
	huma.Register(api, route(http.MethodGet, "/v1/webhooks/{id}", "get-webhook", "One webhook", "", http.StatusOK), d.getWebhook)
	huma.Register(api, route(http.MethodPatch, "/v1/webhooks/{id}", "change-webhook", "Change a webhook",
		"What the request does not name stays. What waits is delivered when the webhook is turned on.", http.StatusOK), d.changeWebhook)
	huma.Register(api, route(http.MethodDelete, "/v1/webhooks/{id}", "delete-webhook", "Remove a webhook", "What waits for it is not delivered.", http.StatusNoContent), d.deleteWebhook)
	huma.Register(api, route(http.MethodPost, "/v1/webhooks/{id}/rotate", "rotate-webhook", "Have a new secret",
		"The new secret is in this answer and in no other. For 24 hours the former one signs as well.", http.StatusOK), d.rotateWebhook)
}

// WebhookRequest says where events are sent.
type WebhookRequest struct {
	Merchant    string                  `json:"merchant,omitempty" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
	URL         string                  `json:"url" minLength:"1" maxLength:"1000" doc:"An https address on the internet."`
	Events      []contract.WebhookEvent `json:"events" minItems:"1" maxItems:"9" uniqueItems:"true" enum:"batch.completed,batch.failed,order.received,order.cancelled,label.ready,label.take_out,label.printed,status.verified,status.failed" doc:"Of what it is told."`
	Description string                  `json:"description,omitempty" maxLength:"200" doc:"For people."`
}

// WebhookChange changes a webhook.
type WebhookChange struct {
	URL         *string                 `json:"url,omitempty" minLength:"1" maxLength:"1000"`
	Events      []contract.WebhookEvent `json:"events,omitempty" minItems:"1" maxItems:"9" uniqueItems:"true" enum:"batch.completed,batch.failed,order.received,order.cancelled,label.ready,label.take_out,label.printed,status.verified,status.failed"`
	Description *string                 `json:"description,omitempty" maxLength:"200"`
	On          *bool                   `json:"on,omitempty" doc:"false sends nothing more, true goes on."`
}

// Webhook is a webhook of a partner.
type Webhook struct {
	ID          string                  `json:"id"`
	Merchant    string                  `json:"merchant"`
	URL         string                  `json:"url"`
	Description string                  `json:"description,omitempty"`
	Events      []contract.WebhookEvent `json:"events"`
	CreatedAt   time.Time               `json:"created_at"`
	On          bool                    `json:"on"`
	OffReason   hooks.Why               `json:"off_reason,omitempty" enum:"by_partner,gone,unreachable,key_ended" doc:"Why nothing is sent: you turned it off, it answered 410, it took nothing for 75 hours, or the key ended."`
	OffSince    *time.Time              `json:"off_since,omitempty"`
	Secret      string                  `json:"secret,omitempty" doc:"What signs the messages, whsec_…; shown once."`
}

func viewWebhook(merchant string, w hooks.Webhook) Webhook {
	view := Webhook{ID: makeID(merchant, w.ID), Merchant: merchant, URL: w.URL, Description: w.Description, Events: w.Events, CreatedAt: w.Created, On: w.Off == nil}
	if w.Off != nil {
		view.OffReason, view.OffSince = w.Off.Why, &w.Off.Since
	}
	return view
}

func (d *Door) webhooks() hooks.Book { return hooks.Book{Store: d.Store, Now: d.Now} }

type webhookOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     Webhook
}

// webhookAnswer is an answer, with the secret if it was made for this request: it is not written down.
func webhookAnswer(made answer, signer *hooks.Signer) (*webhookOutput, error) {
	out := &webhookOutput{Status: made.Status, Location: made.Location}
	if err := json.Unmarshal(made.Body, &out.Body); err != nil {
		return nil, err
	}
	if signer != nil {
		out.Body.Secret = signer.Reveal()
	}
	return out, nil
}

type createWebhookInput struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed. The same request again is answered without the secret."`
	Body           WebhookRequest
}

func (d *Door) createWebhook(ctx context.Context, in *createWebhookInput) (*webhookOutput, error) {
	merchant, err := merchantOf(ctx, in.Body.Merchant)
	if err != nil {
		return nil, err
	}
	if err := hooks.CheckURL(in.Body.URL); err != nil {
		return nil, problem(CodeBadRequest, Wrong{Location: "body.url", Message: err.Error()})
	}
	var shown *hooks.Signer
	made, err := d.once(ctx, change{
		Route: "create-webhook", Merchant: merchant, Key: in.IdempotencyKey, Request: in.Body,
		Do: func(ctx context.Context, h *hold) (answer, error) {
			id := hooks.NewID()
			if err := h.decide(ctx, &id); err != nil {
				return answer{}, err
			}
			added, signer, err := d.webhooks().Add(ctx, merchant, hooks.Webhook{
				ID: id, Partner: partnerOf(ctx).ID, URL: in.Body.URL, Description: in.Body.Description, Events: in.Body.Events,
			})
			if err != nil {
				return answer{}, err
			}
			shown = &signer
			return answerOf(http.StatusCreated, Prefix+"webhooks/"+makeID(merchant, id), viewWebhook(merchant, added))
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoWebhook)
	}
	return webhookAnswer(made, shown)
}

// WebhookList is the webhooks of a key.
type WebhookList struct {
	Webhooks []Webhook `json:"webhooks" maxItems:"20"`
}

type listWebhooksInput struct {
	Merchant string `query:"merchant" maxLength:"64" doc:"The merchant's id; may be left out if the key is for one."`
}

type listWebhooksOutput struct{ Body WebhookList }

func (d *Door) listWebhooks(ctx context.Context, in *listWebhooksInput) (*listWebhooksOutput, error) {
	merchant, err := merchantOf(ctx, in.Merchant)
	if err != nil {
		return nil, err
	}
	all, err := d.webhooks().List(ctx, merchant)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoWebhook)
	}
	out := &listWebhooksOutput{Body: WebhookList{Webhooks: []Webhook{}}}
	for _, w := range all {
		if w.Partner == partnerOf(ctx).ID {
			out.Body.Webhooks = append(out.Body.Webhooks, viewWebhook(merchant, w))
		}
	}
	return out, nil
}

// findWebhook is a webhook of the key.
func (d *Door) findWebhook(ctx context.Context, id string) (merchant string, w hooks.Webhook, err error) {
	merchant, key, ok := parseID(ctx, id)
	if !ok {
		return "", w, problem(CodeNoWebhook)
	}
	w, err = d.webhooks().Find(ctx, merchant, key)
	if err == nil && w.Partner != partnerOf(ctx).ID {
		err = hooks.ErrNoWebhook
	}
	if err != nil {
		return "", w, d.refuse(ctx, err, CodeNoWebhook)
	}
	return merchant, w, nil
}

type getWebhookInput struct {
	ID string `path:"id" maxLength:"140" doc:"The webhook's id."`
}

func (d *Door) getWebhook(ctx context.Context, in *getWebhookInput) (*webhookOutput, error) {
	merchant, w, err := d.findWebhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &webhookOutput{Status: http.StatusOK, Body: viewWebhook(merchant, w)}, nil
}

func (d *Door) deleteWebhook(ctx context.Context, in *getWebhookInput) (*struct{}, error) {
	merchant, w, err := d.findWebhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := d.webhooks().Remove(ctx, merchant, w.Partner, w.ID); err != nil {
		return nil, d.refuse(ctx, err, CodeNoWebhook)
	}
	return nil, nil
}
