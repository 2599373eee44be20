package runs

import (
	"context"
	"errors"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

// Statuses of a batch that is over, as the HTTP interface says them.
const (
	batchCompleted  = "completed"
	batchWithErrors = "completed_with_errors"
	batchInvalid    = "invalid"
)

// TellRun tells those who listen that a run is over. Of runs that only make labels they hear by the labels.
func (a *Runs) TellRun(ctx context.Context, result contract.RunResult) error {
	event := contract.BatchCompleted
	status := batchCompleted
	switch {
	case result.State == contract.RunFailed:
		event, status = contract.BatchFailed, batchInvalid
	case result.Failed() > 0:
		status = batchWithErrors
	}
	listens, err := a.Outbox.Listens(ctx, result.Merchant, event)
	if err != nil || !listens {
		return err
	}
	var request contract.LabelRunInput
	err = a.Store.Get(ctx, storage.RunRequest(result.Merchant, result.Run), &request)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	if request.MakeOnly || request.Plan {
		return nil
	}
	return a.Outbox.Tell(ctx, result.Merchant, hooks.News{Event: event, ID: result.Run, Batch: &hooks.Batch{
		ID: hooks.BatchID(result.Merchant, result.Run), ExternalID: result.Run, Status: status, Requested: result.Requested, Counts: result.Outcomes, Reason: result.Code,
	}})
}
