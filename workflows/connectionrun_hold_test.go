package workflows

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// gaveUp asks at once and gives every order up after a minute.
func gaveUp(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
	asked(ctx, in)
	err := workflow.Sleep(ctx, time.Minute)
	return LabelBatchResult{Ended: map[books.Outcome]int{books.GaveUp: ordersIn(in.Segments)}}, err
}

func TestHoldingTheConnection(t *testing.T) {
	t.Parallel()

	t.Run("lasts until the run has published", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.publication = nil
		s.waiting(readyPage(10))
		answer(s.scene, runs.RunIsOpen, true).Times(4)
		s.at(70*time.Minute, func() { s.SignalWorkflow(publishedSignal, Publication{}) })
		assert.True(t, s.run().Verified)
		assert.Equal(t, 70*time.Minute, s.passed())
	})

	t.Run("ends when the run is gone", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.publication = nil
		s.waiting(readyPage(10))
		play(s.scene, runs.RunIsOpen, func(in activities.RunIsOpenInput) (bool, error) {
			assert.Equal(t, activities.RunIsOpenInput{WorkflowID: "run/m-1/2026-11-21", RunID: "first"}, in)
			return s.passed() < 40*time.Minute, nil
		})
		s.run()
		assert.Equal(t, 46*time.Minute, s.passed())
	})

	t.Run("does not hold up a run that published before the connection was through", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(3*time.Hour))
		s.publication = nil
		s.waiting(readyPage(10))
		s.at(2*time.Hour, func() { s.SignalWorkflow(publishedSignal, Publication{}) })
		report := s.run()
		assert.Equal(t, 10, report.Outcomes[books.Labelled], "it went on in the background")
		assert.Equal(t, 3*time.Hour, s.passed())
	})
}

func TestRetryOfAConnection(t *testing.T) {
	t.Parallel()
	retriedOnce := func(s *connectionScene) {
		s.publication = nil
		s.at(30*time.Minute, func() { s.SignalWorkflow(retrySignal, nil) })
		answer(s.scene, runs.RunIsOpen, true)
		s.waiting(readyPage(10))
	}

	t.Run("continues as new, with the failed orders and a generation of its own", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", gaveUp)
		retriedOnce(s)
		play(s.scene, runs.RetryOrders, func(in activities.RetryOrdersInput) (activities.Step, error) {
			assert.Equal(t, 2, in.Generation)
			return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}}, nil
		}).Once()
		s.ExecuteWorkflow(ConnectionRun, s.in)
		s.ended()

		var again *workflow.ContinueAsNewError
		require.True(t, errors.As(s.GetWorkflowError(), &again))
		assert.Equal(t, "ConnectionRun", again.WorkflowType.Name)
		var next ConnectionRunInput
		require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &next))
		want := s.in
		want.Scope.Generation, want.Named = 2, true
		assert.Equal(t, want, next)
	})

	t.Run("takes up its own orders, in batches with names of their own", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
			assert.Equal(t, "connection/m-1/c-1/batch/2026-11-21-r2-1", workflow.GetInfo(ctx).WorkflowExecution.ID)
			return allLabelled(time.Minute)(ctx, in)
		})
		s.in.Scope.Generation, s.in.Named = 2, true
		play(s.scene, orders.TakeUpOrders, func(in activities.TakeUpInput) (activities.TakenUp, error) {
			assert.True(t, in.Again && in.Named)
			return activities.TakenUp{Pages: 1}, nil
		})
		play(s.scene, orders.ReadOrders, func(in activities.ReadOrdersInput) (activities.Step, error) {
			assert.True(t, in.Again)
			return ready("read-00001", 10), nil
		})
		report := s.run()
		assert.Equal(t, 2, report.Generation)
		assert.Equal(t, 10, report.Outcomes[books.Labelled])
	})

	for word, signal := range map[string]func(*connectionScene){
		"published": func(s *connectionScene) {
			s.SignalWorkflowSkippingWorkflowTask(publishedSignal, Publication{})
		},
		"was cancelled": func(s *connectionScene) {
			s.SignalWorkflowSkippingWorkflowTask(stopSignal, nil)
			s.SignalWorkflow(publishedSignal, Publication{})
		},
	} {
		t.Run("is dropped when the run "+word+" while it was prepared", func(t *testing.T) {
			t.Parallel()
			s := newConnectionScene(t, "mercadolibre", gaveUp)
			retriedOnce(s)
			play(s.scene, runs.RetryOrders, func(activities.RetryOrdersInput) (activities.Step, error) {
				signal(s)
				return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}}, nil
			}).Once()
			report := s.run()
			assert.Equal(t, map[books.Outcome]int{books.GaveUp: 10}, report.Outcomes)
			assert.True(t, report.Verified, "what the run said is not lost")
		})
	}
}

func TestStoppingAConnection(t *testing.T) {
	t.Parallel()
	for word, stop := range map[string]func(*connectionScene){
		"by its run":     func(s *connectionScene) { s.SignalWorkflow(stopSignal, nil) },
		"by an operator": func(s *connectionScene) { s.CancelWorkflow() },
	} {
		t.Run(word+" sends and asks nothing more, takes what was asked for, and balances", func(t *testing.T) {
			t.Parallel()
			s := newConnectionScene(t, "linio", func(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
				asked(ctx, in)
				err := workflow.Sleep(ctx, 20*time.Minute)
				result := labelled(40)
				result.Again, result.AgainCount = "batch-00001-00002", 10
				return result, err
			})
			s.waiting(readyPage(50), pendingPage(30), readyPage(5))
			play(s.scene, statuses.SendStatuses, func(in activities.SendStatusesInput) (activities.SentStatuses, error) {
				return activities.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 30}}, SentAt: s.Now()}, nil
			}).Once()
			play(s.scene, statuses.AwaitStatuses, func(in activities.AwaitStatusesInput) (activities.AwaitedStatuses, error) {
				return waitPage(in.Out, 0, 30, true), s.notBefore(10 * time.Minute)
			})
			s.at(time.Minute, func() { stop(s) })
			report := s.run()

			assert.Equal(t, []int{50}, s.sizes())
			assert.Equal(t, map[books.Outcome]int{books.Labelled: 40, books.NotReady: 45}, report.Outcomes)
			assert.Equal(t, "stopped: nothing more was asked for", report.Reason)
			assert.Equal(t, 20*time.Minute, s.passed())
		})
	}

	t.Run("that the hub refuses the token for says so", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", nil)
		s.waitingFor(3, func(int) (activities.Step, error) {
			return activities.Step{}, final(activities.ErrorNotAuthorised, "the hub refuses the token")
		})
		report := s.run()
		assert.Equal(t, books.ConnectionNotAuthorised, report.State)
		assert.Equal(t, books.Rest{Outcome: books.NotAuthorised, Reason: "the hub refuses the token"}, report.Rest)
	})

	t.Run("whose orders cannot be taken up says why", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", nil)
		play(s.scene, orders.TakeUpOrders, func(activities.TakeUpInput) (activities.TakenUp, error) {
			return activities.TakenUp{}, final(activities.ErrorRefused, "the hub answered 400")
		})
		report := s.run()
		assert.Equal(t, books.Rest{Outcome: books.GaveUp, Reason: "the hub answered 400"}, report.Rest)
		assert.Equal(t, books.ConnectionDone, report.State)
	})

	t.Run("without orders ends at once", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", nil)
		s.waitingFor(0, nil)
		s.ExecuteWorkflow(ConnectionRun, s.in)
		require.True(t, s.IsWorkflowCompleted())
		require.NoError(t, s.GetWorkflowError())
		assert.Zero(t, s.passed())
	})
}
