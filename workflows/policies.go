package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Activity options by kind of step. Every activity heartbeats on its own
// (activities.Heartbeats), so a worker that dies is noticed within seconds.
const (
	heartbeatTimeout = 10 * time.Second
	// stepTimeout bounds one try of a step: 50 calls at the hub's pace, or a download.
	stepTimeout = 15 * time.Minute
	// joinTimeout bounds one try of reading, sorting and joining a whole run.
	joinTimeout = 30 * time.Minute
	// patience bounds a step with all its tries: as long as a hub may be down.
	patience = 12 * time.Hour
	// atLeast is what a step gets whose end is near.
	atLeast = 10 * time.Minute
	// intakePatience bounds a step of an Intake with all its tries.
	intakePatience = time.Hour
	// promptPatience bounds a step that somebody waits for.
	promptPatience = time.Minute
	// waitPatience bounds a step that waits for the hub or for a connection.
	waitPatience = 48 * time.Hour
)

var retryPolicy = temporal.RetryPolicy{
	InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
}

// hubStep is for steps that call the hub or the store.
func hubStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, TaskQueue, summary, stepTimeout, patience)
}

// untilStep is for steps that call the hub and are worth nothing after a time.
func untilStep(ctx workflow.Context, summary string, end time.Time) workflow.Context {
	return step(ctx, TaskQueue, summary, stepTimeout, min(max(end.Sub(workflow.Now(ctx)), atLeast), patience))
}

// waitStep is for steps whose tries wait for something outside.
func waitStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, TaskQueue, summary, stepTimeout, waitPatience)
}

// intakeStep is for the steps of an Intake, which asks again later what could not be had now.
func intakeStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, TaskQueue, summary, stepTimeout, intakePatience)
}

// promptStep is for steps that somebody waits for, and is told when they take too long.
func promptStep(ctx workflow.Context, summary string) workflow.Context {
	return impatient(step(ctx, TaskQueue, summary, promptPatience, promptPatience))
}

// filesStep is for steps that open, check and store label files.
func filesStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, FilesTaskQueue, summary, stepTimeout, waitPatience)
}

// joinStep is for steps that work on all files of a run.
func joinStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, FilesTaskQueue, summary, joinTimeout, patience)
}

// briefStep is for steps on the files of a run that are done without when they take too long.
func briefStep(ctx workflow.Context, summary string) workflow.Context {
	return impatient(step(ctx, FilesTaskQueue, summary, joinTimeout, joinTimeout))
}

// tellStep is for telling others, who may be away for a day.
func tellStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, TaskQueue, summary, time.Minute, 24*time.Hour)
}

func step(ctx workflow.Context, queue, summary string, once, altogether time.Duration) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue, StartToCloseTimeout: once, ScheduleToCloseTimeout: altogether,
		HeartbeatTimeout: heartbeatTimeout, RetryPolicy: &retryPolicy, Summary: shorten(summary),
	})
}

// summaryLimit is how many bytes of a summary Temporal keeps.
const summaryLimit = 200

func shorten(text string) string {
	if len(text) <= summaryLimit {
		return text
	}
	end := summaryLimit - len("…")
	for end > 0 && text[end]&0xC0 == 0x80 {
		end--
	}
	return text[:end] + "…"
}

// pause is a timer with a summary for the people who look at it.
func pause(ctx workflow.Context, d time.Duration, summary string) error {
	return workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: shorten(summary)}).Get(ctx, nil)
}

// awaitUpTo waits for a condition, at most so long; false when the time was up.
func awaitUpTo(ctx workflow.Context, d time.Duration, summary string, condition func() bool) (bool, error) {
	if condition() || d <= 0 {
		return condition(), nil
	}
	// The SDK's own AwaitWithTimeout leaves its timer running, which then wakes the workflow for nothing.
	timing, stop := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timing, d, workflow.TimerOptions{Summary: shorten(summary)})
	err := workflow.Await(ctx, func() bool { return condition() || timer.IsReady() })
	stop()
	return condition(), err
}
