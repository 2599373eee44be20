package intake

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

var documentSteps *tickets.Documents

func mayBringLabel(request contract.BringLabel) error {
	if request.Order == "" || len(request.Order) > 128 {
		return errors.New("the name of the order is empty or longer than 128 characters")
	}
	if request.Key == "" || len(request.Key) > 512 {
		return errors.New("the key of the file is empty or too long")
	}
	return nil
}

// bringLabel has a partner's label checked by a worker for files.
func (i *intake) bringLabel(ctx workflow.Context, request contract.BringLabel) (contract.BroughtLabel, error) {
	var brought contract.BroughtLabel
	in := tickets.TakeBroughtLabelInput{Merchant: i.merchant, BringLabel: request}
	step := workflows.PromptFilesStep(ctx, "check the label that a partner brings")
	if err := workflow.ExecuteActivity(step, documentSteps.TakeBroughtLabel, in).Get(ctx, &brought); err != nil {
		return brought, errors.New(workflows.ErrorWords(err))
	}
	return brought, nil
}
