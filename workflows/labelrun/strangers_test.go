package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// strangers answers for connections a and b that each has ten orders of its own, and 2001 listed.
func strangers(s *runScene) orders.AssignedOrders {
	return orders.AssignedOrders{Counts: map[string]books.Counts{
		"a": {Pending: s.waiting["a"], Strangers: 1991}, "b": {Pending: s.waiting["b"], Strangers: 1991},
	}}
}

func TestLabelRunOverListsThatHeedNoFilter(t *testing.T) {
	t.Parallel()

	t.Run("gives each order to its connection before it counts them", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "dafiti"))
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}).Once()
		workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(in orders.FindOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "a" {
				return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 2001}}, nil
			}
			return activities.Step{Page: books.FoundPage, Counts: books.Counts{Shared: []books.HubList{books.LabelList}}}, nil
		})
		workflowstest.MockActivity(s.Scene, orderSteps.AssignOrders, func(in orders.AssignOrdersInput) (orders.AssignedOrders, error) {
			assert.Len(t, in.Connections, 2)
			assert.False(t, in.Sample)
			return strangers(s), nil
		}).Once()
		s.publishes()
		var shown contract.RunResult
		s.CallAt(time.Minute, func() { shown = s.progress() })
		assert.Equal(t, 20, s.completed().Outcomes[contract.Labelled])
		assert.Equal(t, 1991, shown.Strangers)
	})

	t.Run("is not refused for orders of others", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("b", "dafiti"))
		s.waiting = map[string]int{"b": 10}
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}).Once()
		workflowstest.MockAnswer(s.Scene, orderSteps.FindOrders, activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 2001}})
		workflowstest.MockActivity(s.Scene, orderSteps.AssignOrders, func(in orders.AssignOrdersInput) (orders.AssignedOrders, error) {
			assert.True(t, in.Sample)
			return strangers(s), nil
		}).Once()
		s.publishes()
		assert.Equal(t, 10, s.completed().Outcomes[contract.Labelled])
	})
}
