package workflows

import (
	"cmp"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
)

// ConnectionRunInput is one connection's part of a run.
type ConnectionRunInput struct {
	Scope          activities.Scope    `json:"scope"`
	Since          activities.Duration `json:"since"`
	IncludePrinted bool                `json:"include_printed,omitempty"`
	Reprint        bool                `json:"reprint,omitempty"`
	NotVerified    bool                `json:"not_verified,omitempty"`
	Warehouse      string              `json:"warehouse,omitempty"`
	// Named: only the orders that the caller named.
	Named bool `json:"named,omitempty"`
	// RunWorkflowID and RunRunID are the LabelRun that this belongs to.
	RunWorkflowID string `json:"run_workflow_id"`
	RunRunID      string `json:"run_run_id"`
}

// ConnectionReport is what a ConnectionRun tells its LabelRun, and its result.
type ConnectionReport struct {
	Connection string `json:"connection"`
	Generation int    `json:"generation"`
	// Number counts the reports of a generation: signals may overtake one another.
	Number    int                   `json:"number"`
	State     books.ConnectionState `json:"state"`
	Reason    string                `json:"reason,omitempty"`
	Requested int                   `json:"requested"`
	Outcomes  map[books.Outcome]int `json:"outcomes"`
	LeftOut   int                   `json:"left_out,omitempty"`
	// Elsewhere are of other warehouses, Strangers of other connections.
	Elsewhere int `json:"elsewhere,omitempty"`
	Strangers int `json:"strangers,omitempty"`
	// Done: every order of this generation has its outcome, or gets the rest's.
	Done bool `json:"done,omitempty"`
	// Verified: the statuses that go out after publishing are settled.
	Verified bool       `json:"verified,omitempty"`
	Rest     books.Rest `json:"rest"`
}

// Publication tells a ConnectionRun that its run has published; After counts
// the pages of printed orders whose channel wants a status now.
type Publication struct {
	After int `json:"after"`
}

// ConnectionRun brings the orders of one connection to their labels: it takes
// them up, sends statuses where the channel wants them first, and asks for
// labels batch by batch. Then it holds the connection until its run has
// published, so that no other run takes up the same labels.
func ConnectionRun(ctx workflow.Context, in ConnectionRunInput) (ConnectionReport, error) {
	// What the hub was asked for is finished even when the operator cancels.
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

	// pool are the orders that can be asked for, oldest first.
	pool []pooled
	// coming counts the steps under way that may still add to the pool soon.
	coming int
	// pausing are the times at which orders' segments come back that wait before they are asked for again.
	pausing []time.Time
	// flying counts the batches under way; asking is the number of the one that has not asked yet.
	flying, asking, batches int
	// refusals counts the requests that the hub refused since it last took one.
	refusals int
	// usual is how long a status takes to reach this channel in this run; the hub's time.
	usual activities.Duration
	// trouble is the first error that orders could not be saved from.
	trouble error

	// gathering ends when nothing more is to be sent or asked: reads, statuses before the label, pauses.
	gathering       workflow.Context
	cancelGathering workflow.CancelFunc

	// stopped: nothing more is sent or asked. calledOff: because the run was cancelled.
	stopped, calledOff, published, retry bool
	after, settling                      int
	// announced: an event was told.
	announced bool

	// untold: the run does not know the report yet. begun and told are when this began and when it was told last.
	untold      bool
	begun, told time.Time
}

// pooled is a segment of ready orders: since when it waits, how many may go
// into one request with it, and how often its labels were asked for.
type pooled struct {
	segment activities.Segment
	since   time.Time
	limit   int
	round   int
}

func newConnectionRun(ctx workflow.Context, in ConnectionRunInput) *connectionRun {
	c := &connectionRun{in: in, usual: in.Scope.Settings.StatusTime, begun: workflow.Now(ctx)}
	c.gathering, c.cancelGathering = workflow.WithCancel(ctx)
	c.report = ConnectionReport{
		Connection: in.Scope.Connection.ID, Generation: in.Scope.Generation, State: books.ConnectionRunning,
		Outcomes: map[books.Outcome]int{}, Rest: books.Rest{Outcome: books.GaveUp, Reason: "the order was not settled; look at the connection's workflow"},
	}
	return c
}

// listen takes the signals of batches and of the run, and a cancellation.
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

// stop ends the gathering: nothing more is sent or asked; what was asked for is still taken.
func (c *connectionRun) stop() {
	c.stopped = true
	c.cancelGathering()
}

// work takes up the orders and brings them to their labels.
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
		// Requests of one connection go one after the other.
		if err := workflow.Await(ctx, func() bool { return c.asking == 0 }); err != nil {
			return err
		}
	}
	if err := workflow.Await(ctx, func() bool { return c.coming+len(c.pausing)+c.flying+c.settling == 0 }); err != nil {
		return err
	}
	return c.trouble
}

func (c *connectionRun) takeUp(ctx workflow.Context) (activities.TakenUp, error) {
	var taken activities.TakenUp
	in := activities.TakeUpInput{
		FindOrdersInput: activities.FindOrdersInput{Scope: c.in.Scope, Since: c.in.Since, IncludePrinted: c.in.IncludePrinted},
		Named:           c.in.Named, Again: c.in.Scope.Generation > 1,
	}
	err := workflow.ExecuteActivity(hubStep(ctx, "look again for orders that wait"), orders.TakeUpOrders, in).Get(ctx, &taken)
	return taken, err
}

// readParallel is how many pages of orders are read side by side.
const readParallel = 4

// readAll reads the pages of orders; each gives ready orders and such that need a status first.
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
	in := activities.ReadOrdersInput{Scope: c.in.Scope, Number: n, Warehouse: c.in.Warehouse, Reprint: c.in.Reprint, NotVerified: c.in.NotVerified, Again: c.in.Scope.Generation > 1}
	err := workflow.ExecuteActivity(hubStep(ctx, fmt.Sprintf("read the sales of page %d", n)), orders.ReadOrders, in).Get(ctx, &step)
	if err != nil {
		c.fail(err)
		return
	}
	c.report.Elsewhere += step.Counts.Elsewhere
	c.report.Strangers += step.Counts.Strangers
	c.report.Requested += step.Counts.Ready + step.Counts.Pending + books.Sum(step.Counts.Ended)
	c.take(ctx, step)
	if step.Counts.Pending > 0 {
		c.statusFirst(ctx, step.Page, n)
	}
}

// take adds what a step left: its outcomes to the report, its ready orders to the pool.
func (c *connectionRun) take(ctx workflow.Context, step activities.Step) {
	addOutcomes(c.report.Outcomes, step.Counts.Ended)
	c.note(step.Note)
	if step.Counts.Ready > 0 {
		segment := activities.Segment{Page: step.Page, To: step.Counts.Ready}
		c.pool = append(c.pool, pooled{segment: segment, since: workflow.Now(ctx), limit: c.in.Scope.Settings.BatchSize})
	}
	c.tell()
}

// note tells once, with the connection's state, what its steps had to do without.
func (c *connectionRun) note(note string) {
	c.report.Reason = cmp.Or(c.report.Reason, note)
}

// fail notes the first error that orders could not be saved from, or that the
// hub refuses our token, which ends the gathering. Orders without an outcome get the rest's.
func (c *connectionRun) fail(err error) {
	refused := errorType(err) == activities.ErrorNotAuthorised
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
