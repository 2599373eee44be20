package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestLabelRunAtItsDeadline(t *testing.T) {
	t.Parallel()

	t.Run("publishes what is there; what is not goes on in the background", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.in.Within = contract.Duration(time.Hour)
		s.turns["b"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(contract.Labelled, 4)
			p.tell()
			report, err := p.released()
			_ = workflow.Sleep(p, 2*time.Hour)
			p.end(contract.Labelled, 6)
			return report, err
		}
		s.finds()
		s.publishes()
		result := s.completed()

		assert.Equal(t, time.Hour, s.closedAt)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 14, contract.NotReady: 6}, result.Outcomes)
		assert.Equal(t, contract.ConnectionInBackground, result.Connections[1].State)
		assert.Equal(t, "goes on in the background; the next run prints its labels", result.Connections[1].Reason.Words)
		assert.Equal(t, missedDeadline, s.published.Connections[1].Rest)
		assert.Equal(t, []string{"a released after 1h0m0s", "b released after 1h0m0s"}, s.Noted())
	})

	t.Run("that came while it looked for orders asks for nothing", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.in.Within = contract.Duration(time.Minute)
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart})
		workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(orders.FindOrdersInput) (activities.Step, error) {
			return activities.Step{Counts: books.Counts{Pending: 10}}, s.NotBefore(5 * time.Minute)
		})
		s.publishes()
		result := s.completed()
		assert.Empty(t, s.started)
		assert.Equal(t, map[contract.Outcome]int{contract.NotReady: 10}, result.Outcomes)
		assert.Equal(t, contract.ConnectionWaiting, result.Connections[0].State)
	})

	t.Run("does not wait for a connection whose orders cannot be listed", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.in.Within = contract.Duration(time.Hour)
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart})
		workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(in orders.FindOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "b" {
				return activities.Step{}, s.NotBefore(9 * time.Hour)
			}
			return activities.Step{Counts: books.Counts{Pending: 10}}, nil
		})
		s.waiting["b"] = 0
		s.publishes()
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[contract.Labelled])
		assert.Equal(t, contract.ConnectionDone, result.Connections[1].State)
		assert.Equal(t, "not yet", result.Connections[1].Reason.Words)
		assert.Less(t, s.closedAt, 2*time.Hour)
	})
}

func TestCancelledLabelRun(t *testing.T) {
	t.Parallel()

	t.Run("publishes what is labelled, stops its connections, and ends as cancelled with its books", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.turns["b"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(contract.Labelled, 4)
			p.tell()
			workflow.GetSignalChannel(p, stopSignal).Receive(p, nil)
			p.scene.Note("b stopped")
			return p.released()
		}
		s.finds()
		s.publishes()
		s.CallAt(20*time.Minute, s.CancelWorkflow)
		s.run()
		result := s.cancelled()

		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 14, contract.NotReady: 6}, result.Outcomes)
		assert.Equal(t, "cancelled; what was labelled by then is published", result.Reason.Words)
		assert.Equal(t, "the run was cancelled before its label was there; the next run takes it up", s.published.Connections[1].Rest.Reason.Words)
		assert.Equal(t, contract.ConnectionDone, result.Connections[0].State)
		assert.Equal(t, contract.ConnectionInBackground, result.Connections[1].State)
		assert.NotEmpty(t, result.Files)
		assert.Equal(t, result, *s.closed)
		assert.Equal(t, []string{"a released after 20m0s", "b stopped", "b released after 20m0s"}, s.Noted())
		assert.Contains(t, s.Details(), "**cancelled** · **14 of 20 orders labelled**")
	})

	t.Run("does not go on looking for orders", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart})
		workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(orders.FindOrdersInput) (activities.Step, error) {
			return activities.Step{}, s.NotBefore(time.Hour)
		})
		s.waiting["a"] = 0
		s.publishes()
		s.CallAt(5*time.Minute, s.CancelWorkflow)
		s.run()
		assert.Zero(t, s.cancelled().Requested)
		assert.Empty(t, s.started)
		assert.Equal(t, 5*time.Minute, s.closedAt)
	})

	t.Run("does not go on looking for connections", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.opens()
		workflowstest.MockActivity(s.Scene, connectionSteps.FindConnections, func(orders.FindConnectionsInput) (orders.FoundConnections, error) {
			return orders.FoundConnections{}, s.NotBefore(time.Hour)
		})
		s.publishes()
		s.CallAt(5*time.Minute, s.CancelWorkflow)
		s.run()
		assert.Zero(t, s.cancelled().Requested)
		assert.Equal(t, 5*time.Minute, s.closedAt)
	})
}

