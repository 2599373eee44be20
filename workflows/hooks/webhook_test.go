package hooks

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/hooks"
	"github.com/despacho/despacho/contract"
	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/workflows/workflowstest"
)

const merchant = workflowstest.Merchant

// receiver is a partner's program that checks every message with the standard's own library.
type receiver struct {
	*testing.T
	scene *workflowstest.Scene
	steps *hooks.Deliveries
	book  book.Book
	id    string
	key   partners.Key

	mu      sync.Mutex
	secrets []string
	answer  func(body string) int
	took    []string
	ids     []string
	calls   int
	now     time.Time
}

func (r *receiver) time() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.scene == nil {
		return r.now
	}
	return r.scene.Now()
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	for _, secret := range r.secrets {
		judge, err := standardwebhooks.NewWebhook(secret)
		assert.NoError(r, err)
		assert.NoError(r, judge.VerifyIgnoringTimestamp(body, request.Header))
	}
	assert.LessOrEqual(r, len(body), book.MostBytes)
	status := r.answer(string(body))
	if status == http.StatusOK {
		r.took = append(r.took, string(body))
		r.ids = append(r.ids, request.Header.Get("webhook-id"))
	}
	w.WriteHeader(status)
}

func (r *receiver) taken() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.took...)
}

func listen(t *testing.T, answer func(body string) int) *receiver {
	t.Helper()
	r := &receiver{T: t, answer: answer, now: workflowstest.SceneStart}
	server := httptest.NewTLSServer(r)
	t.Cleanup(server.Close)
	store := storagetest.New(t)
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	require.NoError(t, book.EnsureSealing(t.Context(), store, keys.Cipher()))
	partner, key, err := partners.Book{Store: store, Now: r.time}.Add(t.Context(), partners.Request{
		Name: "WMS", Merchants: []string{merchant}, Scopes: []partners.Scope{partners.Webhooks}, Expires: r.now.AddDate(1, 0, 0),
	})
	require.NoError(t, err)
	r.key, r.book = key, book.Book{Store: store, Now: r.time}
	made, signer, err := r.book.Add(t.Context(), merchant, book.Webhook{ID: book.NewID(), Partner: partner.ID, URL: server.URL + "/x", Events: contract.WebhookEvents()})
	require.NoError(t, err)
	r.id, r.secrets = made.ID, []string{signer.Reveal()}
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r.steps = &hooks.Deliveries{Store: store, Keys: keys.Cipher(), Client: client, Now: r.time}
	return r
}

// tell leaves news about an order.
func (r *receiver) tell(event contract.WebhookEvent, order string) {
	outbox := &book.Outbox{Store: r.book.Store, Now: r.time}
	assert.NoError(r, outbox.Tell(context.Background(), merchant, book.News{Event: event, ID: order, Orders: []book.Order{{ID: order}}}))
}

func sent(event contract.WebhookEvent, order string) string {
	return fmt.Sprintf("%s %s", event, order)
}

// heard are the events that were taken, in their order.
func (r *receiver) heard() (all []string) {
	for _, body := range r.taken() {
		for _, event := range contract.WebhookEvents() {
			for order := range 30 {
				name := fmt.Sprintf("d-%02d", order)
				if contains(body, `"type":"`+string(event)+`"`) && contains(body, `"`+name+`"`) {
					all = append(all, sent(event, name))
				}
			}
		}
	}
	return all
}

// play runs the workflow until it ends.
func (r *receiver) play(prepare func(s *workflowstest.Scene)) {
	s := workflowstest.NewScene(r.T, contract.WebhookID(merchant, r.id), map[string]any{contract.WebhookType: Webhook})
	r.mu.Lock()
	r.scene = s
	r.mu.Unlock()
	workflowstest.MockActivity(s, deliverySteps.Deliver, func(in hooks.DeliverInput) (hooks.Delivered, error) {
		return r.steps.Deliver(context.Background(), in)
	}).Maybe()
	if prepare != nil {
		prepare(s)
	}
	s.ExecuteWorkflow(Webhook, contract.WebhookInput{Merchant: merchant, ID: r.id})
	s.Ended()
	require.NoError(r, s.GetWorkflowError())
}

