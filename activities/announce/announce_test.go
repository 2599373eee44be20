package announce

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

const webhookSecret = "0123456789abcdef"

func news() contract.Announcement {
	return contract.Announcement{
		ID: "status-k-1-1-2-c", Event: contract.VerifiedEvent(string(channels.ReadyToShip)), Merchant: "m", Connection: "c", Channel: "fcom",
		Orders: []string{"d-1", "d-2"}, At: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
	}
}

func TestAWebhookIsSigned(t *testing.T) {
	t.Parallel()
	var headers []http.Header
	var bodies [][]byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		headers, bodies = append(headers, r.Header), append(bodies, body)
	}))
	t.Cleanup(server.Close)
	a := &Announcements{Webhook: Webhook{URL: server.URL, Secret: webhookSecret}}
	require.NoError(t, a.Announce(t.Context(), news()))
	require.NoError(t, a.Announce(t.Context(), news()))

	require.Len(t, headers, 2)
	assert.Equal(t, "status-k-1-1-2-c", headers[0].Get("Idempotency-Key"))
	assert.Equal(t, headers[0].Get("Idempotency-Key"), headers[1].Get("Idempotency-Key"))
	stamp, sum, found := strings.Cut(strings.TrimPrefix(headers[0].Get("Despacho-Signature"), "t="), ",v1=")
	require.True(t, found)
	unix, err := strconv.ParseInt(stamp, 10, 64)
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), time.Unix(unix, 0), time.Minute)
	mac := hmac.New(sha256.New, []byte(webhookSecret))
	mac.Write([]byte(stamp + "." + string(bodies[0])))
	assert.Equal(t, hex.EncodeToString(mac.Sum(nil)), sum)
	assert.JSONEq(t, `{"event":"ready_to_ship_verified","merchant":"m","connection":"c","channel":"fcom","delivery_order_ids":["d-1","d-2"],"at":"2026-11-21T12:00:00Z"}`, string(bodies[0]))
}

func TestWhatAWebhookAnswers(t *testing.T) {
	t.Parallel()
	for status, final := range map[int]bool{500: false, 503: false, 429: false, 408: false, 400: true, 410: true, 302: true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://"+r.Host+"/elsewhere")
			w.WriteHeader(status)
		}))
		t.Cleanup(server.Close)
		a := &Announcements{Webhook: Webhook{URL: server.URL + "/secret-path", Secret: webhookSecret}}
		failure := activitiestest.ApplicationError(t, a.Announce(t.Context(), news()))
		assert.Equal(t, final, failure.NonRetryable(), status)
		assert.NotContains(t, failure.Message(), "secret-path")
		server.Close()
		failure = activitiestest.ApplicationError(t, a.Announce(t.Context(), news()))
		assert.False(t, failure.NonRetryable())
		assert.NotContains(t, failure.Message(), "secret-path")
	}
	assert.NoError(t, (&Announcements{}).Announce(t.Context(), news()), "nobody is to be told")
}

func TestWebhookAddresses(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"https://example.com/hook": true, "http://127.0.0.1:9/x": true, "http://localhost/x": true, "http://[::1]:9/": true,
		"http://example.com": false, "ftp://example.com": false, "https://user:pass@example.com": false, "https://": false, "x": false,
	} {
		assert.Equal(t, good, Webhook{URL: address, Secret: webhookSecret}.Check() == nil, address)
	}
	assert.NoError(t, Webhook{}.Check())
	assert.Error(t, Webhook{URL: "https://example.com", Secret: "short"}.Check())
	encoded, err := json.Marshal(Webhook{URL: "https://example.com", Secret: webhookSecret})
	require.NoError(t, err)
	assert.NotContains(t, string(encoded), webhookSecret)
}

func TestAPageTellsWhoseStatusIsVerified(t *testing.T) {
	t.Parallel()
	w := activitiestest.New(t, sandbox.Options{Orders: 300})
	scope := w.Scope("fcom")
	entry := func(id string, status contract.StatusOutcome) books.Entry {
		return books.Entry{Order: books.Order{ID: id}, Status: status}
	}
	page := books.Page{Ended: []books.Entry{entry("a", contract.StatusSynced), entry("b", contract.StatusRefused), entry("c", contract.StatusSynced)}}
	_, err := scope.LeavePage(t.Context(), w.Store, "after-00001-00001", page)
	require.NoError(t, err)
	a := &Announcements{Store: w.Store}
	told := lo.Must(a.AnnouncedPage(t.Context(), AnnouncedPageInput{Scope: scope, Page: "after-00001-00001", Status: channels.ReadyToShip}))
	assert.Equal(t, []string{"a", "c"}, told.Orders)
	assert.Equal(t, "ready_to_ship_verified", told.Event)
	assert.Equal(t, scope.Connection.ID, told.Connection)
}
