package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	attemptTimeout = 10 * time.Second
	firstPause     = 500 * time.Millisecond
	longestPause   = 5 * time.Second
	// attributesWait is how long new search attributes may take to be seen by every server.
	attributesWait = 10 * time.Second
)

// until calls try with growing pauses until it succeeds, refuses for good or
// patience is over; each failure is logged.
func until(ctx context.Context, log *slog.Logger, what string, patience time.Duration, try func(context.Context) error) error {
	began, pause := time.Now(), firstPause
	for {
		err := attempt(ctx, try)
		if err == nil {
			return nil
		}
		limit := patience
		if errors.Is(err, ErrSearchAttributes) {
			limit = min(patience, attributesWait)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if waited := time.Since(began); waited+pause > limit {
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

func attempt(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	return try(ctx)
}
