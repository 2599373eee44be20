package multivende

import (
	"context"
	"time"
)

const (
	// backgroundShare: beside calls that go first, one call in so many is one that gives way.
	backgroundShare = 10
	// quietCalls: so many calls' time must have passed since one that goes first, before calls that
	// give way have the whole rate. It spans what a step does between two answers.
	quietCalls = 4
)

type backgroundKey struct{}

// Background marks the calls made with a context as catching up: they give way to the client's
// other calls and, beside them, get a tenth of the rate; when there are no others, all of it.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

func isBackground(ctx context.Context) bool { return ctx.Value(backgroundKey{}) != nil }

// precedence is what a limiter knows of its callers, to let some go first. Its lines are
// channels of one place: in each, one caller at a time reserves its moment, so that all feel a
// change of the rate at once. As the lines are two, a call that goes first waits for one other at most.
type precedence struct {
	first, background chan struct{}

	inLine       int       // calls that go first and have not left yet
	firstAt      time.Time // when the last of them left
	backgroundAt time.Time // when the last one that gave way left
}

func newPrecedence() precedence {
	return precedence{first: make(chan struct{}, 1), background: make(chan struct{}, 1)}
}

// enter takes the place at the head of the caller's line; leave gives it back.
func (l *limiter) enter(ctx context.Context) (leave func(), err error) {
	line, gone := l.background, func() {}
	if !isBackground(ctx) {
		line, gone = l.first, l.arrive()
	}
	select {
	case line <- struct{}{}:
	case <-ctx.Done():
		gone()
		return nil, ctx.Err()
	}
	leave = func() { gone(); <-line }
	if !isBackground(ctx) {
		return leave, nil
	}
	for pause := l.giveWay(); pause > 0; pause = l.giveWay() {
		if err := sleepFor(ctx, pause); err != nil {
			leave()
			return nil, err
		}
	}
	return leave, nil
}

// arrive counts a call that goes first until it has left.
func (l *limiter) arrive() (gone func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inLine++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inLine--
		l.firstAt = time.Now()
	}
}

// giveWay is how long a call that gives way still has to wait; 0 when its moment has come.
func (l *limiter) giveWay() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	apart := time.Duration(float64(time.Second) / float64(l.tokens.Limit()))
	pause := l.firstAt.Add(quietCalls * apart).Sub(now)
	if l.inLine > 0 {
		pause = quietCalls * apart
	}
	if pause = min(pause, l.backgroundAt.Add(backgroundShare*apart).Sub(now)); pause > 0 {
		return pause
	}
	l.backgroundAt = now
	return 0
}
