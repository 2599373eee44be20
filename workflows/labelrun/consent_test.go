package labelrun

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// TestAStepThatWaitsForConsentNeverFails: however long a merchant takes to give a new code.
func TestAStepThatWaitsForConsentNeverFails(t *testing.T) {
	t.Parallel()
	s := newScene(t, "w", nil)
	s.SetWorkerOptions(workflowstest.ConsentingOptions())
	consented := workflowstest.SceneStart.Add(5 * 24 * time.Hour)
	s.OnActivity(runSteps.CloseRun, mock.Anything, mock.Anything).Return(func(context.Context, contract.RunResult) error {
		if s.Now().Before(consented) {
			return temporal.NewApplicationErrorWithOptions("no token", contract.ErrorNeedsConsent, temporal.ApplicationErrorOptions{NextRetryDelay: 10 * time.Minute})
		}
		return nil
	})
	work := func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(workflows.HubStep(ctx, "a step"), runSteps.CloseRun, contract.RunResult{}).Get(ctx, nil)
	}
	brief := func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(workflows.BriefStep(ctx, "a step"), runSteps.CloseRun, contract.RunResult{}).Get(ctx, nil)
	}
	both := func(ctx workflow.Context) error {
		if err := brief(ctx); workflows.ErrorType(err) != contract.ErrorNeedsConsent {
			return errors.New("a step that can be done without held the workflow up")
		}
		return work(ctx)
	}
	s.RegisterWorkflow(both)
	s.ExecuteWorkflow(both)
	s.Ended()
	require.NoError(t, s.GetWorkflowError())
	assert.WithinDuration(t, consented, s.Now(), time.Hour)
}
