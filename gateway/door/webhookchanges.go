package door

import (
	"context"
	"net/http"

	"github.com/despacho/despacho/hooks"
)

type changeWebhookInput struct {
	ID             string `path:"id" maxLength:"140" doc:"The webhook's id."`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed."`
	Body           WebhookChange
}

// apply changes what the request names.
func (c WebhookChange) apply(w *hooks.Webhook, off *hooks.Off) {
	if c.URL != nil {
		w.URL = *c.URL
	}
	if c.Description != nil {
		w.Description = *c.Description
	}
	if len(c.Events) > 0 {
		w.Events = c.Events
	}
	switch {
	case c.On == nil:
	case *c.On:
		w.Off = nil
	case w.Off == nil:
		w.Off = off
	}
}

func (d *Door) changeWebhook(ctx context.Context, in *changeWebhookInput) (*webhookOutput, error) {
	merchant, w, err := d.findWebhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.URL != nil {
		if err := hooks.CheckURL(*in.Body.URL); err != nil {
			return nil, problem(CodeBadRequest, Wrong{Location: "body.url", Message: err.Error()})
		}
	}
	made, err := d.once(ctx, change{
		Route: "change-webhook " + w.ID, Merchant: merchant, Key: in.IdempotencyKey, Request: in.Body,
		Do: func(ctx context.Context, _ *hold) (answer, error) {
			changed, err := d.webhooks().Change(ctx, merchant, w.Partner, w.ID, func(there *hooks.Webhook) {
				in.Body.apply(there, &hooks.Off{Since: d.Now().UTC(), Why: hooks.ByPartner})
			})
			if err == nil && changed.Off == nil && w.Off != nil {
				err = d.wake(ctx, merchant, w.ID)
			}
			if err != nil {
				return answer{}, err
			}
			return answerOf(http.StatusOK, "", viewWebhook(merchant, changed))
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoWebhook)
	}
	return webhookAnswer(made, nil)
}

func (d *Door) wake(ctx context.Context, merchant, webhook string) error {
	if d.Wake == nil {
		return nil
	}
	return d.Wake(ctx, merchant, webhook)
}

type rotateWebhookInput struct {
	ID             string `path:"id" maxLength:"140" doc:"The webhook's id."`
	IdempotencyKey string `header:"Idempotency-Key" doc:"Yours, 1 to 255 characters; needed. The same request again is answered without the secret."`
}

func (d *Door) rotateWebhook(ctx context.Context, in *rotateWebhookInput) (*webhookOutput, error) {
	merchant, w, err := d.findWebhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var shown *hooks.Signer
	made, err := d.once(ctx, change{
		Route: "rotate-webhook " + w.ID, Merchant: merchant, Key: in.IdempotencyKey,
		Do: func(ctx context.Context, _ *hold) (answer, error) {
			changed, signer, err := d.webhooks().Rotate(ctx, merchant, w.Partner, w.ID)
			if err != nil {
				return answer{}, err
			}
			shown = &signer
			return answerOf(http.StatusOK, "", viewWebhook(merchant, changed))
		},
	})
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoWebhook)
	}
	return webhookAnswer(made, shown)
}
