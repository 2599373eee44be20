package run

import (
	"github.com/despacho/despacho/contract"
)

// ExitCode is the command line's exit code for a run's result: 0 complete (or
// still open, or a plan), 3 when orders lack a label, 4 when it failed or was cancelled.
func ExitCode(r contract.RunResult) int {
	switch {
	case r.State == contract.RunFailed, r.State == contract.RunCancelled:
		return ExitFailed
	case r.State == contract.RunCompleted && r.Plan == nil && !r.Complete():
		return ExitIncomplete
	}
	return ExitComplete
}
