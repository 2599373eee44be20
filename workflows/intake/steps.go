package intake

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// intakeTurn is a step to be done: its name, and the earliest time for it.
type intakeTurn struct {
	name string
	at   time.Time
	do   func(workflow.Context) error
}

// turns lists the steps to be done now or later, the most urgent first: webhooks come before what a
// poll has found.
func (i *intake) turns() []intakeTurn {
	var turns []intakeTurn
	add := func(name string, at time.Time, do func(workflow.Context) error) {
		turns = append(turns, intakeTurn{name, later(at, i.resume[name]), do})
	}
	s := &i.state
	if len(s.Pending) >= notificationsAtOnce {
		add(stepRead, i.since, i.takeUp)
	} else if len(s.Pending) > 0 {
		add(stepRead, i.since.Add(gatherNotificationsFor), i.takeUp)
	}
	if n := i.endedMaking(); n >= 0 {
		add(stepMade, time.Time{}, func(ctx workflow.Context) error { return i.takeMade(ctx, n) })
	}
	if !s.MakeAt.IsZero() {
		add(stepMake, s.MakeAt, i.make)
	}
	if !isPolling(*s) {
		add(stepPoll, s.NextPoll, i.poll)
	}
	add(stepLook, s.NextLook, i.look)
	if len(s.Backlog) > 0 {
		add(stepRead, time.Time{}, i.takeUpBacklog)
	}
	return turns
}

// The names of steps, as people see them when one fails.
const (
	stepOpen = "read the settings"
	stepRead = "read changed sales"
	stepPoll = "list changed sales"
	stepLook = "check the orders without a label"
	stepMake = "have labels made"
	stepMade = "record labels that were made"
)

