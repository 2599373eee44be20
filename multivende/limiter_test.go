package multivende

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inBubble runs a test on a fake clock.
func inBubble(t *testing.T, perSecond, speed float64, test func(t *testing.T, l *limiter)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(t, newLimiter(perSecond, wholeRate{}, time.Minute, newClock(speed)))
	})
}

// timeOf waits for so many turns and says how long it took.
func (l *limiter) timeOf(t *testing.T, turns int) time.Duration {
	t.Helper()
	began := time.Now()
	for range turns {
		require.NoError(t, l.wait(t.Context(), "x"))
	}
	return time.Since(began)
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	t.Run("calls are spaced by the rate", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			assert.Equal(t, 2*time.Second, l.timeOf(t, 9), "the first at once, then one every 250 ms")
		})
	})
	t.Run("a rest saves up no burst", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			l.timeOf(t, 1)
			pass(time.Hour)
			assert.Equal(t, time.Second, l.timeOf(t, 5))
		})
	})
	t.Run("a timer that comes late costs a quick hub no calls", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 200, 1, func(t *testing.T, l *limiter) {
			l.timeOf(t, 1)
			pass(50 * time.Millisecond)
			assert.Zero(t, l.timeOf(t, 10), "those of the time that passed")
			assert.Equal(t, 5*time.Millisecond, l.timeOf(t, 1))
		})
	})
	t.Run("many callers share it", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			began := time.Now()
			var callers sync.WaitGroup
			for range 41 {
				callers.Go(func() { assert.NoError(t, l.wait(t.Context(), "x")) })
			}
			callers.Wait()
			assert.Equal(t, 10*time.Second, time.Since(began))
		})
	})
	t.Run("a busy hub halves it, once for answers that come together", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			l.timeOf(t, 1)
			for range 10 {
				assert.Zero(t, l.busy(0, false))
			}
			assert.Equal(t, 2*time.Second, l.timeOf(t, 4), "one every 500 ms")
		})
	})
	t.Run("it never falls below a sixteenth", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			for range 20 {
				l.busy(0, false)
				pass(time.Second)
			}
			l.timeOf(t, 1)
			assert.Equal(t, 8*time.Second, l.timeOf(t, 2), "one every 4 s")
		})
	})
	t.Run("good answers bring it back step by step", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			l.busy(0, false)
			for step := range 8 {
				assert.InDelta(t, 2+float64(step)/4, float64(l.tokens.Limit()), 1e-9)
				l.succeeded()
			}
			l.succeeded()
			assert.InDelta(t, 4, float64(l.tokens.Limit()), 1e-9)
		})
	})
	t.Run("a pause that the hub asks for holds every caller", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			assert.Equal(t, 30*time.Second, l.busy(30*time.Second, true))
			l.busy(5*time.Second, true) // a shorter one changes nothing
			assert.Equal(t, 30*time.Second, l.timeOf(t, 1))
		})
	})
	t.Run("a refusal without a time asks for a second, then two, then four", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
				assert.Equal(t, want*time.Second, l.busy(0, true))
				assert.Equal(t, want*time.Second, l.busy(0, true), "another answer of the same moment")
				pass(want * time.Second)
			}
			l.succeeded()
			assert.Equal(t, time.Second, l.busy(0, true))
		})
	})
	t.Run("all of it runs on the hub's clock", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 60, func(t *testing.T, l *limiter) {
			assert.Equal(t, time.Second/60, l.busy(0, true))
		})
	})
	t.Run("a pause beyond all reason is cut", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 2, func(t *testing.T, l *limiter) {
			assert.Equal(t, 15*time.Minute, l.busy(1000*time.Hour, true))
		})
	})
	t.Run("a pause longer than the patience fails at once and says how long", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			l.busy(5*time.Minute, true)
			began := time.Now()
			err := l.wait(t.Context(), "checkout GET")
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, Busy, told.Class)
			assert.Equal(t, 5*time.Minute, told.RetryAfter)
			assert.Zero(t, time.Since(began))
		})
	})
	t.Run("waiting ends with its context", func(t *testing.T) {
		t.Parallel()
		inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
			l.busy(30*time.Second, true)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var callers sync.WaitGroup
			for range 3 { // one in turn, two in line
				callers.Go(func() { assert.ErrorIs(t, l.wait(ctx, "x"), context.DeadlineExceeded) })
			}
			callers.Wait()
		})
	})
}

// pass lets time go by on the fake clock of a bubble; it takes none of ours.
func pass(d time.Duration) { <-time.After(d) }

func TestTheRateIsScaledWithTheHubsClock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config Config
		want   float64
	}{
		"by default":          {Config{}, 4},
		"of a hub that races": {Config{Speed: 600, RequestsPerSecond: 5}, 3000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.config.Token = StaticToken("t")
			client, err := New(test.config)
			require.NoError(t, err)
			assert.InDelta(t, test.want, float64(client.limiter.full), 1e-9)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	hubNow := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"30":      time.Second,
		" 30 ":    time.Second,
		"1.5":     50 * time.Millisecond,
		"":        0,
		"0":       0,
		"-5":      0,
		"NaN":     0,
		"soon":    0,
		"9999999": time.Minute, // half an hour of the hub's
		hubNow.Add(time.Minute).Format(http.TimeFormat):      2 * time.Second,
		hubNow.Add(-time.Minute).Format(http.TimeFormat):     0,
		hubNow.Add(time.Hour * 9999).Format(http.TimeFormat): time.Minute,
	} {
		t.Run(fmt.Sprintf("%q", value), func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", hubNow.Format(http.TimeFormat))
				w.Header().Set("Retry-After", value)
				w.WriteHeader(http.StatusServiceUnavailable)
			}})
			client := hub.client(t, func(c *Config) { c.Speed = 30 })
			_, err := client.AppInfo(t.Context())
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, want, told.RetryAfter)
			assert.Equal(t, want == 0, client.limiter.closed.IsZero(), "the pause holds for every caller")
		})
	}
	t.Run("a date without the hub's own is compared with the hub's clock", func(t *testing.T) {
		t.Parallel()
		client := newHub(t, nil).client(t, func(c *Config) { c.Speed = 1 })
		client.clock.known, client.clock.hubAt, client.clock.localAt = true, hubNow, time.Now()
		got := client.retryAfter(http.Header{"Retry-After": {hubNow.Add(time.Hour / 4).Format(http.TimeFormat)}})
		assert.InDelta(t, 15*time.Minute, got, float64(time.Minute))
	})
}
