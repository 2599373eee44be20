package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

func (s *runScene) account(paused string) {
	s.SignalWorkflow(AccountSignal, AccountNews{Paused: paused})
}

func TestARunWhoseAccountCannotBeUsed(t *testing.T) {
	t.Parallel()
	const reason = "needs_consent: the hub lets us in no more"
	t.Run("says so, and its deadline does not pass meanwhile", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.turns["c-1"] = labelsAll(27 * time.Hour)
		s.at(time.Hour, func() { s.account(reason) })
		s.at(2*time.Hour, func() { s.account(reason) })
		s.at(3*time.Hour, func() {
			assert.Equal(t, books.RunPaused, s.progress().State)
			assert.Equal(t, reason, s.progress().Reason)
			assert.Contains(t, s.details(), "**paused**")
			assert.Contains(t, s.details(), reason)
			state, _ := s.attributes[len(s.attributes)-1].GetKeyword(StateAttribute)
			assert.Equal(t, "paused", state)
		})
		s.at(26*time.Hour+30*time.Minute, func() { s.account("") })
		s.at(26*time.Hour+31*time.Minute, func() {
			assert.Equal(t, books.RunRunning, s.progress().State)
			assert.Empty(t, s.progress().Reason)
		})
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[books.Labelled], "all labels came before the deadline that was put off")
		assert.Empty(t, result.Reason)
	})
	t.Run("publishes at its deadline when it can go on again", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.turns["c-1"] = labelsAll(48 * time.Hour)
		s.at(time.Hour, func() { s.account(reason) })
		s.at(11*time.Hour, func() { s.account("") })
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[books.NotReady])
		assert.Equal(t, 12*time.Hour, s.closedAt, "two hours of its own, ten of the pause")
	})
	t.Run("begins paused when its account needs consent already", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("c-1", "paris"))
		answer(s.scene, runs.OpenRun, activities.OpenedRun{Settings: activities.DefaultSettings(), Paused: reason}).Once()
		answer(s.scene, connections.FindConnections, activities.FoundConnections{Connections: s.connections, HubTime: begin}).Once()
		answer(s.scene, orders.FindOrders, activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}})
		s.publishes()
		s.turns["c-1"] = labelsAll(5 * time.Hour)
		s.at(time.Minute, func() { assert.Equal(t, books.RunPaused, s.progress().State) })
		s.at(4*time.Hour, func() { s.account("") })
		assert.Equal(t, 10, s.completed().Outcomes[books.Labelled])
	})
	t.Run("publishes without waiting when all is there", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.at(time.Minute, func() { s.account(reason) })
		result := s.completed()
		assert.Equal(t, 10*time.Minute, s.closedAt)
		assert.Equal(t, books.RunCompleted, result.State)
		assert.Empty(t, result.Reason)
	})
	t.Run("can be cancelled", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.turns["c-1"] = labelsAll(48 * time.Hour)
		s.at(time.Minute, func() { s.account(reason) })
		s.at(time.Hour, s.CancelWorkflow)
		s.run()
		s.cancelled()
		assert.Equal(t, time.Hour, s.closedAt)
	})
}
