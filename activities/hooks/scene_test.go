package hooks

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const merchant = "m-1"

// scene is a store with webhooks of one partner, and the step that delivers to them.
type scene struct {
	t       *testing.T
	store   *storage.Store
	steps   *Deliveries
	partner string
	now     time.Time
}

func newScene(t *testing.T, client *http.Client) *scene {
	t.Helper()
	s := &scene{t: t, store: storagetest.New(t), now: time.Now()}
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	require.NoError(t, book.EnsureSealing(t.Context(), s.store, keys.Cipher()))
	partner, _, err := partners.Book{Store: s.store, Now: s.time}.Add(t.Context(), partners.Request{
		Name: "WMS", Merchants: []string{merchant}, Scopes: []partners.Scope{partners.Webhooks}, Expires: s.now.AddDate(1, 0, 0),
	})
	require.NoError(t, err)
	s.partner = partner.ID
	s.steps = &Deliveries{Store: s.store, Keys: keys.Cipher(), Client: client, Now: s.time}
	return s
}

func (s *scene) time() time.Time { return s.now }

// add makes a webhook, whatever its address.
func (s *scene) add(url string) (id string) {
	s.t.Helper()
	made, _, err := book.Book{Store: s.store, Now: s.time}.Add(s.t.Context(), merchant, book.Webhook{
		ID: book.NewID(), Partner: s.partner, URL: url, Events: contract.WebhookEvents(),
	})
	require.NoError(s.t, err)
	return made.ID
}

// tell leaves news about orders for every webhook, and lets a second pass.
func (s *scene) tell(orders ...string) {
	s.t.Helper()
	outbox := &book.Outbox{Store: s.store, Now: s.time}
	for _, order := range orders {
		require.NoError(s.t, outbox.Tell(s.t.Context(), merchant, book.News{Event: contract.LabelReady, ID: order, Orders: []book.Order{{ID: order}}}))
	}
	s.now = s.now.Add(time.Second)
}

// deliver does one step, and returns how the deliveries stand.
func (s *scene) deliver(id string, parked ...contract.ParkedMessage) (Delivered, []book.Delivery) {
	s.t.Helper()
	done, err := s.steps.Deliver(context.Background(), DeliverInput{Merchant: merchant, ID: id, Parked: parked})
	require.NoError(s.t, err)
	all, _, err := book.Deliveries(s.t.Context(), s.store, merchant, id, "", 100)
	require.NoError(s.t, err)
	return done, all
}
