package run

import (
	"context"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
)

// signaler is the part of Temporal's client that makes notifications durable.
type signaler interface {
	SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, signalArg any,
		options client.StartWorkflowOptions, workflow any, workflowArgs ...any) (client.WorkflowRun, error)
}

// signalIntake sends notifications to the merchant's Intake, and starts it if it is not running.
func signalIntake(temporal signaler) func(ctx context.Context, merchant string, notifications contract.Notifications) error {
	return func(ctx context.Context, merchant string, notifications contract.Notifications) error {
		_, err := temporal.SignalWithStartWorkflow(ctx, contract.IntakeID(merchant), contract.NotificationsSignal, notifications,
			service.IntakeOptions(merchant), contract.IntakeType, contract.IntakeInput{Merchant: merchant})
		return err
	}
}
