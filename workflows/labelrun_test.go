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

func skipped(id, channel, why string) activities.Connection {
	c := marketplace(id, channel)
	c.SkipReason = why
	return c
}

func TestLabelRun(t *testing.T) {
	t.Parallel()

	t.Run("publishes when every connection is through, and closes balanced books", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"), marketplace("b", "linio"), skipped("c", "shopify", "a web shop"))
		s.turns["b"] = func(p *playedTurn) (ConnectionReport, error) {
			_ = workflow.Sleep(p, 25*time.Minute)
			p.end(books.Labelled, 7)
			p.end(books.Cancelled, 1)
			p.end(books.HeldBack, 2)
			return p.through()
		}
		s.finds()
		s.publishes()
		result := s.completed()

		assert.Equal(t, 25*time.Minute, s.passed())
		assert.Equal(t, Result{
			Run: runKey, Merchant: merchant, State: books.RunCompleted, Requested: 20,
			Outcomes: map[books.Outcome]int{books.Labelled: 17, books.Cancelled: 1, books.HeldBack: 2},
			Connections: []books.ConnectionResult{
				{ID: "a", Channel: "mercadolibre", Name: "Tienda a", State: books.ConnectionDone, Requested: 10, Outcomes: map[books.Outcome]int{books.Labelled: 10}},
				{ID: "b", Channel: "linio", Name: "Tienda b", State: books.ConnectionDone, Requested: 10, Outcomes: map[books.Outcome]int{books.Labelled: 7, books.Cancelled: 1, books.HeldBack: 2}},
				{ID: "c", Channel: "shopify", Name: "Tienda c", State: books.ConnectionSkipped, Reason: "a web shop", Outcomes: map[books.Outcome]int{}},
			},
			Files:    []books.PrintFile{{Key: "print/labels.zpl", Format: "zpl", Labels: 7}},
			Manifest: books.ManifestKeys{JSON: "manifest.json", CSV: "manifest.csv"},
		}, result)
		assert.Equal(t, []string{"a released after 25m0s", "b released after 25m0s"}, s.noted())
	})

	t.Run("gives its connections what they need", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.in = LabelRunInput{Warehouse: "w", Reprint: true, IncludePrinted: true, Since: activities.Duration(time.Hour), Settings: activities.Settings{HubSpeed: 60}}
		s.finds()
		s.publishes()
		s.completed()

		settings := activities.DefaultSettings()
		settings.HubSpeed = 60
		require.Len(t, s.started, 1)
		s.started[0].RunRunID = ""
		assert.Equal(t, ConnectionRunInput{
			Scope: activities.Scope{Merchant: merchant, Run: runKey, Connection: s.connections[0], Generation: 1, Settings: settings},
			Since: activities.Duration(time.Hour), IncludePrinted: true, Reprint: true, Warehouse: "w", RunWorkflowID: "run/m-1/2026-11-21",
		}, s.started[0])
		assert.Equal(t, "zpl", s.published.Format)
		assert.Equal(t, begin, s.published.Since)
	})

	t.Run("of a Schedule has its key from the workflow id, with hyphens for colons", func(t *testing.T) {
		t.Parallel()
		s := newRunSceneIn(t, "run/m-1/nightly-2026-11-21T09:00:00Z", nil, marketplace("a", "mercadolibre"))
		s.finds()
		s.publishes()
		assert.Equal(t, "nightly-2026-11-21T09-00-00Z", s.completed().Run)
		assert.Equal(t, "nightly-2026-11-21T09-00-00Z", s.started[0].Scope.Run)
		assert.Equal(t, "run/m-1/nightly-2026-11-21T09:00:00Z", s.started[0].RunWorkflowID, "reports go to the workflow as it is called")
	})

	t.Run("that was run before under its key answers what it came to", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		before := Result{Run: runKey, Merchant: merchant, State: books.RunCompleted, Requested: 3, Outcomes: map[books.Outcome]int{books.Labelled: 3}}
		answer(s.scene, runs.OpenRun, activities.OpenedRun{Settings: activities.DefaultSettings(), Result: &before}).Once()
		s.run()
		var result Result
		require.NoError(t, s.GetWorkflowResult(&result))
		assert.Equal(t, before, result)
	})

	t.Run("that was cancelled before under its key is cancelled again", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		before := Result{Run: runKey, Merchant: merchant, State: books.RunCancelled, Requested: 3, Outcomes: map[books.Outcome]int{books.NotReady: 3}}
		answer(s.scene, runs.OpenRun, activities.OpenedRun{Settings: activities.DefaultSettings(), Result: &before}).Once()
		s.run()
		assert.Equal(t, before, s.cancelled())
	})

	t.Run("with another request under a key that was used is refused", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t)
		s.OnActivity(runs.OpenRun, mock.Anything, mock.Anything).Return(activities.OpenedRun{}, final(activities.ErrorRequestDiffers, "another request")).Once()
		s.run()
		assert.Equal(t, activities.ErrorRequestDiffers, errorType(s.GetWorkflowError()))
	})

	t.Run("prints what is there though nobody can say what was cancelled meanwhile", func(t *testing.T) {
		t.Parallel()
		s := newRunScene(t, marketplace("a", "mercadolibre"))
		s.finds()
		s.OnActivity(publishing.LeaveOutCancelled, mock.Anything, mock.Anything).Return(activities.LeftOutCancelled{}, final(activities.ErrorRefused, "the hub is down"))
		s.publishesOnly()
		result := s.completed()
		assert.Equal(t, 10, result.Outcomes[books.Labelled])
		assert.Equal(t, "orders that were cancelled meanwhile may be among the labels: the hub is down", result.Reason)
	})

	t.Run("waits for the statuses after publishing, as long as their windows last", func(t *testing.T) {
		t.Parallel()
		for name, takes := range map[string]time.Duration{"settled in time": 20 * time.Minute, "never settled": 100 * time.Hour} {
			s := newRunScene(t, marketplace("a", "fcom"))
			s.after = map[string]int{"a": 1}
			s.turns["a"] = func(p *playedTurn) (ConnectionReport, error) {
				p.end(books.Labelled, 10)
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
