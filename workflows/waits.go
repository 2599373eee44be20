package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// LetOthersRun returns once every other coroutine has handled what was there for it.
func LetOthersRun(ctx workflow.Context) {
	last := false
	workflow.Go(ctx, func(workflow.Context) { last = true })
	_ = workflow.Await(ctx, func() bool { return last })
}

// Pause waits for a time; people see the summary.
func Pause(ctx workflow.Context, d time.Duration, summary string) error {
	return workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: Shorten(summary)}).Get(ctx, nil)
}

// AwaitUpTo waits for a condition, at most for d; it returns whether the condition holds.
func AwaitUpTo(ctx workflow.Context, d time.Duration, summary string, condition func() bool) (bool, error) {
	if condition() || d <= 0 {
		return condition(), nil
	}
	// The SDK's AwaitWithTimeout leaves its timer running, which then wakes the workflow for nothing.
	timing, stop := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timing, d, workflow.TimerOptions{Summary: Shorten(summary)})
	err := workflow.Await(ctx, func() bool { return condition() || timer.IsReady() })
	stop()
	return condition(), err
}
