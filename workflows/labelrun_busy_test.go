package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// newBusyScene is a run in a world where another run holds connection a for so long.
func newBusyScene(t *testing.T, holds time.Duration, connections ...activities.Connection) *runScene {
	t.Helper()
	child := func(ctx workflow.Context, id string) workflow.Context {
		return workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: id, TaskQueue: TaskQueue})
	}
	s := newRunSceneIn(t, "world", map[string]any{
		"World": func(ctx workflow.Context, in LabelRunInput) (result Result, err error) {
			holder := workflow.ExecuteChildWorkflow(child(ctx, ConnectionID(merchant, "a")), "Holder")
			if err := holder.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
				return result, err
			}
			err = workflow.ExecuteChildWorkflow(child(ctx, RunID(merchant, runKey)), LabelRun, in).Get(ctx, &result)
			return result, err
		},
		"Holder": func(ctx workflow.Context) error { return workflow.Sleep(ctx, holds) },
	}, connections...)
	s.finds()
	play(s.scene, runs.AwaitConnection, func(in activities.AwaitConnectionInput) (activities.ConnectionHolder, error) {
		assert.Equal(t, "a", in.Connection)
		switch {
		case s.passed() > holds:
			return activities.ConnectionHolder{}, nil
		case in.Once || !s.Now().Before(in.Until):
			return activities.ConnectionHolder{Run: "earlier"}, nil
		}
		return activities.ConnectionHolder{}, s.notBefore(min(holds, in.Until.Sub(begin)) + time.Second)
	})
	s.publishes()
	return s
}

// inWorld runs the run beside the one that holds the connection.
func (s *runScene) inWorld() Result {
	s.t.Helper()
	s.ExecuteWorkflow("World", s.in)
	s.ended()
	require.NoError(s.t, s.GetWorkflowError())
	var result Result
	require.NoError(s.t, s.GetWorkflowResult(&result))
	assert.True(s.t, result.Balanced())
	return result
}

func TestBusyConnection(t *testing.T) {
	t.Parallel()

	t.Run("is waited for, says for which run, and starts when it is free", func(t *testing.T) {
		t.Parallel()
		s := newBusyScene(t, time.Hour, marketplace("a", "mercadolibre"))
		s.at(30*time.Minute, func() {
			value, err := s.QueryWorkflowByID(RunID(merchant, runKey), ProgressQuery)
			require.NoError(t, err)
			var progress Result
			require.NoError(t, value.Get(&progress))
			assert.Equal(t, books.RunWaiting, progress.State)
			assert.Equal(t, books.ConnectionWaiting, progress.Connections[0].State)
			assert.Equal(t, "waits for run earlier", progress.Connections[0].Reason)
			assert.Empty(t, s.started)
		})
		result := s.inWorld()
		assert.Equal(t, time.Hour+10*time.Minute+time.Second, s.closedAt)
		assert.Equal(t, books.ConnectionDone, result.Connections[0].State)
		assert.Empty(t, result.Connections[0].Reason)
		assert.Equal(t, 10, result.Outcomes[books.Labelled])
	})

	t.Run("that is busy until the deadline leaves its orders not ready, and the others are published", func(t *testing.T) {
		t.Parallel()
		s := newBusyScene(t, 5*time.Hour, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		result := s.inWorld()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 10, books.NotReady: 10}, result.Outcomes)
		assert.Equal(t, 2*time.Hour, s.closedAt)
		assert.Equal(t, "the connection was busy with run earlier until the deadline; ask again when that has ended", s.published.Connections[0].Rest.Reason)
		assert.Equal(t, books.ConnectionWaiting, result.Connections[0].State)
		require.Len(t, s.started, 1)
		assert.Equal(t, "b", s.started[0].Scope.Connection.ID)
	})
}
