package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
)

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestUntil(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	cases := map[string]struct {
		fails    int
		with     error
		patience time.Duration
		want     error
		within   time.Duration
	}{
		"what is there at once is not waited for":        {0, nil, time.Minute, nil, 0},
		"what comes a little later is waited for":        {4, refused, time.Minute, nil, 10 * time.Second},
		"what never comes is given up":                   {1 << 30, refused, time.Minute, refused, time.Minute},
		"without patience one try is made":               {1 << 30, refused, 0, refused, 0},
		"what waiting does not mend is given up at once": {1 << 30, finalError{refused}, time.Minute, refused, 0},
		"missing search attributes are soon complained":  {1 << 30, fmt.Errorf("%w: x", ErrSearchAttributes), time.Minute, ErrSearchAttributes, attributesWait},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, tries := time.Now(), 0
				err := tryUntilReady(t.Context(), silent(), "Temporal", c.patience, func(context.Context) error {
					tries++
					if tries <= c.fails {
						return c.with
					}
					return nil
				})
				if c.want == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, c.want)
					assert.ErrorContains(t, err, "Temporal is not ready")
				}
				assert.LessOrEqual(t, time.Since(began), c.within)
			})
		})
	}
	t.Run("an end during the wait ends it", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := tryUntilReady(ctx, silent(), "S3", time.Hour, func(context.Context) error { return refused })
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
	t.Run("a try that hangs is cut", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			err := tryUntilReady(t.Context(), silent(), "S3", 0, func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			})
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

func TestABeginningIsTriedAgainWhileTemporalIsUnreachable(t *testing.T) {
	t.Parallel()
	away := fmt.Errorf("the worker cannot start: failed reaching server: %w", serviceerror.NewUnavailable("write: broken pipe"))
	wrong := serviceerror.NewPermissionDenied("no", "")
	for name, c := range map[string]struct {
		fails []error
		want  error
		tries int
	}{
		"one that works at once":               {nil, nil, 1},
		"Temporal went away meanwhile":         {[]error{away, serviceerror.NewDeadlineExceeded("late"), away}, nil, 4},
		"an error that waiting does not mend":  {[]error{wrong}, wrong, 1},
		"such an error after Temporal is back": {[]error{away, wrong}, wrong, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			err := WhileUnreachable(t.Context(), silent(), time.Minute, func() error {
				if tries++; tries <= len(c.fails) {
					return c.fails[tries-1]
				}
				return nil
			})
			require.ErrorIs(t, err, c.want, name)
			assert.Equal(t, c.tries, tries, name)
		})
	}
}
