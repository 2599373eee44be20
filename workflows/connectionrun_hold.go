package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// holdLook is how often a connection that waits for its run to publish looks
// whether the run is still there.
const holdLook = 15 * time.Minute

// hold keeps the connection until its run has published and the statuses that
// follow are settled, or the run is gone, or the run wants its failed orders tried again.
func (c *connectionRun) hold(ctx workflow.Context) error {
	for {
		released, err := awaitUpTo(ctx, holdLook, "holds the connection until its run has published", func() bool { return c.published || c.retryable() })
		if err != nil {
			return err
		}
		if released {
			break
		}
		open := false
		in := activities.RunIsOpenInput{WorkflowID: c.in.RunWorkflowID, RunID: c.in.RunRunID}
		if err := workflow.ExecuteActivity(hubStep(ctx, "is the run still open?"), runs.RunIsOpen, in).Get(ctx, &open); err != nil {
			return err
		}
		if !open {
			return nil
		}
	}
	return workflow.Await(ctx, func() bool { return c.retryable() || c.report.Verified })
}

// retryable says that the run wants the failed orders tried again, and has neither published nor been cancelled since.
func (c *connectionRun) retryable() bool { return c.retry && !c.published && !c.calledOff }

// again gives the failed orders another turn, under the same workflow id, so
// that no other run comes in between. It answers nil when the run published or
// was cancelled meanwhile: then the failed orders are left to the next run.
func (c *connectionRun) again(ctx workflow.Context) error {
	next := c.in
	next.Scope.Generation++
	next.Named = true
	var step activities.Step
	if err := workflow.ExecuteActivity(hubStep(ctx, "gather the failed orders"), runs.RetryOrders, activities.RetryOrdersInput{Scope: next.Scope}).Get(ctx, &step); err != nil {
		return err
	}
	// Signals that have come but were not heard would be lost with this execution.
	letOthersRun(ctx)
	if !c.retryable() {
		return nil
	}
	return workflow.NewContinueAsNewError(ctx, ConnectionRun, next)
}

// letOthersRun returns when every other coroutine has taken what was there for it.
func letOthersRun(ctx workflow.Context) {
	last := false
	workflow.Go(ctx, func(workflow.Context) { last = true })
	_ = workflow.Await(ctx, func() bool { return last })
}

func connectionAttributes(scope activities.Scope) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(
		MerchantAttribute.ValueSet(scope.Merchant), RunAttribute.ValueSet(scope.Run),
		ConnectionAttribute.ValueSet(scope.Connection.ID), ChannelAttribute.ValueSet(scope.Connection.Channel),
	)
}

func connectionSummary(connection activities.Connection, run string) string {
	return shorten(fmt.Sprintf("%s (%s) · run %s", connection.Name, connection.Channel, run))
}

func failedIn(outcomes map[books.Outcome]int) int {
	r := books.Result{Requested: books.Sum(outcomes), Outcomes: outcomes}
	return r.Failed()
}
