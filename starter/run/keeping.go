package run

import (
	"context"
	"errors"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/workflows"
)

// Keeping is what the command line asks of Temporal about merchants.
type Keeping interface {
	// Connected begins what works for a merchant for as long as it is connected, or tells it
	// that there is a new code.
	Connected(ctx context.Context, merchant string) error
	// Disconnected ends that.
	Disconnected(ctx context.Context, merchant string) error
}

// TemporalKeeping is [Keeping] on a Temporal server.
type TemporalKeeping struct{ Client client.Client }

var _ Keeping = TemporalKeeping{}

// Connected starts the merchant's Credentials and Intake, or wakes the Credentials that is there.
func (t TemporalKeeping) Connected(ctx context.Context, merchant string) error {
	credentials := keepingOptions(workflows.CredentialsID(merchant), merchant, "keeps the token of merchant "+merchant+" alive")
	credentials.Priority = workflows.CredentialsPriority(merchant)
	_, err := t.Client.SignalWithStartWorkflow(ctx, workflows.CredentialsID(merchant), workflows.ConnectedSignal, nil, credentials,
		workflows.CredentialsType, workflows.CredentialsInput{Merchant: merchant})
	if err != nil {
		return err
	}
	_, err = t.Client.ExecuteWorkflow(ctx, keepingOptions(workflows.IntakeID(merchant), merchant, "hears of the orders of merchant "+merchant),
		workflows.IntakeType, workflows.IntakeInput{Merchant: merchant})
	var there *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &there) {
		return nil
	}
	return err
}

func keepingOptions(id, merchant, summary string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: id, TaskQueue: workflows.TaskQueue, StaticSummary: summary, Priority: workflows.FairShare(merchant),
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.MerchantAttribute.ValueSet(merchant)),
	}
}

// Disconnected cancels the merchant's Credentials and Intake.
func (t TemporalKeeping) Disconnected(ctx context.Context, merchant string) error {
	for _, id := range []string{workflows.IntakeID(merchant), workflows.CredentialsID(merchant)} {
		err := t.Client.CancelWorkflow(ctx, id, "")
		var gone *serviceerror.NotFound
		if err != nil && !errors.As(err, &gone) {
			return err
		}
	}
	return nil
}

func dialKeeping(ctx context.Context) (Keeping, error) {
	c, _, err := Dial(ctx)
	if err != nil {
		return nil, err
	}
	return TemporalKeeping{Client: c}, nil
}
