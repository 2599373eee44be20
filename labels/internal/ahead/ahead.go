// Package ahead works on a few items before they are needed. Begin with [Map].
package ahead

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// Map works on a few items at a time, on all cores, and yields the results in the order of the
// items. It stops early when ctx ends. No work continues after the loop over the results.
func Map[In, Out any](ctx context.Context, items iter.Seq[In], work func(In) Out) iter.Seq[Out] {
	type job struct {
		item In
		done chan Out
	}
	return func(yield func(Out) bool) {
		ctx, stop := context.WithCancel(ctx)
		workers := runtime.GOMAXPROCS(0)
		jobs, queue := make(chan job), make(chan chan Out, 2*workers)
		var working sync.WaitGroup
		for range workers {
			working.Go(func() {
				for j := range jobs {
					j.done <- work(j.item)
				}
			})
		}
		working.Go(func() {
			defer close(queue)
			defer close(jobs)
			for item := range items {
				j := job{item, make(chan Out, 1)}
				select {
				case queue <- j.done:
				case <-ctx.Done():
					return
				}
				jobs <- j
			}
		})
		defer working.Wait()
		defer stop()
		for done := range queue {
			if !yield(<-done) {
				return
			}
		}
	}
}
