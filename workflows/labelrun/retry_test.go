package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// retriable labels 7 of 10 orders, and 2 of the other 3 when they are tried again.
func retriable(p *playedTurn) (ConnectionReport, error) {
	if p.in.Scope.Generation > 1 {
		assert.True(p.scene.T, p.in.Named)
		_ = workflow.Sleep(p, 5*time.Minute)
		p.move(2)
		p.report.Outcomes, p.report.Requested = map[contract.Outcome]int{contract.Labelled: 2, contract.GaveUp: 1}, 3
		return p.through()
	}
	p.end(contract.Labelled, 7)
	p.end(contract.GaveUp, 3)
	p.report.State, p.report.Done = contract.ConnectionDone, true
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
	p.scene.Mu.Lock()
	defer p.scene.Mu.Unlock()
	ends := p.scene.ends[p.in.Scope.Connection.ID]
	ends[contract.GaveUp] -= n
	ends[contract.Labelled] += n
}

// retry asks the run to try failed orders again, and notes what it answers.
func (s *runScene) retry(id string, request contract.RetryRequest) {
	s.UpdateWorkflow(contract.RetryUpdate, id, &testsuite.TestUpdateCallback{
		OnAccept: func() { s.Note(id + " accepted") },
		OnReject: func(err error) { s.Note(id + " refused: " + err.Error()) },
		OnComplete: func(answer any, err error) {
			assert.NoError(s.T, err)
			assert.Equal(s.T, contract.RetryAnswer{Connections: []string{"a"}}, answer)
			s.Note(id + " answered after " + s.Passed().String())
		},
	}, request)
}

const nothingToRetry = "no finished connection has failed orders; connections still at work try theirs again by themselves"

func TestRetryUpdate(t *testing.T) {
	t.Parallel()

	t.Run("is answered at once, and gives the failed orders another turn", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.turns["a"], s.turns["b"] = retriable, labelsAll(time.Hour)
		s.finds()
		s.publishes()
		s.CallAt(10*time.Minute, func() { s.retry("of b", contract.RetryRequest{Connection: "b"}) })
		s.CallAt(11*time.Minute, func() { s.retry("of all", contract.RetryRequest{}) })
		s.CallAt(12*time.Minute, func() {
			s.retry("of a", contract.RetryRequest{Connection: "a"})
			progress := s.progress()
			assert.Equal(t, contract.ConnectionRunning, progress.Connections[0].State)
			assert.Equal(t, "trying its failed orders again", progress.Connections[0].Reason.Words)
		})
		s.CallAt(20*time.Minute, func() {
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 9, contract.GaveUp: 1}, s.progress().Connections[0].Outcomes)
		})
		result := s.completed()
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 19, contract.GaveUp: 1}, result.Outcomes)
		assert.Equal(t, time.Hour, s.closedAt)
		assert.Equal(t, []string{
			"of b refused: " + nothingToRetry, "of all accepted", "of all answered after 11m0s", "of a refused: " + nothingToRetry,
			"a released after 1h0m0s", "b released after 1h0m0s",
		}, s.Noted())
	})

	t.Run("that was made twice at the same moment is done once", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.turns["a"], s.turns["b"] = retriable, labelsAll(time.Hour)
		s.finds()
		s.publishes()
		s.CallAt(10*time.Minute, func() {
			s.retry("first", contract.RetryRequest{})
			s.retry("second", contract.RetryRequest{})
		})
		assert.Equal(t, 19, s.completed().Outcomes[contract.Labelled])
		assert.Len(t, s.started, 3)
	})

	t.Run("whose deadline comes leaves the rest not ready, for what it was tried again", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.turns["b"] = labelsAll(5 * time.Hour)
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			if p.in.Scope.Generation > 1 {
				return p.released()
			}
			p.report.Rest = books.RestOutcome{Outcome: contract.GaveUp, Reason: contract.Reason{Words: "of the first turn"}}
			return retriable(p)
		}
		s.finds()
		s.publishes()
		s.CallAt(10*time.Minute, func() { s.retry("retry", contract.RetryRequest{}) })
		s.completed()
		assert.Equal(t, missedDeadline, s.published.Connections[0].Rest)
	})

	t.Run("is refused once the run has published, and says what to do", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "fcom"))
		s.after = map[string]int{"a": 1}
		s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
			report, err := retriable(p)
			_ = workflow.Sleep(p, 10*time.Minute)
			report.Verified = true
			return report, err
		}
		s.finds()
		s.publishes()
		s.CallAt(5*time.Minute, func() { s.retry("late", contract.RetryRequest{}) })
		assert.Equal(t, 3, s.completed().Outcomes[contract.GaveUp])
		assert.Equal(t, []string{"late refused: the run has already published: start a new run for its failed orders with `starter retry`"}, s.Noted())
	})
}
