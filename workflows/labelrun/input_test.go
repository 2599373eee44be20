package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestWrongInput(t *testing.T) {
	t.Parallel()

	t.Run("is named completely, before anything is done", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.in = contract.LabelRunInput{
			Merchant: "another", Format: "png", Orders: make([]contract.OrderReference, 101), OrdersKey: "runs/m-1/k/orders.json",
			Since: -1, Within: contract.Duration(-time.Hour),
		}
		s.ExecuteWorkflow(LabelRun, s.in)
		require.True(t, s.IsWorkflowCompleted())
		err := s.GetWorkflowError()
		assert.Equal(t, contract.ErrorRequest, workflows.ErrorType(err))
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
		assert.Equal(t, contract.ErrorRequest, workflows.ErrorType(s.GetWorkflowError()))
		assert.ErrorContains(t, s.GetWorkflowError(), `workflow id "labels-of-today" is not run/<merchant>/<key>`)
	})
}

func TestNamedOrders(t *testing.T) {
	t.Parallel()
	s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "ripley"), skipped("c", "shopify", "a web shop"))
	s.in.Orders = []contract.OrderReference{{Order: "one"}, {Order: "two"}}
	s.opens()
	workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}).Once()
	workflowstest.MockActivity(s.Scene, orderSteps.ResolveOrders, func(in orders.ResolveOrdersInput) (orders.ResolvedOrders, error) {
		assert.Equal(t, s.in.Orders, in.Orders)
		return orders.ResolvedOrders{Found: map[string]int{"a": 4, "c": 2}, Unresolved: 1}, nil
	}).Once()
	s.waiting, s.unresolved = map[string]int{"a": 4, "c": 2}, 1
	s.publishes()
	result := s.completed()

	assert.Equal(t, 7, result.Requested)
	assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 4, contract.Unsupported: 2, contract.UnknownOrder: 1}, result.Outcomes)
	require.Len(t, s.started, 1)
	assert.True(t, s.started[0].Named)
	assert.Equal(t, "none of the named orders belongs to it", result.Connections[1].Reason.Words)
	assert.Equal(t, contract.ConnectionSkipped, result.Connections[2].State)
	assert.Equal(t, 2, result.Connections[2].Requested)
}

func TestPlan(t *testing.T) {
	t.Parallel()
	read := func(s *runScene) {
		workflowstest.MockAnswer(s.Scene, orderSteps.TakeUpOrders, orders.TakenUp{Pages: 1})
		workflowstest.MockActivity(s.Scene, orderSteps.ReadOrders, func(in orders.ReadOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "broken" {
				return activities.Step{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub refuses the token")
			}
			return activities.Step{Counts: books.Counts{Ready: 5, Pending: 3, Ended: map[contract.Outcome]int{contract.Labelled: 2, contract.HeldBack: 1}}}, nil
		})
	}

	t.Run("says what would be sent and asked, and only reads", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "linio"), workflowstest.Marketplace("broken", "ripley"), skipped("c", "shopify", "a web shop"))
		s.in.Plan = true
		s.finds()
		read(s)
		result := s.completed()
		assert.Equal(t, &contract.Plan{Statuses: 3, Labels: 8, FromStore: 2, Connections: 1}, result.Plan)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2, contract.HeldBack: 1, contract.NotReady: 8}, result.Outcomes)
		assert.Equal(t, contract.RunCompleted, result.State)
		assert.Equal(t, contract.ConnectionDone, result.Connections[0].State)
		assert.Equal(t, contract.ConnectionNotAuthorised, result.Connections[1].State)
		assert.Empty(t, s.started)
		assert.Contains(t, s.Details(), "**completed**")
	})

	t.Run("of named orders balances with those that lead to none", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "linio"), skipped("c", "shopify", "a web shop"))
		s.in.Plan, s.in.OrdersKey = true, "runs/m-1/k/orders.json"
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart})
		workflowstest.MockAnswer(s.Scene, orderSteps.ResolveOrders, orders.ResolvedOrders{Found: map[string]int{"a": 11, "c": 2}, Unresolved: 4})
		read(s)
		result := s.completed()
		assert.Equal(t, 17, result.Requested)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2, contract.HeldBack: 1, contract.NotReady: 8, contract.Unsupported: 2, contract.UnknownOrder: 4}, result.Outcomes)
	})

	t.Run("of a brought label that is named again works on its web shop", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, skipped("b", "shopify", "a web shop"), skipped("c", "shopify", "a web shop"))
		s.in.Plan, s.in.OrdersKey = true, "runs/m-1/k/orders.json"
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart})
		workflowstest.MockAnswer(s.Scene, orderSteps.ResolveOrders, orders.ResolvedOrders{Found: map[string]int{"b": 1, "c": 11}, Brought: []string{"c"}})
		workflowstest.MockActivity(s.Scene, orderSteps.TakeUpOrders, func(in orders.TakeUpInput) (orders.TakenUp, error) {
			assert.Equal(t, "c", in.Connection.ID)
			assert.Equal(t, "a web shop", in.Connection.NoLabels.Words)
			assert.Empty(t, in.Connection.SkipReason.Words)
			return orders.TakenUp{}, nil
		})
		result := s.completed()
		assert.Equal(t, contract.ConnectionSkipped, result.Connections[0].State)
		assert.Equal(t, contract.ConnectionDone, result.Connections[1].State)
		assert.Empty(t, result.Connections[1].Reason.Words)
		assert.Equal(t, 1, result.Outcomes[contract.Unsupported])
	})

	t.Run("that is cancelled ends as cancelled", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "linio"))
		s.in.Plan = true
		s.finds()
		workflowstest.MockActivity(s.Scene, orderSteps.TakeUpOrders, func(orders.TakeUpInput) (orders.TakenUp, error) {
			return orders.TakenUp{}, s.NotBefore(time.Hour)
		})
		s.CallAt(time.Minute, s.CancelWorkflow)
		s.run()
		assert.Equal(t, "cancelled before everything was read", s.cancelled().Reason.Words)
	})
}
