package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// receiver takes webhooks.
type receiver struct {
	*httptest.Server
	mutex         sync.Mutex
	notifications []object
}

func receive(t *testing.T, status int) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.take(t, request)
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(t *testing.T, request *http.Request) {
	t.Helper()
	content, _ := io.ReadAll(request.Body)
	var notification object
	assert.NoError(t, json.Unmarshal(content, &notification))
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.notifications = append(r.notifications, notification)
}

// direct brings requests to a receiver without a network, so that time can be skipped.
type direct func(*http.Request)

func (d direct) RoundTrip(request *http.Request) (*http.Response, error) {
	d(request)
	return httptest.NewRecorder().Result(), nil
}

func (r *receiver) all() []object {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]object{}, r.notifications...)
}

// told waits until so many notifications were sent and counted.
func (v visitor) told(count int) ReportWebhooks {
	v.Helper()
	require.Eventually(v, func() bool { return v.hub.Report().Webhooks.Sent >= count }, time.Minute, 5*time.Millisecond)
	return v.hub.Report().Webhooks
}

// come has sales come now.
func (v visitor) come(body object) {
	v.Helper()
	w := v.call(http.MethodPost, "/sandbox/sales", body, "")
	require.Equal(v, http.StatusOK, w.Code, w.Body.String())
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	r := receive(t, http.StatusOK)
	v := visit(t, Options{Webhooks: r.URL})
	v.come(object{"count": 1, "life": "plain", "connection": "ripley"})
	report := v.told(1)
	assert.Equal(t, []int{1, 1, 1}, []int{report.Changes, report.Sent, report.Answered})
	assert.Positive(t, report.Slowest)
	notification := r.all()[0]
	sale := v.hub.sales[0]
	assert.Equal(t, object{
		"CheckoutId": sale.id, "MerchantId": v.hub.Merchant(), "MarketplaceConnectionId": v.connection("ripley").ID,
		"MerchantAppId": v.hub.id("application 0"), "resource": "checkouts", "attemps": 1.0, "received": "2026-03-02T12:00:00.000Z",
		"OauthClient": object{"_id": v.hub.id("oauth client"), "client_id": v.hub.ClientID()},
	}, notification)

	t.Run("a status is told when it is sent and when it is there", func(t *testing.T) {
		v.send(sale.orders[0].id, shipped)
		v.told(2)
		v.time.pass(4 * time.Minute)
		v.told(3)
		about := lo.Map(r.all()[1:], func(n object, _ int) any { return n["DeliveryOrderId"] })
		assert.Equal(t, []any{sale.orders[0].id, sale.orders[0].id}, about)
	})
	t.Run("they can be turned off and on", func(t *testing.T) {
		require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/webhooks", object{"url": ""}, "").Code)
		v.come(object{"count": 5, "life": "plain"})
		require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/webhooks", object{"url": r.URL}, "").Code)
		v.come(object{"count": 1, "life": "plain"})
		assert.Equal(t, 4, v.told(4).Changes)
	})
	for name, row := range map[string]struct {
		url   string
		rates WebhookRates
	}{
		"an address that is none": {"here", WebhookRates{}}, "a share over 1": {r.URL, WebhookRates{Lost: 1.5}}, "a negative share": {r.URL, WebhookRates{Lost: -0.5}},
	} {
		body := object{"url": row.url, "lost": row.rates.Lost}
		assert.Equal(t, http.StatusBadRequest, v.call(http.MethodPost, "/sandbox/webhooks", body, "").Code, name)
		_, err := New(Options{Webhooks: row.url, WebhookRates: row.rates})
		require.ErrorContains(t, err, "webhooks: ", name)
	}
}

func TestWebhooksAreNotSentAgain(t *testing.T) {
	t.Parallel()
	r := receive(t, http.StatusInternalServerError)
	v := visit(t, Options{Webhooks: r.URL})
	v.come(object{"count": 1, "life": "plain"})
	v.told(1)
	v.come(object{"count": 1, "life": "plain"})
	report := v.told(2)
	assert.Len(t, r.all(), 2)
	assert.Equal(t, map[string]int{"500": 2}, report.Refused)
	assert.Zero(t, report.Answered)
}

