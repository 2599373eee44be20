package operations

import (
	"context"
	"errors"
	"fmt"

	"github.com/nexus-rpc/sdk-go/nexus"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/temporalnexus"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// Service is the Nexus service of a worker that works with this Temporal and this label store.
func Service(c sdk.Client, store client.Store) *nexus.Service {
	o := operations{c, store}
	service := nexus.NewService(contract.NexusService)
	service.MustRegister(
		joining(contract.RunLabelsOperation, o.runLabels),
		joining(contract.ChangeStatusOperation, o.changeStatus),
		nexus.NewSyncOperation(contract.ConfirmOperation, o.confirm),
	)
	return service
}

type operations struct {
	temporal sdk.Client
	store    client.Store
}

// operation is one that a workflow stands behind; it may be over before it is asked for.
type operation[In, Out any] struct{ nexus.Operation[In, Out] }

type handler[In, Out any] func(context.Context, In, nexus.StartOperationOptions) (temporalnexus.WorkflowHandle[Out], error)

func joining[In, Out any](name string, handle handler[In, Out]) operation[In, Out] {
	return operation[In, Out]{temporalnexus.MustNewWorkflowRunOperationWithOptions(temporalnexus.WorkflowRunOperationOptions[In, Out]{Name: name, Handler: handle})}
}

// overBefore carries the result of a workflow that is over.
type overBefore[Out any] struct{ result Out }

func (overBefore[Out]) Error() string { return "the workflow is over" }

// Start starts the workflow, joins it, or answers with what it came to.
func (o operation[In, Out]) Start(ctx context.Context, in In, options nexus.StartOperationOptions) (nexus.HandlerStartOperationResult[Out], error) {
	started, err := o.Operation.Start(ctx, in, options)
	var over overBefore[Out]
	if errors.As(err, &over) {
		return &nexus.HandlerStartOperationResultSync[Out]{Value: over.result}, nil
	}
	return started, refusal(err)
}

// Cancel asks a run or a status change to end, and nothing else: a token may come from anywhere.
func (o operation[In, Out]) Cancel(ctx context.Context, token string, options nexus.CancelOperationOptions) error {
	if !ofOperation(token) {
		return nexus.NewHandlerErrorf(nexus.HandlerErrorTypeBadRequest, "the token is not one of this service")
	}
	return o.Operation.Cancel(ctx, token, options)
}

// refusal is an error as the caller's workflow sees it: what it can do nothing about by trying again is final.
func refusal(err error) error {
	var wrong *client.RequestError
	var conflict *client.ConflictError
	switch {
	case errors.As(err, &wrong):
		return failed(wrong.Problem, contract.ErrorRequest)
	case errors.As(err, &conflict):
		return failed(conflict.Error(), contract.ErrorRequestDiffers)
	}
	return err
}

// failed ends an operation with an error of a type that a workflow can tell from others.
func failed(problem, kind string) error {
	return &nexus.OperationError{State: nexus.OperationStateFailed, Message: problem, Cause: temporal.NewNonRetryableApplicationError(problem, kind, nil)}
}

// ended is the end of a workflow that was over before.
func ended[Out any](result Out, state contract.RunState, reason contract.Reason, id string) error {
	switch state {
	case contract.RunFailed:
		return failed(fmt.Sprintf("%s failed: %s", id, reason.Words), contract.ErrorTrouble)
	case contract.RunCancelled:
		return nexus.NewOperationCanceledErrorf("%s was cancelled", id)
	case contract.RunCompleted, contract.RunRunning, contract.RunWaiting, contract.RunPaused:
	}
	return overBefore[Out]{result}
}
