package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
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

// retriable labels 7 of 10 orders, and 2 of the other 3 when they are tried again.
func retriable(p *playedTurn) (ConnectionReport, error) {
	if p.in.Scope.Generation > 1 {
		assert.True(p.scene.t, p.in.Named)
		_ = workflow.Sleep(p, 5*time.Minute)
		p.move(2)
		p.report.Outcomes, p.report.Requested = map[books.Outcome]int{books.Labelled: 2, books.GaveUp: 1}, 3
		return p.through()
	}
	p.end(books.Labelled, 7)
	p.end(books.GaveUp, 3)
	p.report.State, p.report.Done = books.ConnectionDone, true
	p.tell()
	selector, again := workflow.NewSelector(p), false
	selector.AddReceive(workflow.GetSignalChannel(p, retrySignal), func(c workflow.ReceiveChannel, _ bool) {
		c.Receive(p, nil)
		again = true
	})
	selector.AddReceive(workflow.GetSignalChannel(p, publishedSignal), func(c workflow.ReceiveChannel, _ bool) { c.Receive(p, nil) })
	selector.Select(p)
	if !again {
		return p.report, nil
	}
	next := p.in
	next.Scope.Generation, next.Named = 2, true
	return p.report, workflow.NewContinueAsNewError(p, ConnectionRun, next)
}

// move turns orders that were given up into labelled ones.
func (p *playedTurn) move(n int) {
	p.scene.mu.Lock()
	defer p.scene.mu.Unlock()
	ends := p.scene.ends[p.in.Scope.Connection.ID]
	ends[books.GaveUp] -= n
	ends[books.Labelled] += n
}

// retry asks the run to try failed orders again, and notes what it answers.
func (s *runScene) retry(id string, request RetryRequest) {
	s.UpdateWorkflow(RetryUpdate, id, &testsuite.TestUpdateCallback{
		OnAccept: func() { s.note(id + " accepted") },
		OnReject: func(err error) { s.note(id + " refused: " + err.Error()) },
		OnComplete: func(answer any, err error) {
			assert.NoError(s.t, err)
			assert.Equal(s.t, RetryAnswer{Connections: []string{"a"}}, answer)
			s.note(id + " answered after " + s.passed().String())
		},
	}, request)
}

const nothingToRetry = "no connection that is done has orders that failed; those that still run are tried again by themselves"

func TestRetryUpdate(t *testing.T) {
	t.Parallel()

	t.Run("is answered at once, and gives the failed orders another turn", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.turns["a"], s.turns["b"] = retriable, labelsAll(time.Hour)
		s.finds()
		s.publishes()
		s.at(10*time.Minute, func() { s.retry("of b", RetryRequest{Connection: "b"}) })
		s.at(11*time.Minute, func() { s.retry("of all", RetryRequest{}) })
		s.at(12*time.Minute, func() {
			s.retry("of a", RetryRequest{Connection: "a"})
			progress := s.progress()
			assert.Equal(t, books.ConnectionRunning, progress.Connections[0].State)
			assert.Equal(t, "its failed orders are tried again", progress.Connections[0].Reason)
		})
		s.at(20*time.Minute, func() {
			assert.Equal(t, map[books.Outcome]int{books.Labelled: 9, books.GaveUp: 1}, s.progress().Connections[0].Outcomes)
		})
		result := s.completed()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 19, books.GaveUp: 1}, result.Outcomes)
		assert.Equal(t, time.Hour, s.closedAt)
		assert.Equal(t, []string{
			"of b refused: " + nothingToRetry, "of all accepted", "of all answered after 11m0s", "of a refused: " + nothingToRetry,
			"a released after 1h0m0s", "b released after 1h0m0s",
		}, s.noted())
	})

	t.Run("that was made twice at the same moment is done once", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.turns["a"], s.turns["b"] = retriable, labelsAll(time.Hour)
		s.finds()
		s.publishes()
		s.at(10*time.Minute, func() {
			s.retry("first", RetryRequest{})
			s.retry("second", RetryRequest{})
		})
		assert.Equal(t, 19, s.completed().Outcomes[books.Labelled])
		assert.Len(t, s.started, 3)
	})

	t.Run("whose deadline comes leaves the rest not ready, for what it was tried again", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.turns["b"] = labelsAll(5 * time.Hour)
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			if p.in.Scope.Generation > 1 {
				return p.released()
			}
			p.report.Rest = books.Rest{Outcome: books.GaveUp, Reason: "of the first turn"}
			return retriable(p)
		}
		s.finds()
		s.publishes()
		s.at(10*time.Minute, func() { s.retry("retry", RetryRequest{}) })
		s.completed()
		assert.Equal(t, beyondDeadline, s.published.Connections[0].Rest)
	})

	t.Run("is refused once the run has published, and says what to do", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "fcom"))
		s.after = map[string]int{"a": 1}
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			report, err := retriable(p)
			_ = workflow.Sleep(p, 10*time.Minute)
			report.Verified = true
			return report, err
		}
		s.finds()
		s.publishes()
		s.at(5*time.Minute, func() { s.retry("late", RetryRequest{}) })
		assert.Equal(t, 3, s.completed().Outcomes[books.GaveUp])
		assert.Equal(t, []string{"late refused: the run has published: make a new run for its failed orders with `starter retry`"}, s.noted())
	})
}

