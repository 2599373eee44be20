package labelrun

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// LabelBatchInput names the orders of a batch, at most 50 of one connection, by pieces of pages in the
// store.
type LabelBatchInput struct {
	Scope    activities.Scope     `json:"scope"`
	Number   int                  `json:"number"`
	Segments []activities.Segment `json:"segments"`
}

// LabelBatchResult is the result of a batch, in figures.
type LabelBatchResult struct {
	// Ended counts the orders that have their outcome.
	Ended map[contract.Outcome]int `json:"ended,omitempty"`
	// Again is the page whose ready orders must be asked for again; AgainCount is their number.
	Again      string `json:"again,omitempty"`
	AgainCount int    `json:"again_count,omitempty"`
	// Refused is why the hub refused the whole request: its orders must be asked for in
	// smaller ones.
	Refused contract.Cause `json:"refused,omitzero"`
	// After: the batch left a page of labelled orders whose channel wants a status now.
	After bool `json:"after,omitempty"`
	// Note is what the batch had to manage without.
	Note contract.Cause `json:"note,omitzero"`
}

// LabelBatch asks once for the labels of up to 50 orders, waits for the hub's task and collects its
// labels. It signals its ConnectionRun as soon as it has asked, because the requests of a connection
// are made one after the other.
func LabelBatch(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
	var result LabelBatchResult
	var prepared tickets.PreparedBatch
	prepare := tickets.PrepareBatchInput{Scope: in.Scope, Number: in.Number, Segments: in.Segments}
	if err := workflow.ExecuteActivity(workflows.FilesStep(ctx, "gather the batch and read the newest label tasks"), documentSteps.PrepareBatch, prepare).Get(ctx, &prepared); err != nil {
		return result, err
	}
	result.Ended, result.Note = prepared.Counts.Ended, prepared.Unlisted
	n := prepared.Counts.Ready
	if n == 0 {
		return result, nil
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("asking for %d labels", n))
	asked, err := ask(ctx, in, prepared)
	if err != nil {
		return result, err
	}
	tellAsked(ctx, in.Number)
	if asked.Refused.Words != "" {
		result.Refused = asked.Refused
		result.settle(asked.Step)
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("the hub refused the request for %d labels: %s", n, asked.Refused.Words))
		return result, nil
	}
	if asked.Lost {
		result.settle(asked.Step)
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("the answer to the request for %d labels was lost; their orders are read again", n))
		return result, nil
	}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("task `%s`: %d labels asked for", asked.Task, n))
	collected, err := collect(ctx, in, asked, n)
	if err != nil {
		return result, err
	}
	result.settle(collected.Step)
	result.After = collected.Counts.Ended[contract.Labelled] > 0 && in.Scope.StatusAtLabel() //workflowcheck:ignore
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("task `%s`: %d of %d labelled, %d to be asked for again", asked.Task, collected.Counts.Ended[contract.Labelled], n, result.AgainCount))
	return result, nil
}

func (r *LabelBatchResult) settle(step activities.Step) {
	merged := map[contract.Outcome]int{}
	addOutcomes(merged, r.Ended)
	addOutcomes(merged, step.Counts.Ended)
	r.Ended = merged
	if step.Counts.Ready > 0 {
		r.Again, r.AgainCount = step.Page, step.Counts.Ready
	}
}

// ask makes the request, again and again while the hub says that it is busy.
func ask(ctx workflow.Context, in LabelBatchInput, prepared tickets.PreparedBatch) (tickets.Asked, error) {
	began := workflow.Now(ctx)
	for busy := 0; ; busy++ {
		var asked tickets.Asked
		request := tickets.AskLabelsInput{Scope: in.Scope, Number: in.Number, Before: prepared.Before, Unlisted: prepared.Unlisted.Words != "", Try: busy}
		summary := fmt.Sprintf("ask for %d labels", prepared.Counts.Ready)
		if err := workflow.ExecuteActivity(workflows.HubStep(ctx, summary), ticketSteps.AskLabels, request).Get(ctx, &asked); err != nil {
			return asked, err
		}
		if asked.Busy == 0 {
			return asked, nil
		}
		if workflow.Now(ctx).Sub(began) > workflows.WaitPatience {
			return asked, temporal.NewNonRetryableApplicationError(fmt.Sprintf("the hub was too busy to accept a request for labels for %s", workflows.WaitPatience), contract.ErrorHub, nil)
		}
		if err := workflows.Pause(ctx, max(asked.Busy, busyPause(busy)), "the hub is busy"); err != nil {
			return asked, err
		}
	}
}

// usualLabelTime is how long the hub's guide says a label takes: no task is given up earlier.
const usualLabelTime = time.Minute

// busyPause grows from a second to ten minutes, in our time, so that a hub that is down for hours does
// not fill the history.
func busyPause(times int) time.Duration {
	return min(time.Second<<min(times, 10), 10*time.Minute)
}

// collect waits until the first look at the task is due, then collects its labels. A task counts as
// failed after a quarter of an hour and three times what its labels should take.
func collect(ctx workflow.Context, in LabelBatchInput, asked tickets.Asked, n int) (tickets.Collected, error) {
	settings := in.Scope.Settings
	limit := 15*time.Minute + 3*time.Duration(n)*max(time.Duration(settings.LabelTime), usualLabelTime)
	request := tickets.CollectLabelsInput{
		Scope: in.Scope, Number: in.Number, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(limit),
	}
	var collected tickets.Collected
	if err := workflows.Pause(ctx, settings.Ours(min(asked.Look, contract.Duration(limit))), fmt.Sprintf("until %d labels should be ready", n)); err != nil {
		return collected, err
	}
	summary := fmt.Sprintf("collect the %d labels of task %s", n, asked.Task)
	err := workflow.ExecuteActivity(workflows.FilesStep(ctx, summary), documentSteps.CollectLabels, request).Get(ctx, &collected)
	return collected, err
}

// tellAsked lets the ConnectionRun make its next request.
func tellAsked(ctx workflow.Context, number int) {
	parent := workflow.GetInfo(ctx).ParentWorkflowExecution
	if parent == nil {
		return
	}
	if err := workflow.SignalExternalWorkflow(ctx, parent.ID, "", askedSignal, number).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("the connection's workflow has ended", "error", err)
	}
}

func addOutcomes(to map[contract.Outcome]int, more map[contract.Outcome]int) {
	for _, outcome := range contract.Outcomes() {
		if n := more[outcome]; n != 0 {
			to[outcome] += n
		}
	}
}
