package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

func TestWrongInput(t *testing.T) {
	t.Parallel()

	t.Run("is named completely, before anything is done", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.in = LabelRunInput{
			Merchant: "another", Format: "png", Orders: make([]activities.OrderReference, 101), OrdersKey: "runs/m-1/k/orders.json",
			Since: -1, Within: activities.Duration(-time.Hour),
		}
		s.ExecuteWorkflow(LabelRun, s.in)
		require.True(t, s.IsWorkflowCompleted())
		err := s.GetWorkflowError()
		assert.Equal(t, activities.ErrorRequest, errorType(err))
		for _, words := range []string{
			`merchant is "another" in the input and "m-1" in the workflow id`, `format is "png"; it is zpl or pdf`,
			"101 orders are named; more than 100 go into an object", "orders and orders_key are both given",
			"orders[0].order is empty", "since and within are not negative",
		} {
			assert.ErrorContains(t, err, words)
		}
	})

	t.Run("of a workflow id that is not a run's", func(t *testing.T) {
		t.Parallel()
		s := newRunSceneIn(t, "labels-of-today", nil)
		s.ExecuteWorkflow(LabelRun, s.in)
		require.True(t, s.IsWorkflowCompleted())
		assert.Equal(t, activities.ErrorRequest, errorType(s.GetWorkflowError()))
		assert.ErrorContains(t, s.GetWorkflowError(), `workflow id "labels-of-today" is not run/<merchant>/<key>`)
	})
}

func TestNamedOrders(t *testing.T) {
	t.Parallel()
	s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "ripley"), skipped("c", "shopify", "a web shop"))
	s.in.Orders = []activities.OrderReference{{Order: "one"}, {Order: "two"}}
	s.opens()
	answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin}).Once()
	play(s.scene, orders.ResolveOrders, func(in activities.ResolveOrdersInput) (activities.ResolvedOrders, error) {
		assert.Equal(t, s.in.Orders, in.Orders)
		return activities.ResolvedOrders{Found: map[string]int{"a": 4, "c": 2}, Unresolved: 1}, nil
	}).Once()
	s.waiting, s.unresolved = map[string]int{"a": 4, "c": 2}, 1
	s.publishes()
	result := s.completed()

	assert.Equal(t, 7, result.Requested)
	assert.Equal(t, map[books.Outcome]int{books.Labelled: 4, books.Unsupported: 2, books.UnknownOrder: 1}, result.Outcomes)
	require.Len(t, s.started, 1)
	assert.True(t, s.started[0].Named)
	assert.Equal(t, "none of the named orders is here", result.Connections[1].Reason)
	assert.Equal(t, books.ConnectionSkipped, result.Connections[2].State)
	assert.Equal(t, 2, result.Connections[2].Requested)
}

func TestPlan(t *testing.T) {
	t.Parallel()
	read := func(s *runScene) {
		answer(s.scene, orders.TakeUpOrders, activities.TakenUp{Pages: 1})
		play(s.scene, orders.ReadOrders, func(in activities.ReadOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "broken" {
				return activities.Step{}, final(activities.ErrorNotAuthorised, "the hub refuses the token")
			}
			return activities.Step{Counts: books.Counts{Ready: 5, Pending: 3, Ended: map[books.Outcome]int{books.Labelled: 2, books.HeldBack: 1}}}, nil
		})
	}

	t.Run("says what would be sent and asked, and only reads", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "linio"), marketplace("broken", "ripley"), skipped("c", "shopify", "a web shop"))
		s.in.Plan = true
		s.finds()
		read(s)
		result := s.completed()
		assert.Equal(t, &books.Plan{Statuses: 3, Labels: 8, FromStore: 2, Connections: 1}, result.Plan)
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 2, books.HeldBack: 1, books.NotReady: 8}, result.Outcomes)
		assert.Equal(t, books.RunCompleted, result.State)
		assert.Equal(t, books.ConnectionDone, result.Connections[0].State)
		assert.Equal(t, books.ConnectionNotAuthorised, result.Connections[1].State)
		assert.Empty(t, s.started)
		assert.Contains(t, s.details(), "**completed**")
	})

	t.Run("of named orders balances with those that lead to none", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "linio"), skipped("c", "shopify", "a web shop"))
		s.in.Plan, s.in.OrdersKey = true, "runs/m-1/k/orders.json"
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin})
		answer(s.scene, orders.ResolveOrders, activities.ResolvedOrders{Found: map[string]int{"a": 11, "c": 2}, Unresolved: 4})
		read(s)
		result := s.completed()
		assert.Equal(t, 17, result.Requested)
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 2, books.HeldBack: 1, books.NotReady: 8, books.Unsupported: 2, books.UnknownOrder: 4}, result.Outcomes)
	})

	t.Run("that is cancelled ends as cancelled", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "linio"))
		s.in.Plan = true
		s.finds()
		play(s.scene, orders.TakeUpOrders, func(activities.TakeUpInput) (activities.TakenUp, error) {
			return activities.TakenUp{}, s.notBefore(time.Hour)
		})
		s.at(time.Minute, s.CancelWorkflow)
		s.run()
		assert.Equal(t, "cancelled before all was read", s.cancelled().Reason)
	})
}

func TestOnlyNamedOrdersGoOnUnverified(t *testing.T) {
	t.Parallel()
	orders := []activities.OrderReference{{Order: "one"}}
	assert.ErrorContains(t, LabelRunInput{NotVerified: true}.check("m-1"), "not_verified is for orders that are named")
	assert.NoError(t, LabelRunInput{NotVerified: true, Orders: orders}.check("m-1"))
	assert.NoError(t, LabelRunInput{NotVerified: true, OrdersKey: "runs/m-1/k/orders.json"}.check("m-1"))
}
