package labelrun

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	announcesteps "github.com/despacho/despacho/activities/announce"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/announce"
)

// statusFirst sends the status that the channel wants before the label, for the pending orders of a
// page; each is ready for its label once the status has arrived.
func (c *connectionRun) statusFirst(ctx workflow.Context, page string, number int) {
	name := func(round int) string { return books.PageName(books.StatusPage, number, round) }
	trip := statusTrip{scope: c.in.Scope, target: c.channel().StatusFirst, name: name, take: c.take}
	if err := c.bring(ctx, &trip, page); err != nil {
		c.fail(err)
	}
}

// statusAfter sends the status that the channel wants once the parcel is packed, for the printed
// orders of a page. It changes no outcome.
func (c *connectionRun) statusAfter(ctx workflow.Context, number int) {
	name := func(round int) string { return books.PageName(books.AfterPage, round, number) }
	trip := statusTrip{scope: c.in.Scope.LastWord(), target: c.channel().StatusAfter, name: name, take: func(ctx workflow.Context, step activities.Step) { c.verified(ctx, step) }}
	if err := c.bring(ctx, &trip, name(0)); err != nil {
		c.tellUnsettled(ctx, trip, err)
		workflow.GetLogger(ctx).Error("the statuses that follow the labels could not be settled", "connection", c.report.Connection, "error", err)
	}
}

// channel is the connection's row in the table of channels, which is the same in every replay of a
// build.
func (c *connectionRun) channel() channels.Channel {
	return channels.BySlug(c.in.Scope.Connection.Channel) //workflowcheck:ignore
}

// statusTrip is a status on its way to its channel: name gives the names of the pages that its rounds
// leave, counted from 1; take records what became of the orders. page is the last that they left, with the orders
// that still wait.
type statusTrip struct {
	scope  activities.Scope
	target channels.Status
	name   func(round int) string
	take   func(workflow.Context, activities.Step)
	round  int
	page   string
}

func (t *statusTrip) nextPage() string { t.round++; return t.name(t.round) }

// bring sends the status for the pending orders of a page and waits until each has reached its
// channel, was refused, or was sent as often as allowed.
func (c *connectionRun) bring(ctx workflow.Context, trip *statusTrip, page string) error {
	var first time.Time
	trip.page = page
	for sends := 1; sends <= trip.scope.Settings.StatusSends; sends++ {
		var sent statuses.SentStatuses
		in := statuses.SendStatusesInput{Scope: trip.scope, Page: trip.page, Status: trip.target, Out: trip.nextPage(), Again: sends > 1}
		summary := fmt.Sprintf("send %s (%d of at most %d times)", trip.target, sends, trip.scope.Settings.StatusSends)
		if err := workflow.ExecuteActivity(workflows.HubStep(ctx, summary), statusSteps.SendStatuses, in).Get(ctx, &sent); err != nil {
			return err
		}
		trip.page = sent.Page
		trip.take(ctx, sent.Step)
		if sends == 1 {
			first = sent.BeganAt
		}
		overdue, err := c.awaitStatuses(ctx, trip, sent, first, sends)
		if err != nil || !overdue {
			return err
		}
	}
	return nil
}

// awaitStatuses waits until all statuses sent are settled, or their window is over: overdue says that some are not.
func (c *connectionRun) awaitStatuses(ctx workflow.Context, trip *statusTrip, sent statuses.SentStatuses, first time.Time, sends int) (overdue bool, err error) {
	settings := trip.scope.Settings
	awaited := statuses.AwaitedStatuses{Step: sent.Step}
	for awaited.Counts.Pending > 0 && !awaited.Overdue {
		in := statuses.AwaitStatusesInput{
			Scope: trip.scope, Page: awaited.Page, Status: trip.target, Out: trip.nextPage(), SentAt: sent.SentAt, BeganAt: first,
			NotBefore: sent.SentAt.Add(time.Duration(c.usual)), Last: sends >= settings.StatusSends,
		}
		summary := fmt.Sprintf("wait until the channel has %s for %d orders", trip.target, awaited.Counts.Pending)
		awaited = statuses.AwaitedStatuses{}
		if err := workflow.ExecuteActivity(workflows.WaitStep(ctx, summary), statusSteps.AwaitStatuses, in).Get(ctx, &awaited); err != nil {
			return false, err
		}
		trip.page = awaited.Page
		if awaited.Took > 0 && awaited.Took < settings.StatusWindow/2 {
			c.usual = (c.usual + awaited.Took) / 2
		}
		trip.take(ctx, awaited.Step)
	}
	return awaited.Counts.Pending > 0, nil
}

// verify settles the statuses that follow publishing.
func (c *connectionRun) verify(ctx workflow.Context) {
	open := c.after
	for n := 1; n <= c.after; n++ {
		workflow.Go(ctx, func(g workflow.Context) {
			c.statusAfter(g, n)
			open--
		})
	}
	_ = workflow.Await(ctx, func() bool { return open == 0 })
	c.report.Verified = true
	c.tell()
}

// verified announces the orders of a page whose status after the label has reached its channel.
func (c *connectionRun) verified(ctx workflow.Context, step activities.Step) {
	var one contract.Announcement
	in := announcesteps.AnnouncedPageInput{Scope: c.in.Scope.LastWord(), Page: step.Page, Status: c.channel().StatusAfter, At: workflow.Now(ctx)}
	err := workflow.ExecuteActivity(workflows.HubStep(ctx, "find the orders whose status is verified"), announceSteps.AnnouncedPage, in).Get(ctx, &one)
	if err != nil || len(one.Orders) == 0 {
		return
	}
	if !c.announced {
		c.announced = true
		announce.SetEventAttribute(ctx, one.Event)
	}
	if c.in.Scope.Settings.WebhookOut {
		announce.StartAnnounce(ctx, one)
	}
}
