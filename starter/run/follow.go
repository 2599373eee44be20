package run

import (
	"context"
	"errors"
	"time"

	"github.com/despacho/despacho/activities/books"
)

// FollowEvery is how often a run is asked for its progress.
const FollowEvery = time.Second

// Follow waits for the end of a run and shows its progress meanwhile, asked
// for at every interval. When ctx ends, the run itself goes on.
func Follow(ctx context.Context, runs Runs, id string, progress *Progress, every time.Duration) (books.Result, error) {
	wait := func() (books.Result, error) { return runs.Wait(ctx, id) }
	result, err := waitAndLook(every, wait, func() { progress.update(ctx, runs, id) })
	if err == nil {
		progress.Show(result)
	}
	progress.End()
	return result, err
}

func (p *Progress) update(ctx context.Context, runs Runs, id string) {
	result, err := runs.Progress(ctx, id)
	switch {
	case err == nil:
		p.Show(withNames(id, result))
	case errors.Is(err, ErrNoAnswer):
		if description, err := runs.Describe(ctx, id); err == nil && description.Open() {
			p.Note(noWorkerNote)
			p.Show(withNames(id, description.result()))
		}
	}
}
