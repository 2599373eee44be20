package client

import (
	"context"
	"time"

	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
)

// confirmWait is how long a confirmation is waited for; the worker tries it for a minute.
const confirmWait = 75 * time.Second

// Intakes is what the command line asks of the workflows that hear of orders.
type Intakes interface {
	// Progress asks a merchant's Intake how far it is, or answers ErrNoRun or ErrNoAnswer.
	Progress(ctx context.Context, merchant string) (contract.IntakeProgress, error)
	// Confirm says that there is stock of orders; an Intake that is not there is started.
	Confirm(ctx context.Context, merchant string, request contract.ConfirmRequest) (contract.ConfirmedOrders, error)
	// Begin starts a merchant's Intake unless it runs.
	Begin(ctx context.Context, merchant string) error
}

// TemporalIntakes is [Intakes] on a Temporal server.
type TemporalIntakes struct{ Client sdk.Client }

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalIntakes) Progress(ctx context.Context, merchant string) (progress contract.IntakeProgress, err error) {
	limited, cancel := context.WithTimeout(ctx, queryWait)
	defer cancel()
	answer, err := t.Client.QueryWorkflow(limited, contract.IntakeID(merchant), "", contract.ProgressQuery)
	if err != nil {
		return progress, unanswered(ctx, err)
	}
	return progress, answer.Get(&progress)
}

// Confirm sends the update, with the start of an Intake where there is none.
func (t TemporalIntakes) Confirm(ctx context.Context, merchant string, request contract.ConfirmRequest) (contract.ConfirmedOrders, error) {
	return t.ConfirmOnce(ctx, merchant, "", request)
}

// ConfirmOnce does the same; a confirmation with the same id joins the first while the Intake remembers it.
func (t TemporalIntakes) ConfirmOnce(ctx context.Context, merchant, id string, request contract.ConfirmRequest) (confirmed contract.ConfirmedOrders, err error) {
	err = t.update(ctx, merchant, sdk.UpdateWorkflowOptions{UpdateID: id, UpdateName: contract.ConfirmUpdate, Args: []any{request}}, &confirmed)
	return confirmed, err
}

// Begin starts the Intake; one that runs goes on.
func (t TemporalIntakes) Begin(ctx context.Context, merchant string) error {
	_, err := t.Client.ExecuteWorkflow(ctx, service.IntakeOptions(merchant), contract.IntakeType, contract.IntakeInput{Merchant: merchant})
	return err
}
