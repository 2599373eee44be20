package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/books"
)

// accountPause is how a run stands whose merchant's account cannot be used.
type accountPause struct {
	// reason is why not; empty: it can.
	reason string
	since  time.Time
}

// hearAccount notes whether the merchant's account can be used. The run's deadline does not pass
// while it cannot.
func (r *labelRun) hearAccount(ctx workflow.Context, news AccountNews) {
	if news.Paused == r.pause.reason {
		return
	}
	r.deadline = r.ends(ctx)
	r.pause = accountPause{reason: news.Paused, since: workflow.Now(ctx)}
	if r.publishing {
		return
	}
	r.result.Reason = news.Paused
	r.show(ctx)
}

// ends is the run's deadline, put off by the pause that goes on.
func (r *labelRun) ends(ctx workflow.Context) time.Time {
	if r.pause.reason == "" {
		return r.deadline
	}
	return r.deadline.Add(workflow.Now(ctx).Sub(r.pause.since))
}

// endPause takes the reason of a pause out of the result of a run that publishes during it.
func (r *labelRun) endPause() {
	if r.pause.reason != "" {
		r.result.State, r.result.Reason = books.RunRunning, ""
	}
}

// awaitAccount waits as long as the merchant's account cannot be used, or until there is something
// else to do.
func (r *labelRun) awaitAccount(ctx workflow.Context, other func() bool) error {
	return workflow.Await(ctx, func() bool { return r.pause.reason == "" || other() })
}
