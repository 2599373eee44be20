package printing

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	printingsteps "github.com/despacho/despacho/activities/printing"
)

var printingSteps *printingsteps.Printing

// Register registers the workflows of a station.
func Register(registry worker.WorkflowRegistry) {
	registry.RegisterWorkflowWithOptions(Printer, workflow.RegisterOptions{VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
}
