package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// granted asks for a pair, with client_id as a number.
func (v visitor) granted(grant, member, value string) (int, object) {
	v.Helper()
	w := v.call(http.MethodPost, "/oauth/access-token", object{
		"client_id": json.Number(v.hub.ClientID()), "client_secret": v.hub.ClientSecret(), "grant_type": grant, member: value,
	}, "")
	var out object
	require.NoError(v, json.Unmarshal(w.Body.Bytes(), &out))
	return w.Code, out
}

func (v visitor) exchanged() object {
	v.Helper()
	code, err := v.hub.NewCode()
	require.NoError(v, err)
	status, out := v.granted("authorization_code", "code", code)
	require.Equal(v, http.StatusOK, status, out)
	return out
}

func (v visitor) refreshed(pair object) (int, object) {
	v.Helper()
	return v.granted("refresh_token", "refresh_token", pair["refreshToken"].(string))
}

func (v visitor) accepted(pair object) bool {
	v.Helper()
	return v.call(http.MethodGet, "/api/d/info", nil, pair["token"].(string)).Code == http.StatusOK
}

// cut makes a call whose answer may be cut.
func (v visitor) cut(call func()) {
	v.Helper()
	assert.PanicsWithValue(v, http.ErrAbortHandler, call)
}

func TestExchange(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	pair := v.exchanged()
	assert.Equal(t, "created", pair["status"])
	assert.Equal(t, v.hub.Merchant(), pair["MerchantId"])
	assert.Equal(t, "2026-03-02T18:00:00.000Z", pair["expiresAt"])
	assert.Equal(t, "2026-03-04T12:00:00.000Z", pair["refreshTokenExpiresAt"])
	assert.Regexp(t, `^rt-[0-9a-f-]{36}$`, pair["refreshToken"])
	assert.True(t, v.accepted(pair))
	for _, member := range []string{"access_token", "expires_in", "token_type"} {
		assert.NotContains(t, pair, member)
	}
	t.Run("the token's claims hold the refresh token, as the real one's do", func(t *testing.T) {
		parts := strings.Split(pair["token"].(string), ".")
		require.Len(t, parts, 3)
		claims, err := base64.RawURLEncoding.DecodeString(parts[1])
		require.NoError(t, err)
		assert.Contains(t, string(claims), pair["refreshToken"])
		assert.InDelta(t, 1000, len(pair["token"].(string)), 200)
	})
	t.Run("a form with client_id as text is taken too", func(t *testing.T) {
		code, err := v.hub.NewCode()
		require.NoError(t, err)
		form := url.Values{"client_id": {v.hub.ClientID()}, "client_secret": {v.hub.ClientSecret()}, "grant_type": {"authorization_code"}, "code": {code}}
		r := httptest.NewRequest(http.MethodPost, "/oauth/access-token", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		v.hub.ServeHTTP(w, r)
		assert.Equal(t, http.StatusOK, w.Code, w.Body.String())
	})
}

func TestCodesAndRefreshTokensAreGoodOnce(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	code, err := v.hub.NewCode()
	require.NoError(t, err)
	status, pair := v.granted("authorization_code", "code", code)
	require.Equal(t, http.StatusOK, status)
	status, refused := v.granted("authorization_code", "code", code)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "invalid_grant", refused["name"])

	status, next := v.refreshed(pair)
	require.Equal(t, http.StatusOK, status)
	assert.NotEqual(t, pair["refreshToken"], next["refreshToken"])
	assert.True(t, v.accepted(next))
	assert.False(t, v.accepted(pair), "the old one is dead")
	status, _ = v.refreshed(pair)
	assert.Equal(t, http.StatusBadRequest, status)
	report := v.hub.Report().OAuth
	assert.Equal(t, []int{1, 1, 1}, []int{report.Codes, report.Exchanges, report.Refreshes})
	require.Len(t, report.Reuses, 1)
	assert.Equal(t, RefreshReuse{At: v.hub.start, Before: "200", Answer: "400"}, report.Reuses[0])
	assert.Equal(t, map[string]int{"authorization code has been used": 1, "refresh token has been used": 1}, report.Refused)
}

func TestLivesOnTheHubsClock(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		options Options
		pass    time.Duration
		token   bool
		refresh int
	}{
		"a token's last second":                        {Options{}, 6*time.Hour - time.Second, true, 200},
		"a token of six hours is refused":              {Options{}, 6 * time.Hour, false, 200},
		"a refresh token's last second":                {Options{}, 48*time.Hour - time.Second, false, 200},
		"a refresh token of two days is refused":       {Options{}, 48 * time.Hour, false, 400},
		"a refresh that dies with its token":           {Options{RefreshDiesWithToken: true}, 6 * time.Hour, false, 400},
		"a refresh just before it dies with its token": {Options{RefreshDiesWithToken: true}, 6*time.Hour - time.Second, true, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.options.Speed = 3600
			v := visit(t, row.options)
			pair := v.exchanged()
			v.time.pass(row.pass / 3600)
			assert.Equal(t, row.token, v.accepted(pair))
			status, _ := v.refreshed(pair)
			assert.Equal(t, row.refresh, status)
		})
	}
	t.Run("a code of a day is refused", func(t *testing.T) {
		t.Parallel()
		v := visit(t, Options{})
		code, err := v.hub.NewCode()
		require.NoError(t, err)
		v.time.pass(24 * time.Hour)
		status, _ := v.granted("authorization_code", "code", code)
		assert.Equal(t, http.StatusBadRequest, status)
	})
}