func (r *receiver) deliveries() []book.Delivery {
	all, _, err := book.Deliveries(context.Background(), r.book.Store, merchant, r.id, "", 100)
	require.NoError(r, err)
	return all
}

func contains(text, part string) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if text[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

func TestAMessageReachesItsReceiver(t *testing.T) {
	t.Parallel()
	r := listen(t, func(string) int { return http.StatusOK })
	outbox := &book.Outbox{Store: r.book.Store, Now: r.time}
	require.NoError(t, outbox.Tell(t.Context(), merchant, book.News{Event: contract.BatchCompleted, ID: "k", Batch: &book.Batch{ID: merchant + "~k", ExternalID: "k", Status: "completed", Requested: 2, Counts: map[contract.Outcome]int{contract.Labelled: 2}}}))
	r.play(nil)
	require.Len(t, r.taken(), 1)
	assert.JSONEq(t, `{"type":"batch.completed","timestamp":"2026-11-21T09:00:00Z","data":{"merchant":"m-1","batch":{"id":"m-1~k","external_batch_id":"k","status":"completed","requested":2,"counts":{"labelled":2}}}}`, r.taken()[0])
	kept := r.deliveries()
	require.Len(t, kept, 1)
	assert.Equal(t, book.Delivered, kept[0].State)
	waiting, _, err := book.Pending(t.Context(), r.book.Store, merchant, r.id)
	require.NoError(t, err)
	assert.Empty(t, waiting)
}

// TestAReceiverThatWasAwayGetsEverything in the order of events for each order.
func TestAReceiverThatWasAwayGetsEverything(t *testing.T) {
	t.Parallel()
	var r *receiver
	r = listen(t, func(string) int {
		if r.scene.Passed() < 24*time.Hour {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	var want []string
	for order := range 30 {
		want = append(want, sent(contract.OrderReceived, fmt.Sprintf("d-%02d", order)), sent(contract.OrderCancelled, fmt.Sprintf("d-%02d", order)))
	}
	r.play(func(s *workflowstest.Scene) {
		for order := range 30 {
			name := fmt.Sprintf("d-%02d", order)
			s.CallAt(time.Duration(order)*30*time.Minute, func() {
				r.tell(contract.OrderReceived, name)
				s.SignalWorkflow(contract.WebhookNewsSignal, nil)
			})
			s.CallAt(time.Duration(order)*30*time.Minute+time.Minute, func() {
				r.tell(contract.OrderCancelled, name)
				s.SignalWorkflow(contract.WebhookNewsSignal, nil)
			})
		}
	})
	heard := r.heard()
	assert.ElementsMatch(t, want, heard)
	cancelled := map[string]bool{}
	for _, one := range heard {
		if contains(one, string(contract.OrderCancelled)) {
			cancelled[one[len(one)-4:]] = true
			continue
		}
		assert.False(t, cancelled[one[len(one)-4:]], "%s comes after its cancellation", one)
	}
	assert.Less(t, r.calls, 400, "what is away is not called all the time")
}

// TestAMessageThatIsRefusedHoldsUpItsOrderAlone, and is given up after 75 hours.
func TestAMessageThatIsRefusedHoldsUpItsOrderAlone(t *testing.T) {
	t.Parallel()
	r := listen(t, func(body string) int {
		if contains(body, `"d-01"`) && contains(body, "order.received") {
			return http.StatusBadRequest
		}
		return http.StatusOK
	})
	r.tell(contract.OrderReceived, "d-01")
	r.tell(contract.OrderReceived, "d-02")
	r.tell(contract.OrderCancelled, "d-01")
	var before []string
	r.play(func(s *workflowstest.Scene) {
		s.CallAt(74*time.Hour, func() {
			before = r.heard()
			r.tell(contract.OrderCancelled, "d-02")
			s.SignalWorkflow(contract.WebhookNewsSignal, nil)
		})
	})
	assert.Equal(t, []string{sent(contract.OrderReceived, "d-02")}, before)
	assert.Equal(t, []string{sent(contract.OrderReceived, "d-02"), sent(contract.OrderCancelled, "d-02"), sent(contract.OrderCancelled, "d-01")}, r.heard())
	failed := 0
	for _, one := range r.deliveries() {
		if one.State == book.Failed {
			failed++
			assert.Equal(t, 10, one.Tries)
			assert.Equal(t, http.StatusBadRequest, one.Status)
		}
	}
	assert.Equal(t, 1, failed)
	assert.Greater(t, r.scene.Passed(), 75*time.Hour)
	webhook, err := r.book.Find(t.Context(), merchant, r.id)
	require.NoError(t, err)
	assert.Nil(t, webhook.Off, "it takes others")
}

func TestAReceiverThatIsGoneIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := listen(t, func(string) int { return http.StatusGone })
	r.tell(contract.OrderReceived, "d-01")
	r.tell(contract.OrderReceived, "d-02")
	r.play(nil)
	assert.Equal(t, 1, r.calls)
	webhook, err := r.book.Find(t.Context(), merchant, r.id)
	require.NoError(t, err)
	require.NotNil(t, webhook.Off)
	assert.Equal(t, book.Gone, webhook.Off.Why)
	r.tell(contract.OrderReceived, "d-03")
	waiting, _, err := book.Pending(t.Context(), r.book.Store, merchant, r.id)
	require.NoError(t, err)
	assert.Len(t, waiting, 2, "nothing is written where nobody listens; what waited is there when it is turned on")
}

func TestAReceiverThatTakesNothingIsTurnedOff(t *testing.T) {
	t.Parallel()
	r := listen(t, func(string) int { return http.StatusFound })
	r.tell(contract.OrderReceived, "d-01")
	r.play(nil)
	assert.Equal(t, 10, r.calls)
	webhook, err := r.book.Find(t.Context(), merchant, r.id)
	require.NoError(t, err)
	require.NotNil(t, webhook.Off)
	assert.Equal(t, book.Unreachable, webhook.Off.Why)
	assert.Equal(t, hooks.Patience(), 75*time.Hour+35*time.Minute+5*time.Second)
}

func TestWithItsKeyAWebhookEnds(t *testing.T) {
	t.Parallel()
	r := listen(t, func(string) int { return http.StatusOK })
	r.tell(contract.OrderReceived, "d-01")
	_, err := partners.Book{Store: r.book.Store, Now: r.time}.Revoke(t.Context(), r.key.ID())
	require.NoError(t, err)
	r.play(nil)
	assert.Zero(t, r.calls)
	webhook, err := r.book.Find(t.Context(), merchant, r.id)
	require.NoError(t, err)
	assert.Equal(t, book.KeyEnded, webhook.Off.Why)
}

// TestBothSecretsSignWhileOneIsRotated, and what is replayed has the id that it had.
func TestBothSecretsSignWhileOneIsRotated(t *testing.T) {
	t.Parallel()
	r := listen(t, func(string) int { return http.StatusOK })
	webhook, err := r.book.Find(t.Context(), merchant, r.id)
	require.NoError(t, err)
	_, signer, err := r.book.Rotate(t.Context(), merchant, webhook.Partner, r.id)
	require.NoError(t, err)
	r.secrets = append(r.secrets, signer.Reveal())
	r.tell(contract.OrderReceived, "d-01")
	r.tell(contract.OrderReceived, "d-01")
	r.play(func(s *workflowstest.Scene) {
		s.CallAt(30*time.Second, func() {
			outbox := &book.Outbox{Store: r.book.Store, Now: r.time}
			_, err := outbox.Replay(context.Background(), merchant, r.id, r.deliveries()[0].Name)
			assert.NoError(t, err)
			s.SignalWorkflow(contract.WebhookNewsSignal, nil)
		})
	})
	require.Len(t, r.ids, 2, "told twice before it was sent, it is sent once; replayed, once more")
	assert.Equal(t, r.ids[0], r.ids[1])
}
