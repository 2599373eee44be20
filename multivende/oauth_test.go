package multivende

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tokenPath = "/oauth/access-token"
	goodGrant = `{"_id":"g-1","status":"created","MerchantId":"m-1","token":"aaa.bbb.ccc","expiresAt":"2026-11-21T18:00:00.000Z",
		"refreshToken":"rt-0001","refreshTokenExpiresAt":"2026-11-23T12:00:00.000Z","scopes":{"read:channels":true,
		"read:checkouts":{"all":true},"write:checkouts":{"all":false,"c-1":true,"c-2":false}}}`
)

func newOAuth(t *testing.T, address string, changes ...func(*OAuthConfig)) *OAuth {
	t.Helper()
	config := OAuthConfig{BaseURL: address, ClientID: "120012001200", ClientSecret: "client-secret"}
	for _, change := range changes {
		change(&config)
	}
	oauth, err := NewOAuth(config)
	require.NoError(t, err)
	return oauth
}

func TestExchange(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{tokenPath: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Sat, 21 Nov 2026 12:00:00 GMT")
		says(goodGrant)(w, r)
	}})
	oauth := newOAuth(t, hub.URL)
	began := time.Now()
	grant, err := oauth.Exchange(t.Context(), "ac-0001")
	require.NoError(t, err)
	took := time.Since(began)

	t.Run("a code brings a pair with its times and scopes", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "m-1", grant.Merchant)
		assert.Equal(t, "aaa.bbb.ccc", grant.Token.Reveal())
		assert.Equal(t, "rt-0001", grant.RefreshToken.Reveal())
		assert.Equal(t, time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC), grant.ExpiresAt)
		assert.Equal(t, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), grant.RefreshExpiresAt)
		assert.WithinDuration(t, time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), grant.At, took)
		assert.Equal(t, []string{"read:channels", "read:checkouts", "write:checkouts"}, grant.Scopes.Names())
	})
	t.Run("the request is as the guide writes it, without a token", func(t *testing.T) {
		t.Parallel()
		call := hub.seen()[0]
		assert.Equal(t, http.MethodPost, call.Method)
		assert.JSONEq(t, `{"client_id":120012001200,"client_secret":"client-secret","grant_type":"authorization_code","code":"ac-0001"}`, call.Body)
		assert.Empty(t, call.Header.Get("Authorization"))
		assert.Equal(t, "application/json", call.Header.Get("Content-Type"))
	})
	t.Run("a grant prints without its tokens", func(t *testing.T) {
		t.Parallel()
		printed := fmt.Sprintf("%v %+v %#v %+v", grant, grant, grant, oauth)
		asJSON, err := json.Marshal(grant)
		require.NoError(t, err)
		for _, secret := range []string{"aaa.bbb", "rt-0001", "client-secret"} {
			assert.NotContains(t, printed+string(asJSON), secret)
		}
	})
}

func TestAGrantThatEndedBeforeItsDateLivesAsLongAsUsual(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{tokenPath: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", "Wed, 25 Nov 2026 12:00:00 GMT")
		says(goodGrant)(w, r)
	}})
	grant, err := newOAuth(t, hub.URL).Refresh(t.Context(), "rt-1")
	require.NoError(t, err)
	assert.Equal(t, grant.At.Add(6*time.Hour), grant.ExpiresAt)
	assert.Equal(t, grant.At.Add(48*time.Hour), grant.RefreshExpiresAt)
}

func TestRefreshSendsTheClientIDAsItIs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"7": `7`, "999999999999999": `999999999999999`, "9999999999999999": `"9999999999999999"`, "007": `"007"`, "app-1": `"app-1"`,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{tokenPath: says(goodGrant)})
			_, err := newOAuth(t, hub.URL, func(c *OAuthConfig) { c.ClientID = id }).Refresh(t.Context(), "rt-1")
			require.NoError(t, err)
			assert.JSONEq(t, `{"client_id":`+want+`,"client_secret":"client-secret","grant_type":"refresh_token","refresh_token":"rt-1"}`, hub.seen()[0].Body)
		})
	}
}

