package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"

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

// slowly is an error that passes; a test's activity is tried ten times at most.
func slowly(kind string) error {
	return temporal.NewApplicationErrorWithOptions("not now", kind, temporal.ApplicationErrorOptions{NextRetryDelay: 3 * time.Minute})
}

// TestAShortRunWaitsForConsentWhileItFindsItsOrders: the steps that find orders end with the run's
// deadline, which does not pass meanwhile.
func TestAShortRunWaitsForConsentWhileItFindsItsOrders(t *testing.T) {
	t.Parallel()
	const reason = "needs_consent: the hub lets us in no more"
	const consented = 4 * time.Hour
	for name, c := range map[string]struct {
		// told: the run is told that its account can be used again.
		told bool
		// waits is the step that finds no token; busy is for how long the hub is busy then.
		waits string
		busy  time.Duration
		named bool
	}{
		"at its connections":                        {told: true, waits: "connections"},
		"at its orders":                             {told: true, waits: "orders"},
		"at the orders that were named":             {told: true, waits: "named", named: true},
		"and goes on when it is not told of it":     {waits: "connections"},
		"and has the rest of its time all the same": {told: true, waits: "orders", busy: 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRunScene(t, marketplace("c-1", "paris"))
			s.SetWorkerOptions(consenting)
			s.in.Within = activities.Duration(20 * time.Minute)
			s.turns["c-1"] = labelsAll(time.Minute)
			answer(s.scene, runs.OpenRun, activities.OpenedRun{Settings: activities.DefaultSettings(), Paused: reason}).Once()
			has := func(step string) error {
				switch {
				case step != c.waits:
				case s.passed() < consented:
					return slowly(activities.ErrorNeedsConsent)
				case s.passed() < consented+c.busy:
					return slowly(activities.ErrorHub)
				}
				return nil
			}
			play(s.scene, connections.FindConnections, func(activities.FindConnectionsInput) (activities.FoundConnections, error) {
				return activities.FoundConnections{Connections: s.connections, HubTime: begin}, has("connections")
			})
			if c.named {
				s.in.Orders = []activities.OrderReference{{Order: "D-1"}}
				play(s.scene, orders.ResolveOrders, func(activities.ResolveOrdersInput) (activities.ResolvedOrders, error) {
					return activities.ResolvedOrders{Found: map[string]int{"c-1": 10}}, has("named")
				})
			} else {
				play(s.scene, orders.FindOrders, func(activities.FindOrdersInput) (activities.Step, error) {
					return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}}, has("orders")
				})
			}
			s.publishes()
			if c.told {
				s.at(consented, func() { s.account("") })
			}
			s.at(2*time.Hour, func() { assert.Equal(t, books.RunPaused, s.progress().State) })
			result := s.completed()
			assert.Equal(t, 10, result.Outcomes[books.Labelled])
			assert.Less(t, s.closedAt, consented+c.busy+consentLook+time.Minute)
		})
	}
}

func TestAStepThatFindsOrdersEndsWithTheDeadlineThatWasPutOff(t *testing.T) {
	t.Parallel()
	s := newRunScene(t, marketplace("c-1", "paris"))
	s.SetWorkerOptions(consenting)
	s.in.Within = activities.Duration(20 * time.Minute)
	s.opens()
	s.OnActivity(connections.FindConnections, mock.Anything, mock.Anything).Return(activities.FoundConnections{}, slowly(activities.ErrorHub))
	s.at(5*time.Minute, func() { s.account("needs_consent") })
	s.at(10*time.Minute, func() { s.account("") })
	s.run()
	assert.ErrorContains(t, s.GetWorkflowError(), "not now")
	assert.Greater(t, s.passed(), 25*time.Minute-3*time.Minute)
	assert.Less(t, s.passed(), 20*time.Minute+atLeast+time.Minute)
}
