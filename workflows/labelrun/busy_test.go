package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// newBusyScene is a run in a world where another run holds connection a for so long.
func newBusyScene(t *testing.T, holds time.Duration, connections ...activities.Connection) *runScene {
	t.Helper()
	child := func(ctx workflow.Context, id string) workflow.Context {
		return workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: id, TaskQueue: contract.TaskQueue})
	}
	s := newRunSceneIn(t, "world", map[string]any{
		"World": func(ctx workflow.Context, in contract.LabelRunInput) (result contract.RunResult, err error) {
			holder := workflow.ExecuteChildWorkflow(child(ctx, contract.ConnectionID(workflowstest.Merchant, "mercadolibre", "a")), "Holder")
			if err := holder.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
				return result, err
			}
			err = workflow.ExecuteChildWorkflow(child(ctx, contract.RunID(workflowstest.Merchant, workflowstest.RunKey)), LabelRun, in).Get(ctx, &result)
			return result, err
		},
		"Holder": func(ctx workflow.Context) error { return workflow.Sleep(ctx, holds) },
	}, connections...)
	s.finds()
	workflowstest.MockActivity(s.Scene, runSteps.AwaitConnection, func(in runs.AwaitConnectionInput) (runs.ConnectionHolder, error) {
		assert.Equal(t, "a", in.Connection)
		switch {
		case s.Passed() > holds:
			return runs.ConnectionHolder{}, nil
		case in.Once || !s.Now().Before(in.Until):
			return runs.ConnectionHolder{Run: "earlier"}, nil
		}
		return runs.ConnectionHolder{}, s.NotBefore(min(holds, in.Until.Sub(workflowstest.SceneStart)) + time.Second)
	})
	s.publishes()
	return s
}

// inWorld runs the run beside the one that holds the connection.
func (s *runScene) inWorld() contract.RunResult {
	s.T.Helper()
	s.ExecuteWorkflow("World", s.in)
	s.Ended()
	require.NoError(s.T, s.GetWorkflowError())
	var result contract.RunResult
	require.NoError(s.T, s.GetWorkflowResult(&result))
	assert.True(s.T, result.Balanced())
	return result
}

func TestBusyConnection(t *testing.T) {
	t.Parallel()

	t.Run("is waited for, says for which run, and starts when it is free", func(t *testing.T) {
		t.Parallel()
		s := newBusyScene(t, time.Hour, workflowstest.Marketplace("a", "mercadolibre"))
		s.CallAt(30*time.Minute, func() {
			value, err := s.QueryWorkflowByID(contract.RunID(workflowstest.Merchant, workflowstest.RunKey), contract.ProgressQuery)
			require.NoError(t, err)
			var progress contract.RunResult
			require.NoError(t, value.Get(&progress))
			assert.Equal(t, contract.RunWaiting, progress.State)
			assert.Equal(t, contract.ConnectionWaiting, progress.Connections[0].State)
			assert.Equal(t, "waits for run earlier", progress.Connections[0].Reason.Words)
			assert.Empty(t, s.started)
		})
		result := s.inWorld()
		assert.Equal(t, time.Hour+10*time.Minute+time.Second, s.closedAt)
		assert.Equal(t, contract.ConnectionDone, result.Connections[0].State)
		assert.Empty(t, result.Connections[0].Reason.Words)
		assert.Equal(t, 10, result.Outcomes[contract.Labelled])
	})

	t.Run("that is busy until the deadline leaves its orders not ready, and the others are published", func(t *testing.T) {
		t.Parallel()
		s := newBusyScene(t, 5*time.Hour, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		result := s.inWorld()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 10, contract.NotReady: 10}, result.Outcomes)
		assert.Equal(t, 2*time.Hour, s.closedAt)
		assert.Equal(t, "another run, earlier, held the connection until the deadline; start a run again when that one has ended", s.published.Connections[0].Rest.Reason.Words)
		assert.Equal(t, contract.ConnectionWaiting, result.Connections[0].State)
		require.Len(t, s.started, 1)
		assert.Equal(t, "b", s.started[0].Scope.Connection.ID)
	})
}
