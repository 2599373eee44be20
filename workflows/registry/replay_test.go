package registry

import (
	"cmp"
	"compress/gzip"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service/tracing"
)

// TestReplay replays recorded histories of released workflows. They were
// recorded on the whole stack (deploy/local, recording_test.go), from the commit
// that was released and never from the one under test.
func TestReplay(t *testing.T) {
	t.Parallel()
	for _, path := range recorded(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			assert.NoError(t, replay(t, readHistory(t, path), Interceptors()), "runs that are open when this is deployed would be stuck here:"+
				" keep their way with workflow.GetVersion, or let them end before")
		})
	}
}

// A worker that traces replays what one without traces has begun: tracing adds nothing but headers.
func TestHistoriesReplayWhereTheyAreTraced(t *testing.T) {
	t.Parallel()
	for _, name := range registered(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spans := tracetest.NewInMemoryExporter()
			traced, err := tracing.New(t.Context(), "worker", sdktrace.WithSyncer(spans))
			require.NoError(t, err)
			require.NoError(t, replay(t, readHistory(t, recordedOf(t, name)), slices.Concat(traced.WorkerInterceptors(), Interceptors())))
			for _, span := range spans.GetSpans() {
				assert.Equal(t, "RunWorkflow:"+name, span.Name, "what has happened is not traced again")
			}
		})
	}
}

func TestEveryRegisteredWorkflowHasAHistory(t *testing.T) {
	t.Parallel()
	types := map[string]bool{}
	for _, path := range recorded(t) {
		types[started(readHistory(t, path)).GetWorkflowType().GetName()] = true
	}
	for _, name := range registered(t) {
		assert.True(t, types[name], "no history of %s is replayed: record one (deploy/local, recording_test.go)", name)
		delete(types, name)
	}
	assert.Empty(t, types, "histories of workflows that are not registered")
}

func TestAHistoryThatWentAnotherWayFails(t *testing.T) {
	t.Parallel()
	for _, name := range registered(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			history := readHistory(t, recordedOf(t, name))
			renamed := 0
			for _, event := range history.Events {
				if event.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
					event.GetActivityTaskScheduledEventAttributes().ActivityType.Name += "Differently"
					renamed++
				}
			}
			require.NotZero(t, renamed)
			assert.ErrorContains(t, replay(t, history, Interceptors()), "TMPRL1100")
		})
	}
}

// A step that waited in vain for a token was begun anew by an interceptor: its history replays with
// that one only, so a replay without those of production would miss what they do.
func TestAHistoryReplaysWithTheInterceptorsOfProductionOnly(t *testing.T) {
	t.Parallel()
	assert.NoError(t, replay(t, begunAnew(t), Interceptors()))
	assert.ErrorContains(t, replay(t, begunAnew(t), nil), "TMPRL1100")
}

// begunAnew is the recorded announcement, whose only step failed first for want of a token.
func begunAnew(t *testing.T) *historypb.History {
	t.Helper()
	history := readHistory(t, recordedOf(t, contract.AnnounceType))
	last := slices.IndexFunc(history.Events, func(e *historypb.HistoryEvent) bool {
		return e.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
	})
	require.Positive(t, last)
	done := history.Events[last].GetActivityTaskCompletedEventAttributes()
	history.Events = history.Events[:last+1]
	history.Events[last] = &historypb.HistoryEvent{
		EventId: int64(last + 1), EventType: enums.EVENT_TYPE_ACTIVITY_TASK_FAILED,
		Attributes: &historypb.HistoryEvent_ActivityTaskFailedEventAttributes{ActivityTaskFailedEventAttributes: &historypb.ActivityTaskFailedEventAttributes{
			ScheduledEventId: done.ScheduledEventId, StartedEventId: done.StartedEventId, RetryState: enums.RETRY_STATE_TIMEOUT,
			Failure: &failurepb.Failure{FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
				ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: contract.ErrorNeedsConsent},
			}},
		}},
	}
	add := func(kind enums.EventType, event *historypb.HistoryEvent) int64 {
		event.EventType, event.EventId = kind, int64(len(history.Events)+1)
		history.Events = append(history.Events, event)
		return event.EventId
	}
	asked := add(enums.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_WorkflowTaskScheduledEventAttributes{
		WorkflowTaskScheduledEventAttributes: &historypb.WorkflowTaskScheduledEventAttributes{},
	}})
	begun := add(enums.EVENT_TYPE_WORKFLOW_TASK_STARTED, &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_WorkflowTaskStartedEventAttributes{
		WorkflowTaskStartedEventAttributes: &historypb.WorkflowTaskStartedEventAttributes{ScheduledEventId: asked},
	}})
	answered := add(enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_WorkflowTaskCompletedEventAttributes{
		WorkflowTaskCompletedEventAttributes: &historypb.WorkflowTaskCompletedEventAttributes{ScheduledEventId: asked, StartedEventId: begun},
	}})
	first := history.Events[done.ScheduledEventId-1].GetActivityTaskScheduledEventAttributes()
	id := answered + 1
	add(enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, &historypb.HistoryEvent{Attributes: &historypb.HistoryEvent_ActivityTaskScheduledEventAttributes{
		ActivityTaskScheduledEventAttributes: &historypb.ActivityTaskScheduledEventAttributes{
			ActivityId: strconv.FormatInt(id, 10), ActivityType: first.ActivityType, TaskQueue: first.TaskQueue, Input: first.Input,
			WorkflowTaskCompletedEventId: answered,
		},
	}})
	return history
}

// types is a registry that notes the names of workflows.
type types struct {
	worker.WorkflowRegistry
	names []string
}

func (r *types) RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions) {
	r.names = append(r.names, cmp.Or(options.Name, nameOf(w)))
}

func registered(t *testing.T) []string {
	t.Helper()
	var all types
	Register(&all)
	RegisterStation(&all)
	require.NotEmpty(t, all.names)
	return all.names
}

func nameOf(function any) string {
	whole := runtime.FuncForPC(reflect.ValueOf(function).Pointer()).Name()
	return whole[strings.LastIndex(whole, ".")+1:]
}

func recorded(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "histories", "*.json.gz"))
	require.NoError(t, err)
	require.NotEmpty(t, paths, "histories are recorded")
	return paths
}

// recordedOf is the first history of a workflow of this type.
func recordedOf(t *testing.T, name string) string {
	t.Helper()
	for _, path := range recorded(t) {
		if strings.Contains(path, "-"+name+"-") {
			return path
		}
	}
	require.Fail(t, "no history", name)
	return ""
}

func readHistory(t *testing.T, path string) *historypb.History {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	require.NoError(t, err)
	history, err := client.HistoryFromJSON(unpacked, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return history
}

func started(history *historypb.History) *historypb.WorkflowExecutionStartedEventAttributes {
	return history.Events[0].GetWorkflowExecutionStartedEventAttributes()
}

func replay(t *testing.T, history *historypb.History, interceptors []interceptor.WorkerInterceptor) error {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{Interceptors: interceptors})
	require.NoError(t, err)
	Register(replayer)
	RegisterStation(replayer)
	return replayer.ReplayWorkflowHistoryWithOptions(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started(history).GetWorkflowId(), RunID: started(history).GetOriginalExecutionRunId()},
	})
}
