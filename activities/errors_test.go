package activities

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

func TestErrorsAreTranslatedIntoStableTypes(t *testing.T) {
	t.Parallel()
	hub := func(class multivende.Class) error {
		return fmt.Errorf("page read-1: %w", &multivende.Error{Class: class, Route: "task GET", Status: 400})
	}
	cases := map[string]struct {
		err   error
		kind  string
		final bool
	}{
		"the hub refuses our token":         {hub(multivende.NotAuthorised), contract.ErrorNotAuthorised, true},
		"the hub refuses the call":          {hub(multivende.Refused), contract.ErrorRefused, true},
		"the hub does not know it":          {hub(multivende.NotFound), contract.ErrorNotFound, true},
		"the hub is busy":                   {hub(multivende.Busy), contract.ErrorHub, false},
		"the hub's answer is broken":        {hub(multivende.Broken), contract.ErrorHub, false},
		"the hub is out of reach":           {hub(multivende.Unreachable), contract.ErrorHub, false},
		"a link has expired":                {hub(multivende.LinkExpired), contract.ErrorHub, false},
		"an id that can be no key":          {fmt.Errorf("keep: %w", storage.ErrKey), contract.ErrorStore, true},
		"another file under the same key":   {fmt.Errorf("keep: %w", storage.ErrCollision), contract.ErrorStore, true},
		"an object that is not there (yet)": {storage.ErrNotFound, contract.ErrorTrouble, false},
		"anything else":                     {errors.New("disk full"), contract.ErrorTrouble, false},
		"an error that is Temporal's":       {FinalError(contract.ErrorBooks, "two rows"), contract.ErrorBooks, true},
		"a wait":                            {WaitingError("not yet", time.Minute), contract.ErrorWaiting, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var application *temporal.ApplicationError
			require.ErrorAs(t, Translate(c.err), &application)
			assert.Equal(t, c.kind, application.Type())
			assert.Equal(t, c.final, application.NonRetryable())
			assert.NotEmpty(t, application.Message())
		})
	}
	t.Run("no error stays none", func(t *testing.T) {
		t.Parallel()
		assert.NoError(t, Translate(nil))
	})
	t.Run("a cancellation stays what it is", func(t *testing.T) {
		t.Parallel()
		err := fmt.Errorf("read: %w", context.Canceled)
		assert.Equal(t, err, Translate(err))
	})
	t.Run("a busy hub's pause is kept, and is no alarm", func(t *testing.T) {
		t.Parallel()
		var application *temporal.ApplicationError
		require.ErrorAs(t, Translate(&multivende.Error{Class: multivende.Busy, RetryAfter: 20 * time.Second}), &application)
		assert.Equal(t, 20*time.Second, application.NextRetryDelay())
		assert.Equal(t, temporal.ApplicationErrorCategoryBenign, application.Category())
	})
	t.Run("a pause is never nothing", func(t *testing.T) {
		t.Parallel()
		var application *temporal.ApplicationError
		require.ErrorAs(t, WaitingError("not yet", -time.Hour), &application)
		assert.Equal(t, 10*time.Millisecond, application.NextRetryDelay())
	})
}
