package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

func TestLabelRunAtItsDeadline(t *testing.T) {
	t.Parallel()

	t.Run("publishes what is there; what is not goes on in the background", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.in.Within = activities.Duration(time.Hour)
		s.turns["b"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(books.Labelled, 4)
			p.tell()
			report, err := p.released()
			_ = workflow.Sleep(p, 2*time.Hour)
			p.end(books.Labelled, 6)
			return report, err
		}
		s.finds()
		s.publishes()
		result := s.completed()

		assert.Equal(t, time.Hour, s.closedAt)
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 14, books.NotReady: 6}, result.Outcomes)
		assert.Equal(t, books.ConnectionInBackground, result.Connections[1].State)
		assert.Equal(t, "goes on in the background: its labels are printed by the next run", result.Connections[1].Reason)
		assert.Equal(t, beyondDeadline, s.published.Connections[1].Rest)
		assert.Equal(t, []string{"a released after 1h0m0s", "b released after 1h0m0s"}, s.noted())
	})

	t.Run("that came while it looked for orders asks for nothing", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.in.Within = activities.Duration(time.Minute)
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin})
		play(s.scene, orders.FindOrders, func(activities.FindOrdersInput) (activities.Step, error) {
			return activities.Step{Counts: books.Counts{Pending: 10}}, s.notBefore(5 * time.Minute)
		})
		s.publishes()
		result := s.completed()
		assert.Empty(t, s.started)
		assert.Equal(t, map[books.Outcome]int{books.NotReady: 10}, result.Outcomes)
		assert.Equal(t, books.ConnectionWaiting, result.Connections[0].State)
	})

	t.Run("does not wait for a connection whose orders cannot be listed", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.in.Within = activities.Duration(time.Hour)
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin})
		play(s.scene, orders.FindOrders, func(in activities.FindOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "b" {
				return activities.Step{}, s.notBefore(9 * time.Hour)
			}
			return activities.Step{Counts: books.Counts{Pending: 10}}, nil
		})
		s.waiting["b"] = 0
		s.publishes()
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[books.Labelled])
		assert.Equal(t, books.ConnectionDone, result.Connections[1].State)
		assert.Equal(t, "not yet", result.Connections[1].Reason)
		assert.Less(t, s.closedAt, 2*time.Hour)
	})
}

func TestCancelledLabelRun(t *testing.T) {
	t.Parallel()

	t.Run("publishes what is labelled, stops its connections, and ends as cancelled with its books", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.turns["b"] = func(p *playedTurn) (ConnectionReport, error) {
			p.end(books.Labelled, 4)
			p.tell()
			workflow.GetSignalChannel(p, stopSignal).Receive(p, nil)
			p.scene.note("b stopped")
			return p.released()
		}
		s.finds()
		s.publishes()
		s.at(20*time.Minute, s.CancelWorkflow)
		s.run()
		result := s.cancelled()

		assert.Equal(t, map[books.Outcome]int{books.Labelled: 14, books.NotReady: 6}, result.Outcomes)
		assert.Equal(t, "cancelled; what was labelled by then is published", result.Reason)
		assert.Equal(t, "the run was cancelled before its label was there; the next run takes it up", s.published.Connections[1].Rest.Reason)
		assert.Equal(t, books.ConnectionDone, result.Connections[0].State)
		assert.Equal(t, books.ConnectionInBackground, result.Connections[1].State)
		assert.NotEmpty(t, result.Files)
		assert.Equal(t, result, *s.closed)
		assert.Equal(t, []string{"a released after 20m0s", "b stopped", "b released after 20m0s"}, s.noted())
		assert.Contains(t, s.details(), "**cancelled** · **14 of 20 orders labelled**")
	})

	t.Run("does not go on looking for orders", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin})
		play(s.scene, orders.FindOrders, func(activities.FindOrdersInput) (activities.Step, error) {
			return activities.Step{}, s.notBefore(time.Hour)
		})
		s.waiting["a"] = 0
		s.publishes()
		s.at(5*time.Minute, s.CancelWorkflow)
		s.run()
		assert.Zero(t, s.cancelled().Requested)
		assert.Empty(t, s.started)
		assert.Equal(t, 5*time.Minute, s.closedAt)
	})

	t.Run("does not go on looking for connections", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.opens()
		play(s.scene, connections.FindConnections, func(activities.FindConnectionsInput) (activities.FoundConnections, error) {
			return activities.FoundConnections{}, s.notBefore(time.Hour)
		})
		s.publishes()
		s.at(5*time.Minute, s.CancelWorkflow)
		s.run()
		assert.Zero(t, s.cancelled().Requested)
		assert.Equal(t, 5*time.Minute, s.closedAt)
	})
}

