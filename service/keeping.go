package service

import (
	"context"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
)

// CredentialsOptions are the options to start a merchant's Credentials, or to find the one that is open.
func CredentialsOptions(merchant string) client.StartWorkflowOptions {
	options := keepingOptions(contract.CredentialsID(merchant), merchant, "keeps the token of merchant "+merchant+" alive")
	options.Priority = contract.CredentialsPriority(merchant)
	return options
}

// IntakeOptions are the options to start a merchant's Intake, or to find the one that is open.
func IntakeOptions(merchant string) client.StartWorkflowOptions {
	return keepingOptions(contract.IntakeID(merchant), merchant, "learns of the orders of merchant "+merchant)
}

// WakeWebhook has what waits for a partner's webhook delivered.
func WakeWebhook(ctx context.Context, server client.Client, merchant, webhook string) error {
	options := keepingOptions(contract.WebhookID(merchant, webhook), merchant, "delivers to webhook "+webhook+" of merchant "+merchant)
	_, err := server.SignalWithStartWorkflow(ctx, options.ID, contract.WebhookNewsSignal, nil, options, contract.WebhookType, contract.WebhookInput{Merchant: merchant, ID: webhook})
	return err
}

func keepingOptions(id, merchant, summary string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: id, TaskQueue: contract.TaskQueue, StaticSummary: summary, Priority: contract.FairShare(merchant),
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes:    temporal.NewSearchAttributes(contract.MerchantAttribute.ValueSet(merchant)),
	}
}
