package activities_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

// beatsOf runs a step that is missed after a time, and returns what it sent of how far it is.
func beatsOf(t *testing.T, missedAfter time.Duration, fails error) (beats [][]string) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Heartbeats{}}})
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		var said activities.Heartbeat
		require.NoError(t, details.Get(&said))
		beats = append(beats, said.TakenUp)
	})
	env.RegisterActivityWithOptions(func(ctx context.Context) error {
		for _, id := range []string{"a", "b"} {
			activities.Say(ctx, func(said *activities.Heartbeat) { said.TakenUp = append(said.TakenUp, id) })
		}
		return fails
	}, activity.RegisterOptions{Name: "Step"})
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Hour, HeartbeatTimeout: missedAfter, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
		})
		return workflow.ExecuteActivity(ctx, "Step").Get(ctx, nil)
	})
	assert.Equal(t, fails == nil, env.GetWorkflowError() == nil)
	return beats
}

func TestACalmStepSendsNoBeatBeforeItsTime(t *testing.T) {
	t.Parallel()
	assert.NotEmpty(t, beatsOf(t, 10*time.Second, nil), "others say at once how far they are")
	assert.Empty(t, beatsOf(t, 30*time.Second, nil))
	assert.Equal(t, [][]string{{"a", "b"}}, beatsOf(t, 30*time.Second, errors.New("no")), "its next try learns how far it came")
}
