// Package drawing has labels drawn for partners who cannot print PDF or ZPL. Begin with [DrawLabel].
package drawing

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/drawing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

var steps *drawing.Drawing

// DrawLabel has a worker for files draw one page of a label. Somebody waits for it, so it ends soon, with or without a
// picture; whoever asks for the same page meanwhile joins it.
func DrawLabel(ctx workflow.Context, in contract.DrawLabelInput) (drawn contract.DrawnLabel, err error) {
	if id := workflow.GetInfo(ctx).WorkflowExecution.ID; id != contract.DrawLabelID(in.Merchant, in.SHA256, in.Page) {
		return drawn, temporal.NewNonRetryableApplicationError(fmt.Sprintf("a DrawLabel must have the workflow id draw/<merchant>/<sha256>-<page>-<dpi>, not %.128q", id), contract.ErrorRequest, nil)
	}
	step := workflows.PromptFilesStep(ctx, fmt.Sprintf("draw page %d of a label", in.Page))
	err = workflow.ExecuteActivity(step, steps.DrawLabel, in).Get(ctx, &drawn)
	return drawn, err
}
