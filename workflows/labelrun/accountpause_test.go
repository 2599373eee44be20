package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func (s *runScene) account(paused string) {
	s.SignalWorkflow(contract.AccountSignal, contract.AccountNews{Paused: paused})
}

func TestARunWhoseAccountCannotBeUsed(t *testing.T) {
	t.Parallel()
	reason := wording.Reason(contract.WhyAccountPaused).Words
	t.Run("says so, and its deadline does not pass meanwhile", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.turns["c-1"] = labelsAll(27 * time.Hour)
		s.CallAt(time.Hour, func() { s.account(reason) })
		s.CallAt(2*time.Hour, func() { s.account(reason) })
		s.CallAt(3*time.Hour, func() {
			assert.Equal(t, contract.RunPaused, s.progress().State)
			assert.Equal(t, reason, s.progress().Reason.Words)
			assert.Contains(t, s.Details(), "**paused**")
			assert.Contains(t, s.Details(), reason)
			state, _ := s.attributes[len(s.attributes)-1].GetKeyword(contract.StateAttribute)
			assert.Equal(t, "paused", state)
		})
		s.CallAt(26*time.Hour+30*time.Minute, func() { s.account("") })
		s.CallAt(26*time.Hour+31*time.Minute, func() {
			assert.Equal(t, contract.RunRunning, s.progress().State)
			assert.Empty(t, s.progress().Reason.Words)
		})
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[contract.Labelled], "all labels came before the deadline that was put off")
		assert.Empty(t, result.Reason.Words)
	})
	t.Run("publishes at its deadline when it can go on again", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.turns["c-1"] = labelsAll(48 * time.Hour)
		s.CallAt(time.Hour, func() { s.account(reason) })
		s.CallAt(11*time.Hour, func() { s.account("") })
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[contract.NotReady])
		assert.Equal(t, 12*time.Hour, s.closedAt, "two hours of its own, ten of the pause")
	})
	t.Run("begins paused when its account needs consent already", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
		workflowstest.MockAnswer(s.Scene, runSteps.OpenRun, runs.OpenedRun{Settings: contract.DefaultSettings(), Paused: reason}).Once()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}).Once()
		workflowstest.MockAnswer(s.Scene, orderSteps.FindOrders, activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}})
		s.publishes()
		s.turns["c-1"] = labelsAll(5 * time.Hour)
		s.CallAt(time.Minute, func() { assert.Equal(t, contract.RunPaused, s.progress().State) })
		s.CallAt(4*time.Hour, func() { s.account("") })
		assert.Equal(t, 10, s.completed().Outcomes[contract.Labelled])
	})
	t.Run("publishes without waiting when all is there", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.CallAt(time.Minute, func() { s.account(reason) })
		result := s.completed()
		assert.Equal(t, 10*time.Minute, s.closedAt)
		assert.Equal(t, contract.RunCompleted, result.State)
		assert.Empty(t, result.Reason.Words)
	})
	t.Run("can be cancelled", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
		s.finds()
		s.publishes()
		s.turns["c-1"] = labelsAll(48 * time.Hour)
		s.CallAt(time.Minute, func() { s.account(reason) })
		s.CallAt(time.Hour, s.CancelWorkflow)
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
	reason := wording.Reason(contract.WhyAccountPaused).Words
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
			s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
			s.SetWorkerOptions(workflowstest.ConsentingOptions())
			s.in.Within = contract.Duration(20 * time.Minute)
			s.turns["c-1"] = labelsAll(time.Minute)
			workflowstest.MockAnswer(s.Scene, runSteps.OpenRun, runs.OpenedRun{Settings: contract.DefaultSettings(), Paused: reason}).Once()
			has := func(step string) error {
				switch {
				case step != c.waits:
				case s.Passed() < consented:
					return slowly(contract.ErrorNeedsConsent)
				case s.Passed() < consented+c.busy:
					return slowly(contract.ErrorHub)
				}
				return nil
			}
			workflowstest.MockActivity(s.Scene, connectionSteps.FindConnections, func(orders.FindConnectionsInput) (orders.FoundConnections, error) {
				return orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}, has("connections")
			})
			if c.named {
				s.in.Orders = []contract.OrderReference{{Order: "D-1"}}
				workflowstest.MockActivity(s.Scene, orderSteps.ResolveOrders, func(orders.ResolveOrdersInput) (orders.ResolvedOrders, error) {
					return orders.ResolvedOrders{Found: map[string]int{"c-1": 10}}, has("named")
				})
			} else {
				workflowstest.MockActivity(s.Scene, orderSteps.FindOrders, func(orders.FindOrdersInput) (activities.Step, error) {
					return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}}, has("orders")
				})
			}
			s.publishes()
			if c.told {
				s.CallAt(consented, func() { s.account("") })
			}
			s.CallAt(2*time.Hour, func() { assert.Equal(t, contract.RunPaused, s.progress().State) })
			result := s.completed()
			assert.Equal(t, 10, result.Outcomes[contract.Labelled])
			assert.Less(t, s.closedAt, consented+c.busy+workflows.ConsentCheckEvery+time.Minute)
		})
	}
}

func TestAStepThatFindsOrdersEndsWithTheDeadlineThatWasPutOff(t *testing.T) {
	t.Parallel()
	s := newRunScene(t, workflowstest.Marketplace("c-1", "paris"))
	s.SetWorkerOptions(workflowstest.ConsentingOptions())
	s.in.Within = contract.Duration(20 * time.Minute)
	s.opens()
	s.OnActivity(connectionSteps.FindConnections, mock.Anything, mock.Anything).Return(orders.FoundConnections{}, slowly(contract.ErrorHub))
	s.CallAt(5*time.Minute, func() { s.account("needs_consent") })
	s.CallAt(10*time.Minute, func() { s.account("") })
	s.run()
	assert.ErrorContains(t, s.GetWorkflowError(), "not now")
	assert.Greater(t, s.Passed(), 25*time.Minute-3*time.Minute)
	assert.Less(t, s.Passed(), 20*time.Minute+workflows.LeastStepTime+time.Minute)
}
