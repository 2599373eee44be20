package door

import (
	"net/http"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
)

// addWebhook makes a webhook that is told of two events.
func (s *scene) addWebhook(t testing.TB, url string) Webhook {
	t.Helper()
	return decoded[Webhook](t, s.post("/v1/webhooks", "hook "+url, WebhookRequest{
		Merchant: merchant, URL: url, Events: []contract.WebhookEvent{contract.BatchCompleted, contract.LabelReady},
	}))
}

func TestAWebhooksSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	s := play(t)
	made := s.addWebhook(t, "https://wms.example.com/x")
	require.True(t, strings.HasPrefix(made.Secret, "whsec_"))
	assert.True(t, made.On)
	again := s.addWebhook(t, "https://wms.example.com/x")
	assert.Equal(t, made.ID, again.ID, "it is made once")
	assert.Empty(t, again.Secret)
	assert.Empty(t, decoded[Webhook](t, s.get("/v1/webhooks/"+made.ID)).Secret)
	assert.Equal(t, []Webhook{again}, decoded[WebhookList](t, s.get("/v1/webhooks")).Webhooks)
	require.NoError(t, s.store.List(t.Context(), storage.MerchantPrefixes(merchant)[0], func(storage.Object) error { return nil }))
	for _, prefix := range storage.MerchantPrefixes(merchant) {
		require.NoError(t, s.store.List(t.Context(), prefix, func(o storage.Object) error {
			data, err := s.store.ReadAll(t.Context(), o.Key, 1<<20)
			assert.NotContains(t, string(data), strings.TrimPrefix(made.Secret, "whsec_"), o.Key)
			return err
		}))
	}
	assert.NotContains(t, s.log.String(), made.Secret)
}

// TestARotatedSecretOverlaps for a day, by an outside judge.
func TestARotatedSecretOverlaps(t *testing.T) {
	t.Parallel()
	s := play(t)
	made := s.addWebhook(t, "https://wms.example.com/x")
	rotated := decoded[Webhook](t, s.post("/v1/webhooks/"+made.ID+"/rotate", "r1", nil))
	require.NotEqual(t, made.Secret, rotated.Secret)
	verifies := func(secret string) bool {
		webhook, err := hooks.Book{Store: s.store, Now: s.time}.Find(t.Context(), merchant, made.ID[len(merchant)+1:])
		require.NoError(t, err)
		signers, err := hooks.OpenSigners(t.Context(), s.store, s.cipher, merchant, webhook, s.time())
		require.NoError(t, err)
		header := http.Header{}
		for name, value := range hooks.Headers(signers, "msg_1", s.time(), []byte(`{}`)) {
			header.Set(name, value)
		}
		judge, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		return judge.VerifyIgnoringTimestamp([]byte(`{}`), header) == nil
	}
	assert.True(t, verifies(made.Secret))
	assert.True(t, verifies(rotated.Secret))
	s.pass(hooks.Overlap)
	assert.False(t, verifies(made.Secret))
	assert.True(t, verifies(rotated.Secret))
	assert.Empty(t, decoded[Webhook](t, s.post("/v1/webhooks/"+made.ID+"/rotate", "r1", nil)).Secret, "the same request again rotates nothing")
	assert.True(t, verifies(rotated.Secret))
}

func TestAWebhookIsChangedAndRemoved(t *testing.T) {
	t.Parallel()
	s := play(t)
	made := s.addWebhook(t, "https://wms.example.com/x")
	path := "/v1/webhooks/" + made.ID
	change := func(key string, body any) Webhook {
		return decoded[Webhook](t, s.ask(http.MethodPatch, path, body, "Idempotency-Key", key))
	}
	off := change("1", map[string]any{"on": false})
	assert.False(t, off.On)
	assert.Equal(t, hooks.ByPartner, off.OffReason)
	assert.Empty(t, s.woken)
	on := change("2", map[string]any{"on": true, "url": "https://wms.example.com/y", "events": []string{"order.received"}})
	assert.True(t, on.On)
	assert.Equal(t, "https://wms.example.com/y", on.URL)
	assert.Equal(t, []contract.WebhookEvent{contract.OrderReceived}, on.Events)
	assert.Equal(t, []string{made.ID}, s.woken)
	assert.Equal(t, http.StatusNoContent, s.ask(http.MethodDelete, path, nil).Status)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		assert.Equal(t, CodeNoWebhook, s.ask(method, path, nil).problem(t).Code)
	}
}

