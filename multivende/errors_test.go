package multivende

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const cloudflare = `<!DOCTYPE html><html><head><title>502: Bad
 gateway</title></head><body>Client 12.345.678-9 buyer@example.com</body></html>`

func TestErrorsBySortOfAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer  http.HandlerFunc
		class   Class
		status  int
		excerpt string
	}{
		"401 is not authorised":            {answers(401, `{"name":"TokenExpiredError"}`), NotAuthorised, 401, "TokenExpiredError"},
		"403 is not authorised":            {answers(403, `{"error":{"message":"falta de permisos"}}`), NotAuthorised, 403, "falta de permisos"},
		"404 is not found":                 {answers(404, `{"message":"not there","name":"NotFound"}`), NotFound, 404, "not there"},
		"400 is refused":                   {answers(400, `{"error":"bad id"}`), Refused, 400, "bad id"},
		"422 in an array is refused":       {answers(422, `[{"message":"no"}]`), Refused, 422, "no"},
		"a quoted error of a channel":      {answers(409, `"{\"cause\":\"\",\"message\":\"Order do not exists\"}"`), Refused, 409, "Order do not exists"},
		"429 is busy":                      {answers(429, ``), Busy, 429, "the answer is empty"},
		"500 with a page is busy":          {answers(500, cloudflare), Busy, 500, "a page instead of JSON: 502: Bad gateway"},
		"503 in plain words is busy":       {answers(503, "down for maintenance"), Busy, 503, "down for maintenance"},
		"a page instead of an order":       {says(cloudflare), Broken, 200, "a page instead of JSON: 502: Bad gateway"},
		"a page without a title":           {says("<p>hello</p>"), Broken, 200, "a page instead of JSON"},
		"nothing instead of an order":      {says(""), Broken, 200, "the answer is empty"},
		"white space instead of an order":  {says(" \n"), Broken, 200, "the answer is empty"},
		"half an order":                    {says(`{"_id":"d-1","ShippingAddress":{"name":"Ana`), Broken, 200, "the answer is not JSON, or is cut off"},
		"words instead of an order":        {says("ok"), Broken, 200, "the answer is not JSON, or is cut off"},
		"an array instead of an order":     {says(`["x"]`), Broken, 200, "the answer is JSON of another shape than expected"},
		"an order without id":              {says(`{"code":"x"}`), Broken, 200, "the answer is not a delivery order: it has no _id"},
		"null instead of an order":         {says(`null`), Broken, 200, "the answer is not a delivery order: it has no _id"},
		"an answer that is too large":      {says(`{"_id":"` + strings.Repeat("x", 5000) + `"}`), Broken, 200, "the answer is larger than 4096 bytes"},
		"a redirect that leads elsewhere":  {redirect("http://elsewhere.example/x"), Refused, 302, "it redirects elsewhere, which is not followed"},
		"a connection cut within the body": {cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", `{"_id":`), Unreachable, 0, "the connection was cut"},
		"a connection cut before any word": {cut("", ""), Unreachable, 0, "the connection was cut"},
		"an order inside an error is dropped": {answers(400, `{"order":{"ShippingAddress":{"fullName":"Ana Pérez"}}}`),
			Refused, 400, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-orders/d-1": test.answer})
			_, err := hub.client(t, func(c *Config) { c.MaxAnswer = 4096 }).DeliveryOrder(t.Context(), "d-1")
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, test.class, told.Class)
			assert.Equal(t, test.class, ClassOf(fmt.Errorf("wrapped: %w", err)))
			assert.Equal(t, "delivery_order GET", told.Route)
			if test.class != Unreachable {
				assert.Equal(t, test.status, told.Status)
			}
			assert.Equal(t, test.excerpt, told.Excerpt)
			assert.False(t, told.MayBeDone, "a read changes nothing")
			assert.NotContains(t, err.Error(), "secret-token")
			assert.NotContains(t, err.Error(), "Ana")
			assert.True(t, strings.HasPrefix(err.Error(), "delivery_order GET: "), err.Error())
		})
	}
	assert.Empty(t, ClassOf(errors.New("of another package")))
	assert.Empty(t, ClassOf(nil))
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func TestErrorsTellThePermissionFromTheToken(t *testing.T) {
	t.Parallel()
	expired := &Error{Class: NotAuthorised, Route: "app_info GET", Status: 401}
	lacking := &Error{Class: NotAuthorised, Route: "app_info GET", Status: 403}
	assert.Equal(t, "app_info GET: the hub does not accept the token (HTTP 401)", expired.Error())
	assert.Equal(t, "app_info GET: the token lacks a scope (HTTP 403)", lacking.Error())
	gone := &Error{Class: LinkExpired, Route: "download GET", Status: 410}
	assert.Equal(t, "download GET: the link has expired (HTTP 410)", gone.Error())
	away := &Error{Class: Unreachable, Route: "download GET", Excerpt: "its name is not found"}
	assert.Equal(t, "download GET: the file's server cannot be reached: its name is not found", away.Error())
}

