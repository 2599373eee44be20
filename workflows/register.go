package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register registers despacho's workflows. With worker versioning, a batch
// ends with the build that it began with, and longer ones move to the newest.
func Register(registry worker.WorkflowRegistry) {
	upgrade := workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade}
	registry.RegisterWorkflowWithOptions(LabelRun, upgrade)
	registry.RegisterWorkflowWithOptions(ConnectionRun, upgrade)
	registry.RegisterWorkflowWithOptions(StatusChange, upgrade)
	registry.RegisterWorkflowWithOptions(Announce, upgrade)
	registry.RegisterWorkflowWithOptions(Credentials, upgrade)
	registry.RegisterWorkflowWithOptions(LabelBatch, workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorPinned})
}
