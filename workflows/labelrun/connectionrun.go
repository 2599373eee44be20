package labelrun

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
)

// ConnectionRunInput is the part of a run that concerns one connection.
type ConnectionRunInput struct {
	Scope          activities.Scope  `json:"scope"`
	Since          contract.Duration `json:"since"`
	IncludePrinted bool              `json:"include_printed,omitempty"`
	Reprint        bool              `json:"reprint,omitempty"`
	NotVerified    bool              `json:"not_verified,omitempty"`
	Warehouse      string            `json:"warehouse,omitempty"`
	// Named: work on the orders that the caller named, and no others.
	Named bool `json:"named,omitempty"`
	// RunWorkflowID and RunRunID identify the LabelRun that started this.
	RunWorkflowID string `json:"run_workflow_id"`
	RunRunID      string `json:"run_run_id"`
}

// ConnectionReport is what a ConnectionRun reports to its LabelRun, and its result.
type ConnectionReport struct {
	Connection string `json:"connection"`
	Generation int    `json:"generation"`
	// Number counts the reports of a generation, because signals may overtake one another.
	Number int                      `json:"number"`
	State  contract.ConnectionState `json:"state"`
	contract.Reason
	Requested int                      `json:"requested"`
	Outcomes  map[contract.Outcome]int `json:"outcomes"`
	LeftOut   int                      `json:"left_out,omitempty"`
	// Elsewhere counts orders of other warehouses, Strangers those of other connections.
	Elsewhere int `json:"elsewhere,omitempty"`
	Strangers int `json:"strangers,omitempty"`
	// Done: every order of this generation has its outcome, or gets that of Rest.
	Done bool `json:"done,omitempty"`
	// Verified: the statuses that follow publishing are settled.
	Verified bool              `json:"verified,omitempty"`
	Rest     books.RestOutcome `json:"rest"`
}

// Publication tells a ConnectionRun that its run has published. After is the number of pages of
// printed orders whose channel wants a status now.
type Publication struct {
	After int `json:"after"`
}

// ConnectionRun gets the labels of one connection's orders: it takes them up, sends statuses first
// where the channel wants that, and asks for labels batch by batch. Then it holds the connection until
// its run has published, so that no other run takes up the same labels.
func ConnectionRun(ctx workflow.Context, in ConnectionRunInput) (ConnectionReport, error) {
	// Labels that were asked for are collected even when the run is cancelled.
	work, _ := workflow.NewDisconnectedContext(ctx)
	c := newConnectionRun(work, in)
	c.listen(ctx)
	c.finish(work, c.work(work))
	for {
		if err := c.hold(work); err != nil || !c.retryable() {
			return c.report, err
		}
		if err := c.again(work); err != nil {
			return c.report, err
		}
	}
}

type connectionRun struct {
	in     ConnectionRunInput
	report ConnectionReport

	// pool is the orders whose labels can be asked for, oldest first.
	pool []pooledSegment
	// coming counts the running steps that may still add to the pool soon.
	coming int
	// pausing lists the times at which orders come back from their pause.
	pausing []time.Time
	// flying counts the batches under way; asking is the number of the one that has not asked yet.
	flying, asking, batches int
	// refusals counts the requests that the hub has refused since it last accepted one.
	refusals int
	// usual is how long a status takes to reach this channel in this run, in hub time.
	usual contract.Duration
	// trouble is the first error that left orders without an outcome.
	trouble error

	// gathering is the context of what stops when nothing more is to be sent or asked for: reads, statuses
	// before the label, pauses.
	gathering       workflow.Context
	cancelGathering workflow.CancelFunc

	// stopped: nothing more is sent or asked for. calledOff: the reason is that the run was cancelled.
	stopped, calledOff, published, retry bool
	after, settling                      int
	// announced: the search attribute of the event is set.
	announced bool

	// untold: the run has not received the current report. begun is when this turn began, told when it
	// last reported.
	untold      bool
	begun, told time.Time
}

// pooledSegment is a segment of ready orders: since when it waits, how many orders may go into one request
// with it, and how often its labels were asked for.
type pooledSegment struct {
	segment activities.Segment
	since   time.Time
	limit   int
	round   int
}

func newConnectionRun(ctx workflow.Context, in ConnectionRunInput) *connectionRun {
	c := &connectionRun{in: in, usual: in.Scope.Settings.StatusTime, begun: workflow.Now(ctx)}
	c.gathering, c.cancelGathering = workflow.WithCancel(ctx)
	c.report = ConnectionReport{
		Connection: in.Scope.Connection.ID, Generation: in.Scope.Generation, State: contract.ConnectionRunning,
		Outcomes: map[contract.Outcome]int{}, Rest: books.RestOutcome{Outcome: contract.GaveUp, Reason: wording.Reason(contract.WhyNoOutcome)},
	}
	return c
}

