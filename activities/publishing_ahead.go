package activities

import (
	"context"
	"iter"

	"golang.org/x/sync/semaphore"

	"github.com/despacho/despacho/storage"
)

// aheadBytes bounds the labels that are read ahead of the join; one that is
// larger is read by itself.
const aheadBytes = 32 << 20

// read is a label's file from the store, or why it cannot be had.
type read struct {
	data []byte
	err  error
}

// readAhead gives labels from the store in their order, several on their way at
// the same time: a store answers in milliseconds, thousands of times.
func readAhead(ctx context.Context, store *storage.Store, labels []toPrint) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		room := semaphore.NewWeighted(aheadBytes)
		weight := func(l toPrint) int64 { return min(max(l.Bytes, 1), aheadBytes) }
		pending := make(chan chan read, storeParallel)
		go func() {
			defer close(pending)
			for _, label := range labels {
				if room.Acquire(ctx, weight(label)) != nil {
					return
				}
				one := make(chan read, 1)
				go func() {
					data, err := store.ReadAll(ctx, label.Key, singleLimit)
					one <- read{data, err}
				}()
				select {
				case pending <- one:
				case <-ctx.Done():
					return
				}
			}
		}()
		for _, label := range labels {
			one, open := <-pending
			if !open {
				yield(nil, ctx.Err())
				return
			}
			got := <-one
			if !yield(got.data, got.err) || got.err != nil {
				return
			}
			room.Release(weight(label))
		}
	}
}
