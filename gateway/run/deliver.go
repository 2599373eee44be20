package run

import (
	"context"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/workflows"
)

// signaler is the part of Temporal's client that makes notices durable.
type signaler interface {
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
		options client.StartWorkflowOptions, workflow any, workflowArgs ...any) (client.WorkflowRun, error)
}

// signalIntake hands ids to the merchant's Intake, which is started when it does not run.
func signalIntake(temporalClient signaler) func(ctx context.Context, merchant string, ids []string) error {
	return func(ctx context.Context, merchant string, ids []string) error {
		options := client.StartWorkflowOptions{
			TaskQueue: workflows.TaskQueue,
			Priority:  workflows.FairShare(merchant),
			TypedSearchAttributes: temporal.NewSearchAttributes(
				workflows.MerchantAttribute.ValueSet(merchant),
			),
		}
		_, err := temporalClient.SignalWithStartWorkflow(ctx, workflows.IntakeID(merchant),
			workflows.NoticesSignal, workflows.Notices{IDs: ids},
			options, workflows.IntakeType, workflows.IntakeInput{Merchant: merchant})
		return err
	}
}
