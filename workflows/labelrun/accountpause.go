package labelrun

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// accountPause is the pause of a run whose merchant's account cannot be used.
type accountPause struct {
	// reason is why the account cannot be used; empty when it can.
	reason string
	since  time.Time
}

// hearAccount records whether the merchant's account can be used. The run's deadline is put off for as
// long as it cannot.
func (r *labelRun) hearAccount(ctx workflow.Context, news contract.AccountNews) {
	if news.Paused == r.pause.reason {
		return
	}
	r.deadline = r.ends(ctx)
	r.pause = accountPause{reason: news.Paused, since: workflow.Now(ctx)}
	if r.publishing {
		return
	}
	r.result.Reason = contract.Reason{}
	if news.Paused != "" {
		r.result.Reason = wording.Reason(contract.WhyAccountPaused)
	}
	r.show(ctx)
}

// ends is the run's deadline, put off by the current pause.
func (r *labelRun) ends(ctx workflow.Context) time.Time {
	if r.pause.reason == "" {
		return r.deadline
	}
	return r.deadline.Add(workflow.Now(ctx).Sub(r.pause.since))
}

// endPause removes the reason of the pause from the result of a run that publishes while paused.
func (r *labelRun) endPause() {
	if r.pause.reason != "" {
		r.result.State, r.result.Reason = contract.RunRunning, contract.Reason{}
	}
}

// awaitAccount waits until the merchant's account can be used, or until there is something else to do.
func (r *labelRun) awaitAccount(ctx workflow.Context, other func() bool) error {
	return workflow.Await(ctx, func() bool { return r.pause.reason == "" || other() })
}
