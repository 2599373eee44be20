package run

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
)

// shelf is a store that may be slow or broken.
type shelf struct {
	hold chan struct{}
	err  error

	mu    sync.Mutex
	files map[string]string
}

func (s *shelf) PutBytes(ctx context.Context, prefix, extension, contentType string, data []byte) (storage.File, error) {
	if s.hold != nil {
		select {
		case <-s.hold:
		case <-ctx.Done():
			return storage.File{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[prefix+"*"+extension+" "+contentType] = string(data)
	return storage.File{}, s.err
}

func newShelf() (*shelf, *keeper) {
	s := &shelf{files: map[string]string{}}
	return s, newKeeper(s, silent(), prometheus.NewCounter(prometheus.CounterOpts{Name: "dropped"}))
}

// valueOf reads a counter.
func valueOf(t *testing.T, counter prometheus.Counter) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	require.NoError(t, registry.Register(counter))
	families, err := registry.Gather()
	require.NoError(t, err)
	return families[0].GetMetric()[0].GetCounter().GetValue()
}

func TestRawNotifications(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 23, 30, 0, 0, time.FixedZone("Santiago", -3*3600))
	t.Run("a merchant's notifications of some seconds are one object of lines, by day", func(t *testing.T) {
		t.Parallel()
		s, k := newShelf()
		k.keep("m1", []rawNotification{k.hold(at, []byte(`{"a": 1}`))})
		k.keep("m1", []rawNotification{k.hold(at, []byte(`{"b":2}`))})
		k.keep("m2", nil)
		k.drain(t.Context())
		assert.Equal(t, map[string]string{
			"raw/m1/notifications/2026-11-22/*.jsonl application/x-ndjson": `{"received":"2026-11-22T02:30:00Z","body":{"a":1}}` + "\n" +
				`{"received":"2026-11-22T02:30:00Z","body":{"b":2}}` + "\n",
		}, s.files)
		assert.Zero(t, k.held.Load())
		assert.Zero(t, valueOf(t, k.dropped))
	})
	t.Run("nothing waits for long", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s, k := newShelf()
			k.keep("m1", []rawNotification{k.hold(at, []byte(`{}`))})
			<-time.After(rawEvery + time.Millisecond)
			synctest.Wait()
			assert.Len(t, s.files, 1)
			k.drain(t.Context())
		})
	})
	t.Run("what the store does not take is dropped and counted", func(t *testing.T) {
		t.Parallel()
		s, k := newShelf()
		s.err = errors.New("full")
		k.keep("m1", []rawNotification{k.hold(at, []byte(`{}`)), k.hold(at, []byte(`{}`))})
		k.drain(t.Context())
		assert.InDelta(t, 2, valueOf(t, k.dropped), 0)
		assert.Zero(t, k.held.Load())
	})
	t.Run("a slow store costs raw notifications, not memory", func(t *testing.T) {
		t.Parallel()
		s, k := newShelf()
		s.hold = make(chan struct{})
		body := []byte(`{"CheckoutId":1}`)
		k.most = 10 * int64(len(body))
		for range 15 {
			if raw := k.hold(at, body); raw.body != nil {
				k.keep("m1", []rawNotification{raw})
			}
		}
		assert.Equal(t, k.most, k.held.Load())
		close(s.hold)
		k.drain(t.Context())
		assert.InDelta(t, 5, valueOf(t, k.dropped), 0)
	})
	t.Run("an end that cannot wait drops what is not written", func(t *testing.T) {
		t.Parallel()
		s, k := newShelf()
		s.hold = make(chan struct{})
		k.keep("m1", []rawNotification{k.hold(at, []byte(`{}`))})
		ended, end := context.WithCancel(t.Context())
		end()
		k.drain(ended)
		assert.InDelta(t, 1, valueOf(t, k.dropped), 0)
	})
}
