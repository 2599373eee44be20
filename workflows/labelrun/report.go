package labelrun

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// tell reports progress to the run and to those who look at the workflow.
func (c *connectionRun) tell() { c.untold = true }

// reporter sends reports: at once after a quiet time, and then gathered, so that they do not fill two
// histories.
func (c *connectionRun) reporter(ctx workflow.Context) {
	for {
		_ = workflow.Await(ctx, func() bool { return c.untold })
		final := func() bool { return c.report.Done }
		if early := c.told.Add(c.reportPause(ctx)).Sub(workflow.Now(ctx)); early > 0 && !final() {
			_, _ = workflows.AwaitUpTo(ctx, early, "until the next report", final)
		}
		c.untold, c.told = false, workflow.Now(ctx)
		c.report.Number++
		workflow.SetCurrentDetails(ctx, connectionDetails(c.in.Scope.Connection, c.report))
		report := c.report
		report.Outcomes = map[contract.Outcome]int{}
		addOutcomes(report.Outcomes, c.report.Outcomes)
		err := workflow.SignalExternalWorkflow(ctx, c.in.RunWorkflowID, "", reportSignal, report).Get(ctx, nil)
		if err != nil {
			workflow.GetLogger(ctx).Debug("the run has ended", "error", err)
		}
	}
}

// reportPause grows with the age of the connection's turn: a report is late by at most a twentieth of
// it, and the second hour brings no more reports than the first minute.
func (c *connectionRun) reportPause(ctx workflow.Context) time.Duration {
	return max(time.Second, workflow.Now(ctx).Sub(c.begun)/20)
}
