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
	target := c.channel().StatusFirst
	if err := c.bring(ctx, c.in.Scope, page, target, name); err != nil {
		c.fail(err)
	}
}

// statusAfter brings the status that the channel wants once the parcel is
// packed, for the printed orders of a page. It changes no outcome.
func (c *connectionRun) statusAfter(ctx workflow.Context, number int) {
	name := func(round int) string { return books.PageName(books.AfterPage, round, number) }
	target := c.channel().StatusAfter
	if err := c.bring(ctx, c.in.Scope.Last(), name(0), target, name); err != nil {
		workflow.GetLogger(ctx).Error("statuses after the labels are not settled", "connection", c.report.Connection, "error", err)
	}
}

// channel is the connection's row of the table of channels, which is the same in every replay of a build.
func (c *connectionRun) channel() channels.Channel {
	return channels.BySlug(c.in.Scope.Connection.Channel) //workflowcheck:ignore
}

// bring sends a status for the pending orders of a page and waits until each
// is on its channel, was refused, or was sent as often as allowed. Every round
// leaves a page; name gives its name, from 1.
func (c *connectionRun) bring(ctx workflow.Context, scope activities.Scope, page string, target channels.Status, name func(int) string) error {
	settings, round := scope.Settings, 0
	for sends := 1; ; sends++ {
		round++
		var sent activities.SentStatuses
		in := activities.SendStatusesInput{Scope: scope, Page: page, Status: target, Out: name(round), Again: sends > 1}
		summary := fmt.Sprintf("send %s (%d of at most %d times)", target, sends, settings.StatusSends)
		if err := workflow.ExecuteActivity(hubStep(ctx, summary), statuses.SendStatuses, in).Get(ctx, &sent); err != nil {
			return err
		}
		c.take(ctx, sent.Step)
		page = sent.Page
		pending, overdue := sent.Counts.Pending, false
		for pending > 0 && !overdue {
			round++
			awaited, err := c.awaitStatuses(ctx, activities.AwaitStatusesInput{
				Scope: scope, Page: page, Status: target, Out: name(round), SentAt: sent.SentAt,
				NotBefore: sent.SentAt.Add(time.Duration(c.usual)), Last: sends >= settings.StatusSends,
			}, pending)
			if err != nil {
				return err
			}
			page, pending, overdue = awaited.Page, awaited.Counts.Pending, awaited.Overdue
		}
		if pending == 0 {
			return nil
		}
	}
}

func (c *connectionRun) awaitStatuses(ctx workflow.Context, in activities.AwaitStatusesInput, pending int) (activities.AwaitedStatuses, error) {
	var awaited activities.AwaitedStatuses
	summary := fmt.Sprintf("wait until %s of %d orders is on the channel", in.Status, pending)
	if err := workflow.ExecuteActivity(waitStep(ctx, summary), statuses.AwaitStatuses, in).Get(ctx, &awaited); err != nil {
		return awaited, err
	}
	if awaited.Took > 0 && awaited.Took < in.Scope.Settings.StatusWindow/2 {
		c.usual = (c.usual + awaited.Took) / 2
	}
	c.take(ctx, awaited.Step)
	c.tell(ctx)
	return awaited, nil
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
	c.tell(ctx)
}
