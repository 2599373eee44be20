package labelrun

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
)

// missedDeadline is the outcome of orders whose connection is not done at the deadline.
var missedDeadline = books.RestOutcome{Outcome: contract.NotReady, Reason: wording.Reason(contract.WhyMissedDeadline)}

// turn starts the connection's ConnectionRun as soon as no other run holds the connection, and waits
// until it ends.
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
		WorkflowID:            contract.ConnectionID(scope.Merchant, t.connection.Channel, t.connection.ID),
		TaskQueue:             contract.TaskQueue,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         connectionSummary(t.connection, scope.Run),
		TypedSearchAttributes: connectionAttributes(scope),
	}
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), ConnectionRun, ConnectionRunInput{
		Scope: scope, Since: r.in.Since, IncludePrinted: r.in.IncludePrinted, Reprint: r.in.Reprint, NotVerified: r.in.NotVerified,
		Warehouse: r.in.Warehouse, Named: r.in.NamesOrders(),
		RunWorkflowID: info.WorkflowExecution.ID, RunRunID: info.WorkflowExecution.RunID,
	})
	r.starting++
	err := child.GetChildWorkflowExecution().Get(ctx, nil)
	r.starting--
	return child, err
}

// ended waits for a ConnectionRun to end; a failure settles the turn.
func (r *labelRun) ended(ctx workflow.Context, t *turn, child workflow.ChildWorkflowFuture) {
	var report ConnectionReport
	if err := child.Get(ctx, &report); err != nil {
		r.lose(t, err)
		return
	}
	r.take(report)
	t.settled, t.verified = true, true
}

// awaitFree waits until the connection is free or the run's deadline comes, and says which run it
// waits for.
func (r *labelRun) awaitFree(ctx workflow.Context, t *turn) error {
	in := runs.AwaitConnectionInput{Merchant: r.result.Merchant, Channel: t.connection.Channel, Connection: t.connection.ID, Until: r.deadline, Once: true}
	var holder runs.ConnectionHolder
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "who holds the connection?"), runSteps.AwaitConnection, in).Get(ctx, &holder); err != nil || holder.Run == "" {
		return err
	}
	t.result.State, t.result.Reason = contract.ConnectionWaiting, wording.Reason(contract.WhyWaitsForOtherRun, "run", holder.Run)
	t.rest = books.RestOutcome{Outcome: contract.NotReady, Reason: wording.Reason(contract.WhyHeldByOtherRun, "run", holder.Run)}
	r.show(ctx)
	in.Once = false
	summary := fmt.Sprintf("%s waits for run %s", t.connection.Name, holder.Run)
	// A fresh variable: an answer that omits a field would not clear it.
	var last runs.ConnectionHolder
	if err := workflow.ExecuteActivity(workflows.WaitStep(ctx, summary), runSteps.AwaitConnection, in).Get(ctx, &last); err != nil {
		return err
	}
	if last.Run == "" {
		t.result.State, t.result.Reason = contract.ConnectionRunning, contract.Reason{}
		t.rest = missedDeadline
		r.show(ctx)
		return nil
	}
	// Past the deadline the loop ends as soon as the run publishes. A pause puts the deadline off.
	return workflow.Await(ctx, func() bool { return r.publishing || r.deadline.After(in.Until) })
}

// hear receives a report and shows it; search attributes follow when a connection is done.
func (r *labelRun) hear(ctx workflow.Context, report ConnectionReport) {
	r.take(report)
	if report.Done && !r.publishing {
		r.show(ctx)
		return
	}
	workflow.SetCurrentDetails(ctx, runDetails(r.result, r.reasons))
}

// take records what a ConnectionRun reports.
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
		t.result.Outcomes = map[contract.Outcome]int{}
		addOutcomes(t.result.Outcomes, t.settledBefore)
		addOutcomes(t.result.Outcomes, report.Outcomes)
		t.result.Requested = contract.SumOutcomes(t.settledBefore) + report.Requested
		if report.Done {
			t.settled = true
			t.rest = report.Rest
		}
	}
	r.sum()
	r.result.State = r.state()
}

// sum adds up the connections.
func (r *labelRun) sum() {
	r.result.Requested = r.unresolved
	r.sumAside()
	r.result.Outcomes = map[contract.Outcome]int{}
	for _, t := range r.turns {
		r.result.Requested += t.result.Requested
		addOutcomes(r.result.Outcomes, t.result.Outcomes)
	}
}

// sumAside adds up what the connections leave aside. The same order may be a stranger on many
// connections, so the largest number of strangers on one of them counts.
func (r *labelRun) sumAside() {
	r.result.LeftOut, r.result.Elsewhere, r.result.Strangers = 0, 0, 0
	for _, t := range r.turns {
		r.result.LeftOut += t.result.LeftOut
		r.result.Elsewhere += t.result.Elsewhere
		r.result.Strangers = max(r.result.Strangers, t.result.Strangers)
	}
}

// mayRetry says why failed orders cannot be tried again now; nil when they can.
func (r *labelRun) mayRetry(request contract.RetryRequest) error {
	if r.publishing {
		return errors.New("the run has already published: start a new run for its failed orders with `starter retry`")
	}
	if len(r.retryable(request)) == 0 {
		return errors.New("no finished connection has failed orders; connections still at work try theirs again by themselves")
	}
	return nil
}

func (r *labelRun) retryable(request contract.RetryRequest) []string {
	var ids []string
	for _, t := range r.turns {
		wanted := request.Connection == "" || request.Connection == t.connection.ID
		if wanted && t.started && t.settled && t.report.Done && failedIn(t.report.Outcomes) > 0 && !contains(r.retries, t.connection.ID) {
			ids = append(ids, t.connection.ID)
		}
	}
	return ids
}

// retry answers at once; the run's main loop does the work.
func (r *labelRun) retry(_ workflow.Context, request contract.RetryRequest) (contract.RetryAnswer, error) {
	ids := r.retryable(request)
	r.retries = append(r.retries, ids...)
	return contract.RetryAnswer{Connections: ids}, nil
}

// again tries a connection's failed orders in another turn.
func (r *labelRun) again(ctx workflow.Context, t *turn) {
	t.settledBefore = map[contract.Outcome]int{}
	for _, outcome := range contract.Outcomes() {
		if n := t.result.Outcomes[outcome]; n > 0 && !runs.Retryable(outcome) {
			t.settledBefore[outcome] = n
		}
	}
	t.generation++
	t.settled, t.rest = false, missedDeadline
	t.result.State, t.result.Reason = contract.ConnectionRunning, wording.Reason(contract.WhyRetrying)
	if err := workflow.SignalExternalWorkflow(ctx, contract.ConnectionID(r.result.Merchant, t.connection.Channel, t.connection.ID), "", retrySignal, nil).Get(ctx, nil); err != nil {
		r.lose(t, err)
	}
	r.show(ctx)
}

// statusesLimit bounds how long the run waits for the statuses that follow publishing, in hub time:
// all sends with their windows, and a margin.
func (r *labelRun) statusesLimit() time.Duration {
	windows := time.Duration(r.settings.StatusSends+1) * time.Duration(r.settings.StatusWindow)
	return r.settings.Ours(contract.Duration(windows)) + 5*time.Minute
}
