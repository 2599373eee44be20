package client

import (
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/contract"
)

// FollowEvery is how often a run is asked for its progress.
const FollowEvery = time.Second

// Follow waits for the end of a run and shows meanwhile where it stands, asked for at every
// interval. When ctx ends, the run itself goes on.
func Follow(ctx context.Context, runs Runs, id string, every time.Duration, show func(Current)) (contract.RunResult, error) {
	wait := func() (contract.RunResult, error) { return runs.Wait(ctx, id) }
	return waitAndLook(every, wait, func() {
		current := Current{WorkflowID: id, Open: true}
		result, err := runs.Progress(ctx, id)
		if errors.Is(err, ErrNoAnswer) {
			var description Description
			if description, err = runs.Describe(ctx, id); err == nil && !description.Open() {
				return
			}
			result, current.Source = description.result(), FromTemporal
		}
		if err == nil {
			current.Result = WithNames(id, result)
			show(current)
		}
	})
}
