package labelrun

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
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// gaveUp asks at once and gives every order up after a minute.
func gaveUp(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
	asked(ctx, in)
	err := workflow.Sleep(ctx, time.Minute)
	return LabelBatchResult{Ended: map[contract.Outcome]int{contract.GaveUp: ordersIn(in.Segments)}}, err
}

func TestHoldingTheConnection(t *testing.T) {
	t.Parallel()

	t.Run("lasts until the run has published", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.publication = nil
		s.waiting(readyPage(10))
		workflowstest.MockAnswer(s.Scene, runSteps.RunIsOpen, true).Times(4)
		s.CallAt(70*time.Minute, func() { s.SignalWorkflow(publishedSignal, Publication{}) })
		assert.True(t, s.run().Verified)
		assert.Equal(t, 70*time.Minute, s.Passed())
	})

	t.Run("ends when the run is gone", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(time.Minute))
		s.publication = nil
		s.waiting(readyPage(10))
		workflowstest.MockActivity(s.Scene, runSteps.RunIsOpen, func(in runs.RunIsOpenInput) (bool, error) {
			assert.Equal(t, runs.RunIsOpenInput{WorkflowID: "run/m-1/2026-11-21", RunID: "first"}, in)
			return s.Passed() < 40*time.Minute, nil
		})
		s.run()
		assert.Equal(t, 46*time.Minute, s.Passed())
	})

	t.Run("does not hold up a run that published before the connection was through", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", allLabelled(3*time.Hour))
		s.publication = nil
		s.waiting(readyPage(10))
		s.CallAt(2*time.Hour, func() { s.SignalWorkflow(publishedSignal, Publication{}) })
		report := s.run()
		assert.Equal(t, 10, report.Outcomes[contract.Labelled], "it went on in the background")
		assert.Equal(t, 3*time.Hour, s.Passed())
	})
}

func TestRetryOfAConnection(t *testing.T) {
	t.Parallel()
	retriedOnce := func(s *connectionScene) {
		s.publication = nil
		s.CallAt(30*time.Minute, func() { s.SignalWorkflow(retrySignal, nil) })
		workflowstest.MockAnswer(s.Scene, runSteps.RunIsOpen, true)
		s.waiting(readyPage(10))
	}

	t.Run("continues as new, with the failed orders and a generation of its own", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", gaveUp)
		retriedOnce(s)
		workflowstest.MockActivity(s.Scene, runSteps.RetryOrders, func(in runs.RetryOrdersInput) (activities.Step, error) {
			assert.Equal(t, 2, in.Generation)
			return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}}, nil
		}).Once()
		s.ExecuteWorkflow(ConnectionRun, s.in)
		s.Ended()

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
			assert.Equal(t, "connection/m-1/mercadolibre/c-1/batch/2026-11-21-r2-1", workflow.GetInfo(ctx).WorkflowExecution.ID)
			return allLabelled(time.Minute)(ctx, in)
		})
		s.in.Scope.Generation, s.in.Named = 2, true
		workflowstest.MockActivity(s.Scene, orderSteps.TakeUpOrders, func(in orders.TakeUpInput) (orders.TakenUp, error) {
			assert.True(t, in.Again && in.Named)
			return orders.TakenUp{Pages: 1}, nil
		})
		workflowstest.MockActivity(s.Scene, orderSteps.ReadOrders, func(in orders.ReadOrdersInput) (activities.Step, error) {
			assert.True(t, in.Again)
			return workflowstest.ReadyStep("read-00001", 10), nil
		})
		report := s.run()
		assert.Equal(t, 2, report.Generation)
		assert.Equal(t, 10, report.Outcomes[contract.Labelled])
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
			workflowstest.MockActivity(s.Scene, runSteps.RetryOrders, func(runs.RetryOrdersInput) (activities.Step, error) {
				signal(s)
				return activities.Step{Page: books.FoundPage, Counts: books.Counts{Pending: 10}}, nil
			}).Once()
			report := s.run()
			assert.Equal(t, map[contract.Outcome]int{contract.GaveUp: 10}, report.Outcomes)
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
			workflowstest.MockActivity(s.Scene, statusSteps.SendStatuses, func(in statuses.SendStatusesInput) (statuses.SentStatuses, error) {
				return statuses.SentStatuses{Step: activities.Step{Page: in.Out, Counts: books.Counts{Pending: 30}}, SentAt: s.Now()}, nil
			}).Once()
			workflowstest.MockActivity(s.Scene, statusSteps.AwaitStatuses, func(in statuses.AwaitStatusesInput) (statuses.AwaitedStatuses, error) {
				return waitPage(in.Out, 0, 30, true), s.NotBefore(10 * time.Minute)
			})
			s.CallAt(time.Minute, func() { stop(s) })
			report := s.run()

			assert.Equal(t, []int{50}, s.sizes())
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 40, contract.NotReady: 45}, report.Outcomes)
			assert.Equal(t, "stopped: nothing more was asked for", report.Reason.Words)
			assert.Equal(t, 20*time.Minute, s.Passed())
		})
	}

	t.Run("that the hub refuses the token for says so", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", nil)
		s.waitingFor(3, func(int) (activities.Step, error) {
			return activities.Step{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub refuses the token")
		})
		report := s.run()
		assert.Equal(t, contract.ConnectionNotAuthorised, report.State)
		assert.Equal(t, books.RestOutcome{Outcome: contract.NotAuthorised, Reason: wording.OfError(contract.ErrorNotAuthorised, "the hub refuses the token")}, report.Rest)
	})

	t.Run("whose orders cannot be taken up says why", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", nil)
		workflowstest.MockActivity(s.Scene, orderSteps.TakeUpOrders, func(orders.TakeUpInput) (orders.TakenUp, error) {
			return orders.TakenUp{}, workflowstest.FinalError(contract.ErrorRefused, "the hub answered 400")
		})
		report := s.run()
		assert.Equal(t, books.RestOutcome{Outcome: contract.GaveUp, Reason: wording.OfError(contract.ErrorRefused, "the hub answered 400")}, report.Rest)
		assert.Equal(t, contract.ConnectionDone, report.State)
	})

	t.Run("without orders ends at once", func(t *testing.T) {
		t.Parallel()
		s := newConnectionScene(t, "mercadolibre", nil)
		s.waitingFor(0, nil)
		s.ExecuteWorkflow(ConnectionRun, s.in)
		require.True(t, s.IsWorkflowCompleted())
		require.NoError(t, s.GetWorkflowError())
		assert.Zero(t, s.Passed())
	})
}
