package labelrun

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// TestHistoryStaysShort: 10,000 orders of one connection whose channel wants a
// status first, read at the pace of the hub, each page's statuses in three looks.
func TestHistoryStaysShort(t *testing.T) {
	t.Parallel()
	const pages, perPage, pace = 200, 50, 12 * time.Second
	s := newConnectionScene(t, "walmart", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
		asked(ctx, in)
		return labelled(ordersIn(in.Segments)), nil
	})
	var steps, fired, cancelled atomic.Int64
	s.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.Attempt == 1 {
			steps.Add(1)
		}
	})
	s.SetOnTimerFiredListener(func(string) { fired.Add(1) })
	s.SetOnTimerCanceledListener(func(string) { cancelled.Add(1) })
	s.waitingFor(pages, func(number int) (activities.Step, error) {
		return pendingPage(perPage), s.NotBefore(time.Duration(number) * pace)
	})
	workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
		return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: perPage}}, SentAt: s.Now()}, nil
	})
	workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
		// Each page's rounds are: sent, some, most, all.
		switch in.Out[len(in.Out)-1] {
		case '2':
			return waitPage(in.Out, 10, 40, false), s.NotBefore(in.SentAt.Sub(workflowstest.SceneStart) + time.Minute)
		case '3':
			return waitPage(in.Out, 38, 2, false), s.NotBefore(in.SentAt.Sub(workflowstest.SceneStart) + 2*time.Minute)
		}
		return waitPage(in.Out, 2, 0, false), s.NotBefore(in.SentAt.Sub(workflowstest.SceneStart) + 4*time.Minute)
	})
	report := s.run()

	assert.Equal(t, pages*perPage, report.Outcomes[contract.Labelled])
	reports := len(s.reports())
	events := int(steps.Load())*workflowstest.EventsOfAStep + int(fired.Load())*workflowstest.EventsOfATimer + int(cancelled.Load())*workflowstest.EventsOfACancelledTimer +
		len(s.batches)*workflowstest.EventsOfABatch + reports*workflowstest.EventsOfAReport
	assert.Less(t, events, workflowstest.EventsAtMost, "%d steps, %d and %d timers, %d batches, %d reports in %s",
		steps.Load(), fired.Load(), cancelled.Load(), len(s.batches), reports, s.Passed())
	assert.Less(t, reports*workflowstest.EventsOfASignal, workflowstest.EventsAtMost/10, "of the run")
}
