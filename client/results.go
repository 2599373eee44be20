package client

import (
	"cmp"
	"context"
	"slices"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// ended turns what a closed run answered into a result: a cancelled run leaves
// its result in the details of the error, a failed one its words.
func ended(ctx context.Context, id string, result contract.RunResult, err error) (contract.RunResult, error) {
	if err == nil {
		return WithNames(id, result), nil
	}
	end, err := endOf(ctx, err, &result)
	switch {
	case err != nil:
		return result, err
	case end.cancelled:
		result.State = contract.RunCancelled
	case end.stopped:
		result.State, result.Reason = contract.RunFailed, wording.Join(end.reason, wording.Reason(contract.WhyStoredLabelsKept))
	default:
		result.State, result.Reason = contract.RunFailed, contract.FirstReason(result.Reason, end.reason)
	}
	return WithNames(id, result), nil
}

// WithNames fills in what a result that never was written lacks.
func WithNames(id string, result contract.RunResult) contract.RunResult {
	merchant, key, err := contract.ParseRunID(id)
	if err == nil {
		result.Merchant, result.Run = cmp.Or(result.Merchant, merchant), cmp.Or(result.Run, key)
	}
	return FillIn(result)
}

// FillIn gives every list and map of a result a value, so that its JSON
// always has the same shape.
func FillIn(r contract.RunResult) contract.RunResult {
	if r.Outcomes == nil {
		r.Outcomes = map[contract.Outcome]int{}
	}
	if r.Connections == nil {
		r.Connections = []contract.ConnectionResult{}
	}
	if r.Files == nil {
		r.Files = []contract.PrintFile{}
	}
	r.Connections = slices.Clone(r.Connections)
	for i := range r.Connections {
		if r.Connections[i].Outcomes == nil {
			r.Connections[i].Outcomes = map[contract.Outcome]int{}
		}
	}
	return r
}
