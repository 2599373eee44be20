package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/serviceerror"
)

const (
	attemptTimeout = 10 * time.Second
	firstPause     = 500 * time.Millisecond
	longestPause   = 5 * time.Second
	// attributesWait is how long it may take until every server sees new search attributes.
	attributesWait = 10 * time.Second
)

// finalError marks an error that waiting does not cure.
type finalError struct{ Err error }

func (f finalError) Error() string { return f.Err.Error() }
func (f finalError) Unwrap() error { return f.Err }

// patienceWith is how long an error is worth waiting for.
func patienceWith(err error, patience time.Duration) time.Duration {
	switch {
	case errors.As(err, &finalError{}):
		return 0
	case errors.Is(err, ErrSearchAttributes):
		return min(patience, attributesWait)
	}
	return patience
}

// tryUntilReady calls try with growing pauses until it succeeds, fails for good ([final]) or patience
// is over; each failure is logged.
func tryUntilReady(ctx context.Context, log *slog.Logger, what string, patience time.Duration, try func(context.Context) error) error {
	began, pause := time.Now(), firstPause
	for {
		err := tryOnce(ctx, try)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if waited := time.Since(began); waited+pause > patienceWith(err, patience) {
			return fmt.Errorf("%s is not ready after %s: %w", what, waited.Round(time.Second), err)
		}
		log.Warn("waiting for "+what, "error", err, "again_in", pause.String())
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// WhileUnreachable begins something that Temporal must answer, again and again while Temporal is unreachable, as
// [Connect] waits for it; another error is returned at once. What failed cannot be begun again: begin makes it anew.
func WhileUnreachable(ctx context.Context, log *slog.Logger, patience time.Duration, begin func() error) error {
	return tryUntilReady(ctx, log, "Temporal", patience, func(context.Context) error {
		err := begin()
		var away *serviceerror.Unavailable
		var late *serviceerror.DeadlineExceeded
		if err != nil && !errors.As(err, &away) && !errors.As(err, &late) && !errors.Is(err, context.DeadlineExceeded) {
			return finalError{err}
		}
		return err
	})
}

func tryOnce(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	return try(ctx)
}
