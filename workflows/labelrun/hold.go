package labelrun

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// checkRunEvery is how often a connection that waits for its run to publish checks that the run still
// exists.
const checkRunEvery = 15 * time.Minute

// hold keeps the connection until its run has published and the statuses after it are settled, the run
// is gone, or the run wants its failed orders tried again.
func (c *connectionRun) hold(ctx workflow.Context) error {
	for {
		released, err := workflows.AwaitUpTo(ctx, checkRunEvery, "holding the connection until its run has published", func() bool { return c.published || c.retryable() })
		if err != nil {
			return err
		}
		if released {
			break
		}
		open := false
		in := runs.RunIsOpenInput{WorkflowID: c.in.RunWorkflowID, RunID: c.in.RunRunID}
		if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "is the run still open?"), runSteps.RunIsOpen, in).Get(ctx, &open); err != nil {
			return err
		}
		if !open {
			return nil
		}
	}
	return workflow.Await(ctx, func() bool { return c.retryable() || c.report.Verified })
}

// retryable says whether the run wants the failed orders tried again, and has neither published nor
// been cancelled since.
func (c *connectionRun) retryable() bool { return c.retry && !c.published && !c.calledOff }

// again tries the failed orders in another turn, under the same workflow id so that no other run comes
// in between. It returns nil when the run has meanwhile published or was cancelled; the failed orders
// are then left to the next run.
func (c *connectionRun) again(ctx workflow.Context) error {
	next := c.in
	next.Scope.Generation++
	next.Named = true
	var step activities.Step
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "gather the failed orders"), runSteps.RetryOrders, runs.RetryOrdersInput{Scope: next.Scope}).Get(ctx, &step); err != nil {
		return err
	}
	// Signals that have arrived but were not received would be lost with this execution.
	workflows.LetOthersRun(ctx)
	if !c.retryable() {
		return nil
	}
	return workflow.NewContinueAsNewError(ctx, ConnectionRun, next)
}

func connectionAttributes(scope activities.Scope) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		contract.MerchantAttribute.ValueSet(scope.Merchant), contract.RunAttribute.ValueSet(scope.Run),
		contract.ConnectionAttribute.ValueSet(scope.Connection.ID), contract.ChannelAttribute.ValueSet(scope.Connection.Channel),
	)
}

func connectionSummary(connection activities.Connection, run string) string {
	return workflows.Shorten(fmt.Sprintf("%s (%s) · run %s", connection.Name, connection.Channel, run))
}

func failedIn(outcomes map[contract.Outcome]int) int {
	r := contract.RunResult{Requested: contract.SumOutcomes(outcomes), Outcomes: outcomes}
	return r.Failed()
}