func TestLabelRunThatFails(t *testing.T) {
	t.Parallel()

	t.Run("when more orders wait than it may take up, having asked for nothing", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.waiting = map[string]int{"a": 1500, "b": 501}
		s.finds()
		workflowstest.MockAnswer(s.Scene, orderSteps.AssignOrders, orders.AssignedOrders{}).Once()
		s.run()
		assert.Equal(t, contract.ErrorTooMany, workflows.ErrorType(s.GetWorkflowError()))
		assert.ErrorContains(t, s.GetWorkflowError(), "2001 orders are waiting, but this run takes up 2000 at most; nothing was sent or asked for")
		assert.Empty(t, s.started)
		assert.Contains(t, s.Details(), "**failed**")
	})

	for name, limit := range map[string]int{"just so many": 2001, "no limit": -1} {
		t.Run("not when it may take up "+name, func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
			s.in.Max, s.waiting["a"] = limit, 2001
			s.finds()
			s.publishes()
			assert.Equal(t, 2001, s.completed().Outcomes[contract.Labelled])
		})
	}

	t.Run("when the hub refuses the token", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.opens()
		s.OnActivity(connectionSteps.FindConnections, mock.Anything, mock.Anything).
			Return(orders.FoundConnections{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub refuses the token")).Once()
		s.run()
		assert.Equal(t, contract.ErrorNotAuthorised, workflows.ErrorType(s.GetWorkflowError()))
		assert.ErrorContains(t, s.GetWorkflowError(), "run 2026-11-21: the hub refuses the token")
	})

	t.Run("when nothing can be published; its connections are let go", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.finds()
		workflowstest.MockAnswer(s.Scene, publishSteps.LeaveOutCancelled, publishing.LeftOutCancelled{})
		s.OnActivity(publishSteps.Publish, mock.Anything, mock.Anything).Return(publishing.Published{}, workflowstest.FinalError(contract.ErrorStore, "no such bucket"))
		s.run()
		assert.Equal(t, contract.ErrorStore, workflows.ErrorType(s.GetWorkflowError()))
		assert.Equal(t, []string{"a released after 10m0s"}, s.Noted())
	})

	t.Run("when its books do not balance", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.finds()
		workflowstest.MockAnswer(s.Scene, publishSteps.LeaveOutCancelled, publishing.LeftOutCancelled{})
		workflowstest.MockAnswer(s.Scene, publishSteps.Publish, publishing.Published{Requested: 10, Accounts: map[string]books.Counts{"a": {Ended: map[contract.Outcome]int{contract.Labelled: 9}}}})
		workflowstest.MockAnswer(s.Scene, publishSteps.CloseBooks, contract.ManifestKeys{})
		s.run()
		assert.Equal(t, contract.ErrorBooks, workflows.ErrorType(s.GetWorkflowError()))
	})
}

func TestConnectionThatFails(t *testing.T) {
	t.Parallel()
	trouble := func(kind string) turnPlay {
		return func(p *playedTurn) (ConnectionReport, error) {
			p.end(contract.Labelled, 3)
			p.tell()
			return p.report, workflowstest.FinalError(kind, "it is over")
		}
	}
	for name, want := range map[string]struct {
		kind    string
		state   contract.ConnectionState
		outcome contract.Outcome
	}{
		"for the token":      {contract.ErrorNotAuthorised, contract.ConnectionNotAuthorised, contract.NotAuthorised},
		"for another reason": {contract.ErrorTrouble, contract.ConnectionDone, contract.GaveUp},
	} {
		t.Run(name+" costs only its own orders", func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
			s.turns["a"] = trouble(want.kind)
			s.finds()
			s.publishes()
			result := s.completed()
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 13, want.outcome: 7}, result.Outcomes)
			assert.Equal(t, want.state, result.Connections[0].State)
			assert.Equal(t, "it is over", result.Connections[0].Reason.Words)
			assert.Equal(t, contract.ConnectionDone, result.Connections[1].State)
		})
	}

	t.Run("while its orders are listed costs only them", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"))
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart})
		workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(in orders.FindOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "a" {
				return activities.Step{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub refuses the token")
			}
			return activities.Step{Counts: books.Counts{Pending: 10}}, nil
		})
		s.waiting["a"] = 0
		s.publishes()
		result := s.completed()
		require.Len(t, s.started, 1)
		assert.Equal(t, contract.ConnectionNotAuthorised, result.Connections[0].State)
		assert.Equal(t, 10, result.Outcomes[contract.Labelled])
	})
}