func TestFateOfARequestForTokens(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		answer http.HandlerFunc
		fate   Fate
	}{
		"a used refresh token is refused":           {answers(400, `{"name":"InvalidRefreshToken"}`), Denied},
		"a wrong secret is refused":                 {answers(401, `{}`), Denied},
		"a hub that limits wants it later":          {answers(429, ``), Postponed},
		"a hub that is closed wants it later":       {answers(503, ``), Postponed},
		"a broken hub may have done it":             {answers(500, ``), Lost},
		"a proxy that waited may have handed it on": {answers(504, `<html><title>Timeout</title></html>`), Lost},
		"a page instead of tokens is a lost answer": {says(`<html><title>Just a moment</title></html>`), Lost},
		"an answer without tokens is a lost answer": {says(`{"status":"created"}`), Lost},
		"half an answer is a lost answer":           {cut("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", `{"token":"a.b`), Lost},
		"a connection that is cut is a lost answer": {cut("", ""), Lost},
		"a redirect is not followed and proves nothing": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, Lost},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{tokenPath: c.answer})
			_, err := newOAuth(t, hub.URL).Refresh(t.Context(), "rt-1")
			require.Error(t, err)
			assert.Equal(t, c.fate, FateOf(err), err)
			assert.Len(t, hub.seen(), 1, "it is sent once")
		})
	}
	t.Run("a hub that cannot be dialled has been sent nothing", func(t *testing.T) {
		t.Parallel()
		gone := httptest.NewServer(http.NotFoundHandler())
		gone.Close()
		_, err := newOAuth(t, gone.URL).Refresh(t.Context(), "rt-1")
		assert.Equal(t, NotSent, FateOf(err), err)
	})
	t.Run("an answer that does not come in time is lost", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			oauth := newOAuth(t, "http://127.0.0.1:1")
			oauth.client.inMemory(t, hangs)
			began := time.Now()
			_, err := oauth.Refresh(t.Context(), "rt-1")
			assert.Equal(t, Lost, FateOf(err), err)
			assert.Equal(t, TokenTimeout, time.Since(began))
		})
	})
	t.Run("a request that is broken off is lost", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		hub := newHub(t, map[string]http.HandlerFunc{tokenPath: func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}})
		_, err := newOAuth(t, hub.URL).Refresh(ctx, "rt-1")
		assert.Equal(t, Lost, FateOf(err), err)
	})
	t.Run("one merchant's pause is not another's", func(t *testing.T) {
		t.Parallel()
		busy := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "600")
			answers(429, "")(w, r)
		}
		hub := newHub(t, map[string]http.HandlerFunc{tokenPath: inTurn(busy, says(goodGrant))})
		oauth := newOAuth(t, hub.URL)
		_, err := oauth.Refresh(t.Context(), "rt-1")
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, 10*time.Minute, e.RetryAfter)
		_, err = oauth.Refresh(t.Context(), "rt-2")
		assert.NoError(t, err)
	})
	t.Run("a refusal that quotes the request tells no secret", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{tokenPath: answers(400, `{"message":"client-secret and odd-code are not known"}`)})
		_, err := newOAuth(t, hub.URL).Exchange(t.Context(), "odd-code")
		require.ErrorContains(t, err, "are not known")
		assert.NotContains(t, err.Error(), "client-secret")
		assert.NotContains(t, err.Error(), "odd-code")
	})
}

func TestNewOAuthNamesAllThatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := NewOAuth(OAuthConfig{BaseURL: "ftp://hub"})
	for _, words := range []string{"https", "client id", "client secret"} {
		assert.ErrorContains(t, err, words)
	}
}

func TestConsentURL(t *testing.T) {
	t.Parallel()
	oauth := newOAuth(t, "https://hub.example.com")
	page, err := url.Parse(oauth.ConsentURL("http://127.0.0.1:8477/callback", "s-1", []string{"read:channels", "read:checkouts"}))
	require.NoError(t, err)
	assert.Equal(t, "https://hub.example.com/apps/authorize", page.Scheme+"://"+page.Host+page.Path)
	assert.Equal(t, url.Values{
		"response_type": {"code"}, "client_id": {"120012001200"}, "redirect_uri": {"http://127.0.0.1:8477/callback"}, "scope": {"read:channels read:checkouts"},
		"state": {"s-1"},
	}, page.Query())
}

func TestScopes(t *testing.T) {
	t.Parallel()
	read := func(t *testing.T, raw string) Scopes {
		t.Helper()
		return scopesOf(json.RawMessage(raw))
	}
	t.Run("a scope is granted for all, for some connections, or not", func(t *testing.T) {
		t.Parallel()
		scopes := read(t, `{"a":true,"b":{"all":true,"c-1":false},"c":{"all":false,"c-1":true,"c-2":false},"d":false,"e":{"all":false},"f":null,"g":7}`)
		assert.Equal(t, []string{"a", "b", "c"}, scopes.Names())
		assert.True(t, scopes.Covers("b", "c-1"), "all is all")
		assert.True(t, scopes.Covers("c", "c-1"))
		assert.False(t, scopes.Covers("c", "c-2"))
		all, ids := scopes.Connections("c")
		assert.False(t, all)
		assert.Equal(t, []string{"c-1"}, ids)
		assert.False(t, scopes.Has("nobody"))
	})
	t.Run("they come back as they were kept", func(t *testing.T) {
		t.Parallel()
		scopes := read(t, `{"a":true,"c":{"all":false,"c-1":true,"c-2":false}}`)
		kept, err := json.Marshal(scopes)
		require.NoError(t, err)
		assert.JSONEq(t, `{"a":true,"c":{"all":false,"c-1":true}}`, string(kept))
		assert.Equal(t, scopes, read(t, string(kept)))
	})
	for name, raw := range map[string]string{"names in a list": `["a","b"]`, "names in a line": `"a b"`, "an object in a string": `"{\"a\":true,\"b\":{\"all\":true}}"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, []string{"a", "b"}, read(t, raw).Names())
		})
	}
	for name, raw := range map[string]string{"nothing": ``, "null": `null`, "a number": `7`} {
		t.Run(name+" grants nothing", func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, read(t, raw).Names())
		})
	}
}
