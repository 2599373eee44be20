package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
)

// statusFirst brings the status that the channel wants before the label, for
// the pending orders of a page; each can have its label as soon as it is there.
func (c *connectionRun) statusFirst(ctx workflow.Context, page string, number int) {
	name := func(round int) string { return books.PageName(books.StatusPage, number, round) }
	trip := statusTrip{scope: c.in.Scope, target: c.channel().StatusFirst, name: name, take: c.take}
	if err := c.bring(ctx, trip, page); err != nil {
		c.fail(err)
	}
}

// statusAfter brings the status that the channel wants once the parcel is
// packed, for the printed orders of a page. It changes no outcome.
func (c *connectionRun) statusAfter(ctx workflow.Context, number int) {
	name := func(round int) string { return books.PageName(books.AfterPage, round, number) }
	trip := statusTrip{scope: c.in.Scope.Last(), target: c.channel().StatusAfter, name: name, take: func(ctx workflow.Context, step activities.Step) { c.verified(ctx, step) }}
	if err := c.bring(ctx, trip, name(0)); err != nil {
		workflow.GetLogger(ctx).Error("statuses after the labels are not settled", "connection", c.report.Connection, "error", err)
	}
}

// channel is the connection's row of the table of channels, which is the same in every replay of a build.
func (c *connectionRun) channel() channels.Channel {
	return channels.BySlug(c.in.Scope.Connection.Channel) //workflowcheck:ignore
}

// statusTrip is a status on its way to its channel: name gives the names of
// the pages that its rounds leave, from 1; take takes what became of orders.
type statusTrip struct {
	scope  activities.Scope
	target channels.Status
	name   func(round int) string
	take   func(workflow.Context, activities.Step)
	round  int
}

func (t *statusTrip) nextPage() string { t.round++; return t.name(t.round) }

// bring sends the status for the pending orders of a page and waits until each
// is on its channel, was refused, or was sent as often as allowed.
func (c *connectionRun) bring(ctx workflow.Context, trip statusTrip, page string) error {
	var first time.Time
	for sends := 1; sends <= trip.scope.Settings.StatusSends; sends++ {
		var sent activities.SentStatuses
		in := activities.SendStatusesInput{Scope: trip.scope, Page: page, Status: trip.target, Out: trip.nextPage(), Again: sends > 1}
		summary := fmt.Sprintf("send %s (%d of at most %d times)", trip.target, sends, trip.scope.Settings.StatusSends)
		if err := workflow.ExecuteActivity(hubStep(ctx, summary), statuses.SendStatuses, in).Get(ctx, &sent); err != nil {
			return err
		}
		trip.take(ctx, sent.Step)
		if sends == 1 {
			first = sent.BeganAt
		}
		overdue, err := c.awaitStatuses(ctx, &trip, sent, first, sends)
		if err != nil || overdue == "" {
			return err
		}
		page = overdue
	}
	return nil
}

// awaitStatuses waits until all statuses that were sent are settled, or their
// window is over: then it returns the page of those that are not.
func (c *connectionRun) awaitStatuses(ctx workflow.Context, trip *statusTrip, sent activities.SentStatuses, first time.Time, sends int) (string, error) {
	settings := trip.scope.Settings
	awaited := activities.AwaitedStatuses{Step: sent.Step}
	for awaited.Counts.Pending > 0 && !awaited.Overdue {
		in := activities.AwaitStatusesInput{
			Scope: trip.scope, Page: awaited.Page, Status: trip.target, Out: trip.nextPage(), SentAt: sent.SentAt, BeganAt: first,
			NotBefore: sent.SentAt.Add(time.Duration(c.usual)), Last: sends >= settings.StatusSends,
		}
		summary := fmt.Sprintf("wait until %s of %d orders is on the channel", trip.target, awaited.Counts.Pending)
		awaited = activities.AwaitedStatuses{}
		if err := workflow.ExecuteActivity(waitStep(ctx, summary), statuses.AwaitStatuses, in).Get(ctx, &awaited); err != nil {
			return "", err
		}
		if awaited.Took > 0 && awaited.Took < settings.StatusWindow/2 {
			c.usual = (c.usual + awaited.Took) / 2
		}
		trip.take(ctx, awaited.Step)
	}
	if awaited.Counts.Pending == 0 {
		return "", nil
	}
	return awaited.Page, nil
}

// verify settles the statuses that go out once the run has published.
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

// verified tells of the orders of a page whose status after the label is on its channel.
func (c *connectionRun) verified(ctx workflow.Context, step activities.Step) {
	if workflow.GetVersion(ctx, "announce", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return
	}
	var one activities.Announcement
	in := activities.AnnouncedPageInput{Scope: c.in.Scope.Last(), Page: step.Page, Status: c.channel().StatusAfter, At: workflow.Now(ctx)}
	err := workflow.ExecuteActivity(hubStep(ctx, "whose status is verified?"), announcements.AnnouncedPage, in).Get(ctx, &one)
	if err != nil || len(one.Orders) == 0 {
		return
	}
	if !c.announced {
		c.announced = true
		tellEvent(ctx, one.Event)
	}
	if c.in.Scope.Settings.WebhookOut {
		announce(ctx, one)
	}
}
