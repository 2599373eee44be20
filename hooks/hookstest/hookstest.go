// Package hookstest listens as a partner's webhook does, for tests of the steps that tell. Begin with [Listen].
package hookstest

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

const id = "hookhook"

// Ear is a webhook that is told of every event.
type Ear struct {
	// Outbox is for the steps under test.
	Outbox *hooks.Outbox

	t        testing.TB
	store    *storage.Store
	merchant string
	woken    int
}

// Listen adds a webhook to a merchant that has none.
func Listen(t testing.TB, store *storage.Store, merchant string) *Ear {
	t.Helper()
	listening := map[string][]hooks.Webhook{"webhooks": {{ID: id, URL: "https://wms.example.com/x", Events: contract.WebhookEvents()}}}
	require.NoError(t, store.Put(t.Context(), storage.Webhooks(merchant), listening))
	e := &Ear{t: t, store: store, merchant: merchant}
	e.Outbox = &hooks.Outbox{Store: store, Wake: func(context.Context, string, string) error {
		e.woken++
		return nil
	}}
	return e
}

// Told is a message that waits, in brief.
type Told struct {
	Event  contract.WebhookEvent
	Orders []hooks.Order
	Batch  *hooks.Batch
}

// Heard is what waits, sorted by event. Whatever waits must have woken the webhook.
func (e *Ear) Heard() (all []Told) {
	e.t.Helper()
	waiting, _, err := hooks.Pending(e.t.Context(), e.store, e.merchant, id)
	require.NoError(e.t, err)
	require.LessOrEqual(e.t, min(len(waiting), 1), e.woken)
	for _, one := range waiting {
		message, err := hooks.ReadWaiting(e.t.Context(), e.store, e.merchant, id, one.Name)
		require.NoError(e.t, err)
		var body struct {
			Data struct {
				Batch  *hooks.Batch
				Orders []hooks.Order
			}
		}
		require.NoError(e.t, json.Unmarshal(message.Body, &body))
		all = append(all, Told{message.Event, body.Data.Orders, body.Data.Batch})
	}
	slices.SortFunc(all, func(a, b Told) int {
		return slices.Index(contract.WebhookEvents(), a.Event) - slices.Index(contract.WebhookEvents(), b.Event)
	})
	return all
}

// Of is what was told of one event: the orders, by id.
func (e *Ear) Of(event contract.WebhookEvent) map[string]hooks.Order {
	e.t.Helper()
	found := map[string]hooks.Order{}
	for _, told := range e.Heard() {
		if told.Event != event {
			continue
		}
		for _, order := range told.Orders {
			found[order.ID] = order
		}
	}
	return found
}
