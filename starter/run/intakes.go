package run

import (
	"context"

	"go.temporal.io/sdk/client"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/workflows"
)

// Intakes is what the command line asks of the workflows that hear of orders.
type Intakes interface {
	// Progress asks a merchant's Intake how far it is, or answers ErrNoRun or ErrNoAnswer.
	Progress(ctx context.Context, merchant string) (workflows.IntakeProgress, error)
	// Confirm says that there is stock of orders; an Intake that is not there is started.
	Confirm(ctx context.Context, merchant string, request workflows.ConfirmRequest) (activities.ConfirmedOrders, error)
	// Begin starts a merchant's Intake unless it runs.
	Begin(ctx context.Context, merchant string) error
}

// TemporalIntakes is [Intakes] on a Temporal server.
type TemporalIntakes struct{ Client client.Client }

var _ Intakes = TemporalIntakes{}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalIntakes) Progress(ctx context.Context, merchant string) (progress workflows.IntakeProgress, err error) {
	limited, cancel := context.WithTimeout(ctx, queryWait)
	defer cancel()
	answer, err := t.Client.QueryWorkflow(limited, workflows.IntakeID(merchant), "", workflows.ProgressQuery)
	if err != nil {
		return progress, unanswered(ctx, err)
	}
	return progress, answer.Get(&progress)
}

// Confirm sends the update, with the start of an Intake where there is none.
func (t TemporalIntakes) Confirm(ctx context.Context, merchant string, request workflows.ConfirmRequest) (confirmed activities.ConfirmedOrders, err error) {
	limited, cancel := context.WithTimeout(ctx, confirmWait)
	defer cancel()
	start := t.Client.NewWithStartWorkflowOperation(service.IntakeOptions(merchant), workflows.IntakeType, workflows.IntakeInput{Merchant: merchant})
	update, err := t.Client.UpdateWithStartWorkflow(limited, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: workflows.IntakeID(merchant), UpdateName: workflows.ConfirmUpdate, Args: []any{request},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err == nil {
		err = update.Get(limited, &confirmed)
	}
	if err != nil {
		return confirmed, unanswered(ctx, err)
	}
	return confirmed, nil
}

// Begin starts the Intake; one that runs goes on.
func (t TemporalIntakes) Begin(ctx context.Context, merchant string) error {
	_, err := t.Client.ExecuteWorkflow(ctx, service.IntakeOptions(merchant), workflows.IntakeType, workflows.IntakeInput{Merchant: merchant})
	return err
}

func dialIntakes(ctx context.Context) (Intakes, error) {
	c, _, err := Dial(ctx)
	if err != nil {
		return nil, err
	}
	return TemporalIntakes{Client: c}, nil
}
