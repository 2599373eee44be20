package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// LabelBatchInput says for which orders, at most 50 of one connection, to ask
// for labels: pieces of pages in the store.
type LabelBatchInput struct {
	Scope    activities.Scope     `json:"scope"`
	Number   int                  `json:"number"`
	Segments []activities.Segment `json:"segments"`
}

// LabelBatchResult is how a batch ended, in counts.
type LabelBatchResult struct {
	// Ended are the outcomes of the orders that are through.
	Ended map[books.Outcome]int `json:"ended,omitempty"`
	// Again is the page whose ready orders are to be asked for again; AgainCount how many.
	Again      string `json:"again,omitempty"`
	AgainCount int    `json:"again_count,omitempty"`
	// Refused are the hub's words when it refused the request as a whole: its orders are to be asked for in smaller ones.
	Refused string `json:"refused,omitempty"`
	// After: the batch left a page of labelled orders whose channel wants a status now.
	After bool `json:"after,omitempty"`
	// Note is what the batch had to do without.
	Note string `json:"note,omitempty"`
}

// Activities by family; only their methods' names count, they are never called.
var (
	runs        *activities.Runs
	connections *activities.Connections
	orders      *activities.Orders
	statuses    *activities.Statuses
	tickets     *activities.Tickets
	documents   *activities.Documents
	publishing  *activities.Publishing
	tokens      *activities.Accounts
	intakes     *activities.Intake

	statusChanges *activities.StatusChanges
	announcements *activities.Announcements
)

// LabelBatch asks once for the labels of up to 50 orders, waits for the hub's
// task and takes what it made. It tells its ConnectionRun as soon as it has
// asked, because the requests of a connection go one after the other.
func LabelBatch(ctx workflow.Context, in LabelBatchInput) (LabelBatchResult, error) {
	var result LabelBatchResult
	var prepared activities.PreparedBatch
	prepare := activities.PrepareBatchInput{Scope: in.Scope, Number: in.Number, Segments: in.Segments}
	if err := workflow.ExecuteActivity(filesStep(ctx, "gather the batch and read the newest label tasks"), documents.PrepareBatch, prepare).Get(ctx, &prepared); err != nil {
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
	if asked.Refused != "" {
		result.Refused = asked.Refused
		result.settle(asked.Step)
		workflow.SetCurrentDetails(ctx, fmt.Sprintf("the hub refused the request for %d labels: %s", n, asked.Refused))
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
	result.After = collected.Counts.Ended[books.Labelled] > 0 && in.Scope.StatusAtLabel() //workflowcheck:ignore
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("task `%s`: %d of %d labelled, %d to be asked for again", asked.Task, collected.Counts.Ended[books.Labelled], n, result.AgainCount))
	return result, nil
}

func (r *LabelBatchResult) settle(step activities.Step) {
	merged := map[books.Outcome]int{}
	addOutcomes(merged, r.Ended)
	addOutcomes(merged, step.Counts.Ended)
	r.Ended = merged
	if step.Counts.Ready > 0 {
		r.Again, r.AgainCount = step.Page, step.Counts.Ready
	}
}

// ask asks the hub, as often as it says that it is busy.
func ask(ctx workflow.Context, in LabelBatchInput, prepared activities.PreparedBatch) (activities.Asked, error) {
	began := workflow.Now(ctx)
	for busy := 0; ; busy++ {
		var asked activities.Asked
		request := activities.AskLabelsInput{Scope: in.Scope, Number: in.Number, Before: prepared.Before, Unlisted: prepared.Unlisted != "", Try: busy}
		summary := fmt.Sprintf("ask for %d labels", prepared.Counts.Ready)
		if err := workflow.ExecuteActivity(hubStep(ctx, summary), tickets.AskLabels, request).Get(ctx, &asked); err != nil {
			return asked, err
		}
		if asked.Busy == 0 {
			return asked, nil
		}
		if workflow.Now(ctx).Sub(began) > waitPatience {
			return asked, temporal.NewNonRetryableApplicationError(fmt.Sprintf("the hub took no request for labels within %s", waitPatience), activities.ErrorHub, nil)
		}
		if err := pause(ctx, max(asked.Busy, busyPause(busy)), "the hub is busy"); err != nil {
			return asked, err
		}
	}
}

// usualLabelTime is what the hub's guide says of a label: nobody gives a task up earlier.
const usualLabelTime = time.Minute

// busyPause grows from a second to ten minutes, in our time, so that a hub that
// is down for hours does not fill the history.
func busyPause(times int) time.Duration {
	return min(time.Second<<min(times, 10), 10*time.Minute)
}

// collect waits until the task is worth its first look, then looks. A task that is not over within a
// quarter of an hour and three times what its labels should take counts as failed.
func collect(ctx workflow.Context, in LabelBatchInput, asked activities.Asked, n int) (activities.Collected, error) {
	settings := in.Scope.Settings
	limit := 15*time.Minute + 3*time.Duration(n)*max(time.Duration(settings.LabelTime), usualLabelTime)
	request := activities.CollectLabelsInput{
		Scope: in.Scope, Number: in.Number, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(limit),
	}
	var collected activities.Collected
	if err := pause(ctx, settings.Ours(min(asked.Look, activities.Duration(limit))), fmt.Sprintf("%d labels are not ready before", n)); err != nil {
		return collected, err
	}
	summary := fmt.Sprintf("take the %d labels of task %s", n, asked.Task)
	err := workflow.ExecuteActivity(filesStep(ctx, summary), documents.CollectLabels, request).Get(ctx, &collected)
	return collected, err
}

// tellAsked lets the ConnectionRun go on with its next request.
func tellAsked(ctx workflow.Context, number int) {
	parent := workflow.GetInfo(ctx).ParentWorkflowExecution
	if parent == nil {
		return
	}
	if err := workflow.SignalExternalWorkflow(ctx, parent.ID, "", askedSignal, number).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("the connection's run is not there any more", "error", err)
	}
}

func addOutcomes(to map[books.Outcome]int, more map[books.Outcome]int) {
	for _, outcome := range books.Outcomes() {
		if n := more[outcome]; n != 0 {
			to[outcome] += n
		}
	}
}
