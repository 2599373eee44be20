package sandbox

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatTheHubMayNotTell(t *testing.T) {
	t.Parallel()
	first := func(t *testing.T, options Options, path string) string {
		t.Helper()
		hub, err := New(options)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, hub.Close()) })
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/m/"+hub.Merchant()+path, nil)
		request.Header.Set("Authorization", "Bearer "+hub.Token())
		answer := httptest.NewRecorder()
		hub.ServeHTTP(answer, request)
		require.Equal(t, http.StatusOK, answer.Code)
		return answer.Body.String()
	}
	labels, sales := "/delivery-orders/documents/p/1?_shipping_label_status=ready&_marketplace_connection_id=none", "/checkouts/light/p/1?_marketplace_connection_id=none"
	for name, c := range map[string]struct {
		ignore []string
		path   string
		shows  bool
	}{
		"labels keep to their connection":     {nil, labels, false},
		"sales keep to their connection":      {nil, sales, false},
		"labels of all":                       {[]string{ListLabels}, labels, true},
		"sales of all":                        {[]string{ListSales}, sales, true},
		"one list says nothing of the other":  {[]string{ListSales}, labels, false},
		"neither does the other, of this one": {[]string{ListLabels}, sales, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := first(t, Options{IgnoreFilter: c.ignore}, c.path)
			assert.Equal(t, c.shows, len(body) > 1000, body[:min(len(body), 200)])
		})
	}
	t.Run("options that make no sense are refused", func(t *testing.T) {
		t.Parallel()
		for _, options := range []Options{{IgnoreFilter: []string{"tasks"}}, {Nameless: 101}, {Warehouses: "shelves"}} {
			_, err := New(options)
			assert.Error(t, err)
		}
	})
}
