package door

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/people"
)

// known are visitors by their cookies.
type known map[string]people.Visit

func (k known) Visit(_ context.Context, cookie string) (people.Visit, error) {
	visit, there := k[cookie]
	switch {
	case cookie == "store-away":
		return people.Visit{}, errors.New("the store is away")
	case !there:
		return people.Visit{}, people.ErrUnpaired
	}
	return visit, nil
}

var visitors = known{"device": {DeviceID: "1", Device: "Mesa 1", Token: "t1"}, "person": {DeviceID: "2", Device: "Mesa 2", Person: "Ana", Token: "t2"}}

// newDoor has one route of each kind; each answers who came.
func newDoor(seen func(string, int, time.Duration)) http.Handler {
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			Refuse(w, r, http.StatusRequestEntityTooLarge, CodeTooLarge)
			return
		}
		visit := VisitorOf(r.Context())
		_, _ = io.WriteString(w, "hello "+visit.Device+" "+visit.Person)
	})
	return New(Options{People: visitors, Cookie: "c", Hosts: []string{"station.lan"}, Log: slog.New(slog.DiscardHandler), Seen: seen}, []Route{
		{Pattern: "GET /{$}", Need: Device, Page: true, Handler: hello},
		{Pattern: "GET /pair", Page: true, Handler: hello},
		{Pattern: "GET /assets/{file}", Keeps: true, Handler: hello},
		{Pattern: "POST /api/pair", Handler: hello},
		{Pattern: "GET /api/today", Need: Device, Handler: hello},
		{Pattern: "POST /api/person", Need: Device, Handler: hello},
		{Pattern: "DELETE /api/person", Need: Device, Handler: hello},
		{Pattern: "POST /api/runs/{run}/print", Need: Person, Handler: hello},
	})
}

// asked is a request as a browser makes it; the zero value is one of our own page without a cookie.
type asked struct {
	method, path, cookie, token, host string
	header                            map[string]string
	body                              string
}

