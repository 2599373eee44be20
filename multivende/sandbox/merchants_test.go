package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSeveralMerchantsBehindOneAddress(t *testing.T) {
	t.Parallel()
	first := visit(t, Options{Seed: 1})
	second := visit(t, Options{Seed: 2, ClientID: first.hub.ClientID(), ClientSecret: first.hub.ClientSecret()})
	all := Merchants{first.hub, second.hub}
	ask := func(method, path, body, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		all.ServeHTTP(w, r)
		return w
	}
	for _, v := range []visitor{first, second} {
		code, err := v.hub.NewCode()
		require.NoError(t, err)
		body, err := json.Marshal(object{
			"client_id": v.hub.ClientID(), "client_secret": v.hub.ClientSecret(), "grant_type": "authorization_code", "code": code,
		})
		require.NoError(t, err)
		w := ask(http.MethodPost, "/oauth/access-token", string(body), "")
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
		var pair object
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &pair))
		assert.Equal(t, v.hub.Merchant(), pair["MerchantId"])
		for _, token := range []string{pair["token"].(string), v.hub.Token()} {
			assert.Equal(t, http.StatusOK, ask(http.MethodGet, v.merchant("/marketplace-connections/p/1"), "", token).Code)
		}
		task := v.ask("paris", v.orders("paris", FateLabelable)[0].ID)
		v.time.pass(time.Minute)
		link, err := url.Parse(v.task(task)["url"].(string))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, ask(http.MethodGet, link.RequestURI(), "", "").Code)
		assert.Contains(t, ask(http.MethodGet, "/sandbox/report?merchant="+v.hub.Merchant(), "", "").Body.String(), `{"merchant":"`+v.hub.Merchant())
	}
	assert.Equal(t, http.StatusUnauthorized, ask(http.MethodGet, "/api/d/info", "", "nobody's").Code)
	assert.Equal(t, http.StatusForbidden, ask(http.MethodGet, second.merchant("/marketplace-connections/p/1"), "", first.hub.Token()).Code)
	assert.Equal(t, http.StatusUnauthorized, ask(http.MethodPost, "/oauth/access-token", `{"grant_type":"refresh_token","refresh_token":"rt-x"}`, "").Code)
}
