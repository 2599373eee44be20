package multivende

import (
	"context"
	"errors"
)

// RateShare says which part of what the hub grants a merchant this process may use, where other
// processes call for the same merchant. It must be safe for concurrent use.
type RateShare interface {
	// Await must return the part, above 0 and at most 1, once the process has one. Its error is the
	// context's, or of class [Busy] when no part can be had for long.
	Await(ctx context.Context, demand Demand) (part float64, err error)
	// Holds must tell whether a part may still be used at this moment. No call is sent otherwise.
	Holds() bool
}

// Demand is what a call tells of the calls of its client.
type Demand struct {
	// Background tells whether the call lets others go first, see [Background].
	Background bool
	// InLine is how many calls wait for their turn, this one included.
	InLine int
}

// wholeRate is the share of a process that calls alone.
type wholeRate struct{}

func (wholeRate) Await(ctx context.Context, _ Demand) (float64, error) { return 1, ctx.Err() }
func (wholeRate) Holds() bool                                          { return true }

// awaitShare waits until the process may use a part of the rate, and spaces calls by that part.
func (l *limiter) awaitShare(ctx context.Context, route string) error {
	part, err := l.share.Await(ctx, Demand{Background: classOf(ctx) == background, InLine: l.callsInLine()})
	var told *Error
	if errors.As(err, &told) {
		named := *told
		named.Route = route
		return &named
	}
	if err != nil {
		return err
	}
	l.usePart(part)
	return nil
}

func (l *limiter) callsInLine() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := 0
	for _, waiting := range l.inLine {
		sum += waiting
	}
	return sum
}
