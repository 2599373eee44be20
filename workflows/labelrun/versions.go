package labelrun

import (
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/workflows"
)

// versionTellUnsettled is the change after which partners' webhooks are told of statuses that follow the labels and
// that the run could not bring to an end.
const versionTellUnsettled = "tell-unsettled"

// tellUnsettled tells those who listen that nobody looks any more at the statuses under way.
func (c *connectionRun) tellUnsettled(ctx workflow.Context, trip statusTrip, cause error) {
	if workflow.GetVersion(ctx, versionTellUnsettled, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return
	}
	in := statuses.UnsettledInput{Scope: trip.scope, Page: trip.page, Status: trip.target, Code: workflows.ErrorReason(cause).Code}
	if err := workflow.ExecuteActivity(workflows.PromptStep(ctx, "tell partners' webhooks"), statusSteps.TellUnsettled, in).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("partners' webhooks were not told of statuses that could not be settled", "connection", c.report.Connection, "error", err)
	}
}

// versionTellFailed is the change after which a run that fails has partners' webhooks told. One that began to fail
// without it tells nobody.
const versionTellFailed = "tell-failed"

// tellFailed tells those who listen that the run has failed. It fails as well where nobody can be told.
func (r *labelRun) tellFailed(ctx workflow.Context) {
	if workflow.GetVersion(ctx, versionTellFailed, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return
	}
	if err := workflow.ExecuteActivity(workflows.PromptStep(ctx, "tell partners' webhooks"), runSteps.TellRun, r.result).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("partners' webhooks were not told that the run failed", "error", err)
	}
}
