package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// beyondDeadline is how the orders of a connection end that is not through at the deadline.
var beyondDeadline = books.Rest{Outcome: books.NotReady, Reason: "not labelled by the run's deadline; the connection goes on, and the next run prints the label"}

// turn starts the connection's ConnectionRun as soon as no other run holds the
// connection, and waits until it ends.
func (r *labelRun) turn(ctx workflow.Context, t *turn) {
	for !r.publishing {
		child, err := r.start(ctx, t)
		if err == nil {
			t.started = true
			r.ended(ctx, t, child)
			return
		}
		if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
			err = r.awaitFree(ctx, t)
		}
		if err != nil {
			r.lose(t, err)
			return
		}
	}
}

func (r *labelRun) start(ctx workflow.Context, t *turn) (workflow.ChildWorkflowFuture, error) {
	info := workflow.GetInfo(ctx)
	scope := r.scope(t)
	options := workflow.ChildWorkflowOptions{
		WorkflowID:            ConnectionID(scope.Merchant, t.connection.ID),
		TaskQueue:             TaskQueue,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         connectionSummary(t.connection, scope.Run),
		TypedSearchAttributes: connectionAttributes(scope),
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), ConnectionRun, ConnectionRunInput{
		Scope: scope, Since: r.in.Since, IncludePrinted: r.in.IncludePrinted, Reprint: r.in.Reprint, NotVerified: r.in.NotVerified,
		Warehouse: r.in.Warehouse, Named: r.in.named(),
		RunWorkflowID: info.WorkflowExecution.ID, RunRunID: info.WorkflowExecution.RunID,
	})
	r.starting++
	err := child.GetChildWorkflowExecution().Get(ctx, nil)
	r.starting--
	return child, err
}

// ended waits for the end of a ConnectionRun: one that fails settles the turn.
func (r *labelRun) ended(ctx workflow.Context, t *turn, child workflow.ChildWorkflowFuture) {
	var report ConnectionReport
	if err := child.Get(ctx, &report); err != nil {
		r.lose(t, err)
		return
	}
	r.take(report)
	t.settled, t.verified = true, true
}

// awaitFree waits until the connection is free or the run's deadline comes,
// and says for which run it waits.
func (r *labelRun) awaitFree(ctx workflow.Context, t *turn) error {
	in := activities.AwaitConnectionInput{Merchant: r.result.Merchant, Connection: t.connection.ID, Until: r.deadline, Once: true}
	var holder activities.ConnectionHolder
	if err := workflow.ExecuteActivity(hubStep(ctx, "who holds the connection?"), runs.AwaitConnection, in).Get(ctx, &holder); err != nil || holder.Run == "" {
		return err
	}
	t.result.State, t.result.Reason = books.ConnectionWaiting, "waits for run "+holder.Run
	t.rest = books.Rest{Outcome: books.NotReady, Reason: fmt.Sprintf("the connection was busy with run %s until the deadline; ask again when that has ended", holder.Run)}
	r.show(ctx)
	in.Once = false
	summary := fmt.Sprintf("%s waits for run %s", t.connection.Name, holder.Run)
	// Not the same variable: an answer that leaves a field out does not empty it.
	var last activities.ConnectionHolder
	if err := workflow.ExecuteActivity(waitStep(ctx, summary), runs.AwaitConnection, in).Get(ctx, &last); err != nil {
		return err
	}
	if last.Run == "" {
		t.result.State, t.result.Reason = books.ConnectionRunning, ""
		t.rest = beyondDeadline
		r.show(ctx)
		return nil
	}
	// Past the deadline: the loop ends as soon as the run publishes. A pause puts the deadline off.
	return workflow.Await(ctx, func() bool { return r.publishing || r.deadline.After(in.Until) })
}

// hear takes a report and lets people see it; the figures that lists can be
// filtered by follow when a connection is through.
func (r *labelRun) hear(ctx workflow.Context, report ConnectionReport) {
	r.take(report)
	if report.Done && !r.publishing {
		r.show(ctx)
		return
	}
	workflow.SetCurrentDetails(ctx, runDetails(r.result, r.reasons))
}

