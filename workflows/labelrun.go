package workflows

import (
	"encoding/json"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// LabelRun brings the labels of a merchant's waiting orders into one file a
// format: it finds the orders, lets a ConnectionRun a connection get their
// labels, publishes what is there when all are through or the deadline comes,
// and closes the books. Its result is in figures; lists stand in the store.
func LabelRun(ctx workflow.Context, in LabelRunInput) (Result, error) {
	r, err := newLabelRun(ctx, in)
	if err != nil {
		return Result{}, err
	}
	if err := r.listen(ctx); err != nil {
		return r.result, err
	}
	// What has begun is brought to a balanced end even when the run is cancelled.
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
	if r.result.State == books.RunCancelled {
		return r.result, temporal.NewCanceledError(r.result)
	}
	return r.result, nil
}

// labelRun is the state of one run.
type labelRun struct {
	in       LabelRunInput
	settings activities.Settings
	result   Result
	deadline time.Time
	// since is the hub's time when the run began.
	since time.Time
	turns []*turn

	cancelled, publishing bool
	// starting counts the ConnectionRuns of which it is not known yet whether they started.
	starting int
	retries  []string
	pause    accountPause
	// unresolved counts the names that led to no order.
	unresolved int
	// assigned: it was settled which orders of shared lists are whose.
	assigned bool
	reasons  []books.ReasonCount
	changes  []books.ChangeCount
}

// turn is one connection's part of the run.
type turn struct {
	connection activities.Connection
	result     *books.ConnectionResult
	report     ConnectionReport
	found      int
	generation int
	// started: its ConnectionRun runs. settled: nothing more comes of it before the run publishes.
	started, settled, verified bool
	rest                       books.Rest
	// settledBefore are the outcomes that stand whatever a retry brings.
	settledBefore map[books.Outcome]int
}

func newLabelRun(ctx workflow.Context, in LabelRunInput) (*labelRun, error) {
	merchant, key, err := ParseRunID(workflow.GetInfo(ctx).WorkflowExecution.ID)
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), activities.ErrorRequest, nil)
	}
	if err := in.check(merchant); err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), activities.ErrorRequest, nil)
	}
	return &labelRun{in: in.withDefaults(), result: Result{
		Run: key, Merchant: merchant, State: books.RunRunning, Outcomes: map[books.Outcome]int{},
		Connections: []books.ConnectionResult{}, Files: []books.PrintFile{},
	}}, nil
}

// listen answers queries and updates, and notes reports and a cancellation.
func (r *labelRun) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (Result, error) { return r.result, nil },
		workflow.QueryHandlerOptions{Description: "the run in figures, as its result will be"}); err != nil {
		return err
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, RetryUpdate, r.retry, workflow.UpdateHandlerOptions{
		Validator: r.mayRetry, Description: "try the failed orders of a connection again, or of all that are done",
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
			var news AccountNews
			workflow.GetSignalChannel(g, AccountSignal).Receive(g, &news)
			r.hearAccount(g, news)
		}
	})
	workflow.Go(background, func(g workflow.Context) {
		ctx.Done().Receive(g, nil)
		r.cancelled = true
	})
	return nil
}

// open records the request and the worker's settings; a run whose books are
// closed already answers with what it came to.
func (r *labelRun) open(ctx workflow.Context) (*Result, error) {
	request, err := json.Marshal(r.in) //workflowcheck:ignore
	if err != nil {
		return nil, err
	}
	r.attributes(ctx)
	var opened activities.OpenedRun
	in := activities.OpenRunInput{Merchant: r.result.Merchant, Run: r.result.Run, Request: request, BinsKey: r.in.BinsKey}
	if err := workflow.ExecuteActivity(hubStep(ctx, "record the request"), runs.OpenRun, in).Get(ctx, &opened); err != nil {
		return nil, err
	}
	r.settings = r.in.Settings.Over(opened.Settings)
	r.deadline = workflow.Now(ctx).Add(time.Duration(r.in.Within))
	if opened.Paused != "" {
		r.hearAccount(ctx, AccountNews{Paused: opened.Paused})
	}
	return opened.Result, nil
}

// run does the run's work. Finding the orders ends at once when the run is
// cancelled (found is its context); what follows is brought to its end.
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

// await waits until every connection is through, the deadline comes, or the
// run is cancelled, and gives connections another turn when an operator asks for it.
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
		woken, err := awaitUpTo(ctx, left, "the run's deadline", func() bool { return other() || r.pause.reason != "" })
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
			// One that was asked for twice is under way already.
			if t.settled && contains(again, t.connection.ID) {
				r.again(ctx, t)
			}
		}
	}
}

// fail ends the run with an error that people understand; its result goes with it.
func (r *labelRun) fail(ctx workflow.Context, err error) (Result, error) {
	r.result.State, r.result.Reason = books.RunFailed, books.Reason(errorWords(err))
	r.attributes(ctx)
	workflow.SetCurrentDetails(ctx, r.details())
	r.release(ctx, nil)
	r.tellMade(ctx)
	kind := errorType(err)
	if kind == "" {
		kind = "RunFailed"
	}
	return r.result, temporal.NewNonRetryableApplicationError(fmt.Sprintf("run %s: %s", r.result.Run, r.result.Reason), kind, nil, r.result)
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one {
			return true
		}
	}
	return false
}
