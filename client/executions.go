package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// onceOptions start a workflow under an id that no other has had.
func onceOptions(id, merchant, key, summary, state string) sdk.StartWorkflowOptions {
	return sdk.StartWorkflowOptions{
		ID: id, TaskQueue: contract.TaskQueue, StaticSummary: summary, Priority: contract.FairShare(merchant),
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.MerchantAttribute.ValueSet(merchant), contract.RunAttribute.ValueSet(key), contract.StateAttribute.ValueSet(state),
		),
	}
}

// startedOnce is the error of such a start; ErrRunExists where the id was used before.
func startedOnce(_ sdk.WorkflowRun, err error) error {
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &exists) {
		return ErrRunExists
	}
	return err
}

func executionInfo(ctx context.Context, c sdk.Client, id string) (*workflowpb.WorkflowExecutionInfo, error) {
	answer, err := c.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return nil, noRun(err)
	}
	return answer.GetWorkflowExecutionInfo(), nil
}

// inputOf reads the input from the first event of a workflow's first execution.
func inputOf[Input any](ctx context.Context, c sdk.Client, info *workflowpb.WorkflowExecutionInfo) (input Input, err error) {
	id := info.GetExecution().GetWorkflowId()
	first := cmp.Or(info.GetFirstRunId(), info.GetExecution().GetRunId())
	events := c.GetWorkflowHistory(ctx, id, first, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return input, fmt.Errorf("workflow %s has no history", id)
	}
	event, err := events.Next()
	if err != nil {
		return input, noRun(err)
	}
	payloads := event.GetWorkflowExecutionStartedEventAttributes().GetInput()
	if err := converter.GetDefaultDataConverter().FromPayloads(payloads, &input); err != nil {
		return input, fmt.Errorf("the input of workflow %s is not a %T: %w", id, input, err)
	}
	return input, nil
}

// progressOf asks the progress query and waits 5 seconds for an answer.
func progressOf[Result any](ctx context.Context, c sdk.Client, id string) (result Result, err error) {
	limited, cancel := context.WithTimeout(ctx, queryWait)
	defer cancel()
	answer, err := c.QueryWorkflow(limited, id, "", contract.ProgressQuery)
	if err != nil {
		return result, unanswered(ctx, err)
	}
	return result, answer.Get(&result)
}

// endWithoutResult says how a workflow ended that returned no result.
type endWithoutResult struct {
	cancelled bool
	reason    contract.Reason
	// stopped: Temporal ended it, and it could leave nothing.
	stopped bool
}

// endOf reads the end of a workflow whose Get answered err, and what it left in the error's details
// into result. An error is returned where the end is not known.
func endOf(ctx context.Context, err error, result any) (endWithoutResult, error) {
	var (
		failure    *temporal.WorkflowExecutionError
		cancelled  *temporal.CanceledError
		terminated *temporal.TerminatedError
		timeout    *temporal.TimeoutError
		refused    *temporal.ApplicationError
	)
	switch {
	case ctx.Err() != nil:
		return endWithoutResult{}, context.Cause(ctx)
	case !errors.As(err, &failure):
		return endWithoutResult{}, noRun(err)
	case errors.As(err, &cancelled):
		if cancelled.HasDetails() {
			_ = cancelled.Details(result)
		}
		return endWithoutResult{cancelled: true}, nil
	case errors.As(err, &terminated):
		return endWithoutResult{stopped: true, reason: wording.Reason(contract.WhyTerminated)}, nil
	case errors.As(err, &timeout):
		return endWithoutResult{stopped: true, reason: wording.Reason(contract.WhyTimedOut)}, nil
	case errors.As(err, &refused):
		if refused.HasDetails() {
			_ = refused.Details(result)
		}
		return endWithoutResult{reason: wording.OfError(refused.Type(), refused.Message())}, nil
	}
	return endWithoutResult{reason: wording.OfError("", failure.Error())}, nil
}

// waitAndLook waits for what wait returns, and looks at every interval meanwhile.
func waitAndLook[Result any](every time.Duration, wait func() (Result, error), look func()) (Result, error) {
	type answer struct {
		result Result
		err    error
	}
	over := make(chan answer, 1)
	go func() {
		result, err := wait()
		over <- answer{result, err}
	}()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case end := <-over:
			return end.result, end.err
		case <-ticker.C:
			look()
		}
	}
}
