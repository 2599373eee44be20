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