func TestLabelRunThatFails(t *testing.T) {
	t.Parallel()

	t.Run("when more orders wait than it may take up, having asked for nothing", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.waiting = map[string]int{"a": 1500, "b": 501}
		s.finds()
		answer(s.scene, orders.AssignOrders, activities.AssignedOrders{}).Once()
		s.run()
		assert.Equal(t, activities.ErrorTooMany, errorType(s.GetWorkflowError()))
		assert.ErrorContains(t, s.GetWorkflowError(), "2001 orders wait, more than the 2000 that this run may take up; nothing was sent or asked")
		assert.Empty(t, s.started)
		assert.Contains(t, s.details(), "**failed**")
	})

	for name, limit := range map[string]int{"just so many": 2001, "no limit": -1} {
		t.Run("not when it may take up "+name, func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, marketplace("a", "mercadolibre"))
			s.in.Max, s.waiting["a"] = limit, 2001
			s.finds()
			s.publishes()
			assert.Equal(t, 2001, s.completed().Outcomes[books.Labelled])
		})
	}

	t.Run("when the hub refuses the token", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.opens()
		s.OnActivity(connections.FindConnections, mock.Anything, mock.Anything).
			Return(activities.FoundConnections{}, final(activities.ErrorNotAuthorised, "the hub refuses the token")).Once()
		s.run()
		assert.Equal(t, activities.ErrorNotAuthorised, errorType(s.GetWorkflowError()))
		assert.ErrorContains(t, s.GetWorkflowError(), "run 2026-11-21: the hub refuses the token")
	})

	t.Run("when nothing can be published; its connections are let go", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.finds()
		answer(s.scene, publishing.LeaveOutCancelled, activities.LeftOutCancelled{})
		s.OnActivity(publishing.Publish, mock.Anything, mock.Anything).Return(activities.Published{}, final(activities.ErrorStore, "no such bucket"))
		s.run()
		assert.Equal(t, activities.ErrorStore, errorType(s.GetWorkflowError()))
		assert.Equal(t, []string{"a released after 10m0s"}, s.noted())
	})

	t.Run("when its books do not balance", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.finds()
		answer(s.scene, publishing.LeaveOutCancelled, activities.LeftOutCancelled{})
		answer(s.scene, publishing.Publish, activities.Published{Requested: 10, Accounts: map[string]books.Counts{"a": {Ended: map[books.Outcome]int{books.Labelled: 9}}}})
		answer(s.scene, publishing.CloseBooks, books.ManifestKeys{})
		s.run()
		assert.Equal(t, activities.ErrorBooks, errorType(s.GetWorkflowError()))
	})
}

func TestConnectionThatFails(t *testing.T) {
	t.Parallel()
	trouble := func(kind string) turnPlay {
		return func(p *playedTurn) (ConnectionReport, error) {
			p.end(books.Labelled, 3)
			p.tell()
			return p.report, final(kind, "it is over")
		}
	}
	for name, want := range map[string]struct {
		kind    string
		state   books.ConnectionState
		outcome books.Outcome
	}{
		"for the token":      {activities.ErrorNotAuthorised, books.ConnectionNotAuthorised, books.NotAuthorised},
		"for another reason": {activities.ErrorTrouble, books.ConnectionDone, books.GaveUp},
	} {
		t.Run(name+" costs only its own orders", func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
			s.turns["a"] = trouble(want.kind)
			s.finds()
			s.publishes()
			result := s.completed()
			assert.Equal(t, map[books.Outcome]int{books.Labelled: 13, want.outcome: 7}, result.Outcomes)
			assert.Equal(t, want.state, result.Connections[0].State)
			assert.Equal(t, "it is over", result.Connections[0].Reason)
			assert.Equal(t, books.ConnectionDone, result.Connections[1].State)
		})
	}

	t.Run("while its orders are listed costs only them", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"))
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin})
		play(s.scene, orders.FindOrders, func(in activities.FindOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "a" {
				return activities.Step{}, final(activities.ErrorNotAuthorised, "the hub refuses the token")
			}
			return activities.Step{Counts: books.Counts{Pending: 10}}, nil
		})
		s.waiting["a"] = 0
		s.publishes()
		result := s.completed()
		require.Len(t, s.started, 1)
		assert.Equal(t, books.ConnectionNotAuthorised, result.Connections[0].State)
		assert.Equal(t, 10, result.Outcomes[books.Labelled])
	})
}
