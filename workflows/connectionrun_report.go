package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/books"
)

// tell lets the run and those who look at the workflow know how far it is.
func (c *connectionRun) tell() { c.untold = true }

// reporter sends what is to be told: at once when there was nothing for a
// while, what follows together, so that reports do not fill two histories.
func (c *connectionRun) reporter(ctx workflow.Context) {
	for {
		_ = workflow.Await(ctx, func() bool { return c.untold })
		final := func() bool { return c.report.Done }
		if early := c.told.Add(c.reportPause(ctx)).Sub(workflow.Now(ctx)); early > 0 && !final() {
			_, _ = awaitUpTo(ctx, early, "until the next report", final)
		}
		c.untold, c.told = false, workflow.Now(ctx)
		c.report.Number++
		workflow.SetCurrentDetails(ctx, connectionDetails(c.in.Scope.Connection, c.report))
		report := c.report
		report.Outcomes = map[books.Outcome]int{}
		addOutcomes(report.Outcomes, c.report.Outcomes)
		err := workflow.SignalExternalWorkflow(ctx, c.in.RunWorkflowID, "", reportSignal, report).Get(ctx, nil)
		if err != nil {
			workflow.GetLogger(ctx).Debug("the run is not there any more", "error", err)
		}
	}
}

// reportPause grows with the time since the connection's turn began: a report
// is at most a twentieth of it late, and the second hour brings no more than the first minute.
func (c *connectionRun) reportPause(ctx workflow.Context) time.Duration {
	return max(time.Second, workflow.Now(ctx).Sub(c.begun)/20)
}