func ask(t *testing.T, handler http.Handler, a asked) *httptest.ResponseRecorder {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	r := httptest.NewRequestWithContext(t.Context(), a.method, a.path, strings.NewReader(a.body))
	r.Host = "192.168.1.20:8479"
	if a.host != "" {
		r.Host = a.host
	}
	if a.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "c", Value: a.cookie})
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(TokenHeader, a.token)
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestWhoMayAskForWhat(t *testing.T) {
	t.Parallel()
	post := http.MethodPost
	for name, c := range map[string]struct {
		asked
		status int
		code   Code
	}{
		"a page without a device leads to the pairing": {asked{path: "/"}, http.StatusSeeOther, ""},
		"a page with one":                      {asked{path: "/", cookie: "device"}, http.StatusOK, ""},
		"the pairing is for everybody":         {asked{path: "/pair"}, http.StatusOK, ""},
		"the pairing without a token":          {asked{method: post, path: "/api/pair"}, http.StatusOK, ""},
		"today without a device":               {asked{path: "/api/today"}, http.StatusUnauthorized, CodeUnpaired},
		"today with a wrong cookie":            {asked{path: "/api/today", cookie: "x"}, http.StatusUnauthorized, CodeUnpaired},
		"today with a device":                  {asked{path: "/api/today", cookie: "device"}, http.StatusOK, ""},
		"while nobody can be known":            {asked{path: "/api/today", cookie: "store-away"}, http.StatusServiceUnavailable, CodeStore},
		"a device alone may choose a person":   {asked{method: post, path: "/api/person", cookie: "device", token: "t1"}, http.StatusOK, ""},
		"but not print":                        {asked{method: post, path: "/api/runs/1/print", cookie: "device", token: "t1"}, http.StatusForbidden, CodeNoPerson},
		"a person prints":                      {asked{method: post, path: "/api/runs/1/print", cookie: "person", token: "t2"}, http.StatusOK, ""},
		"a person without the page's token":    {asked{method: post, path: "/api/runs/1/print", cookie: "person"}, http.StatusForbidden, CodeToken},
		"a person with another device's token": {asked{method: post, path: "/api/runs/1/print", cookie: "person", token: "t1"}, http.StatusForbidden, CodeToken},
		"a deletion without the token":         {asked{method: http.MethodDelete, path: "/api/person", cookie: "device"}, http.StatusForbidden, CodeToken},
		"what is not listed":                   {asked{path: "/api/secrets", cookie: "person"}, http.StatusNotFound, CodeNoRoute},
		"another method":                       {asked{method: http.MethodPut, path: "/api/person", cookie: "person", token: "t2"}, http.StatusMethodNotAllowed, CodeMethod},
		"a form": {asked{
			method: post, path: "/api/runs/1/print", cookie: "person", token: "t2",
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		}, http.StatusUnsupportedMediaType, CodeNotJSON},
		"too much":                     {asked{method: post, path: "/api/runs/1/print", cookie: "person", token: "t2", body: strings.Repeat("x", MostBody+1)}, http.StatusRequestEntityTooLarge, CodeTooLarge},
		"another site's page":          {asked{path: "/api/today", cookie: "device", header: map[string]string{"Origin": "https://evil.example"}}, http.StatusForbidden, CodeForeign},
		"another port's page":          {asked{path: "/api/today", cookie: "device", header: map[string]string{"Sec-Fetch-Site": "same-site"}}, http.StatusForbidden, CodeForeign},
		"a pairing by another's page":  {asked{method: post, path: "/api/pair", header: map[string]string{"Origin": "http://192.168.1.20:9999"}}, http.StatusForbidden, CodeForeign},
		"a page without an origin":     {asked{method: post, path: "/api/pair", header: map[string]string{"Origin": "null"}}, http.StatusForbidden, CodeForeign},
		"our own page":                 {asked{method: post, path: "/api/pair", header: map[string]string{"Origin": "http://192.168.1.20:8479", "Sec-Fetch-Site": "same-origin"}}, http.StatusOK, ""},
		"by a name that is ours":       {asked{path: "/api/today", cookie: "device", host: "Station.LAN.:8479"}, http.StatusOK, ""},
		"by localhost":                 {asked{path: "/api/today", cookie: "device", host: "localhost:8479"}, http.StatusOK, ""},
		"by an address of IPv6":        {asked{path: "/api/today", cookie: "device", host: "[fd00::1]:8479"}, http.StatusOK, ""},
		"by a name that leads to us":   {asked{path: "/api/today", cookie: "device", host: "evil.example:8479"}, http.StatusMisdirectedRequest, CodeHost},
		"the pairing by such a name":   {asked{path: "/pair", host: "evil.example"}, http.StatusMisdirectedRequest, CodeHost},
		"a path that climbs":           {asked{path: "/assets/../api/today"}, http.StatusTemporaryRedirect, ""},
		"an asset needs nothing":       {asked{path: "/assets/page.js"}, http.StatusOK, ""},
		"HEAD is as GET":               {asked{method: http.MethodHead, path: "/api/today"}, http.StatusUnauthorized, ""},
		"OPTIONS promises nothing":     {asked{method: http.MethodOptions, path: "/api/today", header: map[string]string{"Origin": "https://evil.example"}}, http.StatusMethodNotAllowed, CodeMethod},
		"a framed page of another one": {asked{path: "/", cookie: "device", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}}, http.StatusForbidden, CodeForeign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(t, newDoor(nil), c.asked)
			require.Equal(t, c.status, w.Code, w.Body.String())
			if c.code != "" {
				var failure api.Failure
				require.NoError(t, json.Unmarshal(w.Body.Bytes(), &failure))
				assert.Equal(t, string(c.code), failure.Code)
				assert.NotEmpty(t, failure.Words)
				assert.NotContains(t, w.Body.String(), "hello")
			}
			assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
			assert.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
			assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
			assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
			if w.Code == http.StatusOK && !strings.HasPrefix(c.path, "/assets/") {
				assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestALinkFromElsewhereFindsThePageOfAPairedDevice(t *testing.T) {
	t.Parallel()
	w := ask(t, newDoor(nil), asked{path: "/", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}})
	require.Equal(t, http.StatusOK, w.Code, "the browser withholds a strict cookie here")
	assert.Contains(t, w.Body.String(), `http-equiv="refresh"`)
	assert.NotContains(t, w.Body.String(), "hello")
}

func TestRequestsAreKnownByTheirRoute(t *testing.T) {
	t.Parallel()
	var routes []string
	var logged strings.Builder
	handler := New(Options{
		People: visitors, Cookie: "c", Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Seen: func(route string, status int, _ time.Duration) { routes = append(routes, route) },
	}, []Route{{Pattern: "GET /api/runs/{run}/labels", Need: Device, Handler: http.NotFoundHandler()}})
	ask(t, handler, asked{path: "/api/runs/secret-run/labels?q=secret-query", cookie: "device"})
	ask(t, handler, asked{path: "/secret-path"})
	assert.Equal(t, []string{"GET /api/runs/{run}/labels", "none"}, routes)
	assert.Contains(t, logged.String(), "{run}")
	assert.NotContains(t, logged.String(), "secret")
	assert.NotContains(t, logged.String(), "device")
}

func TestEveryCodeHasItsWords(t *testing.T) {
	t.Parallel()
	require.NotEmpty(t, words)
	for code, said := range words {
		for _, one := range said {
			assert.NotEmpty(t, one, code)
		}
	}
}
