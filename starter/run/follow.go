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
	type answer struct {
		result books.Result
		err    error
	}
	over := make(chan answer, 1)
	go func() {
		result, err := runs.Wait(ctx, id)
		over <- answer{result, err}
	}()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case end := <-over:
			if end.err == nil {
				progress.Show(end.result)
			}
			progress.End()
			return end.result, end.err
		case <-ticker.C:
			progress.update(ctx, runs, id)
		}
	}
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
