package publishing

import (
	"context"
	"errors"
	"iter"

	"golang.org/x/sync/semaphore"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/stamp"
	"github.com/despacho/despacho/storage"
)

const (
	// aheadBytes bounds the labels that are read ahead of the join; one that is
	// larger is read by itself.
	aheadBytes = 32 << 20
)

// readyLabel is a label as it is joined, with what was noted while it was
// stamped; or its fault; or the trouble of the store, which is nobody's.
type readyLabel struct {
	label          check.Label
	notes          []string
	fault, trouble error
}

// readAhead gives labels from the store in their order, opened, cut to their paper and stamped,
// several on their way at the same time: a store answers in milliseconds,
// thousands of times. Trouble ends it.
func (a *Publishing) readAhead(ctx context.Context, j *joinedFiles, stamping labelStamps) iter.Seq[readyLabel] {
	return func(yield func(readyLabel) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		room := semaphore.NewWeighted(aheadBytes)
		weight := func(l toPrint) int64 { return min(max(l.Bytes, 1), aheadBytes) }
		pending := make(chan chan readyLabel, activities.StoreParallel)
		go func() {
			defer close(pending)
			for _, label := range j.labels {
				if room.Acquire(ctx, weight(label)) != nil {
					return
				}
				ready := make(chan readyLabel, 1)
				go func() { ready <- a.readLabel(ctx, label, j, stamping) }()
				select {
				case pending <- ready:
				case <-ctx.Done():
					return
				}
			}
		}()
		for _, label := range j.labels {
			ready, open := <-pending
			if !open {
				yield(readyLabel{trouble: ctx.Err()})
				return
			}
			got := <-ready
			if !yield(got) || got.trouble != nil {
				return
			}
			room.Release(weight(label))
		}
	}
}

func (a *Publishing) readLabel(ctx context.Context, label toPrint, j *joinedFiles, stamping labelStamps) (ready readyLabel) {
	data, err := a.labelData(ctx, label.Label)
	switch {
	case errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrTooLarge):
		return readyLabel{fault: err}
	case err != nil:
		return readyLabel{trouble: err}
	}
	ready.label, ready.fault = check.Read(labels.Format(label.Format), data)
	if ready.fault != nil {
		return ready
	}
	ready.label = ready.label.FitTo(j.layout) // before it is stamped, so that the stamp stands beside the label
	if stamping != nil {
		ready.label, ready.notes = stamp.Label(ready.label, stamping(label))
	}
	if j.format == string(labels.ZPL) && ready.label.Format == labels.PDF {
		return a.drawn(ctx, ready, j)
	}
	return ready
}
