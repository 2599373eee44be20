package run

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

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

func TestEndedReadsWhatAClosedRunLeft(t *testing.T) {
	t.Parallel()
	left := books.Result{Run: "k", Merchant: "m", State: books.RunRunning, Requested: 2, Outcomes: map[books.Outcome]int{books.NotReady: 2}}
	cases := map[string]struct {
		err    error
		state  books.RunState
		reason string
		orders int
	}{
		"a cancelled run with its books":       {temporal.NewCanceledError(left), books.RunCancelled, "", 2},
		"a cancelled run without them":         {temporal.NewCanceledError(), books.RunCancelled, "", 0},
		"a failed run with words for people":   {temporal.NewNonRetryableApplicationError("too many\x1b[2J orders", "TooManyOrders", nil), books.RunFailed, "too many [2J orders", 0},
		"a failed run that left its books too": {temporal.NewNonRetryableApplicationError("the store is away", "LabelStore", nil, left), books.RunFailed, "the store is away", 2},
		"a failed run whose books say why":     {temporal.NewNonRetryableApplicationError("run k: no", "LabelStore", nil, books.Result{Requested: 2, Reason: "no"}), books.RunFailed, "no", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := ended(t.Context(), "run/m/k", books.Result{}, closedWith(c.err))
			require.NoError(t, err)
			assert.Equal(t, c.state, result.State)
			assert.Equal(t, c.reason, result.Reason)
			assert.Equal(t, c.orders, result.Requested)
			assert.Equal(t, []string{"m", "k"}, []string{result.Merchant, result.Run})
		})
	}
}

// closedWith is what a client gets from a workflow that ended with err.
func closedWith(err error) error {
	environment := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	environment.ExecuteWorkflow(func(workflow.Context) error { return err })
	return environment.GetWorkflowError()
}