func TestRequestsThatMayHaveBeenCarriedOut(t *testing.T) {
	t.Parallel()
	const path = "/api/paris-connections/c-1/delivery-order-tickets/generation"
	tests := map[string]struct {
		answer http.HandlerFunc
		class  Class
		maybe  bool
	}{
		"cut before the answer":       {cut("", ""), Unreachable, true},
		"cut within the answer":       {cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", `{`), Unreachable, true},
		"a page with good news":       {says("<html></html>"), Broken, true},
		"a task without id":           {says(`{"processStatus":"pending"}`), Broken, true},
		"an empty answer":             {says(""), Broken, true},
		"a failing hub":               {answers(500, ""), Busy, true},
		"a gateway that gave up":      {answers(504, ""), Busy, true},
		"too many requests":           {answers(429, ""), Busy, false},
		"a refusal":                   {answers(400, `{"message":"no"}`), Refused, false},
		"a path that is not there":    {answers(404, ""), NoRoute, false},
		"a redirect, not followed":    {redirect("/elsewhere"), Refused, false},
		"a token that does not do it": {answers(401, ""), NotAuthorised, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{path: test.answer})
			_, err := hub.client(t).GenerateTickets(t.Context(), "paris", "c-1", []string{"d-1"})
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, test.class, told.Class)
			assert.Equal(t, test.maybe, told.MayBeDone)
			assert.Len(t, hub.seen(), 1, "what changes something is sent once")
		})
	}
	t.Run("no connection at all", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, nil)
		client := hub.client(t)
		hub.Close()
		_, err := client.GenerateTickets(t.Context(), "paris", "c-1", []string{"d-1"})
		var told *Error
		require.ErrorAs(t, err, &told)
		assert.Equal(t, Unreachable, told.Class)
		assert.False(t, told.MayBeDone)
		assert.Contains(t, told.Excerpt, "refused")
	})
	t.Run("an answer that does not come", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			client, err := New(Config{BaseURL: "http://127.0.0.1:1", AllowHosts: []string{"127.0.0.1"}, Merchant: "m-1", Token: StaticToken("secret-token")})
			require.NoError(t, err)
			_, err = client.inMemory(t, hangs).GenerateTickets(t.Context(), "paris", "c-1", []string{"d-1"})
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, Unreachable, told.Class)
			assert.True(t, told.MayBeDone)
			assert.Equal(t, "no answer came in time", told.Excerpt)
			assert.NotErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

func TestTheCallersOwnEndIsPassedThrough(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}})
	var calls []Call
	client := hub.client(t, func(c *Config) {
		c.ReadAttempts = 3
		c.Observe = func(_ context.Context, call Call) { calls = append(calls, call) }
	})
	_, err := client.AppInfo(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, ClassOf(err))
	require.Len(t, calls, 1)
	assert.Empty(t, calls[0].Class)

	_, err = client.AppInfo(ctx)
	require.ErrorIs(t, err, context.Canceled)
	err = client.CheckoutsLight(ctx, CheckoutsLightQuery{}, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = client.StatusID(ctx, "x")
	require.ErrorIs(t, err, context.Canceled)
	_, err = client.Download(ctx, hub.URL, nil)
	assert.Error(t, err)
}

func TestReadsAreTriedAgain(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answers []http.HandlerFunc
		calls   int
		class   Class
	}{
		"busy, then a page, then good": {[]http.HandlerFunc{answers(500, ""), says("<html>"), says(`{"_id":"a"}`)}, 3, ""},
		"cut, then good":               {[]http.HandlerFunc{cut("", ""), says(`{"_id":"a"}`)}, 2, ""},
		"too many requests, then good": {[]http.HandlerFunc{answers(429, ""), says(`{"_id":"a"}`)}, 2, ""},
		"busy for good":                {[]http.HandlerFunc{answers(503, "")}, 3, Busy},
		"refused for good":             {[]http.HandlerFunc{answers(400, "")}, 1, Refused},
		"not authorised for good":      {[]http.HandlerFunc{answers(401, "")}, 1, NotAuthorised},
		"a route that is not there":    {[]http.HandlerFunc{answers(404, "")}, 1, NoRoute},
		"a method that is not there":   {[]http.HandlerFunc{answers(405, "")}, 1, NoRoute},
		"busy for longer than we wait": {[]http.HandlerFunc{func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusServiceUnavailable)
		}}, 1, Busy},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": inTurn(test.answers...)})
			client := hub.client(t, func(c *Config) { c.ReadAttempts = 3; c.Patience = 30 * time.Millisecond })
			_, err := client.AppInfo(t.Context())
			assert.Equal(t, test.class, ClassOf(err))
			assert.Len(t, hub.seen(), test.calls)
		})
	}
}

