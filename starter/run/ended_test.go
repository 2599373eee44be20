package run

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	outcomes := func(labelled, printed int) map[books.Outcome]int {
		return map[books.Outcome]int{books.Labelled: labelled, books.AlreadyPrinted: printed}
	}
	cases := map[string]struct {
		result books.Result
		want   int
	}{
		"every order labelled":                    {books.Result{State: books.RunCompleted, Requested: 2, Outcomes: outcomes(2, 0)}, ExitComplete},
		"every order labelled or printed earlier": {books.Result{State: books.RunCompleted, Requested: 2, Outcomes: outcomes(1, 1)}, ExitComplete},
		"no order at all":                         {books.Result{State: books.RunCompleted}, ExitComplete},
		"an order without a label":                {books.Result{State: books.RunCompleted, Requested: 3, Outcomes: outcomes(1, 1)}, ExitIncomplete},
		"a plan":                                  {books.Result{State: books.RunCompleted, Requested: 3, Plan: &books.Plan{}}, ExitComplete},
		"a run that is open":                      {books.Result{State: books.RunRunning, Requested: 3}, ExitComplete},
		"a run that waits":                        {books.Result{State: books.RunWaiting, Requested: 3}, ExitComplete},
		"a run that was cancelled":                {books.Result{State: books.RunCancelled, Requested: 2, Outcomes: outcomes(2, 0)}, ExitFailed},
		"a run that failed":                       {books.Result{State: books.RunFailed}, ExitFailed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, ExitCode(c.result))
		})
	}
}

func TestEndedLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	t.Run("of Temporal", func(t *testing.T) {
		t.Parallel()
		_, err := ended(t.Context(), "run/m/k", books.Result{}, assert.AnError)
		require.ErrorIs(t, err, assert.AnError)
	})
	t.Run("of a caller who no longer waits", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := ended(ctx, "run/m/k", books.Result{}, errors.New("stream closed"))
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestCompleteGivesEveryListAValueAndChangesNothing(t *testing.T) {
	t.Parallel()
	given := books.Result{Connections: []books.ConnectionResult{{ID: "c1"}}}
	result := complete(given)
	assert.NotNil(t, result.Outcomes)
	assert.NotNil(t, result.Files)
	assert.NotNil(t, result.Connections[0].Outcomes)
	assert.Nil(t, given.Connections[0].Outcomes)
}
