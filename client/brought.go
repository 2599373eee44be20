package client

import (
	"context"
	"fmt"

	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
)

// LabelIntake is what is asked of the workflows that take labels of others.
type LabelIntake interface {
	// BringLabel has a file of the store checked and made the label of an order.
	BringLabel(ctx context.Context, merchant string, request contract.BringLabel) (contract.BroughtLabel, error)
}

// BringLabel stores a partner's label as it came, and has it checked and made that of an order. The same file again is
// answered alike.
func BringLabel(ctx context.Context, intake LabelIntake, store *storage.Store, merchant, order string, file []byte) (contract.BroughtLabel, error) {
	switch {
	case !contract.ValidKey(merchant):
		return contract.BroughtLabel{}, &RequestError{Field: "merchant", Problem: fmt.Sprintf("merchant %.64q is not an id", merchant)}
	case order == "" || len(order) > 128:
		return contract.BroughtLabel{}, &RequestError{Field: "order", Problem: "the name of an order has 1 to 128 characters"}
	case len(file) == 0:
		return contract.BroughtLabel{}, &RequestError{Field: "file", Problem: "the file is empty"}
	case len(file) > contract.BroughtLabelLimit:
		return contract.BroughtLabel{}, &RequestError{Field: "file", Problem: fmt.Sprintf("the file has %d bytes; a label may have %d", len(file), contract.BroughtLabelLimit)}
	}
	stored, err := store.PutBytes(ctx, storage.BroughtPrefix(merchant), ".bin", "application/octet-stream", file)
	if err != nil {
		return contract.BroughtLabel{}, err
	}
	return intake.BringLabel(ctx, merchant, contract.BringLabel{Order: order, Key: stored.Key})
}

// BringLabel sends the update, with the start of an Intake where there is none.
func (t TemporalIntakes) BringLabel(ctx context.Context, merchant string, request contract.BringLabel) (brought contract.BroughtLabel, err error) {
	err = t.update(ctx, merchant, sdk.UpdateWorkflowOptions{UpdateName: contract.BringLabelUpdate, Args: []any{request}}, &brought)
	return brought, err
}

// update sends an update to a merchant's Intake and waits for its answer.
func (t TemporalIntakes) update(ctx context.Context, merchant string, options sdk.UpdateWorkflowOptions, answer any) error {
	limited, cancel := context.WithTimeout(ctx, confirmWait)
	defer cancel()
	options.WorkflowID, options.WaitForStage = contract.IntakeID(merchant), sdk.WorkflowUpdateStageCompleted
	start := t.Client.NewWithStartWorkflowOperation(service.IntakeOptions(merchant), contract.IntakeType, contract.IntakeInput{Merchant: merchant})
	update, err := t.Client.UpdateWithStartWorkflow(limited, sdk.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: options})
	if err == nil {
		err = update.Get(limited, answer)
	}
	if err != nil {
		return unanswered(ctx, err)
	}
	return nil
}