func TestAWebhookIsItsKeysAlone(t *testing.T) {
	t.Parallel()
	s := play(t)
	made := s.addWebhook(t, "https://wms.example.com/x")
	s.key = s.addKey(t, partners.Scopes(), merchant)
	assert.Equal(t, CodeNoWebhook, s.get("/v1/webhooks/"+made.ID).problem(t).Code)
	assert.Equal(t, CodeNoWebhook, s.post("/v1/webhooks/"+made.ID+"/rotate", "r", nil).problem(t).Code)
	assert.Empty(t, decoded[WebhookList](t, s.get("/v1/webhooks")).Webhooks)
}

func TestWhereAWebhookMayBe(t *testing.T) {
	t.Parallel()
	s := play(t)
	for _, url := range []string{
		"http://wms.example.com/x", "https://", "https://user:pass@wms.example.com/", "https://127.0.0.1/x", "https://10.1.2.3/", "https://[::1]/", "https://169.254.169.254/latest", "https://wms.example.com/#a", "x",
	} {
		p := s.post("/v1/webhooks", "k "+url, WebhookRequest{URL: url, Events: []contract.WebhookEvent{contract.LabelReady}}).problem(t)
		assert.Equal(t, CodeBadRequest, p.Code, url)
		assert.Equal(t, "body.url", p.Errors[0].Location, url)
	}
	for i := range hooks.MostWebhooks {
		s.addWebhook(t, "https://wms.example.com/"+itoa(i))
	}
	p := s.post("/v1/webhooks", "one more", WebhookRequest{URL: "https://wms.example.com/x", Events: []contract.WebhookEvent{contract.LabelReady}}).problem(t)
	assert.Equal(t, CodeManyWebhooks, p.Code)
}

func TestNoWebhookWithoutAKeyForSecrets(t *testing.T) {
	t.Parallel()
	s := play(t)
	require.NoError(t, s.store.Delete(t.Context(), storage.SealingKey()))
	p := s.post("/v1/webhooks", "k", WebhookRequest{URL: "https://wms.example.com/x", Events: []contract.WebhookEvent{contract.LabelReady}}).problem(t)
	assert.Equal(t, CodeNoSealing, p.Code)
	assert.Contains(t, p.Detail, "DESPACHO_ACCOUNTS_KEY_FILE")
}

func TestDeliveriesAreListedAndReplayed(t *testing.T) {
	t.Parallel()
	s := play(t)
	made := s.addWebhook(t, "https://wms.example.com/x")
	id := made.ID[len(merchant)+1:]
	outbox := &hooks.Outbox{Store: s.store, Now: s.time}
	for i := range 3 {
		require.NoError(t, outbox.Tell(t.Context(), merchant, hooks.News{Event: contract.LabelReady, ID: itoa(i), Orders: []hooks.Order{{ID: "d-" + itoa(i)}}}))
		s.pass(hooks.KnownFor)
	}
	waiting, _, err := hooks.Pending(t.Context(), s.store, merchant, id)
	require.NoError(t, err)
	require.Len(t, waiting, 3)
	for _, one := range waiting {
		message, err := hooks.ReadWaiting(t.Context(), s.store, merchant, id, one.Name)
		require.NoError(t, err)
		require.NoError(t, hooks.Keep(t.Context(), s.store, merchant, id, hooks.Delivery{Name: one.Name, Message: message, State: hooks.Failed, Tries: 10, Status: 500, At: s.time()}))
	}
	first := decoded[DeliveryList](t, s.get("/v1/webhooks/"+made.ID+"/deliveries?limit=2"))
	require.Len(t, first.Deliveries, 2)
	assert.Contains(t, string(first.Deliveries[0].Body), "d-2", "the newest first")
	rest := decoded[DeliveryList](t, s.get("/v1/webhooks/"+made.ID+"/deliveries?limit=2&cursor="+first.NextCursor))
	require.Len(t, rest.Deliveries, 1)
	assert.Empty(t, rest.NextCursor)

	one := first.Deliveries[1]
	for range 2 {
		assert.Equal(t, Replayed{1}, decoded[Replayed](t, s.post("/v1/webhooks/"+made.ID+"/replay", "again", ReplayRequest{Deliveries: []string{one.ID}})))
	}
	waiting, _, err = hooks.Pending(t.Context(), s.store, merchant, id)
	require.NoError(t, err)
	require.Len(t, waiting, 1)
	message, err := hooks.ReadWaiting(t.Context(), s.store, merchant, id, waiting[0].Name)
	require.NoError(t, err)
	assert.Equal(t, one.WebhookID, message.ID)
	assert.Equal(t, []string{made.ID}, s.woken)
	assert.Equal(t, CodeNoDelivery, s.post("/v1/webhooks/"+made.ID+"/replay", "other", ReplayRequest{Deliveries: []string{"../x"}}).problem(t).Code)
}
