package labelrun

import (
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
)

// batch is a request in preparation; round counts how often its labels were asked for before.
type batch struct {
	segments []activities.Segment
	orders   int
	round    int
}

// nextBatch waits until a batch is full, or two minutes old, or nothing more can join it, and takes it
// out of the pool. An empty batch means that there is nothing left to ask for.
func (c *connectionRun) nextBatch(ctx workflow.Context) (batch, error) {
	idle := func() bool { return c.coming == 0 && len(c.pausing) == 0 && c.flying == 0 }
	if err := workflow.Await(ctx, func() bool { return len(c.pool) > 0 || idle() || c.stopped }); err != nil {
		return batch{}, err
	}
	if c.stopped || len(c.pool) == 0 {
		return batch{}, nil
	}
	settings := c.in.Scope.Settings
	goesAt := c.pool[0].since.Add(settings.Ours(settings.BatchAge))
	if left := goesAt.Sub(workflow.Now(ctx)); left > 0 {
		goes := func() bool { return c.full() || !c.fills(goesAt) || c.stopped }
		if _, err := workflows.AwaitUpTo(ctx, left, "until the batch is full or old enough", goes); err != nil {
			return batch{}, err
		}
	}
	if c.stopped {
		return batch{}, nil
	}
	return c.cut(), nil
}

// fills says whether a batch should wait because more orders may still join it.
func (c *connectionRun) fills(goesAt time.Time) bool {
	for _, back := range c.pausing {
		if !back.After(goesAt) {
			return true
		}
	}
	return c.coming > 0
}

// full says whether the front of the pool fills a request.
func (c *connectionRun) full() bool {
	n, limit := 0, c.in.Scope.Settings.BatchSize
	for _, p := range c.pool {
		limit = min(limit, p.limit)
		n += p.segment.To - p.segment.From
		if n >= limit {
			return true
		}
	}
	return false
}

// cut takes the next request from the front of the pool.
func (c *connectionRun) cut() batch {
	var next batch
	limit := c.pool[0].limit
	for len(c.pool) > 0 && next.orders < limit && c.pool[0].limit >= limit {
		front := &c.pool[0].segment
		size := min(front.To-front.From, limit-next.orders)
		next.segments = append(next.segments, activities.Segment{Page: front.Page, From: front.From, To: front.From + size})
		next.orders += size
		next.round = max(next.round, c.pool[0].round)
		front.From += size
		if front.From == front.To {
			c.pool = c.pool[1:]
		}
	}
	return next
}

// start starts a LabelBatch, which goes on even if this workflow is cancelled.
func (c *connectionRun) start(ctx workflow.Context, b batch) {
	c.batches++
	number, scope := c.batches, c.in.Scope
	options := workflow.ChildWorkflowOptions{
		WorkflowID:            contract.BatchID(scope.Merchant, scope.Connection.Channel, scope.Connection.ID, scope.Run, scope.Generation, number),
		TaskQueue:             contract.TaskQueue,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         workflows.Shorten(fmt.Sprintf("%s · %d labels", scope.Connection.Name, b.orders)),
		TypedSearchAttributes: connectionAttributes(scope),
	}
	c.asking, c.flying = number, c.flying+1
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), LabelBatch, LabelBatchInput{Scope: scope, Number: number, Segments: b.segments})
	workflow.Go(ctx, func(g workflow.Context) {
		var result LabelBatchResult
		err := child.Get(g, &result)
		if c.asking == number {
			c.asking = 0
		}
		if err != nil {
			c.fail(err)
		} else {
			c.ended(g, number, b, result)
		}
		c.flying--
		c.tell()
	})
}

// ended records a batch's result: orders to be asked for again go back into the pool after a pause.
func (c *connectionRun) ended(ctx workflow.Context, number int, b batch, result LabelBatchResult) {
	addOutcomes(c.report.Outcomes, result.Ended)
	c.note(result.Note)
	c.countRefusals(result)
	if result.After {
		c.settling++
		workflow.Go(ctx, func(g workflow.Context) {
			c.statusAfter(g, activities.AfterNumber(c.in.Scope, number))
			c.settling--
		})
	}
	if result.AgainCount == 0 {
		return
	}
	again := pooledSegment{segment: activities.Segment{Page: result.Again, To: result.AgainCount}, limit: c.in.Scope.Settings.BatchSize, round: b.round + 1}
	wait := c.in.Scope.Settings.Ours(c.in.Scope.Settings.AskPause << b.round)
	if result.Refused.Words != "" {
		again.limit, again.round, wait = max(b.orders/2, 1), b.round, 0
	}
	back := workflow.Now(ctx).Add(wait)
	c.pausing = append(c.pausing, back)
	workflow.Go(c.gathering, func(g workflow.Context) {
		if wait > 0 {
			_ = workflows.Pause(g, wait, fmt.Sprintf("before %d labels are asked for again", result.AgainCount))
		}
		again.since = workflow.Now(g)
		c.pool = append(c.pool, again)
		c.pausing = removeTime(c.pausing, back)
	})
}

// removeTime removes one of several equal times.
func removeTime(times []time.Time, one time.Time) []time.Time {
	for i, t := range times {
		if t.Equal(one) {
			return append(times[:i:i], times[i+1:]...)
		}
	}
	return times
}

// refusalsAtMost is how many requests in a row the hub may refuse: enough to find out that none of the
// orders of a full request can get a label.
const refusalsAtMost = 100

// countRefusals ends a connection when the hub refuses request after request.
func (c *connectionRun) countRefusals(result LabelBatchResult) {
	if result.Refused.Words == "" {
		c.refusals = 0
		return
	}
	if c.refusals++; c.refusals >= refusalsAtMost && !c.stopped {
		c.stop()
		c.fail(temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the hub refused %d requests for labels in a row: %s", c.refusals, result.Refused.Words), contract.ErrorRefused, nil))
	}
}

// finish gives the orders without an outcome that of the rest, and reports.
func (c *connectionRun) finish(ctx workflow.Context, err error) {
	switch {
	case workflows.ErrorType(err) == contract.ErrorNotAuthorised:
		c.report.State, c.report.Reason = contract.ConnectionNotAuthorised, workflows.ErrorReason(err)
		c.report.Rest = books.RestOutcome{Outcome: contract.NotAuthorised, Reason: c.report.Reason}
	case err != nil:
		c.report.State, c.report.Reason = contract.ConnectionDone, workflows.ErrorReason(err)
		c.report.Rest.Reason = c.report.Reason
	case c.stopped:
		c.report.State, c.report.Reason = contract.ConnectionDone, wording.Reason(contract.WhyStopped)
		c.report.Rest = books.RestOutcome{Outcome: contract.NotReady, Reason: wording.Reason(contract.WhyStoppedBefore)}
	default:
		c.report.State = contract.ConnectionDone
	}
	if open := c.report.Requested - contract.SumOutcomes(c.report.Outcomes); open > 0 {
		addOutcomes(c.report.Outcomes, map[contract.Outcome]int{c.report.Rest.Outcome: open})
	}
	c.report.Done = true
	c.tell()
}
