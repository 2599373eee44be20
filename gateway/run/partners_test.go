package run

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/partners"
)

func (s *scene) partner(t *testing.T, address, key string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/v1/orders", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	return send(t, http.DefaultClient, request)
}

func (s *scene) addKey(t *testing.T) string {
	t.Helper()
	book := partners.Book{Store: s.store, Now: time.Now}
	_, key, err := book.Add(t.Context(), partners.Request{Name: "WMS", Merchants: []string{"m-1"}, Scopes: partners.Scopes(), Expires: time.Now().AddDate(0, 1, 0)})
	require.NoError(t, err)
	return key.Reveal()
}

// TestWithoutKeysThereIsNoDoor: nothing tells that there could be one.
func TestWithoutKeysThereIsNoDoor(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	assert.Equal(t, answerOfNothing(t, s), s.request(t, http.MethodGet, "/v1/orders", http.NoBody).words)
	assert.Equal(t, answerOfNothing(t, s), s.request(t, http.MethodGet, "/v1/openapi.json", http.NoBody).words)
}

func answerOfNothing(t *testing.T, s *scene) string {
	t.Helper()
	return s.request(t, http.MethodGet, "/nothing", http.NoBody).words
}

// TestPartnersComeToTheWebhooksAddress, from any address, while webhooks come from the hub's alone.
func TestPartnersComeToTheWebhooksAddress(t *testing.T) {
	t.Parallel()
	s := play(t, func(_ *Settings, o *Options) { o.Sources = nil })
	key := s.addKey(t)
	came := s.partner(t, s.addresses.Partners, key)
	assert.Equal(t, http.StatusOK, came.status, came.words)
	assert.Equal(t, s.addresses.Webhooks, s.addresses.Partners)
	assert.Equal(t, http.StatusForbidden, s.post(t, notificationOf(tokenMerchant, oneCheckout)).status)
	metrics := s.health(t, "/metrics").words
	assert.Contains(t, metrics, `despacho_partner_requests_total{route="GET /v1/orders",status="200"} 1`)
	assert.Contains(t, metrics, `despacho_partner_request_seconds_bucket{route="GET /v1/orders",le="60"} 1`)
	assert.NotContains(t, metrics, key)
}

func TestPartnersHaveAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := play(t, func(settings *Settings, _ *Options) { settings.PartnersListen = "127.0.0.1:0" })
	key := s.addKey(t)
	assert.NotEqual(t, s.addresses.Webhooks, s.addresses.Partners)
	assert.Equal(t, http.StatusOK, s.partner(t, s.addresses.Partners, key).status)
	assert.Equal(t, http.StatusNotFound, s.partner(t, s.addresses.Webhooks, key).status)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.addresses.Partners+Path, strings.NewReader(notificationOf(tokenMerchant, oneCheckout)))
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, send(t, http.DefaultClient, request).status)
	s.stop(t)
}

func TestKeysDoNotTravelInTheClear(t *testing.T) {
	t.Parallel()
	settings := DefaultSettings()
	settings.PartnersListen = "0.0.0.0:8480"
	require.ErrorContains(t, settings.Validate(), "DESPACHO_GATEWAY_PARTNERS_LISTEN")
	settings.Plain, settings.Proxies = BehindProxy, []string{"10.0.0.1"}
	require.NoError(t, settings.Validate())
	settings.PartnersRate = 0
	require.ErrorContains(t, settings.Validate(), "DESPACHO_GATEWAY_PARTNERS_RATE")
}
