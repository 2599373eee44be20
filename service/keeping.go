package service

import (
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/workflows"
)

// CredentialsOptions start a merchant's Credentials, or find the one that is open.
func CredentialsOptions(merchant string) client.StartWorkflowOptions {
	options := keepingOptions(workflows.CredentialsID(merchant), merchant, "keeps the token of merchant "+merchant+" alive")
	options.Priority = workflows.CredentialsPriority(merchant)
	return options
}

// IntakeOptions start a merchant's Intake, or find the one that is open.
func IntakeOptions(merchant string) client.StartWorkflowOptions {
	return keepingOptions(workflows.IntakeID(merchant), merchant, "hears of the orders of merchant "+merchant)
}

func keepingOptions(id, merchant, summary string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.TaskQueue, StaticSummary: summary, Priority: workflows.FairShare(merchant),
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.MerchantAttribute.ValueSet(merchant)),
	}
}