// take notes what a ConnectionRun reports.
func (r *labelRun) take(report ConnectionReport) {
	for _, t := range r.turns {
		late := report.Generation == t.report.Generation && report.Number < t.report.Number
		if t.connection.ID != report.Connection || report.Generation < t.generation || late {
			continue
		}
		t.report = report
		t.verified = t.verified || report.Verified
		if r.publishing {
			return
		}
		t.result.State, t.result.Reason = report.State, report.Reason
		t.result.LeftOut = max(t.result.LeftOut, report.LeftOut)
		t.result.Elsewhere = max(t.result.Elsewhere, report.Elsewhere)
		t.result.Strangers = max(t.result.Strangers, report.Strangers)
		t.result.Outcomes = map[books.Outcome]int{}
		addOutcomes(t.result.Outcomes, t.settledBefore)
		addOutcomes(t.result.Outcomes, report.Outcomes)
		t.result.Requested = books.Sum(t.settledBefore) + report.Requested
		if report.Done {
			t.settled = true
			t.rest = report.Rest
		}
	}
	r.sum()
	r.result.State = r.state()
}

// sum adds the connections up.
func (r *labelRun) sum() {
	r.result.Requested = r.unresolved
	r.sumAside()
	r.result.Outcomes = map[books.Outcome]int{}
	for _, t := range r.turns {
		r.result.Requested += t.result.Requested
		addOutcomes(r.result.Outcomes, t.result.Outcomes)
	}
}

// sumAside adds up what the connections leave aside. One order may be a stranger on many connections:
// the most that one has is how many there are.
func (r *labelRun) sumAside() {
	r.result.LeftOut, r.result.Elsewhere, r.result.Strangers = 0, 0, 0
	for _, t := range r.turns {
		r.result.LeftOut += t.result.LeftOut
		r.result.Elsewhere += t.result.Elsewhere
		r.result.Strangers = max(r.result.Strangers, t.result.Strangers)
	}
}

// mayRetry says whether an operator may try failed orders again now.
func (r *labelRun) mayRetry(request RetryRequest) error {
	if r.publishing {
		return errors.New("the run has published: make a new run for its failed orders with `starter retry`")
	}
	if len(r.retryable(request)) == 0 {
		return errors.New("no connection that is done has orders that failed; those that still run are tried again by themselves")
	}
	return nil
}

func (r *labelRun) retryable(request RetryRequest) []string {
	var ids []string
	for _, t := range r.turns {
		wanted := request.Connection == "" || request.Connection == t.connection.ID
		if wanted && t.started && t.settled && t.report.Done && failedIn(t.report.Outcomes) > 0 && !contains(r.retries, t.connection.ID) {
			ids = append(ids, t.connection.ID)
		}
	}
	return ids
}

// retry answers at once; the run's main loop does it.
func (r *labelRun) retry(_ workflow.Context, request RetryRequest) (RetryAnswer, error) {
	ids := r.retryable(request)
	r.retries = append(r.retries, ids...)
	return RetryAnswer{Connections: ids}, nil
}

// again gives a connection's failed orders another turn.
func (r *labelRun) again(ctx workflow.Context, t *turn) {
	t.settledBefore = map[books.Outcome]int{}
	for _, outcome := range books.Outcomes() {
		if n := t.result.Outcomes[outcome]; n > 0 && !activities.Retryable(outcome) {
			t.settledBefore[outcome] = n
		}
	}
	t.generation++
	t.settled, t.rest = false, beyondDeadline
	t.result.State, t.result.Reason = books.ConnectionRunning, "its failed orders are tried again"
	if err := workflow.SignalExternalWorkflow(ctx, ConnectionID(r.result.Merchant, t.connection.ID), "", retrySignal, nil).Get(ctx, nil); err != nil {
		r.lose(t, err)
	}
	r.show(ctx)
}

// statusesLimit bounds how long the run waits for the statuses that go out
// after publishing, in the hub's time: all sends with their windows, and some.
func (r *labelRun) statusesLimit() time.Duration {
	windows := time.Duration(r.settings.StatusSends+1) * time.Duration(r.settings.StatusWindow)
	return r.settings.Ours(activities.Duration(windows)) + 5*time.Minute
}
