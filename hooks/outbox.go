package hooks

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

const (
	// KnownFor is how long a step believes what it has read of who listens.
	KnownFor = 10 * time.Second
	// mostKnown bounds of how many merchants that is remembered.
	mostKnown = 10_000
)

// Outbox writes what has happened for those who listen. A nil one tells nobody.
type Outbox struct {
	Store *storage.Store
	// Wake has a webhook's messages delivered; nil leaves them until somebody else wakes it.
	Wake func(ctx context.Context, merchant, webhook string) error
	// Now is the time; nil is the clock's.
	Now func() time.Time

	mu    sync.Mutex
	known map[string]listeners
}

type listeners struct {
	webhooks []Webhook
	at       time.Time
}

func (o *Outbox) now() time.Time {
	if o.Now != nil {
		return o.Now()
	}
	return time.Now()
}

// Tell leaves news for each webhook that wants them, and wakes it. It must be called before the step leaves what keeps
// it from being done again: told twice, news have the same id.
func (o *Outbox) Tell(ctx context.Context, merchant string, news News) error {
	if o == nil || o.Store == nil || news.Batch == nil && len(news.Orders) == 0 {
		return nil
	}
	webhooks, err := o.listeners(ctx, merchant)
	if err != nil {
		return fmt.Errorf("read who is told of %s: %w", news.Event, err)
	}
	var messages []Message
	for _, webhook := range webhooks {
		if !webhook.Wants(news.Event) {
			continue
		}
		if messages == nil {
			if messages, err = o.messagesOf(merchant, news); err != nil {
				return err
			}
		}
		if err := o.leave(ctx, merchant, webhook.ID, messages); err != nil {
			return err
		}
	}
	return nil
}

func (o *Outbox) messagesOf(merchant string, news News) ([]Message, error) {
	if news.At.IsZero() {
		news.At = o.now()
	}
	return news.messages(merchant)
}

// leave puts messages for a webhook, and wakes it.
func (o *Outbox) leave(ctx context.Context, merchant, webhook string, messages []Message) error {
	now := o.now()
	for _, message := range messages {
		data, err := json.Marshal(message)
		if err != nil {
			return err
		}
		if _, err := o.Store.PutBytesOnce(ctx, storage.WaitingEvent(merchant, webhook, nameOf(now, message.ID)), "application/json", data); err != nil {
			return err
		}
	}
	if o.Wake == nil {
		return nil
	}
	return o.Wake(ctx, merchant, webhook)
}

// Listens says whether anybody is told of any of the events, as far as is known.
func (o *Outbox) Listens(ctx context.Context, merchant string, events ...contract.WebhookEvent) (bool, error) {
	if o == nil || o.Store == nil {
		return false, nil
	}
	webhooks, err := o.listeners(ctx, merchant)
	for _, webhook := range webhooks {
		for _, event := range events {
			if webhook.Wants(event) {
				return true, nil
			}
		}
	}
	return false, err
}

func (o *Outbox) listeners(ctx context.Context, merchant string) ([]Webhook, error) {
	now := o.now()
	o.mu.Lock()
	last, seen := o.known[merchant]
	o.mu.Unlock()
	if age := now.Sub(last.at); seen && age >= 0 && age < KnownFor {
		return last.webhooks, nil
	}
	webhooks, err := Book{Store: o.Store, Now: o.now}.List(ctx, merchant)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil || len(o.known) >= mostKnown {
		o.known = map[string]listeners{}
	}
	o.known[merchant] = listeners{webhooks, now}
	return webhooks, nil
}