// listen receives signals from batches and from the run, and a cancellation.
func (c *connectionRun) listen(ctx workflow.Context) {
	background, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(background, func(g workflow.Context) {
		for {
			var number int
			workflow.GetSignalChannel(g, askedSignal).Receive(g, &number)
			if number == c.asking {
				c.asking = 0
			}
		}
	})
	workflow.Go(background, func(g workflow.Context) {
		var publication Publication
		workflow.GetSignalChannel(g, publishedSignal).Receive(g, &publication)
		c.after, c.published = publication.After, true
		c.verify(g)
	})
	workflow.Go(background, func(g workflow.Context) {
		workflow.GetSignalChannel(g, retrySignal).Receive(g, nil)
		c.retry = true
	})
	workflow.Go(background, func(g workflow.Context) {
		workflow.GetSignalChannel(g, stopSignal).Receive(g, nil)
		c.calledOff = true
		c.stop()
	})
	workflow.Go(background, func(g workflow.Context) {
		ctx.Done().Receive(g, nil)
		c.stop()
	})
	workflow.Go(background, c.reporter)
}

// stop ends the gathering: nothing more is sent or asked for, but labels already asked for are
// collected.
func (c *connectionRun) stop() {
	c.stopped = true
	c.cancelGathering()
}

// work takes up the orders and gets their labels.
func (c *connectionRun) work(ctx workflow.Context) error {
	taken, err := c.takeUp(ctx)
	if err != nil {
		return err
	}
	c.report.LeftOut, c.report.Strangers = taken.LeftOut, taken.Strangers
	c.tell()
	c.coming += taken.Pages
	workflow.Go(c.gathering, func(g workflow.Context) { c.readAll(g, taken.Pages) })
	for {
		next, err := c.nextBatch(ctx)
		if err != nil {
			return err
		}
		if next.orders == 0 {
			break
		}
		c.start(ctx, next)
		// Requests of one connection are made one after the other.
		if err := workflow.Await(ctx, func() bool { return c.asking == 0 }); err != nil {
			return err
		}
	}
	if err := workflow.Await(ctx, func() bool { return c.coming+len(c.pausing)+c.flying+c.settling == 0 }); err != nil {
		return err
	}
	return c.trouble
}

func (c *connectionRun) takeUp(ctx workflow.Context) (orders.TakenUp, error) {
	var taken orders.TakenUp
	in := orders.TakeUpInput{
		FindOrdersInput: orders.FindOrdersInput{Scope: c.in.Scope, Since: c.in.Since, IncludePrinted: c.in.IncludePrinted},
		Named:           c.in.Named, Again: c.in.Scope.Generation > 1,
	}
	err := workflow.ExecuteActivity(workflows.HubStep(ctx, "look again for waiting orders"), orderSteps.TakeUpOrders, in).Get(ctx, &taken)
	return taken, err
}

// readParallel is how many pages of orders are read at the same time.
const readParallel = 4

// readAll reads the pages of orders; each yields orders that are ready and orders that need a status
// first.
func (c *connectionRun) readAll(ctx workflow.Context, pages int) {
	busy := 0
	for n := 1; n <= pages; n++ {
		_ = workflow.Await(ctx, func() bool { return busy < readParallel || c.stopped })
		if c.stopped {
			c.coming -= pages - n + 1
			return
		}
		busy++
		workflow.Go(ctx, func(g workflow.Context) {
			c.read(g, n)
			busy--
			c.coming--
		})
	}
}

func (c *connectionRun) read(ctx workflow.Context, n int) {
	var step activities.Step
	in := orders.ReadOrdersInput{Scope: c.in.Scope, Number: n, Warehouse: c.in.Warehouse, Reprint: c.in.Reprint, NotVerified: c.in.NotVerified, Again: c.in.Scope.Generation > 1}
	err := workflow.ExecuteActivity(workflows.HubStep(ctx, fmt.Sprintf("read the sales of page %d", n)), orderSteps.ReadOrders, in).Get(ctx, &step)
	if err != nil {
		c.fail(err)
		return
	}
	c.report.Elsewhere += step.Counts.Elsewhere
	c.report.Strangers += step.Counts.Strangers
	c.report.Requested += step.Counts.Ready + step.Counts.Pending + contract.SumOutcomes(step.Counts.Ended)
	c.take(ctx, step)
	if step.Counts.Pending > 0 {
		c.statusFirst(ctx, step.Page, n)
	}
}

// take adds what a step left: outcomes to the report, ready orders to the pool.
func (c *connectionRun) take(ctx workflow.Context, step activities.Step) {
	addOutcomes(c.report.Outcomes, step.Counts.Ended)
	c.note(step.Note)
	if step.Counts.Ready > 0 {
		segment := activities.Segment{Page: step.Page, To: step.Counts.Ready}
		c.pool = append(c.pool, pooledSegment{segment: segment, since: workflow.Now(ctx), limit: c.in.Scope.Settings.BatchSize})
	}
	c.tell()
}

// note shows, once, what the steps of the connection had to manage without.
func (c *connectionRun) note(note contract.Cause) {
	c.report.Reason = contract.FirstReason(c.report.Reason, contract.Reason(note))
}

// fail records the first error that leaves orders without an outcome, and ends the gathering. Those
// orders get the outcome of the rest.
func (c *connectionRun) fail(err error) {
	refused := workflows.ErrorType(err) == contract.ErrorNotAuthorised
	if refused {
		c.stop()
	}
	if c.stopped && temporal.IsCanceledError(err) {
		return
	}
	if c.trouble == nil || refused {
		c.trouble = err
	}
}
