package tool

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// ordered works on a few items at a time, on all cores, and gives the results
// in the order of the items.
func ordered[In, Out any](ctx context.Context, items iter.Seq[In], work func(In) Out) iter.Seq[Out] {
	return func(yield func(Out) bool) {
		ctx, stop := context.WithCancel(ctx)
		queue := make(chan chan Out, 2*runtime.GOMAXPROCS(0))
		var working sync.WaitGroup
		working.Go(func() {
			defer close(queue)
			for item := range items {
				done := make(chan Out, 1)
				select {
				case queue <- done:
				case <-ctx.Done():
					return
				}
				working.Go(func() { done <- work(item) })
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

// CheckAll checks files and gives their reports in the order of the files.
func CheckAll(ctx context.Context, sources []Source) iter.Seq[Input] {
	return func(yield func(Input) bool) {
		for c := range checkAll(ctx, sources, asWhole, nil) {
			if !yield(c.Input) {
				return
			}
		}
	}
}

func each[T any](items []T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, item := range items {
			if !yield(item) {
				return
			}
		}
	}
}
