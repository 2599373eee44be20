package announce

import (
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// Announce sends an event to the merchant's webhook, trying again for up to a day. It is a workflow of
// its own, so that nobody waits for a webhook that is down.
func Announce(ctx workflow.Context, in contract.Announcement) error {
	err := workflow.ExecuteActivity(workflows.TellStep(ctx, fmt.Sprintf("%s of %d orders", in.Event, len(in.Orders))), announceSteps.Announce, in).Get(ctx, nil)
	if err != nil {
		workflow.SetCurrentDetails(ctx, "The webhook was not told: "+workflows.MarkdownCell(contract.CleanReason(workflows.ErrorWords(err))))
	}
	return err
}

// StartAnnounce starts an Announce as an abandoned child and does not wait for it to end. An announcement with
// the same id is started once.
func StartAnnounce(ctx workflow.Context, one contract.Announcement) {
	options := workflow.ChildWorkflowOptions{
		WorkflowID: contract.AnnounceID(one.Merchant, one.ID), TaskQueue: contract.TaskQueue, ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary: fmt.Sprintf("%s: %d orders of %s", one.Event, len(one.Orders), workflows.MarkdownCell(one.Channel)),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			contract.MerchantAttribute.ValueSet(one.Merchant), contract.ConnectionAttribute.ValueSet(one.Connection),
			contract.ChannelAttribute.ValueSet(one.Channel), contract.EventAttribute.ValueSet(one.Event),
		),
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), Announce, one)
	if err := child.GetChildWorkflowExecution().Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("an announcement was not started; one with the same id may be running already", "error", err)
	}
}

// SetEventAttribute sets the search attribute DespachoEvent, so that workflows can be listed by event.
func SetEventAttribute(ctx workflow.Context, event string) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, contract.EventAttribute.ValueSet(event)); err != nil {
		workflow.GetLogger(ctx).Warn("search attributes could not be set", "error", err)
	}
}
