package workflows

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
)

// batchScene is a LabelBatch of 40 orders in Mercado Libre.
func batchScene(t *testing.T) (*scene, LabelBatchInput) {
	connection := marketplace("c-1", "mercadolibre")
	in := LabelBatchInput{Scope: scopeOf(connection), Number: 3, Segments: []activities.Segment{{Page: "read-00001", To: 40}}}
	return newScene(t, batchID(merchant, "c-1", runKey, 1, 3), nil), in
}

func (s *scene) batchResult() LabelBatchResult {
	s.t.Helper()
	s.ended()
	require.NoError(s.t, s.GetWorkflowError())
	var result LabelBatchResult
	require.NoError(s.t, s.GetWorkflowResult(&result))
	return result
}

func TestLabelBatch(t *testing.T) {
	t.Parallel()
	prepared := activities.PreparedBatch{Step: ready("batch-00003-00001", 40), Before: []string{"task-1"}}
	asked := activities.Asked{Task: "task-2", AskedAt: begin, Look: activities.Duration(50 * time.Second)}

	t.Run("asks, waits until the task is worth a look, and takes what it made", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		prepared := prepared
		prepared.Counts.Ended = map[books.Outcome]int{books.Cancelled: 2}
		play(s, documents.PrepareBatch, func(got activities.PrepareBatchInput) (activities.PreparedBatch, error) {
			assert.Equal(t, in.Segments, got.Segments)
			return prepared, nil
		}).Once()
		play(s, tickets.AskLabels, func(got activities.AskLabelsInput) (activities.Asked, error) {
			assert.Equal(t, []string{"task-1"}, got.Before, "the tasks that were there before stand in history")
			return asked, nil
		}).Once()
		play(s, documents.CollectLabels, func(got activities.CollectLabelsInput) (activities.Collected, error) {
			assert.Equal(t, 50*time.Second, s.passed())
			assert.Equal(t, begin.Add(15*time.Minute+3*40*time.Minute), got.Deadline, "the deadline grows with the labels")
			return activities.Collected{Step: activities.Step{Page: "batch-00003-00002", Counts: books.Counts{
				Ready: 3, Ended: map[books.Outcome]int{books.Labelled: 36, books.Cancelled: 1},
			}}}, nil
		}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		result := s.batchResult()
		assert.Equal(t, map[books.Outcome]int{books.Labelled: 36, books.Cancelled: 3}, result.Ended)
		assert.Equal(t, "batch-00003-00002", result.Again)
		assert.Equal(t, 3, result.AgainCount)
		assert.Empty(t, result.Refused)
		assert.False(t, result.After)
		assert.Contains(t, s.details(), "task `task-2`: 36 of 40 labelled, 3 to be asked for again")
	})

	t.Run("gives a task its time, however short a label's is by the settings", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		in.Scope.Settings.LabelTime = activities.Duration(time.Second)
		answer(s, documents.PrepareBatch, prepared)
		answer(s, tickets.AskLabels, asked)
		play(s, documents.CollectLabels, func(got activities.CollectLabelsInput) (activities.Collected, error) {
			assert.Equal(t, begin.Add(15*time.Minute+3*40*time.Minute), got.Deadline)
			return activities.Collected{Step: ended("p", books.Labelled, 40)}, nil
		})
		s.ExecuteWorkflow(LabelBatch, in)
		s.batchResult()
	})

	t.Run("waits out a busy hub, with growing pauses, and asks once", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, prepared).Once()
		var tries []time.Duration
		play(s, tickets.AskLabels, func(activities.AskLabelsInput) (activities.Asked, error) {
			tries = append(tries, s.passed())
			if len(tries) < 8 {
				return activities.Asked{Busy: 5 * time.Second}, nil
			}
			return asked, nil
		}).Times(8)
		answer(s, documents.CollectLabels, activities.Collected{Step: ended("p", books.Labelled, 40)}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		assert.Equal(t, 40, s.batchResult().Ended[books.Labelled])
		seconds := func(n int) time.Duration { return time.Duration(n) * time.Second }
		assert.Equal(t, []time.Duration{0, seconds(5), seconds(10), seconds(15), seconds(23), seconds(39), seconds(71), seconds(135)}, tries)
	})

	t.Run("gives up on a hub that is busy for days", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, prepared)
		asks := 0
		play(s, tickets.AskLabels, func(activities.AskLabelsInput) (activities.Asked, error) {
			asks++
			return activities.Asked{Busy: 20 * time.Second}, nil
		})
		s.ExecuteWorkflow(LabelBatch, in)
		s.ended()
		require.ErrorContains(t, s.GetWorkflowError(), "the hub took no request for labels within 48h0m0s")
		assert.Less(t, asks, 400, "its history stays short")
	})

	t.Run("hands back a request that the hub refuses as a whole", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, prepared).Once()
		answer(s, tickets.AskLabels, activities.Asked{Refused: "too many for this account", Step: ready("batch-00003-00002", 40)}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		result := s.batchResult()
		assert.Equal(t, "too many for this account", result.Refused)
		assert.Equal(t, 40, result.AgainCount)
		assert.Contains(t, s.details(), "too many for this account")
	})

	t.Run("goes without the list of tasks, says so, and hands back orders whose answer was lost for good", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, activities.PreparedBatch{Step: ready("batch-00003-00001", 40), Unlisted: "the list cannot be had"}).Once()
		play(s, tickets.AskLabels, func(got activities.AskLabelsInput) (activities.Asked, error) {
			assert.True(t, got.Unlisted)
			return activities.Asked{Lost: true, Step: ready("batch-00003-00002", 40)}, nil
		}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		assert.Equal(t, LabelBatchResult{Again: "batch-00003-00002", AgainCount: 40, Note: "the list cannot be had"}, s.batchResult())
		assert.Contains(t, s.details(), "their orders are read again")
	})

	t.Run("asks for nothing when every order ended meanwhile", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, activities.PreparedBatch{Step: ended("batch-00003-00001", books.Cancelled, 40)}).Once()
		s.ExecuteWorkflow(LabelBatch, in)

		assert.Equal(t, LabelBatchResult{Ended: map[books.Outcome]int{books.Cancelled: 40}}, s.batchResult())
	})

	for settings, after := range map[activities.FalabellaReady]bool{activities.ReadyAtLabel: true, activities.ReadyAtPublish: false, activities.ReadyFromPartner: false} {
		t.Run(fmt.Sprintf("Falabella's ready_to_ship at %s leaves a status to be sent: %t", settings, after), func(t *testing.T) {
			t.Parallel()
			s, in := batchScene(t)
			in.Scope.Connection, in.Scope.Settings.FalabellaReady = marketplace("c-1", "fcom"), settings
			answer(s, documents.PrepareBatch, prepared)
			answer(s, tickets.AskLabels, asked)
			answer(s, documents.CollectLabels, activities.Collected{Step: ended("p", books.Labelled, 40)})
			s.ExecuteWorkflow(LabelBatch, in)
			assert.Equal(t, after, s.batchResult().After)
		})
	}

	t.Run("tells its ConnectionRun as soon as it has asked", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, prepared)
		answer(s, tickets.AskLabels, asked)
		answer(s, documents.CollectLabels, activities.Collected{Step: ended("p", books.Labelled, 40)})
		parent := func(ctx workflow.Context) (time.Duration, error) {
			child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{TaskQueue: TaskQueue}), LabelBatch, in)
			var number int
			workflow.GetSignalChannel(ctx, askedSignal).Receive(ctx, &number)
			assert.Equal(t, 3, number)
			asked := workflow.Now(ctx).Sub(begin)
			return asked, child.Get(ctx, nil)
		}
		s.RegisterWorkflow(parent)
		s.ExecuteWorkflow(parent)
		s.ended()
		var asked time.Duration
		require.NoError(t, s.GetWorkflowResult(&asked))
		assert.Zero(t, asked, "before the labels are made")
	})

	t.Run("ends with the error of a step that no try mends", func(t *testing.T) {
		t.Parallel()
		s, in := batchScene(t)
		answer(s, documents.PrepareBatch, prepared)
		s.OnActivity(tickets.AskLabels, mock.Anything, mock.Anything).Return(activities.Asked{}, final(activities.ErrorNotAuthorised, "the hub refuses the token"))
		s.ExecuteWorkflow(LabelBatch, in)
		s.ended()
		assert.Equal(t, activities.ErrorNotAuthorised, errorType(s.GetWorkflowError()))
	})
}