// next does the first step whose time has come, or waits for one.
func (i *intake) next(ctx workflow.Context) error {
	turns := i.turns()
	next := turns[0].at
	for _, t := range turns {
		if !t.at.After(workflow.Now(ctx)) {
			return t.do(ctx)
		}
		next = earliest(next, t.at)
	}
	return i.wait(ctx, next)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// takeUp reads the notifications that have waited longest.
func (i *intake) takeUp(ctx workflow.Context) error {
	ids := append([]string(nil), i.state.Pending[:min(len(i.state.Pending), notificationsAtOnce)]...)
	// From here on, another notification of the same object counts as a new one.
	i.forget(ids)
	i.reading = len(ids)
	through := 0
	err := i.step(ctx, stepRead, func(g workflow.Context) (err error) {
		in := intakesteps.TakeUpNotificationsInput{Merchant: i.merchant, Source: contract.ByWebhook, IDs: ids}
		through, err = i.execTakeUp(g, fmt.Sprintf("read what %d notifications are about", len(ids)), in, len(ids))
		return err
	})
	i.reading = 0
	i.putBack(ids[through:])
	return err
}

// putBack puts notifications back in front of those that came in the meantime.
func (i *intake) putBack(ids []string) {
	var back []string
	for _, id := range ids {
		if !i.pending[id] {
			back = append(back, id)
			i.pending[id] = true
		}
	}
	i.state.Pending = append(back, i.state.Pending...)
}

// takeUpBacklog reads the next part of the first list in the store.
func (i *intake) takeUpBacklog(ctx workflow.Context) error {
	b := &i.state.Backlog[0]
	to := min(b.Done+notificationsAtOnce, b.Count)
	through := 0
	err := i.step(ctx, stepRead, func(g workflow.Context) (err error) {
		in := intakesteps.TakeUpNotificationsInput{Merchant: i.merchant, Source: b.Source, List: b.List, From: b.Done, To: to}
		through, err = i.execTakeUp(g, fmt.Sprintf("read changed sales %d to %d of %d", b.Done+1, to, b.Count), in, to-b.Done)
		return err
	})
	b.Done += through
	if b.Done >= b.Count {
		if !b.Complete.IsZero() {
			i.state.Complete = b.Complete
			i.state.NextLook = workflow.Now(ctx)
		}
		i.state.Backlog = append([]contract.IntakeBacklog(nil), i.state.Backlog[1:]...)
	}
	return err
}

// execTakeUp reads notifications and returns how many of them are done.
func (i *intake) execTakeUp(ctx workflow.Context, summary string, in intakesteps.TakeUpNotificationsInput, all int) (int, error) {
	var taken intakebook.TakenNotifications
	if err := workflow.ExecuteActivity(workflows.IntakeStep(ctx, summary), intakeSteps.TakeUpNotifications, in).Get(ctx, &taken); err != nil {
		return 0, err
	}
	i.state.Orders += taken.Orders
	if taken.Left > 0 {
		i.pollBy(workflow.Now(ctx).Add(max(i.settings.Ours(pollLeftAfter), time.Second)))
	}
	switch {
	case taken.Confirmed > 0:
		i.makeBy(workflow.Now(ctx).Add(gatherNotificationsFor))
	case taken.Queued > 0:
		i.makeBy(workflow.Now(ctx).Add(i.settings.Ours(i.settings.MakeAfter)))
	}
	if taken.Through > 0 {
		return min(taken.Through, all), nil
	}
	return all, nil
}

// makeBy sets the time for making labels, unless an earlier one is set.
func (i *intake) makeBy(at time.Time) {
	if i.state.MakeAt.IsZero() || at.Before(i.state.MakeAt) {
		i.state.MakeAt = at
		i.news = true
	}
}

// pollBy sets the time of the next poll, unless an earlier one is set.
func (i *intake) pollBy(at time.Time) {
	i.state.NextPoll = earliest(i.state.NextPoll, at)
}

// poll lists what changed since the last complete window.
func (i *intake) poll(ctx workflow.Context) error {
	if i.state.PollList == "" {
		i.state.PollList = i.name(ctx, "poll")
	}
	in := intakesteps.PollSalesInput{Merchant: i.merchant, Settings: i.settings, List: i.state.PollList, Complete: i.state.Complete}
	var polled contract.Polled
	err := i.step(ctx, stepPoll, func(g workflow.Context) error {
		return workflow.ExecuteActivity(workflows.IntakeStep(g, "list the sales that changed"), intakeSteps.PollSales, in).Get(g, &polled)
	})
	if err != nil || polled.To.IsZero() {
		return err
	}
	i.state.PollList = ""
	now := workflow.Now(ctx)
	i.state.Window, i.state.LastPoll = polled, now
	i.state.NextPoll = now.Add(max(i.settings.Ours(i.settings.PollEvery), time.Second))
	// An empty list is done when its turn comes.
	i.state.Backlog = append(i.state.Backlog, contract.IntakeBacklog{List: polled.List, Source: contract.ByPoll, Count: polled.Count, Complete: polled.Complete})
	if polled.Count == 0 {
		i.state.Backlog = i.state.Backlog[:len(i.state.Backlog)-1]
		i.state.Complete = polled.Complete
	}
	return nil
}

// look checks the orders that have no label yet.
func (i *intake) look(ctx workflow.Context) error {
	if err := i.lostMakings(ctx); err != nil {
		return err
	}
	in := intakesteps.LookOverInput{Merchant: i.merchant, Settings: i.settings, List: i.name(ctx, "again"), Left: len(i.state.Backlog) == 0, Runs: i.makingRuns()}
	var looked contract.LookedOver
	err := i.step(ctx, stepLook, func(g workflow.Context) error {
		return workflow.ExecuteActivity(workflows.IntakeStep(g, "check the orders without a label"), intakeSteps.LookOver, in).Get(g, &looked)
	})
	if err != nil || looked.Counts == nil {
		return err
	}
	i.state.Looked = looked
	i.state.NextLook = workflow.Now(ctx).Add(max(i.settings.Ours(i.settings.LookEvery), time.Second))
	if looked.Again > 0 {
		i.state.Backlog = append(i.state.Backlog, contract.IntakeBacklog{List: in.List, Source: contract.ByPoll, Count: looked.Again})
	}
	if looked.Queued > 0 {
		i.makeBy(workflow.Now(ctx))
	}
	return nil
}

func (i *intake) makingRuns() []string {
	var runs []string
	for _, m := range i.state.Making {
		runs = append(runs, m.Run)
	}
	return runs
}
