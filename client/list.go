package client

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/despacho/despacho/contract"
)

// executionStatus is what Temporal calls a state of a run.
var executionStatus = map[contract.RunState]string{
	contract.RunRunning:   "ExecutionStatus = 'Running'",
	contract.RunWaiting:   "ExecutionStatus = 'Running'",
	contract.RunPaused:    "ExecutionStatus = 'Running'",
	contract.RunCompleted: "ExecutionStatus = 'Completed'",
	contract.RunCancelled: "ExecutionStatus = 'Canceled'",
	contract.RunFailed:    "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')",
}

// ListRuns lists the runs of a merchant in a state, the newest first, at most limit; without a
// merchant or a state those of all.
func ListRuns(ctx context.Context, runs Runs, merchant string, state contract.RunState, limit int) ([]Description, error) {
	query, err := listQuery(merchant, state)
	if err != nil {
		return nil, err
	}
	found, err := runs.List(ctx, query, limit)
	if err != nil || state == "" {
		return found, err
	}
	return slices.DeleteFunc(found, func(r Description) bool { return r.State != state }), nil
}

// listQuery is the visibility query for a merchant's runs in a state; both may be empty.
func listQuery(merchant string, state contract.RunState) (string, error) {
	conditions := []string{"WorkflowType = '" + contract.LabelRunType + "'"}
	if merchant != "" {
		if !contract.ValidKey(merchant) {
			return "", &RequestError{Field: "merchant", Problem: fmt.Sprintf("merchant %q is not an id", merchant)}
		}
		conditions = append(conditions, contract.MerchantAttribute.GetName()+" = '"+merchant+"'")
	}
	if status := executionStatus[state]; status != "" {
		conditions = append(conditions, status)
	}
	return strings.Join(conditions, " AND "), nil
}
