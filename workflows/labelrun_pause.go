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
	now := workflow.Now(ctx)
	if r.pause.reason != "" {
		r.deadline = r.deadline.Add(now.Sub(r.pause.since))
	}
	r.pause = accountPause{reason: news.Paused, since: now}
	if r.publishing {
		return
	}
	r.result.Reason = news.Paused
	r.show(ctx)
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
