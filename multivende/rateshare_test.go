package multivende

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// partOfTheRate is a share that a test sets. It ends at a moment, and then is renewed after a while.
type partOfTheRate struct {
	part    float64
	ends    time.Time
	renewal time.Duration
	demands []Demand
	err     error
}

func (p *partOfTheRate) Await(ctx context.Context, demand Demand) (float64, error) {
	p.demands = append(p.demands, demand)
	if p.err != nil {
		return 0, p.err
	}
	if !p.Holds() {
		if err := sleepFor(ctx, p.renewal); err != nil {
			return 0, err
		}
		p.ends = time.Now().Add(time.Hour)
	}
	return p.part, nil
}

func (p *partOfTheRate) Holds() bool { return time.Now().Before(p.ends) }

// sharing runs a test with a limiter of four calls a second that shares them.
func sharing(t *testing.T, share *partOfTheRate, test func(t *testing.T, l *limiter)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if share.ends.IsZero() {
			share.ends = time.Now().Add(time.Hour)
		}
		test(t, newLimiter(4, share, time.Minute, newClock(1)))
	})
}

func TestAShareOfTheRate(t *testing.T) {
	t.Parallel()
	t.Run("spaces calls by it", func(t *testing.T) {
		t.Parallel()
		share := &partOfTheRate{part: 0.25}
		sharing(t, share, func(t *testing.T, l *limiter) {
			assert.Equal(t, 4*time.Second, l.timeOf(t, 5))
			share.part = 1
			assert.Equal(t, time.Second, l.timeOf(t, 4))
		})
	})
	t.Run("is halved like the whole when the hub is busy", func(t *testing.T) {
		t.Parallel()
		sharing(t, &partOfTheRate{part: 0.5}, func(t *testing.T, l *limiter) {
			l.timeOf(t, 1)
			l.busy(0, false)
			assert.Equal(t, 2*time.Second, l.timeOf(t, 2))
		})
	})
	t.Run("that ended while a call waited is waited for again before anything is sent", func(t *testing.T) {
		t.Parallel()
		share := &partOfTheRate{part: 0.025, renewal: time.Minute}
		sharing(t, share, func(t *testing.T, l *limiter) {
			l.timeOf(t, 1)
			share.ends = time.Now().Add(3 * time.Second) // the next turn is in 10 s
			assert.GreaterOrEqual(t, l.timeOf(t, 1), 70*time.Second)
		})
	})
	t.Run("hears which calls want it", func(t *testing.T) {
		t.Parallel()
		share := &partOfTheRate{part: 1}
		sharing(t, share, func(t *testing.T, l *limiter) {
			l.timeOf(t, 1)
			for range 3 {
				go func() { assert.NoError(t, l.wait(t.Context(), "x")) }()
			}
			pass(time.Minute)
			require.NoError(t, l.wait(Background(t.Context()), "x"))
			assert.Equal(t, []Demand{{InLine: 1}, {InLine: 1}, {InLine: 2}, {InLine: 1}, {Background: true, InLine: 1}}, share.demands)
		})
	})
	t.Run("that cannot be had fails as busy, with the route of the call", func(t *testing.T) {
		t.Parallel()
		share := &partOfTheRate{err: &Error{Class: Busy, RetryAfter: time.Second, Excerpt: "others have it"}}
		sharing(t, share, func(t *testing.T, l *limiter) {
			err := l.wait(t.Context(), "checkout GET")
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, Busy, told.Class)
			assert.Equal(t, "checkout GET", told.Route)
			assert.Equal(t, time.Second, told.RetryAfter)
		})
	})
}
