package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
)

// The activity options by kind of step; no other file has any. Every activity heartbeats by itself
// (activities.Heartbeats), so the death of a worker is noticed within seconds.
const (
	heartbeatTimeout = 10 * time.Second
	// intakeHeartbeatTimeout is longer: nobody waits for a step of an Intake, and there are many.
	intakeHeartbeatTimeout = 30 * time.Second
	// stepTimeout bounds one try of a step: 50 calls at the hub's pace, or a download.
	stepTimeout = 15 * time.Minute
	// joinTimeout bounds one try of reading, sorting and joining a whole run.
	joinTimeout = 30 * time.Minute
	// patience bounds a step with all its tries: the longest outage of the hub that a run survives.
	patience = 12 * time.Hour
	// LeastStepTime is the least time that a step gets, however near its end is.
	LeastStepTime = 10 * time.Minute
	// intakePatience bounds a step of an Intake with all its tries.
	intakePatience = time.Hour
	// promptPatience bounds a step that a person waits for.
	promptPatience = time.Minute
	// WaitPatience bounds a step that waits for the hub or for a connection.
	WaitPatience = 48 * time.Hour
	// printTime bounds one try of printing up to 50 labels: a printer may be without paper for days.
	printTime = 7 * 24 * time.Hour
	// printRetryPause is the longest pause between two tries at a printer.
	printRetryPause = 10 * time.Second
)

var retryPolicy = temporal.RetryPolicy{
	InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second,
}

// HubStep is for steps that call the hub or the store.
func HubStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, contract.TaskQueue, summary, stepTimeout, patience)
}

// UntilStep is for steps that call the hub and are useless after a given time.
func UntilStep(ctx workflow.Context, summary string, end time.Time) workflow.Context {
	return step(ctx, contract.TaskQueue, summary, stepTimeout, min(max(end.Sub(workflow.Now(ctx)), LeastStepTime), patience))
}

// WaitStep is for steps whose tries wait for something outside.
func WaitStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, contract.TaskQueue, summary, stepTimeout, WaitPatience)
}

// IntakeStep is for the steps of an Intake, which tries again later anyway.
func IntakeStep(ctx workflow.Context, summary string) workflow.Context {
	ctx = step(ctx, contract.TaskQueue, summary, stepTimeout, intakePatience)
	return workflow.WithHeartbeatTimeout(ctx, intakeHeartbeatTimeout)
}

// PromptStep is for steps that a person waits for; the error comes back soon.
func PromptStep(ctx workflow.Context, summary string) workflow.Context {
	return Impatient(step(ctx, contract.TaskQueue, summary, promptPatience, promptPatience))
}

// PromptFilesStep is for steps on a file that somebody waits for; the error comes back soon.
func PromptFilesStep(ctx workflow.Context, summary string) workflow.Context {
	return Impatient(step(ctx, contract.FilesTaskQueue, summary, promptPatience, promptPatience))
}

// FilesStep is for steps that open, check and store label files.
func FilesStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, contract.FilesTaskQueue, summary, stepTimeout, WaitPatience)
}

// JoinStep is for steps that work on all files of a run.
func JoinStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, contract.FilesTaskQueue, summary, joinTimeout, patience)
}

// BriefStep is for steps on the files of a run that the run skips when they take too long.
func BriefStep(ctx workflow.Context, summary string) workflow.Context {
	return Impatient(step(ctx, contract.FilesTaskQueue, summary, joinTimeout, joinTimeout))
}

// TellStep is for calls to others, who may be unreachable for a day.
func TellStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, contract.TaskQueue, summary, time.Minute, 24*time.Hour)
}

// DeliverStep is for calls to a partner's webhook: a try is short, and the workflow itself waits between them.
func DeliverStep(ctx workflow.Context, summary string) workflow.Context {
	return step(ctx, contract.WebhooksTaskQueue, summary, 3*time.Minute, patience)
}

// PrintStep is for steps at the printers of a site. They wait for paper over a weekend, and are tried again
// for ever: what they need is outside. Cancelled, they end what the printer has and say how far they came.
func PrintStep(ctx workflow.Context, site, summary string) workflow.Context {
	ctx = step(ctx, contract.StationTaskQueue(site), summary, printTime, 0)
	ctx = workflow.WithRetryPolicy(ctx, temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: printRetryPause})
	return Impatient(workflow.WithWaitForCancellation(ctx, true))
}

func step(ctx workflow.Context, queue, summary string, once, altogether time.Duration) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue, StartToCloseTimeout: once, ScheduleToCloseTimeout: altogether,
		HeartbeatTimeout: heartbeatTimeout, RetryPolicy: &retryPolicy, Summary: Shorten(summary),
	})
}

// SummaryLimit is the size of a summary that Temporal keeps, in bytes.
const SummaryLimit = 200

// Shorten cuts a text to SummaryLimit bytes, at the end of a character.
func Shorten(text string) string {
	if len(text) <= SummaryLimit {
		return text
	}
	end := SummaryLimit - len("…")
	for end > 0 && text[end]&0xC0 == 0x80 {
		end--
	}
	return text[:end] + "…"
}
