package operations

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporalnexus"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// linked starts workflows whose end is told to the caller of an operation.
type linked[Out any] struct {
	options nexus.StartOperationOptions
	handle  temporalnexus.WorkflowHandle[Out]
}

// start starts a workflow, or answers client.ErrRunExists.
func (l *linked[Out]) start(ctx context.Context, start sdk.StartWorkflowOptions, workflow string, input any) error {
	handle, err := temporalnexus.ExecuteUntypedWorkflow[Out](ctx, l.options, start, workflow, input)
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &exists) {
		return client.ErrRunExists
	}
	l.handle = handle
	return err
}

// join has the end of a workflow that is going on told to this caller too. Where it ends meanwhile, the operation is
// tried again.
func (l *linked[Out]) join(ctx context.Context, start sdk.StartWorkflowOptions, workflow string, input any) error {
	start.WorkflowIDConflictPolicy = enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING
	err := l.start(ctx, start, workflow, input)
	if errors.Is(err, client.ErrRunExists) {
		return nexus.NewHandlerErrorf(nexus.HandlerErrorTypeUnavailable, "%s has just ended", start.ID)
	}
	return err
}

// linkedRuns are runs of which an operation starts one.
type linkedRuns struct {
	client.TemporalRuns
	linked[contract.RunResult]
}

// Start starts the run with the caller's callback.
func (l *linkedRuns) Start(ctx context.Context, id string, input contract.LabelRunInput) error {
	options, err := client.RunOptions(id, input)
	if err != nil {
		return err
	}
	return l.start(ctx, options, contract.LabelRunType, input)
}

func (o operations) runLabels(ctx context.Context, in contract.RunLabels, options nexus.StartOperationOptions) (temporalnexus.WorkflowHandle[contract.RunResult], error) {
	if len(in.Orders) > contract.NexusOrdersLimit {
		return nil, &client.RequestError{Field: "orders", Problem: fmt.Sprintf("%d orders are named; at most %d may be", len(in.Orders), contract.NexusOrdersLimit)}
	}
	runs := &linkedRuns{client.TemporalRuns{Client: o.temporal}, linked[contract.RunResult]{options: options}}
	started, err := client.Start(ctx, runs, o.store, in.Key, in.LabelRunInput)
	switch {
	case err != nil:
		return nil, err
	case started.Ended != nil:
		return nil, ended(*started.Ended, started.Ended.State, started.Ended.Reason, started.WorkflowID)
	case started.Created:
		return runs.handle, nil
	}
	there, err := runs.Describe(ctx, started.WorkflowID)
	if err != nil {
		return nil, err
	}
	if !there.Closed.IsZero() {
		result, err := runs.Wait(ctx, started.WorkflowID)
		if err != nil {
			return nil, err
		}
		return nil, ended(result, result.State, result.Reason, started.WorkflowID)
	}
	start, err := client.RunOptions(started.WorkflowID, in.LabelRunInput)
	if err != nil {
		return nil, err
	}
	err = runs.join(ctx, start, contract.LabelRunType, in.LabelRunInput)
	return runs.handle, err
}

// linkedChanges are status changes of which an operation starts one.
type linkedChanges struct {
	client.TemporalStatuses
	linked[contract.StatusResult]
}

// Start starts the status change with the caller's callback.
func (l *linkedChanges) Start(ctx context.Context, id string, input contract.StatusChangeInput) error {
	options, err := client.StatusOptions(id, input)
	if err != nil {
		return err
	}
	return l.start(ctx, options, contract.StatusChangeType, input)
}

func (o operations) changeStatus(ctx context.Context, in contract.ChangeStatus, options nexus.StartOperationOptions) (temporalnexus.WorkflowHandle[contract.StatusResult], error) {
	if len(in.Rows) > contract.NexusRowsLimit {
		return nil, &client.RequestError{Field: "rows", Problem: fmt.Sprintf("%d rows are given; at most %d may be", len(in.Rows), contract.NexusRowsLimit)}
	}
	changes := &linkedChanges{client.TemporalStatuses{Client: o.temporal}, linked[contract.StatusResult]{options: options}}
	started, err := client.SetStatuses(ctx, changes, o.store, in.Merchant, in.Key, in.StatusRequest)
	switch {
	case err != nil:
		return nil, err
	case started.Created:
		return changes.handle, nil
	}
	open, err := changes.Open(ctx, started.WorkflowID)
	if err != nil {
		return nil, err
	}
	if !open {
		result, err := changes.Wait(ctx, started.WorkflowID)
		if err != nil {
			return nil, err
		}
		return nil, ended(result, result.State, result.Reason, started.WorkflowID)
	}
	input := contract.StatusChangeInput{Merchant: in.Merchant, StatusRequest: in.StatusRequest}
	start, err := client.StatusOptions(started.WorkflowID, input)
	if err != nil {
		return nil, err
	}
	err = changes.join(ctx, start, contract.StatusChangeType, input)
	return changes.handle, err
}

// confirm notes that there is stock. Where the hub keeps it waiting for longer than an operation may take, Nexus asks
// again with the same id, and joins it.
func (o operations) confirm(ctx context.Context, in contract.ConfirmStock, options nexus.StartOperationOptions) (contract.ConfirmedOrders, error) {
	if !contract.ValidKey(in.Merchant) {
		return contract.ConfirmedOrders{}, failed(fmt.Sprintf("merchant %.64q is not an id: 1 to 64 letters, digits, dots, hyphens and underscores", in.Merchant), contract.ErrorRequest)
	}
	if err := in.Check(); err != nil {
		return contract.ConfirmedOrders{}, failed(err.Error(), contract.ErrorRequest)
	}
	confirmed, err := client.TemporalIntakes{Client: o.temporal}.ConfirmOnce(ctx, in.Merchant, options.RequestID, in.ConfirmRequest)
	if ctx.Err() != nil {
		return confirmed, nexus.NewHandlerErrorf(nexus.HandlerErrorTypeUpstreamTimeout, "the intake of %s has not answered yet", in.Merchant)
	}
	return confirmed, refusal(err)
}

// ofOperation says whether a token is that of a run or a status change.
func ofOperation(token string) bool {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return false
	}
	var about struct {
		WorkflowID string `json:"wid"`
	}
	if json.Unmarshal(text, &about) != nil {
		return false
	}
	_, _, noRun := contract.ParseRunID(about.WorkflowID)
	_, _, noChange := contract.ParseStatusChangeID(about.WorkflowID)
	return noRun == nil || noChange == nil
}
