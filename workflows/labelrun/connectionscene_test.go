package labelrun

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// batchPlay stands for LabelBatch.
type batchPlay func(workflow.Context, LabelBatchInput) (LabelBatchResult, error)

// connectionScene is a ConnectionRun with its LabelRun, which publishes as soon
// as the connection is through, and its batches, which are played.
type connectionScene struct {
	*workflowstest.Scene
	in ConnectionRunInput
	// publication is what the run tells when it has published; nil: it never does.
	publication *Publication

	told    []ConnectionReport
	batches []startedBatch
}

// startedBatch is a batch as it was started.
type startedBatch struct {
	at       time.Duration
	orders   int
	segments []activities.Segment
}

func newConnectionScene(t *testing.T, channel string, batch batchPlay) *connectionScene {
	t.Helper()
	connection := workflowstest.Marketplace("c-1", channel)
	s := &connectionScene{publication: &Publication{}, in: ConnectionRunInput{
		Scope: workflowstest.ScopeOf(connection), Since: contract.Duration(contract.DefaultSince),
		RunWorkflowID: contract.RunID(workflowstest.Merchant, workflowstest.RunKey), RunRunID: "first",
	}}
	s.Scene = newScene(t, contract.ConnectionID(workflowstest.Merchant, connection.Channel, connection.ID), map[string]any{
		"LabelBatch": func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			s.batches = append(s.batches, startedBatch{at: workflow.Now(ctx).Sub(workflowstest.SceneStart), orders: ordersIn(in.Segments), segments: in.Segments})
			assert.Equal(t, len(s.batches), in.Number)
			return batch(ctx, in)
		},
	})
	s.OnSignalExternalWorkflow(mock.Anything, s.in.RunWorkflowID, "", reportSignal, mock.Anything).
		Return(func(_, _, _, _ string, report any) error {
			s.hear(report.(ConnectionReport))
			return nil
		})
	return s
}

// hear takes a report as the LabelRun would.
func (s *connectionScene) hear(report ConnectionReport) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	through := report.Done && (len(s.told) == 0 || !s.told[len(s.told)-1].Done)
	s.told = append(s.told, report)
	if through && s.publication != nil {
		s.SignalWorkflow(publishedSignal, *s.publication)
	}
}

// waiting plays the orders that wait: one step per page, as reading it leaves it.
func (s *connectionScene) waiting(pages ...activities.Step) {
	s.waitingFor(len(pages), func(n int) (activities.Step, error) { return pages[n-1], nil })
}

func (s *connectionScene) waitingFor(pages int, read func(number int) (activities.Step, error)) {
	workflowstest.MockAnswer(s.Scene, orderSteps.TakeUpOrders, orders.TakenUp{Pages: pages, LeftOut: 2}).Once()
	workflowstest.MockActivity(s.Scene, orderSteps.ReadOrders, func(in orders.ReadOrdersInput) (activities.Step, error) {
		step, err := read(in.Number)
		step.Page = books.PageName(books.ReadPage, in.Number)
		return step, err
	})
}

// run runs the workflow and returns its result, which balances.
func (s *connectionScene) run() ConnectionReport {
	s.T.Helper()
	s.ExecuteWorkflow(ConnectionRun, s.in)
	s.Ended()
	require.NoError(s.T, s.GetWorkflowError())
	var report ConnectionReport
	require.NoError(s.T, s.GetWorkflowResult(&report))
	assert.Equal(s.T, report.Requested, contract.SumOutcomes(report.Outcomes), "the books balance")
	s.inOrder()
	return report
}

// inOrder checks that the run was told what the result says, and in order.
func (s *connectionScene) inOrder() {
	s.T.Helper()
	told := s.reports()
	require.NotEmpty(s.T, told)
	for i, report := range told {
		assert.Equal(s.T, i+1, report.Number)
	}
}

// reports are those that the run was told.
func (s *connectionScene) reports() []ConnectionReport {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return append([]ConnectionReport(nil), s.told...)
}

// sizes are the numbers of orders of the batches, in the order of their start.
func (s *connectionScene) sizes() []int {
	var sizes []int
	for _, b := range s.batches {
		sizes = append(sizes, b.orders)
	}
	return sizes
}

// starts are the times at which the batches started.
func (s *connectionScene) starts() []time.Duration {
	var starts []time.Duration
	for _, b := range s.batches {
		starts = append(starts, b.at)
	}
	return starts
}

func ordersIn(segments []activities.Segment) int {
	n := 0
	for _, segment := range segments {
		n += segment.To - segment.From
	}
	return n
}

// asked says that a batch has asked, as LabelBatch does.
func asked(ctx workflow.Context, in LabelBatchInput) { tellAsked(ctx, in.Number) }

// allLabelled asks at once and has every label after so long.
func allLabelled(after time.Duration) batchPlay {
	return func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
		asked(ctx, in)
		err := workflow.Sleep(ctx, after)
		return labelled(ordersIn(in.Segments)), err
	}
}

func labelled(n int) LabelBatchResult {
	return LabelBatchResult{Ended: map[contract.Outcome]int{contract.Labelled: n}}
}

func readyPage(n int) activities.Step   { return activities.Step{Counts: books.Counts{Ready: n}} }
func pendingPage(n int) activities.Step { return activities.Step{Counts: books.Counts{Pending: n}} }

func minutes(n ...int) []time.Duration {
	var list []time.Duration
	for _, m := range n {
		list = append(list, time.Duration(m)*time.Minute)
	}
	return list
}
