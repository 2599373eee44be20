package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func skipped(id, channel, why string) activities.Connection {
	c := workflowstest.Marketplace(id, channel)
	c.SkipReason = contract.Cause{Words: why}
	return c
}

func TestLabelRun(t *testing.T) {
	t.Parallel()

	t.Run("publishes when every connection is through, and closes balanced books", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"), workflowstest.Marketplace("b", "linio"), skipped("c", "shopify", "a web shop"))
		s.turns["b"] = func(p *playedTurn) (ConnectionReport, error) {
			_ = workflow.Sleep(p, 25*time.Minute)
			p.end(contract.Labelled, 7)
			p.end(contract.Cancelled, 1)
			p.end(contract.HeldBack, 2)
			return p.through()
		}
		s.finds()
		s.publishes()
		result := s.completed()

		assert.Equal(t, 25*time.Minute, s.Passed())
		assert.Equal(t, contract.RunResult{
			Run: workflowstest.RunKey, Merchant: workflowstest.Merchant, State: contract.RunCompleted, Requested: 20,
			Outcomes: map[contract.Outcome]int{contract.Labelled: 17, contract.Cancelled: 1, contract.HeldBack: 2},
			Connections: []contract.ConnectionResult{
				{ID: "a", Channel: "mercadolibre", Name: "Tienda a", State: contract.ConnectionDone, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: 10}},
				{ID: "b", Channel: "linio", Name: "Tienda b", State: contract.ConnectionDone, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: 7, contract.Cancelled: 1, contract.HeldBack: 2}},
				{ID: "c", Channel: "shopify", Name: "Tienda c", State: contract.ConnectionSkipped, Reason: contract.Reason{Words: "a web shop"}, Outcomes: map[contract.Outcome]int{}},
			},
			Files:    []contract.PrintFile{{Key: "print/labels.zpl", Format: "zpl", Labels: 7}},
			Manifest: contract.ManifestKeys{JSON: "manifest.json", CSV: "manifest.csv"},
		}, result)
		assert.Equal(t, []string{"a released after 25m0s", "b released after 25m0s"}, s.Noted())
	})

	t.Run("gives its connections what they need", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.in = contract.LabelRunInput{Warehouse: "w", Reprint: true, IncludePrinted: true, Since: contract.Duration(time.Hour), Settings: contract.Settings{HubSpeed: 60}}
		s.finds()
		s.publishes()
		s.completed()

		settings := contract.DefaultSettings()
		settings.HubSpeed = 60
		require.Len(t, s.started, 1)
		s.started[0].RunRunID = ""
		assert.Equal(t, ConnectionRunInput{
			Scope: activities.Scope{Merchant: workflowstest.Merchant, Run: workflowstest.RunKey, Connection: s.connections[0], Generation: 1, Settings: settings},
			Since: contract.Duration(time.Hour), IncludePrinted: true, Reprint: true, Warehouse: "w", RunWorkflowID: "run/m-1/2026-11-21",
		}, s.started[0])
		assert.Equal(t, "zpl", s.published.Format)
		assert.Equal(t, workflowstest.SceneStart, s.published.Since)
	})

	t.Run("of a Schedule has its key from the workflow id, with hyphens for colons", func(t *testing.T) {
		t.Parallel()
		s := newRunSceneIn(t, "run/m-1/nightly-2026-11-21T09:00:00Z", nil, workflowstest.Marketplace("a", "mercadolibre"))
		s.finds()
		s.publishes()
		assert.Equal(t, "nightly-2026-11-21T09-00-00Z", s.completed().Run)
		assert.Equal(t, "nightly-2026-11-21T09-00-00Z", s.started[0].Scope.Run)
		assert.Equal(t, "run/m-1/nightly-2026-11-21T09:00:00Z", s.started[0].RunWorkflowID, "reports go to the workflow as it is called")
	})

	t.Run("that was run before under its key answers what it came to", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		before := contract.RunResult{Run: workflowstest.RunKey, Merchant: workflowstest.Merchant, State: contract.RunCompleted, Requested: 3, Outcomes: map[contract.Outcome]int{contract.Labelled: 3}}
		workflowstest.MockAnswer(s.Scene, runSteps.OpenRun, runs.OpenedRun{Settings: contract.DefaultSettings(), Result: &before}).Once()
		s.run()
		var result contract.RunResult
		require.NoError(t, s.GetWorkflowResult(&result))
		assert.Equal(t, before, result)
	})

	t.Run("that was cancelled before under its key is cancelled again", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		before := contract.RunResult{Run: workflowstest.RunKey, Merchant: workflowstest.Merchant, State: contract.RunCancelled, Requested: 3, Outcomes: map[contract.Outcome]int{contract.NotReady: 3}}
		workflowstest.MockAnswer(s.Scene, runSteps.OpenRun, runs.OpenedRun{Settings: contract.DefaultSettings(), Result: &before}).Once()
		s.run()
		assert.Equal(t, before, s.cancelled())
	})

	t.Run("with another request under a key that was used is refused", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.OnActivity(runSteps.OpenRun, mock.Anything, mock.Anything).Return(runs.OpenedRun{}, workflowstest.FinalError(contract.ErrorRequestDiffers, "another request")).Once()
		s.run()
		assert.Equal(t, contract.ErrorRequestDiffers, workflows.ErrorType(s.GetWorkflowError()))
	})

	t.Run("prints what is there though nobody can say what was cancelled meanwhile", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.finds()
		s.OnActivity(publishSteps.LeaveOutCancelled, mock.Anything, mock.Anything).Return(publishing.LeftOutCancelled{}, workflowstest.FinalError(contract.ErrorRefused, "the hub is down"))
		s.publishesOnly()
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[contract.Labelled])
		assert.Equal(t, "some of the labels may be of orders cancelled in the meantime; check before shipping: the hub is down", result.Reason.Words)
	})

	t.Run("waits for the statuses after publishing, as long as their windows last", func(t *testing.T) {
		t.Parallel()
		for name, takes := range map[string]time.Duration{"settled in time": 20 * time.Minute, "never settled": 100 * time.Hour} {
			s := newRunScene(t, workflowstest.Marketplace("a", "fcom"))
			s.after = map[string]int{"a": 1}
			s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
				p.end(contract.Labelled, 10)
				report, err := p.through()
				_ = workflow.Sleep(p, takes)
				p.tell()
				return report, err
			}
			s.finds()
			s.publishes()
			s.completed()
			assert.Equal(t, min(takes, 45*time.Minute), s.closedAt, name)
		}
	})
}
