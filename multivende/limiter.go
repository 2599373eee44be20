package multivende

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	slowest         = 1.0 / 16         // the rate never falls below this fraction of the full one
	recoverySteps   = 16               // at most this many good answers restore a halved rate
	firstPause      = time.Second      // after a 429 without a time, on the hub's clock
	longestPause    = time.Minute      // longest of these pauses, which double at each 429 in a row
	longestObeyed   = 30 * time.Minute // a longer Retry-After is cut to this, on the hub's clock
	halvingInterval = time.Second      // within it the rate is halved only once, on the hub's clock

	// lateTimer is how late a timer may be, in our time, without losing calls: so many may follow at once.
	// At the hub's usual rate that is none.
	lateTimer = 50 * time.Millisecond
)

// limiter spaces the calls of one client: it slows down when the hub is busy, keeps the pauses
// that the hub asks for, recovers step by step, and makes calls that give way ([Background]) wait
// for the others. A nil limiter delays nothing.
type limiter struct {
	clock *Clock
	// patience is how long a pause asked for by the hub a call waits out; for a longer one it
	// fails as busy, so that a durable timer can wait.
	patience time.Duration

	// share is what this process may use of the full rate.
	share RateShare

	mu sync.Mutex
	precedence
	full     rate.Limit // what the hub grants the merchant
	part     rate.Limit // of it, this process's; at most 1
	slowdown rate.Limit // 1 unless the hub is busy
	tokens   *rate.Limiter
	closed   time.Time // the hub wants no calls until then
	halved   time.Time
	refusals int // 429 in a row
}

func newLimiter(perSecond float64, share RateShare, patience time.Duration, clock *Clock) *limiter {
	full := rate.Limit(perSecond)
	burst := max(1, int(perSecond*lateTimer.Seconds()))
	return &limiter{
		clock: clock, patience: patience, share: share,
		full: full, part: 1, slowdown: 1, tokens: rate.NewLimiter(full, burst),
	}
}

// wait returns when the next call may be sent. Its error is the context's, or of class Busy when
// the hub wants no calls for longer than the limiter's patience.
func (l *limiter) wait(ctx context.Context, route string) error {
	if l == nil {
		return nil
	}
	leave, err := l.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for {
		if err := l.awaitShare(ctx, route); err != nil {
			return err
		}
		if err := l.awaitTurn(ctx, route); err != nil {
			return err
		}
		if l.share.Holds() { // it may have ended meanwhile, or this process was stopped for a while
			return nil
		}
	}
}

// awaitTurn waits until the rate allows a call and the hub wants one.
func (l *limiter) awaitTurn(ctx context.Context, route string) error {
	if err := sleepFor(ctx, l.reserve()); err != nil {
		return err
	}
	for pause := l.pause(); pause > 0; pause = l.pause() {
		if pause > l.patience {
			return &Error{Class: Busy, Route: route, RetryAfter: pause, Excerpt: "the hub asked for a pause, so nothing was sent"}
		}
		if err := sleepFor(ctx, pause); err != nil {
			return err
		}
	}
	return nil
}

func (l *limiter) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, time.Until(l.closed))
}

func (l *limiter) reserve() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	return l.tokens.ReserveN(now, 1).DelayFrom(now)
}

// succeeded speeds up by a step.
func (l *limiter) succeeded() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refusals = 0
	if l.slowdown < 1 {
		l.slowdown = min(1, l.slowdown+1.0/recoverySteps)
		l.applyRate(time.Now())
	}
}

// usePart spaces calls by a part of the full rate from now on.
func (l *limiter) usePart(part float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if part := rate.Limit(part); part > 0 && part != l.part {
		l.part = part
		l.applyRate(time.Now())
	}
}

func (l *limiter) applyRate(now time.Time) {
	l.tokens.SetLimitAt(now, l.full*l.part*l.slowdown)
}

// busy slows down and returns how long the pause is. after is the pause that the hub asked for, in
// our own time, 0 for none. refused tells a 429 from a 5xx, which by itself asks for no pause.
func (l *limiter) busy(after time.Duration, refused bool) time.Duration {
	if l == nil {
		return after
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.halved) >= l.clock.Real(halvingInterval) {
		l.halved = now
		l.slowdown = max(slowest, l.slowdown/2)
		l.applyRate(now)
	}
	switch {
	case !refused || after > 0:
	case l.closed.After(now): // the answer to a request sent before that pause
		after = l.closed.Sub(now)
	default:
		doubled := time.Duration(float64(firstPause) * math.Pow(2, float64(min(l.refusals, 10))))
		after = l.clock.Real(min(doubled, longestPause))
		l.refusals++
	}
	after = min(after, l.clock.Real(longestObeyed))
	if until := now.Add(after); after > 0 && until.After(l.closed) {
		l.closed = until
	}
	return after
}

func sleepFor(ctx context.Context, pause time.Duration) error {
	if pause <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
