package registry

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/despacho/despacho/contract"
)

// TestNewsOfPrintsLeaveNothingInARunsHistory signals the recorded run while it waits for its last step: the
// task that follows gives no commands.
func TestNewsOfPrintsLeaveNothingInARunsHistory(t *testing.T) {
	t.Parallel()
	history := readHistory(t, recordedOf(t, contract.LabelRunType))
	last := 0
	for i, event := range history.Events {
		if event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
			last = i
		}
	}
	require.Positive(t, last)
	history.Events = slices.Clip(history.Events[:last+1])
	news, err := converter.GetDefaultDataConverter().ToPayloads(contract.PrintedNews{Job: "j1", Page: 1, Out: 3})
	require.NoError(t, err)
	task := addTask(history, &historypb.HistoryEvent{
		EventType: enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
		Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
			WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{SignalName: contract.PrintedSignal, Input: news, Header: &commonpb.Header{}},
		},
	})
	assert.NoError(t, replay(t, history, Interceptors()))

	history.Events = append(history.Events, &historypb.HistoryEvent{
		EventId: task + 1, EventType: enums.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
		Attributes: &historypb.HistoryEvent_UpsertWorkflowSearchAttributesEventAttributes{
			UpsertWorkflowSearchAttributesEventAttributes: &historypb.UpsertWorkflowSearchAttributesEventAttributes{WorkflowTaskCompletedEventId: task, SearchAttributes: &commonpb.SearchAttributes{}},
		},
	})
	assert.ErrorContains(t, replay(t, history, Interceptors()), "TMPRL1100", "a command in that task is noticed")
}

// addTask adds an event and a workflow task that gave no commands, and returns the number of its end.
func addTask(history *historypb.History, event *historypb.HistoryEvent) (completed int64) {
	add := func(event *historypb.HistoryEvent) int64 {
		event.EventId = int64(len(history.Events) + 1)
		history.Events = append(history.Events, event)
		return event.EventId
	}
	add(event)
	asked := add(&historypb.HistoryEvent{EventType: enums.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{
		WorkflowTaskScheduledEventAttributes: &historypb.WorkflowTaskScheduledEventAttributes{},
	}})
	begun := add(&historypb.HistoryEvent{EventType: enums.EVENT_TYPE_WORKFLOW_TASK_STARTED, Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
		WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{ScheduledEventId: asked},
	}})
	return add(&historypb.HistoryEvent{EventType: enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
		WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{ScheduledEventId: asked, StartedEventId: begun},
	}})
}
