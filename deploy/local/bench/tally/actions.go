package tally

import (
	"cmp"
	"context"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// onlookerHeader marks the requests of a client that only looks on.
const onlookerHeader = "despacho-onlooker"

// Onlooker is what a client carries whose questions are not counted (client.Options.HeadersProvider).
type Onlooker struct{}

// GetHeaders returns the mark.
func (Onlooker) GetHeaders(context.Context) (map[string]string, error) {
	return map[string]string{onlookerHeader: "yes"}, nil
}

// Temporal is an interceptor of the server's frontend that counts the actions of a namespace.
func (t *Tally) Temporal(namespace string) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		answer, err := handle(ctx, request)
		in, ok := request.(interface{ GetNamespace() string })
		if err != nil || !ok || in.GetNamespace() != namespace || len(metadata.ValueFromIncomingContext(ctx, onlookerHeader)) > 0 {
			return answer, err
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.note(request, answer)
		return answer, err
	}
}

// note counts the actions of one request that was answered.
func (t *Tally) note(request, answer any) {
	switch in := request.(type) {
	case *workflowservice.StartWorkflowExecutionRequest:
		if out, ok := answer.(*workflowservice.StartWorkflowExecutionResponse); ok && out.GetStarted() {
			t.act(in.GetWorkflowType().GetName(), "start", "")
		}
	case *workflowservice.SignalWithStartWorkflowExecutionRequest:
		t.act(in.GetWorkflowType().GetName(), "signal", in.GetSignalName())
	case *workflowservice.SignalWorkflowExecutionRequest:
		t.act(t.tasks.typeOf(in.GetWorkflowExecution().GetWorkflowId()), "signal", in.GetSignalName())
	case *workflowservice.QueryWorkflowRequest:
		if query := in.GetQuery().GetQueryType(); query != "__temporal_workflow_metadata" {
			t.act(t.tasks.typeOf(in.GetExecution().GetWorkflowId()), "query", query)
		}
	case *workflowservice.ExecuteMultiOperationRequest:
		t.noteOperations(in, answer)
	case *workflowservice.PollWorkflowTaskQueueRequest:
		if out, ok := answer.(*workflowservice.PollWorkflowTaskQueueResponse); ok {
			t.tasks.workflow(out)
		}
	case *workflowservice.RespondWorkflowTaskCompletedRequest:
		t.noteTask(in, answer)
	case *workflowservice.PollActivityTaskQueueRequest:
		if out, ok := answer.(*workflowservice.PollActivityTaskQueueResponse); ok {
			t.noteActivity(out)
		}
	case *workflowservice.RecordActivityTaskHeartbeatRequest:
		begun := t.tasks.running[string(in.GetTaskToken())]
		t.act(begun.workflow, "heartbeat", begun.activity)
	case *workflowservice.RespondActivityTaskCompletedRequest:
		t.tasks.ended(in.GetTaskToken())
	case *workflowservice.RespondActivityTaskFailedRequest:
		t.tasks.ended(in.GetTaskToken())
	case *workflowservice.RespondActivityTaskCanceledRequest:
		t.tasks.ended(in.GetTaskToken())
	case *workflowservice.CreateScheduleRequest, *workflowservice.UpdateScheduleRequest, *workflowservice.DeleteScheduleRequest, *workflowservice.PatchScheduleRequest:
		t.act("schedules", "schedule", "")
	case *workflowservice.ResetWorkflowExecutionRequest, *workflowservice.UpdateWorkflowExecutionOptionsRequest,
		*workflowservice.PauseWorkflowExecutionRequest, *workflowservice.UnpauseWorkflowExecutionRequest:
		t.act("operators", "change", "")
	}
}

// noteOperations counts the start in a start with an update; the update is counted when it is let in.
func (t *Tally) noteOperations(in *workflowservice.ExecuteMultiOperationRequest, answer any) {
	out, ok := answer.(*workflowservice.ExecuteMultiOperationResponse)
	if !ok || len(out.GetResponses()) == 0 || !out.GetResponses()[0].GetStartWorkflow().GetStarted() {
		return
	}
	t.act(in.GetOperations()[0].GetStartWorkflow().GetWorkflowType().GetName(), "start", "")
}

// noteTask counts what a workflow wants at the end of a workflow task.
func (t *Tally) noteTask(in *workflowservice.RespondWorkflowTaskCompletedRequest, answer any) {
	who := t.tasks.take(in.GetTaskToken())
	if out, ok := answer.(*workflowservice.RespondWorkflowTaskCompletedResponse); ok {
		t.tasks.workflow(out.GetWorkflowTask())
		for _, eager := range out.GetActivityTasks() {
			t.noteActivity(eager)
		}
	}
	marked := false
	for _, command := range in.GetCommands() {
		switch command.GetCommandType() {
		case enums.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK:
			t.act(who, "activity", command.GetScheduleActivityTaskCommandAttributes().GetActivityType().GetName())
		case enums.COMMAND_TYPE_START_TIMER:
			t.act(who, "timer", "")
		case enums.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION:
			child := command.GetStartChildWorkflowExecutionCommandAttributes().GetWorkflowType().GetName()
			t.act(who, "child", child)
			t.act(who, "child", child)
		case enums.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION:
			t.act(who, "signal to another", command.GetSignalExternalWorkflowExecutionCommandAttributes().GetSignalName())
		case enums.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, enums.COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES:
			t.act(who, "upsert", "")
		case enums.COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION:
			t.act(who, "continue as new", "")
		case enums.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION, enums.COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION:
			t.act(who, "nexus", "")
		case enums.COMMAND_TYPE_RECORD_MARKER:
			marked = true
		case enums.COMMAND_TYPE_UNSPECIFIED, enums.COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK, enums.COMMAND_TYPE_CANCEL_TIMER,
			enums.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, enums.COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, enums.COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION,
			enums.COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION, enums.COMMAND_TYPE_PROTOCOL_MESSAGE:
		}
	}
	if marked {
		t.act(who, "markers", "")
	}
	for _, message := range in.GetMessages() {
		switch body := message.GetBody().GetTypeUrl(); {
		case strings.HasSuffix(body, ".update.v1.Acceptance"), strings.HasSuffix(body, ".update.v1.Rejection"):
			t.act(who, "update", "")
		}
	}
}

// noteActivity notes that a worker has an activity now, and counts it if it is a retry.
func (t *Tally) noteActivity(out *workflowservice.PollActivityTaskQueueResponse) {
	if len(out.GetTaskToken()) == 0 {
		return
	}
	begun := beginning{workflow: out.GetWorkflowType().GetName(), activity: out.GetActivityType().GetName(), at: time.Now(), patience: out.GetHeartbeatTimeout().AsDuration()}
	t.tasks.running[string(out.GetTaskToken())] = begun
	if out.GetAttempt() > 1 {
		t.act(begun.workflow, "retry", begun.activity)
	}
}

// act counts one action; those of Temporal's own workflows are not counted.
func (t *Tally) act(who, what, of string) {
	if strings.HasPrefix(who, "temporal-sys-") {
		return
	}
	t.actions.add(cmp.Or(who, "unknown"), strings.TrimSpace(what+" "+of), 1)
}
