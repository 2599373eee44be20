package multivende

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigurationMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Config{
		BaseURL: "ftp://hub", RequestsPerSecond: -1, Speed: -1, AllowHosts: []string{"http://x/"},
		PathsFile: filepath.Join(t.TempDir(), "missing.json"),
	})
	require.Error(t, err)
	for _, words := range []string{"https, not \"ftp\"", "requests per second", "speed", "a token is needed", "allowed host", "missing.json"} {
		assert.ErrorContains(t, err, words)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for address, says := range map[string]string{
		"":                            "",
		"https://app.multivende.com/": "",
		"https://hub.example/prefix":  "",
		"http://127.0.0.1:8080":       "",
		"http://localhost":            "",
		"http://[::1]:80":             "",
		"http://sandbox:8080":         "",
		"http://other:8080":           "unencrypted",
		"http://sandbox:9":            "unencrypted",
		"https://user:pass@hub":       "user or password",
		"https://":                    "must look like",
		"hub.example":                 "must look like",
		"https://hub?x=y":             "must look like",
		"://":                         "must look like",
	} {
		client, err := New(Config{BaseURL: address, Token: StaticToken("t"), AllowHosts: []string{"sandbox:8080"}})
		if says == "" {
			require.NoError(t, err, address)
			assert.NotEmpty(t, client.base.Host)
			continue
		}
		assert.ErrorContains(t, err, says, address)
		assert.NotContains(t, err.Error(), "pass@")
	}
}

// paths are the hub's paths, with the values of the test client in their places.
var paths = map[string]string{
	"app_info":                "GET /api/d/info",
	"connections":             "GET /api/m/m-1/marketplace-connections/p/3",
	"delivery_order_statuses": "GET /api/delivery-order-statuses",
	"available_labels":        "GET /api/m/m-1/delivery-orders/documents/p/3",
	"generate_tickets":        "PUT /api/paris-connections/con-1/delivery-order-tickets/generation",
	"task":                    "GET /api/bulk-actions-task/t-1",
	"label_tasks":             "GET /api/m/m-1/bulk-actions-task/paris-generate-delivery-order-ticket/p/3?_marketplaceConnectionId=con-1",
	"delivery_order":          "GET /api/delivery-orders/d-1",
	"change_status":           "PUT /api/delivery-orders/d-1/change-delivery-status",
	"update_tracking":         "PUT /api/delivery-orders/d-1",
	"checkouts_light":         "GET /api/m/m-1/checkouts/light/p/3",
	"checkout":                "GET /api/checkouts/c-1",
	"consent_page":            "GET /apps/authorize", "access_token": "POST /oauth/access-token",
	"checkouts_with_error":    "GET /api/m/m-1/checkouts/with-error/p/3",
	"pick_up_order":           "GET /api/pick-up-orders/p-1",
	"pick_up_order_statuses":  "GET /api/pick-up-order-statuses",
	"change_pick_up_status":   "PUT /api/pick-up-orders/p-1/change-pick-up-status",
	"update_pick_up_tracking": "PUT /api/pick-up-orders/p-1",
}

func TestThePathTable(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"merchantId": "m-1", "page": "3", "provider": "paris", "marketplaceConnectionId": "con-1",
		"taskId": "t-1", "deliveryOrderId": "d-1", "checkoutId": "c-1", "pickUpOrderId": "p-1",
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(paths)), slices.Collect(maps.Keys(routes)))
	for name, want := range paths {
		got, err := fill(routes[name].template, values)
		require.NoError(t, err, name)
		assert.Equal(t, want, routes[name].method+" "+got)
		assert.NoError(t, checkTemplate(routes[name], routes[name].template), name)
	}
}

func TestPathsFile(t *testing.T) {
	t.Parallel()
	file := func(t *testing.T, content string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "paths.json")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	t.Run("an override takes the place of a path", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/v2/c-1/sale": says(`{"_id":"c-1"}`), "/api/m/m-1/tickets": says(`{"_id":"t-1"}`)})
		client := hub.client(t, func(c *Config) {
			c.PathsFile = file(t, `{"checkout":"/v2/{checkoutId}/sale?full=1&id={checkoutId}","generate_tickets":"/api/m/{merchantId}/tickets"}`)
		})
		_, err := client.Checkout(t.Context(), "c-1")
		require.NoError(t, err)
		assert.Equal(t, "full=1&id=c-1", hub.seen()[0].Query)
		_, err = client.GenerateTickets(t.Context(), "paris", "con-1", []string{"d-1"})
		require.NoError(t, err)
	})
	t.Run("all mistakes are told at once", func(t *testing.T) {
		t.Parallel()
		path := file(t, `{"chekout":"/x","checkout":"/api/checkouts","task":"/api/{taskID}","app_info":"api/d/info","connections":"//evil.example/{merchantId}/{page}",
			"generate_tickets":"/api/tickets","delivery_order":"/api/../{deliveryOrderId}","change_status":"/api/{deliveryOrderId","label_tasks":"/x/{merchantId}/{page}"}`)
		_, err := New(Config{Token: StaticToken("t"), PathsFile: path})
		require.Error(t, err)
		for _, words := range []string{
			`there is no route "chekout"; the routes are access_token, app_info, `, `route "checkout": {checkoutId} is missing`, `route "task": {taskId} is missing`,
			`route "app_info": a template must be a path`, `route "connections": a template must be a path`, `route "generate_tickets": it must contain one of {`,
			`route "delivery_order": this is not a path`, `route "change_status": this is not a path`, `route "label_tasks": {marketplaceConnectionId} is missing`,
		} {
			assert.ErrorContains(t, err, words)
		}
	})
	t.Run("an unknown placeholder is a mistake", func(t *testing.T) {
		t.Parallel()
		_, err := New(Config{Token: StaticToken("t"), PathsFile: file(t, `{"task":"/api/{taskId}/{page}"}`)})
		assert.ErrorContains(t, err, "{page} is unknown here; known are {taskId}")
	})
	t.Run("a file that is no object is a mistake", func(t *testing.T) {
		t.Parallel()
		for _, content := range []string{`[]`, `{"task":7}`, `{`, ``} {
			_, err := New(Config{Token: StaticToken("t"), PathsFile: file(t, content)})
			assert.ErrorContains(t, err, "must be a JSON object")
		}
	})
	t.Run("a merchant that is missing is told when a path needs it", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, nil)
		_, err := hub.client(t, func(c *Config) { c.Merchant = "" }).Connections(t.Context())
		assert.Equal(t, Refused, ClassOf(err))
		assert.ErrorContains(t, err, "merchantId")
		assert.Empty(t, hub.seen())
	})
}
