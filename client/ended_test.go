package client

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
)

func TestEndedLeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	t.Run("of Temporal", func(t *testing.T) {
		t.Parallel()
		_, err := ended(t.Context(), "run/m/k", contract.RunResult{}, assert.AnError)
		require.ErrorIs(t, err, assert.AnError)
	})
	t.Run("of a caller who no longer waits", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := ended(ctx, "run/m/k", contract.RunResult{}, errors.New("stream closed"))
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestCompleteGivesEveryListAValueAndChangesNothing(t *testing.T) {
	t.Parallel()
	given := contract.RunResult{Connections: []contract.ConnectionResult{{ID: "c1"}}}
	result := FillIn(given)
	assert.NotNil(t, result.Outcomes)
	assert.NotNil(t, result.Files)
	assert.NotNil(t, result.Connections[0].Outcomes)
	assert.Nil(t, given.Connections[0].Outcomes)
}

func TestEndedReadsWhatAClosedRunLeft(t *testing.T) {
	t.Parallel()
	left := contract.RunResult{Run: "k", Merchant: "m", State: contract.RunRunning, Requested: 2, Outcomes: map[contract.Outcome]int{contract.NotReady: 2}}
	cases := map[string]struct {
		err    error
		state  contract.RunState
		reason string
		orders int
	}{
		"a cancelled run with its books":       {temporal.NewCanceledError(left), contract.RunCancelled, "", 2},
		"a cancelled run without them":         {temporal.NewCanceledError(), contract.RunCancelled, "", 0},
		"a failed run with words for people":   {temporal.NewNonRetryableApplicationError("too many\x1b[2J orders", "TooManyOrders", nil), contract.RunFailed, "too many [2J orders", 0},
		"a failed run that left its books too": {temporal.NewNonRetryableApplicationError("the store is away", "LabelStore", nil, left), contract.RunFailed, "the store is away", 2},
		"a failed run whose books say why":     {temporal.NewNonRetryableApplicationError("run k: no", "LabelStore", nil, contract.RunResult{Requested: 2, Reason: contract.Reason{Words: "no"}}), contract.RunFailed, "no", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := ended(t.Context(), "run/m/k", contract.RunResult{}, closedWith(c.err))
			require.NoError(t, err)
			assert.Equal(t, c.state, result.State)
			assert.Equal(t, c.reason, result.Reason.Words)
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
