package run

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestWhatIsAnswered(t *testing.T) {
	t.Parallel()
	connected := uuid.NewString()
	s := play(t, nil)
	s.connect(t, connected)
	cases := map[string]struct {
		method, path, body string
		want               result
	}{
		"a notification of the merchant with a token":    {"POST", Path, notificationOf(tokenMerchant, uuid.NewString()), accepted},
		"a notification of a connected merchant":         {"POST", Path, notificationOf(connected, uuid.NewString()), accepted},
		"a notification of a delivery order":             {"POST", Path, `{"DeliveryOrderId":"` + oneCheckout + `","MerchantId":"` + connected + `","resource":"delivery-orders"}`, accepted},
		"a notification about stock":                     {"POST", Path, `{"ProductVersionId":"x","MerchantId":"` + connected + `","resource":"stock"}`, otherTopic},
		"a notification of a merchant whom nobody knows": {"POST", Path, notificationOf(uuid.NewString(), uuid.NewString()), unknownMerchant},
		"junk":    {"POST", Path, "hello", notANotification},
		"nothing": {"POST", Path, "", notANotification},
		"a body of 64 KiB that is no notification":  {"POST", Path, strings.Repeat(" ", maxBody), notANotification},
		"a body of more than 64 KiB":                {"POST", Path, strings.Repeat(" ", maxBody+1), tooLarge},
		"a reader":                                  {"GET", Path, "", wrongMethod},
		"a changer":                                 {"PUT", Path, notificationOf(connected, oneCheckout), wrongMethod},
		"another path":                              {"POST", "/webhooks", notificationOf(connected, oneCheckout), wrongPath},
		"the path with a slash":                     {"POST", Path + "/", notificationOf(connected, oneCheckout), wrongPath},
		"a notification whose merchant is a path":   {"POST", Path, notificationOf("../../raw", oneCheckout), notANotification},
		"a notification whose merchant is dots":     {"POST", Path, notificationOf("..", oneCheckout), notANotification},
		"a notification whose merchant has dots":    {"POST", Path, notificationOf("a..b", oneCheckout), notANotification},
		"a body that does not tell how large it is": {"POST", Path, "chunked", tooLarge},
	}
	for name, c := range cases {
		t.Run(name+" is answered "+c.want.name, func(t *testing.T) {
			body := any(strings.NewReader(c.body)).(interface{ Read([]byte) (int, error) })
			if c.body == "chunked" {
				body = struct{ *bytes.Buffer }{bytes.NewBufferString(strings.Repeat(" ", 2*maxBody))}
			}
			came := s.request(t, c.method, c.path, body)
			assert.Equal(t, c.want.status, came.status)
			assert.Equal(t, c.want.words, came.words)
			if c.want == wrongMethod {
				assert.Equal(t, "POST", came.header.Get("Allow"))
			}
		})
	}
	page := s.health(t, "/metrics").words
	for _, line := range []string{
		`despacho_webhook_requests_total{result="accepted"} 3`,
		`despacho_webhook_requests_total{result="junk"} 6`,
		`despacho_webhook_requests_total{result="too_large"} 2`,
		`despacho_webhook_requests_total{result="stranger"} 0`,
		`despacho_webhook_request_seconds_count 17`,
		`despacho_webhook_batch_ids_count 3`,
		`despacho_webhook_waiting 0`,
	} {
		assert.Contains(t, page, line)
	}
}

func TestASignalSaysWhatTheIntakeNeeds(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	require.Equal(t, http.StatusOK, s.post(t, notificationOf(tokenMerchant, oneCheckout)).status)
	taken := s.temporal.taken()
	require.Len(t, taken, 1)
	assert.Equal(t, "intake/"+tokenMerchant, taken[0].workflowID)
	assert.Equal(t, []string{"checkout/" + oneCheckout}, taken[0].ids)
	assert.Equal(t, contract.IntakeInput{Merchant: tokenMerchant}, taken[0].input)
	assert.Equal(t, contract.TaskQueue, taken[0].options.TaskQueue)
	assert.Equal(t, contract.FairShare(tokenMerchant), taken[0].options.Priority)
	assert.Equal(t, 1, taken[0].options.TypedSearchAttributes.Size())
}

