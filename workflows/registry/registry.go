// Package registry lists the workflows and interceptors of a worker. Begin with [Register].
package registry

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/announce"
	"github.com/despacho/despacho/workflows/credentials"
	"github.com/despacho/despacho/workflows/drawing"
	"github.com/despacho/despacho/workflows/hooks"
	"github.com/despacho/despacho/workflows/intake"
	"github.com/despacho/despacho/workflows/labelrun"
	"github.com/despacho/despacho/workflows/printing"
	"github.com/despacho/despacho/workflows/statuschange"
)

// Interceptors are those of every worker, outermost first. Replays must use the same ones
// (replay_test.go): what they do to a step is part of the history.
func Interceptors() []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{&activities.Errors{}, &activities.Heartbeats{}, &workflows.Consent{}}
}

// Register registers despacho's workflows. With worker versioning, a batch ends on the build that it
// began on; longer workflows move to the newest build.
func Register(registry worker.WorkflowRegistry) {
	upgrade := workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade}
	registry.RegisterWorkflowWithOptions(labelrun.LabelRun, upgrade)
	registry.RegisterWorkflowWithOptions(labelrun.ConnectionRun, upgrade)
	registry.RegisterWorkflowWithOptions(credentials.Credentials, upgrade)
	registry.RegisterWorkflowWithOptions(intake.Intake, upgrade)
	registry.RegisterWorkflowWithOptions(statuschange.StatusChange, upgrade)
	registry.RegisterWorkflowWithOptions(announce.Announce, upgrade)
	registry.RegisterWorkflowWithOptions(hooks.Webhook, upgrade)
	registry.RegisterWorkflowWithOptions(drawing.DrawLabel, upgrade)
	registry.RegisterWorkflowWithOptions(labelrun.LabelBatch, workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorPinned})
}

// RegisterStation registers the workflows of a station.
func RegisterStation(registry worker.WorkflowRegistry) { printing.Register(registry) }