func TestReports(t *testing.T) {
	t.Parallel()

	t.Run("that arrive out of order do not turn the figures back", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(books.Labelled, 2)
			early := p.report
			early.Number = 1
			p.end(books.Labelled, 3)
			p.report.Number = 1
			p.tell()
			late := *p
			late.report = early
			late.report.Number = 0
			late.tell()
			_ = workflow.Sleep(p, time.Hour)
			p.end(books.Labelled, 5)
			return p.through()
		}
		s.finds()
		s.publishes()
		s.at(time.Minute, func() { assert.Equal(t, 5, s.progress().Outcomes[books.Labelled]) })
		assert.Equal(t, 10, s.completed().Outcomes[books.Labelled])
	})

	t.Run("of an earlier turn do not end a retry", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			if p.in.Scope.Generation > 1 {
				stale := *p
				stale.report.Generation, stale.report.Number, stale.report.Done = 1, 7, true
				stale.tell()
			}
			return retriable(p)
		}
		s.turns["b"] = labelsAll(15*time.Minute - time.Second)
		s.finds()
		s.publishes()
		s.at(10*time.Minute, func() { s.retry("retry", RetryRequest{}) })
		assert.Equal(t, 19, s.completed().Outcomes[books.Labelled])
		assert.Equal(t, 15*time.Minute, s.closedAt)
	})

	t.Run("show in the progress, in Temporal's UI and, when a connection is through, in the search attributes", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"), skipped("c", "shopify", "a web shop"))
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(books.Labelled, 4)
			p.tell()
			_ = workflow.Sleep(p, 10*time.Minute)
			p.end(books.Rejected, 6)
			return p.through()
		}
		s.turns["b"] = labelsAll(time.Hour)
		s.finds()
		s.publishes()
		s.at(5*time.Minute, func() {
			assert.Equal(t, 4, s.progress().Outcomes[books.Labelled])
			assert.Contains(t, s.details(), "**4 of 4 orders labelled**")
			assert.Contains(t, s.details(), "| Tienda a (mercadolibre) | 4 of 4 | running |")
			assert.Contains(t, s.details(), "Tienda c")
		})
		s.at(15*time.Minute, func() {
			assert.Equal(t, books.RunRunning, s.progress().State)
			assert.Equal(t, [2]int64{10, 6}, s.figures())
		})
		s.completed()
		assert.Equal(t, [2]int64{20, 6}, s.figures())
		last := s.attributes[len(s.attributes)-1]
		for key, want := range map[temporal.SearchAttributeKeyKeyword]string{MerchantAttribute: merchant, RunAttribute: runKey, StateAttribute: "completed"} {
			value, ok := last.GetKeyword(key)
			assert.True(t, ok)
			assert.Equal(t, want, value)
		}
		assert.Contains(t, s.details(), "**completed** · **14 of 20 orders labelled**")
		assert.Contains(t, s.details(), "every order in `manifest.csv`")
		assert.Less(t, len(s.attributes), 10)
	})
}

// figures are the search attributes of what was requested and what failed.
func (s *runScene) figures() [2]int64 {
	last := s.attributes[len(s.attributes)-1]
	requested, _ := last.GetInt64(RequestedAttribute)
	failed, _ := last.GetInt64(FailedAttribute)
	return [2]int64{requested, failed}
}