func TestAStrangerIsRefused(t *testing.T) {
	t.Parallel()
	s := play(t, func(_ *Settings, options *Options) { options.Sources = nil })
	came := s.post(t, notificationOf(tokenMerchant, oneCheckout))
	assert.Equal(t, http.StatusForbidden, came.status)
	assert.Equal(t, stranger.words, came.words)
	assert.Equal(t, http.StatusForbidden, s.request(t, http.MethodGet, "/", http.NoBody).status, "and learns nothing of what there is")
	assert.Empty(t, s.temporal.taken())
	assert.Contains(t, s.health(t, "/metrics").words, `despacho_webhook_requests_total{result="stranger"} 2`)
}

func TestWithoutTemporalNothingIsTaken(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	s.temporal.refuse = func(context.Context, string) error { return errors.New("unavailable") }
	var group sync.WaitGroup
	for _, id := range checkouts(20) {
		group.Go(func() {
			came := s.post(t, notificationOf(tokenMerchant, id))
			assert.Equal(t, http.StatusServiceUnavailable, came.status)
			assert.NotEmpty(t, came.header.Get("Retry-After"))
		})
	}
	group.Wait()
	assert.Contains(t, s.health(t, "/metrics").words, `despacho_webhook_requests_total{result="not_durable"} 20`)
}

func TestWithoutTheStoreNobodyNewIsTaken(t *testing.T) {
	t.Parallel()
	known := uuid.NewString()
	s := play(t, nil)
	s.connect(t, known)
	require.Equal(t, http.StatusOK, s.post(t, notificationOf(known, uuid.NewString())).status)
	s.server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
	})
	assert.Equal(t, http.StatusOK, s.post(t, notificationOf(known, uuid.NewString())).status, "who is known is taken")
	came := s.post(t, notificationOf(uuid.NewString(), uuid.NewString()))
	assert.Equal(t, http.StatusServiceUnavailable, came.status)
	assert.Equal(t, noStore.words, came.words)
	s.stop(t)
}

func TestABurstLosesNothing(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	const senders, each = 40, 25
	transport := &http.Transport{MaxIdleConnsPerHost: senders}
	t.Cleanup(transport.CloseIdleConnections)
	hub := &http.Client{Transport: transport}
	var mu sync.Mutex
	var taken []string
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for _, id := range checkouts(each) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.addresses.Webhooks+Path, strings.NewReader(notificationOf(tokenMerchant, id)))
				assert.NoError(t, err)
				if send(t, hub, request).status == http.StatusOK {
					mu.Lock()
					taken = append(taken, "checkout/"+id)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	assert.NotEmpty(t, taken)
	lost, _ := lo.Difference(taken, s.temporal.ids())
	assert.Empty(t, lost, "what was answered 200 is in Temporal")
	assert.Less(t, len(s.temporal.taken()), senders*each, "they are gathered")
}

func TestNotificationsAreKeptAsTheyCame(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	body := notificationOf(tokenMerchant, oneCheckout)
	require.Equal(t, http.StatusOK, s.post(t, body).status)
	require.Equal(t, http.StatusBadRequest, s.post(t, "junk").status)
	s.stop(t)
	kept := 0
	require.NoError(t, s.store.List(t.Context(), storage.NotificationsPrefix(tokenMerchant), func(object storage.Object) error {
		kept++
		content, err := s.store.ReadAll(t.Context(), object.Key, 1<<20)
		assert.Contains(t, string(content), `"body":`+body)
		assert.NotContains(t, string(content), "127.0.0.1")
		return err
	}))
	assert.Equal(t, 1, kept)
}
