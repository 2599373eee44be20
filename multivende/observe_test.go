package multivende

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waits adds up how long calls waited for their turn.
type waits struct {
	mu    sync.Mutex
	count int
	sum   time.Duration
}

func (w *waits) note(waited time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	w.sum += waited
}

// hubInMemory is a client of a hub in memory, for a bubble of skipped time.
func hubInMemory(t *testing.T, answer http.HandlerFunc, change func(*Config)) *Client {
	t.Helper()
	config := Config{BaseURL: "http://127.0.0.1", Merchant: "m-1", Token: StaticToken("t"), ReadAttempts: 1, RequestsPerSecond: 4}
	change(&config)
	client, err := New(config)
	require.NoError(t, err)
	return client.inMemory(t, answer)
}

func TestHowLongCallsWaitForTheirTurnIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told waits
		client := hubInMemory(t, says(`{"_id":"a"}`), func(c *Config) { c.Waited = told.note })
		for range 9 {
			_, err := client.AppInfo(t.Context())
			require.NoError(t, err)
		}
		assert.Equal(t, 9, told.count, "also those that waited for nothing")
		assert.Equal(t, 2*time.Second, told.sum, "the first is sent at once, then one every 250 ms")
	})
}

func TestACallThatWaitedInVainIsToldOfAsWell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told waits
		calls := 0
		client := hubInMemory(t, says(`{"_id":"a"}`), func(c *Config) {
			c.Waited, c.Observe = told.note, func(context.Context, Call) { calls++ }
			c.RequestsPerSecond = 0.5
		})
		_, err := client.AppInfo(t.Context())
		require.NoError(t, err)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.AppInfo(impatient)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, told.sum)
		assert.Equal(t, 1, calls, "nothing was sent")
	})
}

type callerKey struct{}

func TestACallIsToldWithItsTemplateAndItsCallersContext(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/checkouts/o-1": says(`{"_id":"o-1"}`)})
	var told []Call
	client := hub.client(t, func(c *Config) {
		c.Observe = func(ctx context.Context, call Call) {
			assert.Equal(t, "the caller's", ctx.Value(callerKey{}))
			told = append(told, call)
		}
	})
	_, err := client.Checkout(context.WithValue(t.Context(), callerKey{}, "the caller's"), "o-1")
	require.NoError(t, err)
	require.Len(t, told, 1)
	assert.Equal(t, client.routes[routeCheckout].template, told[0].Template)
	assert.NotContains(t, told[0].Template, "o-1")
	assert.Contains(t, told[0].Template, "{")
}
