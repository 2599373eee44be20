package labelrun

import (
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/workflows"
)

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
