package pdf

import (
	"iter"
	"runtime"
	"sync"
)

// ahead does the work for a few items at a time, on all cores, and gives the
// results in the order of the items. The items are drawn in another goroutine,
// which has ended when the loop over the results is over.
func ahead[In, Out any](items iter.Seq2[In, error], work func(In) (Out, error)) iter.Seq2[Out, error] {
	type result struct {
		out Out
		err error
	}
	return func(yield func(Out, error) bool) {
		queue := make(chan chan result, 2*runtime.GOMAXPROCS(0))
		stop := make(chan struct{})
		var drawing sync.WaitGroup
		drawing.Go(func() {
			defer close(queue)
			for item, err := range items {
				done := make(chan result, 1)
				select {
				case queue <- done:
				case <-stop:
					return
				}
				if err != nil {
					done <- result{err: err}
					continue
				}
				go func() {
					out, err := work(item)
					done <- result{out, err}
				}()
			}
		})
		defer drawing.Wait()
		defer close(stop)
		for done := range queue {
			r := <-done
			if !yield(r.out, r.err) {
				return
			}
		}
	}
}
