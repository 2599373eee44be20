package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestAConnectionSaysOnceWhatItsStepsDidWithout(t *testing.T) {
	t.Parallel()
	noted := func(n int, note string) activities.Step {
		step := readyPage(n)
		step.Note = contract.Cause{Words: note}
		return step
	}
	t.Run("of its pages", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.waiting(noted(30, "delivery orders are read in their sales"), noted(30, "delivery orders are read in their sales"))
		assert.Equal(t, "delivery orders are read in their sales", s.run().Reason.Words)
	})
	t.Run("of its batches", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			result, err := allLabelled(time.Minute)(ctx, in)
			result.Note = contract.Cause{Words: "the hub does not give the list of label tasks"}
			return result, err
		})
		s.waiting(readyPage(60))
		assert.Equal(t, "the hub does not give the list of label tasks", s.run().Reason.Words)
	})
}

func TestOrdersThatARunNamesGoOnUnverifiedInEachOfItsSteps(t *testing.T) {
	t.Parallel()
	for _, notVerified := range []bool{true, false} {
		s := newRunScene(t, workflowstest.Marketplace("a", "mercadolibre"))
		s.in = contract.LabelRunInput{NotVerified: notVerified, Orders: []contract.OrderReference{{Order: "one"}}}
		s.opens()
		workflowstest.MockAnswer(s.Scene, connectionSteps.FindConnections, orders.FoundConnections{Connections: s.connections, HubTime: workflowstest.SceneStart}).Once()
		workflowstest.MockAnswer(s.Scene, orderSteps.ResolveOrders, orders.ResolvedOrders{Found: map[string]int{"a": 10}}).Once()
		s.publishes()
		s.completed()
		require.Len(t, s.started, 1)
		assert.Equal(t, notVerified, s.started[0].NotVerified)

		c := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		c.in.NotVerified = notVerified
		workflowstest.MockAnswer(c.Scene, orderSteps.TakeUpOrders, orders.TakenUp{Pages: 1}).Once()
		workflowstest.MockActivity(c.Scene, orderSteps.ReadOrders, func(in orders.ReadOrdersInput) (activities.Step, error) {
			assert.Equal(t, notVerified, in.NotVerified)
			step := readyPage(3)
			step.Page = books.PageName(books.ReadPage, in.Number)
			return step, nil
		})
		assert.Equal(t, 3, c.run().Outcomes[contract.Labelled])
	}
}