func TestAccessTokenRefuses(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	for name, row := range map[string]struct {
		body   any
		status int
		name   string
	}{
		"another secret":           {object{"client_id": v.hub.ClientID(), "client_secret": "x", "grant_type": "refresh_token"}, 401, "invalid_client"},
		"a grant that is none":     {object{"client_id": v.hub.ClientID(), "client_secret": v.hub.ClientSecret(), "grant_type": "password"}, 400, "unsupported_grant_type"},
		"a body that is no object": {"text", 400, "invalid_request"},
	} {
		w := v.call(http.MethodPost, "/oauth/access-token", row.body, "")
		assert.Equal(t, row.status, w.Code, name)
		assert.Contains(t, w.Body.String(), fmt.Sprintf("%q:%q", "name", row.name))
	}
}

func TestFaultsOfRefreshes(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Faults: parsed(t, `[{"route":"refresh","answer":"cut_before"},{"route":"refresh","answer":429,"after":1,"retry_after":30},
		{"route":"refresh","answer":503,"after":2},{"route":"refresh","answer":"cut_after","after":3}]`)})
	pair := v.exchanged()
	v.cut(func() { v.refreshed(pair) })
	status, _ := v.refreshed(pair)
	assert.Equal(t, http.StatusTooManyRequests, status)
	status, _ = v.refreshed(pair)
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.True(t, v.accepted(pair), "nothing was done so far")
	v.cut(func() { v.refreshed(pair) })
	assert.False(t, v.accepted(pair), "this was done, and its answer lost")
	status, _ = v.refreshed(pair)
	assert.Equal(t, http.StatusBadRequest, status)
	report := v.hub.Report()
	assert.Equal(t, 1, report.OAuth.Refreshes)
	assert.Equal(t, 2, report.OAuth.LostAnswers)
	var told []string
	for _, reuse := range report.OAuth.Reuses {
		told = append(told, reuse.Before+" "+reuse.Answer)
	}
	assert.Equal(t, []string{"lost 429", "429 503", "503 lost", "lost 400"}, told)
	assert.Equal(t, map[string]int{"0": 2, "429": 1, "503": 1, "400": 1}, report.Calls["refresh"].Statuses)
}

func TestRefreshesSideBySide(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	pair := v.exchanged()
	answered := v.hub.refreshing(pair["refreshToken"].(string)) // one is under way
	status, _ := v.refreshed(pair)
	assert.Equal(t, http.StatusOK, status)
	answered(http.StatusBadRequest, false)
	v.refreshed(pair)
	assert.Equal(t, 1, v.hub.Report().OAuth.SideBySide)
}

func TestRevoked(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	pair := v.exchanged()
	require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/revoke", nil, "").Code)
	assert.False(t, v.accepted(pair))
	assert.False(t, v.accepted(object{"token": v.hub.Token()}), "its own token too")
	status, _ := v.refreshed(pair)
	assert.Equal(t, http.StatusBadRequest, status)
	var made struct{ Code, Connection string }
	require.NoError(t, json.Unmarshal(v.call(http.MethodPost, "/sandbox/code", nil, "").Body.Bytes(), &made))
	status, again := v.granted("authorization_code", "code", made.Code)
	require.Equal(t, http.StatusOK, status)
	assert.True(t, v.accepted(again))
	assert.False(t, v.accepted(pair))
	assert.Equal(t, 1, v.hub.Report().OAuth.Connections, "a code of the list makes no second connection")
}

func TestExpireLeavesTheRefreshToken(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{OldTokensLive: true})
	pair := v.exchanged()
	require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/expire", nil, "").Code)
	assert.False(t, v.accepted(pair))
	status, next := v.refreshed(pair)
	require.Equal(t, http.StatusOK, status)
	_, last := v.refreshed(next)
	assert.True(t, v.accepted(next), "an old token lives on when the options say so")
	assert.True(t, v.accepted(last))
}

func TestOAuthOnly(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{OAuthOnly: true})
	assert.False(t, v.accepted(object{"token": v.hub.Token()}))
	assert.True(t, v.accepted(v.exchanged()))
}

func TestOAuthIsJournalled(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir(), Faults: parsed(t, `[{"route":"refresh","answer":"cut_after","after":1}]`)}
	v := visit(t, options)
	first := v.exchanged()
	_, second := v.refreshed(first)
	v.cut(func() { v.refreshed(second) })
	v.refreshed(second)
	v.call(http.MethodPost, "/sandbox/scopes", object{readCheckouts: true}, "")
	third := v.exchanged()
	before := v.hub.Report().OAuth

	again := visit(t, Options{Dir: asItStands(t, options.Dir), Faults: options.Faults})
	after := again.hub.Report().OAuth
	assert.InDelta(t, before.TokenMinutesLeft, after.TokenMinutesLeft, 0.1)
	before.TokenMinutesLeft, after.TokenMinutesLeft = 0, 0
	assert.Equal(t, before, after)
	assert.False(t, again.accepted(second))
	assert.True(t, again.accepted(third))
	status, fourth := again.refreshed(third)
	require.Equal(t, http.StatusOK, status)
	assert.Len(t, fourth["scopes"], 1)
}
