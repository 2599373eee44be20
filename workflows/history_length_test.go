package workflows

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
)

// Events in a history, counted as if each thing that happens woke the workflow
// by itself: a workflow task is three events.
const (
	eventsOfATask           = 3
	eventsOfAStep           = 3 + eventsOfATask
	eventsOfATimer          = 2 + eventsOfATask
	eventsOfACancelledTimer = 2
	eventsOfAReport         = 2 + eventsOfATask
	eventsOfASignal         = 1 + eventsOfATask
	eventsOfABatch          = 3 + 2*eventsOfATask + eventsOfASignal

	eventsAtMost = 10_000
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
		return pendingPage(perPage), s.notBefore(time.Duration(number) * pace)
	})
	play(s.scene, statuses.SendStatuses, func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
		return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: perPage}}, SentAt: s.Now()}, nil
	})
	play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
		// Each page's rounds are: sent, some, most, all.
		switch in.Out[len(in.Out)-1] {
		case '2':
			return waitPage(in.Out, 10, 40, false), s.notBefore(in.SentAt.Sub(begin) + time.Minute)
		case '3':
			return waitPage(in.Out, 38, 2, false), s.notBefore(in.SentAt.Sub(begin) + 2*time.Minute)
		}
		return waitPage(in.Out, 2, 0, false), s.notBefore(in.SentAt.Sub(begin) + 4*time.Minute)
	})
	report := s.run()

	assert.Equal(t, pages*perPage, report.Outcomes[books.Labelled])
	reports := len(s.reports())
	events := int(steps.Load())*eventsOfAStep + int(fired.Load())*eventsOfATimer + int(cancelled.Load())*eventsOfACancelledTimer +
		len(s.batches)*eventsOfABatch + reports*eventsOfAReport
	assert.Less(t, events, eventsAtMost, "%d steps, %d and %d timers, %d batches, %d reports in %s",
		steps.Load(), fired.Load(), cancelled.Load(), len(s.batches), reports, s.passed())
	assert.Less(t, reports*eventsOfASignal, eventsAtMost/10, "of the run")
}
