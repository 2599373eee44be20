package run

import (
	"context"
	"slices"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/workflows"
)

// ended turns what a closed run answered into a result: a cancelled run leaves
// its result in the details of the error, a failed one its words.
func ended(ctx context.Context, id string, result books.Result, err error) (books.Result, error) {
	if err == nil {
		return withNames(id, result), nil
	}
	end, err := endOf(ctx, err, &result)
	switch {
	case err != nil:
		return result, err
	case end.cancelled:
		result.State = books.RunCancelled
	case end.stopped:
		result.State, result.Reason = books.RunFailed, end.reason+"; labels that it stored are used by the next run"
	default:
		result.State, result.Reason = books.RunFailed, orDefault(result.Reason, end.reason)
	}
	return withNames(id, result), nil
}

// withNames fills in what a result that never was written lacks.
func withNames(id string, result books.Result) books.Result {
	merchant, key, err := workflows.ParseRunID(id)
	if err == nil {
		result.Merchant, result.Run = orDefault(result.Merchant, merchant), orDefault(result.Run, key)
	}
	return complete(result)
}

// complete gives every list and map of a result a value, so that its JSON
// always has the same shape.
func complete(r books.Result) books.Result {
	if r.Outcomes == nil {
		r.Outcomes = map[books.Outcome]int{}
	}
	if r.Connections == nil {
		r.Connections = []books.ConnectionResult{}
	}
	if r.Files == nil {
		r.Files = []books.PrintFile{}
	}
	r.Connections = slices.Clone(r.Connections)
	for i := range r.Connections {
		if r.Connections[i].Outcomes == nil {
			r.Connections[i].Outcomes = map[books.Outcome]int{}
		}
	}
	return r
}

// ExitCode is the command line's exit code for a run's result: 0 complete (or
// still open, or a plan), 3 when orders lack a label, 4 when it failed or was cancelled.
func ExitCode(r books.Result) int {
	switch {
	case r.State == books.RunFailed, r.State == books.RunCancelled:
		return ExitFailed
	case r.State == books.RunCompleted && r.Plan == nil && !r.Complete():
		return ExitIncomplete
	}
	return ExitComplete
}
