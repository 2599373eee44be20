package run

import (
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
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/workflows"
)

const (
	labelRunType = "LabelRun"
	queryWait    = 5 * time.Second
	updateWait   = 10 * time.Second
)

// Dial connects to Temporal as the TEMPORAL_* variables say.
func Dial(ctx context.Context) (c client.Client, namespace string, err error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, "", usageProblem("check the TEMPORAL_* variables", "Temporal's settings cannot be read: %v", err)
	}
	options.Logger = log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	if options.Namespace == "" {
		options.Namespace = client.DefaultNamespace
	}
	if c, err = client.DialContext(ctx, options); err != nil {
		return nil, "", &Problem{
			Code:    ExitError,
			Message: fmt.Sprintf("Temporal cannot be reached on %s: %v", orDefault(options.HostPort, client.DefaultHostPort), err),
			Hint:    "is it up? check TEMPORAL_ADDRESS, TEMPORAL_TLS and the network",
			Cause:   err,
		}
	}
	return c, options.Namespace, nil
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

// TemporalRuns is [Runs] on a Temporal server.
type TemporalRuns struct{ Client client.Client }

var _ Runs = TemporalRuns{}

// Start starts a LabelRun under an id that no other run has had.
func (t TemporalRuns) Start(ctx context.Context, id string, input workflows.LabelRunInput) error {
	merchant, key, err := workflows.ParseRunID(id)
	if err != nil {
		return err
	}
	options := onceOptions(id, merchant, key, summary(input), string(books.RunRunning))
	return startedOnce(t.Client.ExecuteWorkflow(ctx, options, labelRunType, input))
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
	if name := info.GetType().GetName(); name != labelRunType {
		return nil, usageProblem("a run's workflow id is run/<merchant>/<key>", "workflow %s is a %s, not a %s", id, name, labelRunType)
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
func (t TemporalRuns) Request(ctx context.Context, id string) (input workflows.LabelRunInput, err error) {
	info, err := t.info(ctx, id)
	if err != nil {
		return input, err
	}
	return inputOf[workflows.LabelRunInput](ctx, t.Client, info)
}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalRuns) Progress(ctx context.Context, id string) (books.Result, error) {
	return progressOf[books.Result](ctx, t.Client, id)
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
func (t TemporalRuns) Wait(ctx context.Context, id string) (books.Result, error) {
	var result books.Result
	err := t.Client.GetWorkflow(ctx, id, "").Get(ctx, &result)
	return ended(ctx, id, result, err)
}

// Retry sends the update and waits until the run has accepted and answered it.
func (t TemporalRuns) Retry(ctx context.Context, id string, request workflows.RetryRequest) (answer workflows.RetryAnswer, err error) {
	limited, cancel := context.WithTimeout(ctx, updateWait)
	defer cancel()
	update, err := t.Client.UpdateWorkflow(limited, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: workflows.RetryUpdate, Args: []any{request},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = update.Get(limited, &answer)
	}
	if err != nil {
		return answer, unanswered(ctx, err)
	}
	return answer, nil
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
	d.Merchant, d.Run, _ = workflows.ParseRunID(d.WorkflowID)
	if info.GetCloseTime() != nil {
		d.Closed = info.GetCloseTime().AsTime()
	}
	d.State = runState(info.GetStatus(), attribute[string](attributes, workflows.StateAttribute.GetName()))
	d.Requested = attribute[int64](attributes, workflows.RequestedAttribute.GetName())
	d.Failed = attribute[int64](attributes, workflows.FailedAttribute.GetName())
	return d
}

func attribute[T any](fields map[string]*common.Payload, name string) (value T) {
	if payload := fields[name]; payload != nil {
		_ = converter.GetDefaultDataConverter().FromPayload(payload, &value)
	}
	return value
}

func runState(status enums.WorkflowExecutionStatus, noted string) books.RunState {
	switch status {
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return books.RunCompleted
	case enums.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return books.RunCancelled
	case enums.WORKFLOW_EXECUTION_STATUS_FAILED, enums.WORKFLOW_EXECUTION_STATUS_TERMINATED, enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return books.RunFailed
	}
	if state := books.RunState(noted); state == books.RunWaiting || state == books.RunPaused {
		return state
	}
	return books.RunRunning
}
