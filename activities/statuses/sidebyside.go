package statuses

import (
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
)

// sideBySide works on n orders, several at a time, and returns the error of each. What is under way
// is brought to its end: a call that is broken off may be carried out all the same. Once the hub
// answers nothing any more, the rest ends with activities.ErrNotBegun.
func sideBySide(n int, work func(i int) error) []error {
	errs := make([]error, n)
	var group errgroup.Group
	group.SetLimit(activities.HubParallel)
	var stop activities.Stopper
	for i := range n {
		group.Go(func() error {
			if stop.ShouldStop() {
				errs[i] = activities.ErrNotBegun
				return nil
			}
			errs[i] = work(i)
			stop.Note(errs[i])
			return nil
		})
	}
	_ = group.Wait()
	return errs
}
