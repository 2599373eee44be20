package workflows

import (
	"go.temporal.io/sdk/worker"
)

// Register registers despacho's workflows with their versioning behaviour.
func Register(registry worker.WorkflowRegistry) {
}
