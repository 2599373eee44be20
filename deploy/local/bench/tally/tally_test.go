package tally

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/command/v1"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/despacho/despacho/storage"
)

// frontend is a server that gives each request its answer, and counts.
func frontend(t *testing.T, counts *Tally, ctx context.Context, request, answer any) {
	t.Helper()
	got, err := counts.Temporal("ours")(ctx, request, &grpc.UnaryServerInfo{}, func(context.Context, any) (any, error) { return answer, nil })
	require.NoError(t, err)
	assert.Equal(t, answer, got)
}

func TestWhatTemporalCountsIsCounted(t *testing.T) {
	t.Parallel()
	counts, ctx := New(), t.Context()
	intake := &common.WorkflowType{Name: "Intake"}
	do := func(request, answer any) { frontend(t, counts, ctx, request, answer) }
	do(&workflowservice.StartWorkflowExecutionRequest{Namespace: "ours", WorkflowType: intake}, &workflowservice.StartWorkflowExecutionResponse{Started: true})
	do(&workflowservice.StartWorkflowExecutionRequest{Namespace: "ours", WorkflowType: intake}, &workflowservice.StartWorkflowExecutionResponse{})
	do(&workflowservice.StartWorkflowExecutionRequest{Namespace: "theirs", WorkflowType: intake}, &workflowservice.StartWorkflowExecutionResponse{Started: true})
	do(&workflowservice.PollWorkflowTaskQueueRequest{Namespace: "ours"}, &workflowservice.PollWorkflowTaskQueueResponse{
		TaskToken: []byte("task"), WorkflowType: intake, WorkflowExecution: &common.WorkflowExecution{WorkflowId: "intake/m"},
	})
	commands := []*command.Command{
		{CommandType: enums.COMMAND_TYPE_START_TIMER}, {CommandType: enums.COMMAND_TYPE_CANCEL_TIMER},
		{CommandType: enums.COMMAND_TYPE_RECORD_MARKER}, {CommandType: enums.COMMAND_TYPE_RECORD_MARKER},
		{CommandType: enums.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION}, {CommandType: enums.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION},
	}
	do(&workflowservice.RespondWorkflowTaskCompletedRequest{Namespace: "ours", TaskToken: []byte("task"), Commands: commands}, &workflowservice.RespondWorkflowTaskCompletedResponse{})
	do(&workflowservice.SignalWorkflowExecutionRequest{Namespace: "ours", SignalName: "made", WorkflowExecution: &common.WorkflowExecution{WorkflowId: "intake/m"}}, &workflowservice.SignalWorkflowExecutionResponse{})
	for attempt, token := range []string{"first", "second"} {
		do(&workflowservice.PollActivityTaskQueueRequest{Namespace: "ours"}, &workflowservice.PollActivityTaskQueueResponse{
			TaskToken: []byte(token), WorkflowType: intake, ActivityType: &common.ActivityType{Name: "LookOver"}, Attempt: int32(attempt + 1),
		})
		do(&workflowservice.RecordActivityTaskHeartbeatRequest{Namespace: "ours", TaskToken: []byte(token)}, &workflowservice.RecordActivityTaskHeartbeatResponse{})
		do(&workflowservice.RespondActivityTaskCompletedRequest{Namespace: "ours", TaskToken: []byte(token)}, &workflowservice.RespondActivityTaskCompletedResponse{})
	}
	ctx = metadata.NewIncomingContext(ctx, metadata.Pairs(onlookerHeader, "yes"))
	do(&workflowservice.QueryWorkflowRequest{Namespace: "ours"}, &workflowservice.QueryWorkflowResponse{})

	figures := counts.Figures()
	assert.Equal(t, Counts{"Intake": {
		"start": 1, "timer": 1, "markers": 1, "child": 2, "signal made": 1, "retry LookOver": 1, "heartbeat LookOver": 2,
	}}, figures.Actions)
	assert.Len(t, figures.Busy["LookOver"], 2)
	assert.Empty(t, counts.Figures().Since(figures).Actions)
}

func TestRequestsAreCountedByWhoAsked(t *testing.T) {
	t.Parallel()
	counts := New()
	counts.Store("gateway")(t.Context(), storage.Request{Operation: "PutObject", Kind: "raw", Took: time.Second})
	before := counts.Figures()
	counts.Store("gateway")(t.Context(), storage.Request{Operation: "GetObject", Kind: "accounts"})
	after := counts.Figures()
	assert.Equal(t, Counts{"gateway raw": {"PutObject": 1}, "gateway accounts": {"GetObject": 1}}, after.Requests)
	assert.Equal(t, Counts{"gateway accounts": {"GetObject": 1}}, after.Since(before).Requests)
	assert.Equal(t, 2, after.And(after).Requests.Sum(func(_, operation string) bool { return IsRead(operation) }))
}