func TestTheTokenGoesToTheHubAlone(t *testing.T) {
	t.Parallel()
	elsewhere := newHub(t, map[string]http.HandlerFunc{"/api/d/info": says(`{"_id":"stolen"}`)})
	t.Run("a redirect to another host is not followed", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": redirect(elsewhere.URL + "/api/d/info")})
		_, err := hub.client(t).AppInfo(t.Context())
		assert.Equal(t, Refused, ClassOf(err))
		assert.Empty(t, elsewhere.seen())
	})
	t.Run("a redirect on the same host is followed by reads", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": redirect("/moved"), "/moved": says(`{"_id":"a"}`)})
		info, err := hub.client(t).AppInfo(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "a", info.ID)
		assert.Equal(t, "Bearer secret-token", hub.seen()[1].Header.Get("Authorization"))
	})
	t.Run("a redirect in circles ends", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": redirect("/api/d/info")})
		_, err := hub.client(t).AppInfo(t.Context())
		assert.Equal(t, Refused, ClassOf(err))
	})
	t.Run("a token that cannot be sent is told without being told", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, nil)
		for _, token := range []StaticToken{"", "  ", "two words", "line\nbreak"} {
			_, err := hub.client(t, func(c *Config) { c.Token = token }).AppInfo(t.Context())
			assert.Equal(t, NotAuthorised, ClassOf(err))
			assert.NotContains(t, err.Error(), "words")
		}
		assert.Empty(t, hub.seen())
	})
	t.Run("a source without a token says why", func(t *testing.T) {
		t.Parallel()
		_, err := newHub(t, nil).client(t, func(c *Config) { c.Token = noToken{} }).AppInfo(t.Context())
		assert.ErrorIs(t, err, errNoToken)
	})
}

var errNoToken = errors.New("the account needs consent")

type noToken struct{}

func (noToken) Token(context.Context) (string, error) { return "", errNoToken }

func TestStaticTokenPrintsAsStars(t *testing.T) {
	t.Parallel()
	token := StaticToken("secret-token")
	written, err := json.Marshal(map[string]any{"token": token})
	require.NoError(t, err)
	for _, printed := range []string{
		token.String(), fmt.Sprint(token), fmt.Sprintf("%v %+v %#v %s %q", token, token, token, token, token),
		token.LogValue().String(), string(written), fmt.Sprintf("%+v", Config{Token: token}),
	} {
		assert.NotContains(t, printed, "secret")
		assert.Contains(t, printed, "***")
	}
}

func TestRequestsAreAsTheGuideSays(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": says(`{"_id":"a"}`)})
	var calls []Call
	client := hub.client(t, func(c *Config) { c.Observe = func(_ context.Context, call Call) { calls = append(calls, call) } })
	_, err := client.AppInfo(t.Context())
	require.NoError(t, err)
	_, err = client.Checkout(t.Context(), "x")
	require.Error(t, err)

	sent := hub.seen()[0]
	assert.Equal(t, "Bearer secret-token", sent.Header.Get("Authorization"))
	assert.Equal(t, "application/json", sent.Header.Get("Accept"))
	assert.Empty(t, sent.Header.Get("Content-Type"))
	require.Len(t, calls, 2)
	assert.Equal(t, "app_info GET 200 ", fmt.Sprintf("%s %s %d %s", calls[0].Route, calls[0].Method, calls[0].Status, calls[0].Class))
	assert.Equal(t, "checkout 404 no_route", fmt.Sprintf("%s %d %s", calls[1].Route, calls[1].Status, calls[1].Class))
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	opened := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened[r.RemoteAddr] = true
		answers(500+len(opened)%2, strings.Repeat("x", 9000))(w, r)
	}))
	t.Cleanup(server.Close)
	client, err := New(Config{BaseURL: server.URL, Token: StaticToken("t"), Speed: 1000, ReadAttempts: 1})
	require.NoError(t, err)
	for range 5 {
		_, err := client.AppInfo(t.Context())
		require.Error(t, err)
	}
	assert.Len(t, opened, 1)
}
