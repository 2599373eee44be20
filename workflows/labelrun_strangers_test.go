package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// strangers answers for connections a and b that each has ten orders of its own, and 2001 listed.
func strangers(s *runScene) activities.AssignedOrders {
	return activities.AssignedOrders{Counts: map[string]books.Counts{
		"a": {Pending: s.waiting["a"], Strangers: 1991}, "b": {Pending: s.waiting["b"], Strangers: 1991},
	}}
}

func TestLabelRunOverListsThatHeedNoFilter(t *testing.T) {
	t.Parallel()

	t.Run("gives each order to its connection before it counts them", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "dafiti"))
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin}).Once()
		play(s.scene, orders.FindOrders, func(in activities.FindOrdersInput) (activities.Step, error) {
			if in.Connection.ID == "a" {
				return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 2001}}, nil
			}
			return activities.Step{Page: books.FoundPage, Counts: books.Counts{Shared: []books.HubList{books.LabelList}}}, nil
		})
		play(s.scene, orders.AssignOrders, func(in activities.AssignOrdersInput) (activities.AssignedOrders, error) {
			assert.Len(t, in.Connections, 2)
			assert.False(t, in.Sample)
			return strangers(s), nil
		}).Once()
		s.publishes()
		var shown Result
		s.at(time.Minute, func() { shown = s.progress() })
		assert.Equal(t, 20, s.completed().Outcomes[books.Labelled])
		assert.Equal(t, 1991, shown.Strangers)
	})

	t.Run("is not refused for orders of others", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("b", "dafiti"))
		s.waiting = map[string]int{"b": 10}
		s.opens()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin}).Once()
		answer(s.scene, orders.FindOrders, activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 2001}})
		play(s.scene, orders.AssignOrders, func(in activities.AssignOrdersInput) (activities.AssignedOrders, error) {
			assert.True(t, in.Sample)
			return strangers(s), nil
		}).Once()
		s.publishes()
		assert.Equal(t, 10, s.completed().Outcomes[books.Labelled])
	})
}
