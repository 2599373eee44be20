package run

import (
	"context"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/workflows"
)

// signaler is the part of Temporal's client that makes notices durable.
type signaler interface {
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
		options client.StartWorkflowOptions, workflow any, workflowArgs ...any) (client.WorkflowRun, error)
}

// signalIntake hands ids to the merchant's Intake, which is started when it does not run.
func signalIntake(temporal signaler) func(ctx context.Context, merchant string, ids []string) error {
	return func(ctx context.Context, merchant string, ids []string) error {
		_, err := temporal.SignalWithStartWorkflow(ctx, workflows.IntakeID(merchant), workflows.NoticesSignal, workflows.Notices{IDs: ids},
			service.IntakeOptions(merchant), workflows.IntakeType, workflows.IntakeInput{Merchant: merchant})
		return err
	}
}
