package labelrun

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// batchScene is a LabelBatch of 40 orders in Mercado Libre.
func batchScene(t *testing.T) (*workflowstest.Scene, LabelBatchInput) {
	connection := workflowstest.Marketplace("c-1", "mercadolibre")
	in := LabelBatchInput{Scope: workflowstest.ScopeOf(connection), Number: 3, Segments: []activities.Segment{{Page: "read-00001", To: 40}}}
	return newScene(t, contract.BatchID(workflowstest.Merchant, "mercadolibre", "c-1", workflowstest.RunKey, 1, 3), nil), in
}

func batchResult(s *workflowstest.Scene) LabelBatchResult {
	s.T.Helper()
	s.Ended()
	require.NoError(s.T, s.GetWorkflowError())
	var result LabelBatchResult
	require.NoError(s.T, s.GetWorkflowResult(&result))
	return result
}

func TestLabelBatch(t *testing.T) {
	t.Parallel()
	prepared := tickets.PreparedBatch{Step: workflowstest.ReadyStep("batch-00003-00001", 40), Before: []string{"task-1"}}
	asked := tickets.Asked{Task: "task-2", AskedAt: workflowstest.SceneStart, Look: contract.Duration(50 * time.Second)}

	t.Run("asks, waits until the task is worth a look, and takes what it made", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		prepared := prepared
		prepared.Counts.Ended = map[contract.Outcome]int{contract.Cancelled: 2}
		workflowstest.MockActivity(s, documentSteps.PrepareBatch, func(got tickets.PrepareBatchInput) (tickets.PreparedBatch, error) {
			assert.Equal(t, in.Segments, got.Segments)
			return prepared, nil
		}).Once()
		workflowstest.MockActivity(s, ticketSteps.AskLabels, func(got tickets.AskLabelsInput) (tickets.Asked, error) {
			assert.Equal(t, []string{"task-1"}, got.Before, "the tasks that were there before stand in history")
			return asked, nil
		}).Once()
		workflowstest.MockActivity(s, documentSteps.CollectLabels, func(got tickets.CollectLabelsInput) (tickets.Collected, error) {
			assert.Equal(t, 50*time.Second, s.Passed())
			assert.Equal(t, workflowstest.SceneStart.Add(15*time.Minute+3*40*time.Minute), got.Deadline, "the deadline grows with the labels")
			return tickets.Collected{Step: activities.Step{Page: "batch-00003-00002", Counts: books.Counts{
				Ready: 3, Ended: map[contract.Outcome]int{contract.Labelled: 36, contract.Cancelled: 1},
			}}}, nil
		}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		result := batchResult(s)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 36, contract.Cancelled: 3}, result.Ended)
		assert.Equal(t, "batch-00003-00002", result.Again)
		assert.Equal(t, 3, result.AgainCount)
		assert.Empty(t, result.Refused)
		assert.False(t, result.After)
		assert.Contains(t, s.Details(), "task `task-2`: 36 of 40 labelled, 3 to be asked for again")
	})

	t.Run("gives a task its time, however short a label's is by the settings", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		in.Scope.Settings.LabelTime = contract.Duration(time.Second)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared)
		workflowstest.MockAnswer(s, ticketSteps.AskLabels, asked)
		workflowstest.MockActivity(s, documentSteps.CollectLabels, func(got tickets.CollectLabelsInput) (tickets.Collected, error) {
			assert.Equal(t, workflowstest.SceneStart.Add(15*time.Minute+3*40*time.Minute), got.Deadline)
			return tickets.Collected{Step: workflowstest.EndedStep("p", contract.Labelled, 40)}, nil
		})
		s.ExecuteWorkflow(LabelBatch, in)
		batchResult(s)
	})

	t.Run("waits out a busy hub, with growing pauses, and asks once", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared).Once()
		var tries []time.Duration
		workflowstest.MockActivity(s, ticketSteps.AskLabels, func(tickets.AskLabelsInput) (tickets.Asked, error) {
			tries = append(tries, s.Passed())
			if len(tries) < 8 {
				return tickets.Asked{Busy: 5 * time.Second}, nil
			}
			return asked, nil
		}).Times(8)
		workflowstest.MockAnswer(s, documentSteps.CollectLabels, tickets.Collected{Step: workflowstest.EndedStep("p", contract.Labelled, 40)}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		assert.Equal(t, 40, batchResult(s).Ended[contract.Labelled])
		seconds := func(n int) time.Duration { return time.Duration(n) * time.Second }
		assert.Equal(t, []time.Duration{0, seconds(5), seconds(10), seconds(15), seconds(23), seconds(39), seconds(71), seconds(135)}, tries)
	})

	t.Run("gives up on a hub that is busy for days", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared)
		asks := 0
		workflowstest.MockActivity(s, ticketSteps.AskLabels, func(tickets.AskLabelsInput) (tickets.Asked, error) {
			asks++
			return tickets.Asked{Busy: 20 * time.Second}, nil
		})
		s.ExecuteWorkflow(LabelBatch, in)
		s.Ended()
		require.ErrorContains(t, s.GetWorkflowError(), "the hub was too busy to accept a request for labels for 48h0m0s")
		assert.Less(t, asks, 400, "its history stays short")
	})

	t.Run("hands back a request that the hub refuses as a whole", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared).Once()
		workflowstest.MockAnswer(s, ticketSteps.AskLabels, tickets.Asked{Refused: contract.Cause{Words: "too many for this account"}, Step: workflowstest.ReadyStep("batch-00003-00002", 40)}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		result := batchResult(s)
		assert.Equal(t, "too many for this account", result.Refused.Words)
		assert.Equal(t, 40, result.AgainCount)
		assert.Contains(t, s.Details(), "too many for this account")
	})

	t.Run("goes without the list of tasks, says so, and hands back orders whose answer was lost for good", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, tickets.PreparedBatch{Step: workflowstest.ReadyStep("batch-00003-00001", 40), Unlisted: contract.Cause{Words: "the list cannot be had"}}).Once()
		workflowstest.MockActivity(s, ticketSteps.AskLabels, func(got tickets.AskLabelsInput) (tickets.Asked, error) {
			assert.True(t, got.Unlisted)
			return tickets.Asked{Lost: true, Step: workflowstest.ReadyStep("batch-00003-00002", 40)}, nil
		}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		assert.Equal(t, LabelBatchResult{Again: "batch-00003-00002", AgainCount: 40, Note: contract.Cause{Words: "the list cannot be had"}}, batchResult(s))
		assert.Contains(t, s.Details(), "their orders are read again")
	})

	t.Run("asks for nothing when every order ended meanwhile", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, tickets.PreparedBatch{Step: workflowstest.EndedStep("batch-00003-00001", contract.Cancelled, 40)}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		assert.Equal(t, LabelBatchResult{Ended: map[contract.Outcome]int{contract.Cancelled: 40}}, batchResult(s))
	})

	for settings, after := range map[contract.FalabellaReady]bool{contract.ReadyAtLabel: true, contract.ReadyAtPublish: false, contract.ReadyFromPartner: false} {
		t.Run(fmt.Sprintf("Falabella's ready_to_ship at %s leaves a status to be sent: %t", settings, after), func(t *testing.T) {
			t.Parallel()
			s, in := batchScene(t)
			in.Scope.Connection, in.Scope.Settings.FalabellaReady = workflowstest.Marketplace("c-1", "fcom"), settings
			workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared)
			workflowstest.MockAnswer(s, ticketSteps.AskLabels, asked)
			workflowstest.MockAnswer(s, documentSteps.CollectLabels, tickets.Collected{Step: workflowstest.EndedStep("p", contract.Labelled, 40)})
			s.ExecuteWorkflow(LabelBatch, in)
			assert.Equal(t, after, batchResult(s).After)
		})
	}

	t.Run("tells its ConnectionRun as soon as it has asked", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared)
		workflowstest.MockAnswer(s, ticketSteps.AskLabels, asked)
		workflowstest.MockAnswer(s, documentSteps.CollectLabels, tickets.Collected{Step: workflowstest.EndedStep("p", contract.Labelled, 40)})
		parent := func(ctx workflow.Context) (time.Duration, error) {
			child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{TaskQueue: contract.TaskQueue}), LabelBatch, in)
			var number int
			workflow.GetSignalChannel(ctx, askedSignal).Receive(ctx, &number)
			assert.Equal(t, 3, number)
			asked := workflow.Now(ctx).Sub(workflowstest.SceneStart)
			return asked, child.Get(ctx, nil)
		}
		s.RegisterWorkflow(parent)
		s.ExecuteWorkflow(parent)
		s.Ended()
		var asked time.Duration
		require.NoError(t, s.GetWorkflowResult(&asked))
		assert.Zero(t, asked, "before the labels are made")
	})

	t.Run("ends with the error of a step that no try mends", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		workflowstest.MockAnswer(s, documentSteps.PrepareBatch, prepared)
		s.OnActivity(ticketSteps.AskLabels, mock.Anything, mock.Anything).Return(tickets.Asked{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub refuses the token"))
		s.ExecuteWorkflow(LabelBatch, in)
		s.Ended()
		assert.Equal(t, contract.ErrorNotAuthorised, workflows.ErrorType(s.GetWorkflowError()))
	})
}
