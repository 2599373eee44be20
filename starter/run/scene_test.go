package run

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

func requireCode(t *testing.T, err error, code int) *Problem {
	t.Helper()
	require.Error(t, err)
	problem := asProblem(err)
	require.Equal(t, code, problem.Code, problem.Message)
	return problem
}

// halfway is a run of which some labels are there.
func halfway(labelled int) contract.RunResult {
	return contract.RunResult{
		State: contract.RunRunning, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: labelled, contract.Rejected: 1},
		Connections: []contract.ConnectionResult{
			{ID: "c1", Channel: "paris", Name: "Tienda", State: contract.ConnectionRunning, Requested: 10, Outcomes: map[contract.Outcome]int{contract.Labelled: labelled, contract.Rejected: 1}},
			{ID: "c2", Channel: "shopify", Name: "Web", State: contract.ConnectionSkipped, Reason: contract.Reason{Words: "a web shop"}},
		},
	}
}
