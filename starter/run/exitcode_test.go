package run

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	outcomes := func(labelled, printed int) map[contract.Outcome]int {
		return map[contract.Outcome]int{contract.Labelled: labelled, contract.AlreadyPrinted: printed}
	}
	cases := map[string]struct {
		result contract.RunResult
		want   int
	}{
		"every order labelled":                    {contract.RunResult{State: contract.RunCompleted, Requested: 2, Outcomes: outcomes(2, 0)}, ExitComplete},
		"every order labelled or printed earlier": {contract.RunResult{State: contract.RunCompleted, Requested: 2, Outcomes: outcomes(1, 1)}, ExitComplete},
		"no order at all":                         {contract.RunResult{State: contract.RunCompleted}, ExitComplete},
		"an order without a label":                {contract.RunResult{State: contract.RunCompleted, Requested: 3, Outcomes: outcomes(1, 1)}, ExitIncomplete},
		"a plan":                                  {contract.RunResult{State: contract.RunCompleted, Requested: 3, Plan: &contract.Plan{}}, ExitComplete},
		"a run that is open":                      {contract.RunResult{State: contract.RunRunning, Requested: 3}, ExitComplete},
		"a run that waits":                        {contract.RunResult{State: contract.RunWaiting, Requested: 3}, ExitComplete},
		"a run that was cancelled":                {contract.RunResult{State: contract.RunCancelled, Requested: 2, Outcomes: outcomes(2, 0)}, ExitFailed},
		"a run that failed":                       {contract.RunResult{State: contract.RunFailed}, ExitFailed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, ExitCode(c.result))
		})
	}
}
