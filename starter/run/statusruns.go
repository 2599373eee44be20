package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/workflows"
)

// StatusChanges is what the command line asks of Temporal about status changes; ids are workflow ids.
type StatusChanges interface {
	// Start starts a StatusChange, or answers ErrRunExists.
	Start(ctx context.Context, id string, input workflows.StatusChangeInput) error
	// Request returns the input with which one was started, or answers ErrNoRun.
	Request(ctx context.Context, id string) (workflows.StatusChangeInput, error)
	// Open says whether one is still going on, or answers ErrNoRun.
	Open(ctx context.Context, id string) (bool, error)
	// Progress asks an open one, or answers ErrNoAnswer.
	Progress(ctx context.Context, id string) (workflows.StatusResult, error)
	// Wait waits for its end. One that was cancelled or failed is a result with that state and a reason.
	Wait(ctx context.Context, id string) (workflows.StatusResult, error)
}

// TemporalStatuses is [StatusChanges] on a Temporal server.
type TemporalStatuses struct{ Client client.Client }

var _ StatusChanges = TemporalStatuses{}

// Start starts a StatusChange under an id that no other has had.
func (t TemporalStatuses) Start(ctx context.Context, id string, input workflows.StatusChangeInput) error {
	merchant, key, err := workflows.ParseStatusChangeID(id)
	if err != nil {
		return err
	}
	_, err = t.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.TaskQueue, Priority: workflows.FairShare(merchant),
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            fmt.Sprintf("%s for orders of %s", input.To, merchant),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			workflows.MerchantAttribute.ValueSet(merchant), workflows.RunAttribute.ValueSet(key),
			workflows.StateAttribute.ValueSet(string(statusbook.Running)),
		),
	}, workflows.StatusChangeType, input)
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &exists) {
		return ErrRunExists
	}
	return err
}

// Request reads the input from the first event of the first execution.
func (t TemporalStatuses) Request(ctx context.Context, id string) (input workflows.StatusChangeInput, err error) {
	answer, err := t.Client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return input, noRun(err)
	}
	info := answer.GetWorkflowExecutionInfo()
	first := orDefault(info.GetFirstRunId(), info.GetExecution().GetRunId())
	events := t.Client.GetWorkflowHistory(ctx, id, first, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return input, fmt.Errorf("workflow %s has no history", id)
	}
	event, err := events.Next()
	if err != nil {
		return input, noRun(err)
	}
	payloads := event.GetWorkflowExecutionStartedEventAttributes().GetInput()
	if err := converter.GetDefaultDataConverter().FromPayloads(payloads, &input); err != nil {
		return input, fmt.Errorf("the input of workflow %s is not a status change's: %w", id, err)
	}
	return input, nil
}

// Open reads the execution's state.
func (t TemporalStatuses) Open(ctx context.Context, id string) (bool, error) {
	answer, err := t.Client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return false, noRun(err)
	}
	return answer.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalStatuses) Progress(ctx context.Context, id string) (result workflows.StatusResult, err error) {
	limited, cancel := context.WithTimeout(ctx, queryWait)
	defer cancel()
	answer, err := t.Client.QueryWorkflow(limited, id, "", workflows.ProgressQuery)
	if err != nil {
		return result, unanswered(ctx, err)
	}
	return result, answer.Get(&result)
}

// Wait waits for the end.
func (t TemporalStatuses) Wait(ctx context.Context, id string) (workflows.StatusResult, error) {
	var result workflows.StatusResult
	err := t.Client.GetWorkflow(ctx, id, "").Get(ctx, &result)
	return statusEnded(ctx, result, err)
}

// statusEnded turns what a closed status change answered into a result, as ended does for a run.
func statusEnded(ctx context.Context, result workflows.StatusResult, err error) (workflows.StatusResult, error) {
	var (
		failure   *temporal.WorkflowExecutionError
		cancelled *temporal.CanceledError
		refused   *temporal.ApplicationError
	)
	switch {
	case err == nil:
		return result, nil
	case ctx.Err() != nil:
		return result, context.Cause(ctx)
	case !errors.As(err, &failure):
		return result, noRun(err)
	case errors.As(err, &cancelled):
		if cancelled.HasDetails() {
			_ = cancelled.Details(&result)
		}
		result.State = statusbook.Cancelled
	case errors.As(err, &refused):
		if refused.HasDetails() {
			_ = refused.Details(&result)
		}
		result.State, result.Reason = statusbook.Failed, refused.Message()
	default:
		result.State, result.Reason = statusbook.Failed, books.Reason(failure.Error())
	}
	return result, nil
}

// followStatuses waits for the end and says meanwhile how far it is.
func followStatuses(ctx context.Context, changes StatusChanges, id string, every time.Duration, say func(workflows.StatusResult)) (workflows.StatusResult, error) {
	type answer struct {
		result workflows.StatusResult
		err    error
	}
	over := make(chan answer, 1)
	go func() {
		result, err := changes.Wait(ctx, id)
		over <- answer{result, err}
	}()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case end := <-over:
			return end.result, end.err
		case <-ticker.C:
			if result, err := changes.Progress(ctx, id); err == nil {
				say(result)
			}
		}
	}
}