func TestWebhooksGoWrong(t *testing.T) {
	t.Parallel()
	t.Run("at the rates that are asked for", func(t *testing.T) {
		t.Parallel()
		r := receive(t, http.StatusOK)
		v := visit(t, Options{Webhooks: r.URL, WebhookRates: WebhookRates{Duplicates: 0.2, Lost: 0.1}})
		v.come(object{"count": 500, "life": "plain"})
		report := v.told(480)
		assert.InDelta(t, 100, report.Duplicated, 40)
		assert.InDelta(t, 50, report.Lost, 25)
		v.told(report.Changes - report.Lost + report.Duplicated)
		assert.Len(t, r.all(), report.Changes-report.Lost+report.Duplicated)
		distinct := lo.Uniq(lo.Map(r.all(), func(n object, _ int) any { return n["CheckoutId"] }))
		assert.Len(t, distinct, 500-report.Lost)
	})
	t.Run("where the fault plan says so", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := &receiver{}
			v := visit(t, Options{Webhooks: "http://127.0.0.1:1", WebhookClient: &http.Client{Transport: direct(func(q *http.Request) { r.take(t, q) })},
				Faults: parsed(t, `[{"route":"webhook","answer":"lost"},{"route":"webhook","answer":"twice","after":1},
				{"route":"webhook","answer":"late","after":2,"delay":"1s"}]`)})
			v.come(object{"count": 4, "life": "plain"})
			report := v.told(4)
			assert.Equal(t, []int{4, 1, 1, 1}, []int{report.Changes, report.Lost, report.Duplicated, report.Reordered})
			newest := lo.Map(v.hub.sales[:4], func(s *sale, _ int) any { return s.id })
			told := lo.Map(r.all(), func(n object, _ int) any { return n["CheckoutId"] })
			assert.ElementsMatch(t, []any{newest[2], newest[2], newest[1], newest[0]}, told)
			assert.Equal(t, newest[1], told[3], "it came after what happened later")
		})
	})
	t.Run("a word that is none is refused", func(t *testing.T) {
		t.Parallel()
		_, err := New(Options{Faults: []Fault{{Route: "webhook", Answer: "500"}}})
		require.ErrorContains(t, err, "lost, twice, late")
	})
}

func TestWebhooksAreJournalled(t *testing.T) {
	t.Parallel()
	r := receive(t, http.StatusOK)
	options := Options{Dir: t.TempDir(), Webhooks: r.URL, WebhookRates: WebhookRates{Lost: 0.2}}
	v := visit(t, options)
	v.come(object{"count": 20, "life": "plain"})
	v.told(10)
	require.Eventually(t, func() bool { w := v.hub.Report().Webhooks; return w.Sent+w.Lost == w.Changes }, time.Minute, 5*time.Millisecond)
	before := v.hub.Report().Webhooks
	again := visit(t, Options{Dir: asItStands(t, options.Dir)})
	assert.Equal(t, before, again.hub.Report().Webhooks)
	again.come(object{"count": 1, "life": "plain", "connection": "paris"})
	again.come(object{"count": 1, "life": "plain", "connection": "paris"})
	again.told(before.Sent + 1)
}

func TestCheckoutPagesThatShift(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{PageSize: 10, Faults: parsed(t, `[{"route":"checkouts-light","answer":"shift","after":1}]`)})
	window := url.Values{"_updated_at_to": {v.hub.Now().Format(time.RFC3339)}}
	quiet := visit(t, Options{PageSize: 10}).all("/checkouts/light", window)
	v.get(v.merchant("/checkouts/light/p/1"))
	v.time.pass(time.Minute)
	walked := v.all("/checkouts/light", window)
	assert.Len(t, walked, len(quiet)-1, "the sale that left the window drew another over the page's edge")
}
