package multivende

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/test/bufconn"
)

// testHub is a hub that answers each path with what a test puts there, and remembers the calls.
type testHub struct {
	*httptest.Server
	mu    sync.Mutex
	calls []testCall
}

type testCall struct {
	Method, Path, Query, Body string
	Header                    http.Header
}

// newHub serves answers by path; a path that is not there is answered 404.
func newHub(t *testing.T, answers map[string]http.HandlerFunc) *testHub {
	t.Helper()
	hub := &testHub{}
	hub.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		hub.mu.Lock()
		hub.calls = append(hub.calls, testCall{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header})
		hub.mu.Unlock()
		if answer, found := answers[r.URL.Path]; found {
			answer(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(hub.Close)
	return hub
}

// seen is every call so far.
func (hub *testHub) seen() []testCall {
	hub.mu.Lock()
	defer hub.mu.Unlock()
	return append([]testCall(nil), hub.calls...)
}

// client is a client of the hub that runs fast and does not try again, unless changed.
func (hub *testHub) client(t *testing.T, changes ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		BaseURL: hub.URL, Merchant: "m-1", Token: StaticToken("secret-token"), Speed: 1000, ReadAttempts: 1,
		Timeouts: Timeouts{Request: 20 * time.Second},
	}
	for _, change := range changes {
		change(&config)
	}
	client, err := New(config)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

// inMemory calls a client's server over connections in memory. In a bubble of skipped time, what does not come in time is
// then late by the test's clock, however slow the machine is.
func (c *Client) inMemory(t *testing.T, answer http.HandlerFunc) *Client {
	t.Helper()
	listener := bufconn.Listen(64 << 10)
	server := &http.Server{Handler: answer} //nolint:gosec // of a test
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() {
		c.Close()
		assert.NoError(t, server.Close())
	})
	for _, client := range []*http.Client{c.api, c.files} {
		client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return listener.DialContext(ctx) }
	}
	return c
}

// hangs never answers. It has read the request, without which a server does not learn that its caller has gone.
func hangs(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// says answers 200 with a body.
func says(body string) http.HandlerFunc { return answers(http.StatusOK, body) }

// answers answers a status with a body, as JSON by name.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn answers each call with the next answer, and with the last one from then on.
func inTurn(all ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		next := all[0]
		if len(all) > 1 {
			all = all[1:]
		}
		mu.Unlock()
		next(w, r)
	}
}

// cut closes the connection after a part of what it promised.
func cut(promised, sent string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = buffer.WriteString(promised + sent)
		_ = buffer.Flush()
		_ = conn.Close()
	}
}
