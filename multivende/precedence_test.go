package multivende

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// calls makes so many calls, several at a time as steps do, each answered after a while, and says how long that took.
func (l *limiter) calls(ctx context.Context, t *testing.T, calls, parallel int, answer time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	var left atomic.Int64
	left.Store(int64(calls))
	var callers sync.WaitGroup
	for range parallel {
		callers.Go(func() {
			for left.Add(-1) >= 0 {
				assert.NoError(t, l.wait(ctx, "x"))
				pass(answer)
			}
		})
	}
	callers.Wait()
	return time.Since(began)
}

// catchUp makes calls that give way, eight at a time, until it is stopped; stop says how many there were.
func (l *limiter) catchUp(t *testing.T, answer time.Duration) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(Background(t.Context()))
	var made atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for l.wait(ctx, "x") == nil {
				made.Add(1)
				pass(answer)
			}
		})
	}
	return func() int {
		cancel()
		callers.Wait()
		return int(made.Load())
	}
}

func TestARunTakesNearlyAsLongBesideAnIntakeThatCatchesUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		parallel int
		answer   time.Duration
		longer   float64
	}{
		"with calls side by side":                         {8, 100 * time.Millisecond, 1.12},
		"with a long line":                                {64, 100 * time.Millisecond, 1.12},
		"with one call after the other":                   {1, 100 * time.Millisecond, 1.12},
		"with one after the other that are answered late": {1, 600 * time.Millisecond, 1.12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const calls = 400
			var alone, beside time.Duration
			var caughtUp int
			inBubble(t, 4, 1, func(t *testing.T, l *limiter) { alone = l.calls(t.Context(), t, calls, c.parallel, c.answer) })
			inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
				stop := l.catchUp(t, c.answer)
				pass(time.Minute)
				during := l.calls(t.Context(), t, calls, c.parallel, c.answer)
				beside, caughtUp = during, stop()
			})
			assert.Less(t, beside.Seconds(), alone.Seconds()*c.longer, "alone %v, beside %v", alone, beside)
			assert.GreaterOrEqual(t, caughtUp-4*60, calls/givenShare-1, "the intake moves on meanwhile")
		})
	}
}

func TestCatchingUpHasTheWholeRateWhenNobodyElseCalls(t *testing.T) {
	t.Parallel()
	inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
		assert.Equal(t, 10*time.Second, l.calls(Background(t.Context()), t, 41, 8, 0))
		l.timeOf(t, 1)
		began := time.Now()
		l.calls(Background(t.Context()), t, 41, 8, 0)
		assert.LessOrEqual(t, time.Since(began), 12*time.Second, "also soon after others called")
	})
}

func TestACallThatGoesFirstWaitsForOneOtherAtMost(t *testing.T) {
	t.Parallel()
	inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
		defer l.catchUp(t, 0)()
		pass(time.Minute + 100*time.Millisecond)
		assert.LessOrEqual(t, l.timeOf(t, 1), 2*time.Second/4)
	})
}

func TestCatchingUpKeepsItsShareWhenTheRateFalls(t *testing.T) {
	t.Parallel()
	inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
		for range 4 { // to a sixteenth
			l.busy(0, false)
			pass(time.Second)
		}
		stop := l.catchUp(t, 0)
		l.calls(t.Context(), t, 200, 8, 0)
		assert.InDelta(t, 200/givenShare, stop(), 4)
	})
}

func TestACallThatGivesWayEndsWithItsContext(t *testing.T) {
	t.Parallel()
	inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
		l.sharedAt[background] = time.Now()
		ctx, cancel := context.WithTimeout(Background(t.Context()), time.Second)
		defer cancel()
		l.arrive(first) // and never leaves
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() { assert.ErrorIs(t, l.wait(ctx, "x"), context.DeadlineExceeded) })
		}
		callers.Wait()
		synctest.Wait()
		assert.False(t, l.lines[background].taken)
		assert.Empty(t, l.lines[background].waiting)
		require.NoError(t, l.wait(t.Context(), "x"))
	})
}

func TestPatientCallsComeAfterTheOthersAndBeforeCatchingUp(t *testing.T) {
	t.Parallel()
	inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
		var urgent, later time.Duration
		var callers sync.WaitGroup
		stop := l.catchUp(t, 0)
		callers.Go(func() { later = l.calls(Patient(t.Context()), t, 300, 8, 100*time.Millisecond) })
		callers.Go(func() { urgent = l.calls(t.Context(), t, 100, 8, 100*time.Millisecond) })
		callers.Wait()
		alone := 25 * time.Second
		assert.Less(t, urgent, alone*13/10, "a patient call and one that catches up in ten each")
		assert.Less(t, later, 4*alone*5/4, "all of the rate once the others are through")
		assert.LessOrEqual(t, stop(), 400/(givenShare-1)+2)
	})
}

func TestPatientWorksAreDoneOneAfterTheOther(t *testing.T) {
	t.Parallel()
	inBubble(t, 4, 1, func(t *testing.T, l *limiter) {
		works := make([]time.Duration, 4)
		var callers sync.WaitGroup
		for i := range works {
			ctx := Patient(t.Context())
			callers.Go(func() { works[i] = l.calls(ctx, t, 40, 8, 100*time.Millisecond) })
		}
		callers.Wait()
		for i, took := range works {
			assert.InDelta(t, float64(i+1)*10, took.Seconds(), 3, "the %d. work", i+1)
		}
	})
}
