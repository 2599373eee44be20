package labelrun

import (
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// LabelRun joins the labels of a merchant's waiting orders into one file per format. It finds the
// orders, has one ConnectionRun per connection get their labels, publishes what is there when all are
// done or the deadline comes, and closes the books. Its result is in figures; lists are in the store.
func LabelRun(ctx workflow.Context, in contract.LabelRunInput) (contract.RunResult, error) {
	r, err := newLabelRun(ctx, in)
	if err != nil {
		return contract.RunResult{}, err
	}
	if err := r.listen(ctx); err != nil {
		return r.result, err
	}
	// A run that has begun is brought to balanced books even when it is cancelled.
	background, _ := workflow.NewDisconnectedContext(ctx)
	known, err := r.open(background)
	if err != nil {
		return r.fail(background, err)
	}
	if known != nil {
		r.result = *known
	} else if err := r.run(ctx, background); err != nil {
		return r.fail(background, err)
	}
	r.tellMade(background)
	if r.result.State == contract.RunCancelled {
		return r.result, temporal.NewCanceledError(r.result)
	}
	return r.result, nil
}

// labelRun is the state of one run.
type labelRun struct {
	in       contract.LabelRunInput
	settings contract.Settings
	result   contract.RunResult
	deadline time.Time
	// since is the hub's time when the run began.
	since time.Time
	turns []*turn

	cancelled, publishing bool
	// starting counts the ConnectionRuns whose start is not confirmed yet.
	starting int
	retries  []string
	pause    accountPause
	// unresolved counts the names that led to no order.
	unresolved int
	// assigned: the orders of shared lists have been divided.
	assigned bool
	reasons  []contract.ReasonCount
	changes  []contract.ChangeCount
	prints   prints
}

// turn is the part of the run that concerns one connection.
type turn struct {
	connection activities.Connection
	result     *contract.ConnectionResult
	report     ConnectionReport
	found      int
	generation int
	// started: its ConnectionRun is running. settled: nothing more comes of it before the run publishes.
	started, settled, verified bool
	rest                       books.RestOutcome
	// settledBefore counts the outcomes of earlier turns that a retry does not change.
	settledBefore map[contract.Outcome]int
}

func newLabelRun(ctx workflow.Context, in contract.LabelRunInput) (*labelRun, error) {
	merchant, key, err := contract.ParseRunID(workflow.GetInfo(ctx).WorkflowExecution.ID)
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), contract.ErrorRequest, nil)
	}
	if err := in.Check(merchant); err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), contract.ErrorRequest, nil)
	}
	return &labelRun{in: in.WithDefaults(), result: contract.RunResult{
		Run: key, Merchant: merchant, State: contract.RunRunning, Outcomes: map[contract.Outcome]int{},
		Connections: []contract.ConnectionResult{}, Files: []contract.PrintFile{},
	}}, nil
}

// listen answers queries and updates, and receives reports and a cancellation.
func (r *labelRun) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, contract.ProgressQuery, func() (contract.RunResult, error) { return r.result, nil },
		workflow.QueryHandlerOptions{Description: "the run so far, in the form of its result"}); err != nil {
		return err
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, contract.RetryUpdate, r.retry, workflow.UpdateHandlerOptions{
		Validator: r.mayRetry, Description: "try the failed orders of a connection again, or those of all that are done",
	})
	if err != nil {
		return err
	}
	background, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(background, func(g workflow.Context) {
		for {
			var report ConnectionReport
			workflow.GetSignalChannel(g, reportSignal).Receive(g, &report)
			r.hear(g, report)
		}
	})
	workflow.Go(background, func(g workflow.Context) {
		for {
			var news contract.AccountNews
			workflow.GetSignalChannel(g, contract.AccountSignal).Receive(g, &news)
			r.hearAccount(g, news)
		}
	})
	workflow.Go(background, func(g workflow.Context) {
		for {
			var news contract.PrintedNews
			workflow.GetSignalChannel(g, contract.PrintedSignal).Receive(g, &news)
			if r.prints.hear(news) {
				workflow.SetCurrentDetails(g, r.details())
			}
		}
	})
	workflow.Go(background, func(g workflow.Context) {
		ctx.Done().Receive(g, nil)
		r.cancelled = true
	})
	return nil
}

// open records the request and the worker's settings. A run whose books are already closed returns its
// result.
func (r *labelRun) open(ctx workflow.Context) (*contract.RunResult, error) {
	request, err := json.Marshal(r.in) //workflowcheck:ignore
	if err != nil {
		return nil, err
	}
	r.attributes(ctx)
	var opened runs.OpenedRun
	in := runs.OpenRunInput{Merchant: r.result.Merchant, Run: r.result.Run, Request: request, BinsKey: r.in.BinsKey}
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "record the request"), runSteps.OpenRun, in).Get(ctx, &opened); err != nil {
		return nil, err
	}
	r.settings = r.in.Settings.Over(opened.Settings)
	r.deadline = workflow.Now(ctx).Add(time.Duration(r.in.Within))
	if opened.Paused != "" {
		r.hearAccount(ctx, contract.AccountNews{Paused: opened.Paused})
	}
	return opened.Result, nil
}

// run does the run's work. Finding the orders ends at once when the run is cancelled (found is its
// context); what follows is finished.
func (r *labelRun) run(found, ctx workflow.Context) error {
	if err := r.find(found); err != nil && found.Err() == nil {
		return err
	}
	r.cancelled = found.Err() != nil
	if r.in.Plan {
		return r.plan(found)
	}
	for _, t := range r.turns {
		if !t.settled {
			workflow.Go(ctx, func(g workflow.Context) { r.turn(g, t) })
		}
	}
	r.show(ctx)
	if err := r.await(ctx); err != nil {
		return err
	}
	return r.publish(ctx)
}

// await waits until every connection is done, the deadline comes, or the run is cancelled. Meanwhile
// it starts the retries that operators ask for.
func (r *labelRun) await(ctx workflow.Context) error {
	through := func() bool {
		for _, t := range r.turns {
			if !t.settled {
				return false
			}
		}
		return true
	}
	other := func() bool { return len(r.retries) > 0 || through() || r.cancelled }
	for {
		left := r.deadline.Sub(workflow.Now(ctx))
		woken, err := workflows.AwaitUpTo(ctx, left, "the run's deadline", func() bool { return other() || r.pause.reason != "" })
		if err != nil {
			return err
		}
		if r.pause.reason != "" && !other() {
			if err := r.awaitAccount(ctx, other); err != nil {
				return err
			}
			continue
		}
		if !woken || r.cancelled || len(r.retries) == 0 {
			r.publishing = true
			r.endPause()
			return nil
		}
		again := r.retries
		r.retries = nil
		for _, t := range r.turns {
			// A connection named twice is already being retried.
			if t.settled && contains(again, t.connection.ID) {
				r.again(ctx, t)
			}
		}
	}
}

// fail ends the run with an error for people; the result is in its details.
func (r *labelRun) fail(ctx workflow.Context, err error) (contract.RunResult, error) {
	r.result.State, r.result.Reason = contract.RunFailed, workflows.ErrorReason(err)
	r.attributes(ctx)
	workflow.SetCurrentDetails(ctx, r.details())
	r.release(ctx, nil)
	r.tellMade(ctx)
	r.tellFailed(ctx)
	kind := workflows.ErrorType(err)
	if kind == "" {
		kind = "RunFailed"
	}
	return r.result, temporal.NewNonRetryableApplicationError(fmt.Sprintf("run %s: %s", r.result.Run, r.result.Reason.Words), kind, nil, r.result)
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}
