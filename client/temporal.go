package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
)

const (
	queryWait  = 5 * time.Second
	updateWait = 10 * time.Second
)

// Dial connects to Temporal as the TEMPORAL_* variables say. What it starts is traced where ctx has a tracing
// (tracing.Into).
func Dial(ctx context.Context) (c sdk.Client, namespace string, err error) {
	options, err := service.LoadTemporalOptions()
	if err != nil {
		return nil, "", &SetupError{Problem: fmt.Sprintf("Temporal's settings cannot be read: %v", err), Remedy: "check the TEMPORAL_* variables", Err: err}
	}
	options.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	options.Interceptors = tracing.From(ctx).Interceptors()
	if options.Namespace == "" {
		options.Namespace = sdk.DefaultNamespace
	}
	if c, err = sdk.DialContext(ctx, options); err != nil {
		return nil, "", &UnreachableError{Address: cmp.Or(options.HostPort, sdk.DefaultHostPort), Err: err}
	}
	return c, options.Namespace, nil
}

// TemporalRuns is [Runs] on a Temporal server.
type TemporalRuns struct{ Client sdk.Client }

// Start starts a LabelRun under an id that no other run has had.
func (t TemporalRuns) Start(ctx context.Context, id string, input contract.LabelRunInput) error {
	merchant, key, err := contract.ParseRunID(id)
	if err != nil {
		return err
	}
	options := onceOptions(id, merchant, key, summary(input), string(contract.RunRunning))
	return startedOnce(t.Client.ExecuteWorkflow(ctx, options, contract.LabelRunType, input))
}

// Describe reads the execution and its search attributes.
func (t TemporalRuns) Describe(ctx context.Context, id string) (Description, error) {
	info, err := t.info(ctx, id)
	if err != nil {
		return Description{}, err
	}
	return describe(info), nil
}

func (t TemporalRuns) info(ctx context.Context, id string) (*workflowpb.WorkflowExecutionInfo, error) {
	info, err := executionInfo(ctx, t.Client, id)
	if err != nil {
		return nil, err
	}
	if name := info.GetType().GetName(); name != contract.LabelRunType {
		return nil, &RequestError{Field: "run", Problem: fmt.Sprintf("workflow %s is a %s, not a %s", id, name, contract.LabelRunType)}
	}
	return info, nil
}

func noRun(err error) error {
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return fmt.Errorf("%w: %w", ErrNoRun, err)
	}
	return err
}

// Request reads the input from the first event of the first execution.
func (t TemporalRuns) Request(ctx context.Context, id string) (input contract.LabelRunInput, err error) {
	info, err := t.info(ctx, id)
	if err != nil {
		return input, err
	}
	return inputOf[contract.LabelRunInput](ctx, t.Client, info)
}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalRuns) Progress(ctx context.Context, id string) (contract.RunResult, error) {
	return progressOf[contract.RunResult](ctx, t.Client, id)
}

// unanswered tells a worker that is missing, busy or too new from other errors.
func unanswered(ctx context.Context, err error) error {
	var (
		deadline *serviceerror.DeadlineExceeded
		query    *serviceerror.QueryFailed
		notReady *serviceerror.WorkflowNotReady
		poller   *serviceerror.FailedPrecondition
	)
	late := errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
	if late || errors.As(err, &deadline) || errors.As(err, &query) || errors.As(err, &notReady) || errors.As(err, &poller) {
		return fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	return noRun(err)
}

// Wait waits for the end of the run.
func (t TemporalRuns) Wait(ctx context.Context, id string) (contract.RunResult, error) {
	var result contract.RunResult
	err := t.Client.GetWorkflow(ctx, id, "").Get(ctx, &result)
	return ended(ctx, id, result, err)
}

// Retry sends the update and waits until the run has accepted and answered it.
func (t TemporalRuns) Retry(ctx context.Context, id string, request contract.RetryRequest) (contract.RetryAnswer, error) {
	return t.retry(ctx, id, "", request)
}

// Cancel asks for cancellation.
func (t TemporalRuns) Cancel(ctx context.Context, id string) error {
	return noRun(t.Client.CancelWorkflow(ctx, id, ""))
}

// List reads pages of the visibility store, newest first.
func (t TemporalRuns) List(ctx context.Context, query string, limit int) ([]Description, error) {
	var found []Description
	var page []byte
	for {
		answer, err := t.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Query: query, PageSize: int32(min(limit, 1000)), NextPageToken: page,
		})
		if err != nil {
			return nil, err
		}
		for _, info := range answer.GetExecutions() {
			found = append(found, describe(info))
		}
		page = answer.GetNextPageToken()
		if len(page) == 0 || len(found) >= limit {
			return found[:min(len(found), limit)], nil
		}
	}
}

func describe(info *workflowpb.WorkflowExecutionInfo) Description {
	attributes := info.GetSearchAttributes().GetIndexedFields()
	d := Description{WorkflowID: info.GetExecution().GetWorkflowId(), Started: info.GetStartTime().AsTime()}
	d.Merchant, d.Run, _ = contract.ParseRunID(d.WorkflowID)
	if info.GetCloseTime() != nil {
		d.Closed = info.GetCloseTime().AsTime()
	}
	d.State = runState(info.GetStatus(), attribute[string](attributes, contract.StateAttribute.GetName()))
	d.Requested = attribute[int64](attributes, contract.RequestedAttribute.GetName())
	d.Failed = attribute[int64](attributes, contract.FailedAttribute.GetName())
	return d
}

func attribute[T any](fields map[string]*common.Payload, name string) (value T) {
	if payload := fields[name]; payload != nil {
		_ = converter.GetDefaultDataConverter().FromPayload(payload, &value)
	}
	return value
}

func runState(status enums.WorkflowExecutionStatus, noted string) contract.RunState {
	switch status {
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return contract.RunCompleted
	case enums.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return contract.RunCancelled
	case enums.WORKFLOW_EXECUTION_STATUS_FAILED, enums.WORKFLOW_EXECUTION_STATUS_TERMINATED, enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return contract.RunFailed
	}
	if state := contract.RunState(noted); state == contract.RunWaiting || state == contract.RunPaused {
		return state
	}
	return contract.RunRunning
}
