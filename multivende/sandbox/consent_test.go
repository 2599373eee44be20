package sandbox

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConsentPage(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	query := url.Values{
		"response_type": {"code"}, "client_id": {v.hub.ClientID()}, "redirect_uri": {"http://127.0.0.1:8477/callback"}, "scope": {"read:checkouts"},
	}
	page := v.call(http.MethodGet, "/apps/authorize?"+query.Encode(), nil, "")
	require.Equal(t, http.StatusOK, page.Code)
	assert.Contains(t, page.Body.String(), "Aceptar</button>")

	t.Run("accepting it makes a second connection, with the scopes that were asked for", func(t *testing.T) {
		w := v.call(http.MethodPost, "/apps/authorize?"+query.Encode(), nil, "")
		require.Equal(t, http.StatusFound, w.Code)
		back, err := url.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		assert.Equal(t, "127.0.0.1:8477/callback", back.Host+back.Path)
		status, pair := v.granted("authorization_code", "code", back.Query().Get("code"))
		require.Equal(t, http.StatusOK, status)
		assert.Len(t, pair["scopes"], 1)
		assert.Equal(t, 2, v.hub.Report().OAuth.Connections)
		assert.Equal(t, http.StatusForbidden, v.call(http.MethodGet, v.merchant("/marketplace-connections/p/1"), nil, pair["token"].(string)).Code)
	})
	for name, change := range map[string][2]string{
		"an address that is not registered": {"redirect_uri", "http://127.0.0.1:8478/callback"},
		"an application that is none":       {"client_id", "1"},
		"a scope that is not registered":    {"scope", "manage:checkouts"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			wrong := url.Values{}
			for key, values := range query {
				wrong[key] = values
			}
			wrong.Set(change[0], change[1])
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				w := v.call(method, "/apps/authorize?"+wrong.Encode(), nil, "")
				assert.Equal(t, http.StatusBadRequest, w.Code)
				assert.Empty(t, w.Header().Get("Location"))
			}
		})
	}
	t.Run("refusing it brings no code", func(t *testing.T) {
		w := v.call(http.MethodPost, "/apps/authorize?decision=refuse&"+query.Encode(), nil, "")
		assert.Equal(t, "http://127.0.0.1:8477/callback?error=access_denied", w.Header().Get("Location"))
	})
}

func TestScopesOfSomeConnections(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	grants := object{readChannels: true, readCheckouts: []string{"Tienda Norte"}, writeCheckouts: false}
	require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/scopes", grants, "").Code)
	pair := v.exchanged()
	bearer := pair["token"].(string)
	mine, other := v.orders("mercadolibre", FateLabelable)[0], v.orders("paris", FateLabelable)[0]
	scope := pair["scopes"].(object)[readCheckouts].(object)
	assert.Equal(t, []any{false, true}, []any{scope["all"], scope[mine.Connection]})
	assert.NotEqual(t, true, scope[other.Connection])
	for path, want := range map[string]int{
		"/api/delivery-orders/" + mine.ID:          http.StatusOK,
		"/api/delivery-orders/" + other.ID:         http.StatusForbidden,
		"/api/checkouts/" + other.Checkouts[0]:     http.StatusForbidden,
		v.merchant("/marketplace-connections/p/1"): http.StatusOK,
	} {
		assert.Equal(t, want, v.call(http.MethodGet, path, nil, bearer).Code, path)
	}
	change := v.call(http.MethodPut, "/api/delivery-orders/"+mine.ID+"/change-delivery-status", object{}, bearer)
	assert.Equal(t, http.StatusForbidden, change.Code, "it is not granted at all")
	light := v.call(http.MethodGet, v.merchant("/checkouts/light/p/1"), nil, bearer)
	assert.Contains(t, light.Body.String(), mine.Checkouts[0])
	assert.NotContains(t, light.Body.String(), other.Checkouts[0])
	assert.Equal(t, http.StatusBadRequest, v.call(http.MethodPost, "/sandbox/scopes", object{readChannels: []string{"nobody"}}, "").Code)
	_, err := New(Options{Scopes: Scopes{readChannels: {Connections: []string{"nobody"}}}})
	require.ErrorContains(t, err, "no connection")
}
