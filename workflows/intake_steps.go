package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

// intakeTurn is a step that is to be done, by its name, and from when on it can be.
type intakeTurn struct {
	name string
	at   time.Time
	do   func(workflow.Context) error
}

// turns are the steps that are to be done or will be, the most urgent first:
// webhooks come before what a poll has found.
func (i *intake) turns() []intakeTurn {
	var turns []intakeTurn
	add := func(name string, at time.Time, do func(workflow.Context) error) {
		turns = append(turns, intakeTurn{name, later(at, i.resume[name]), do})
	}
	s := &i.state
	if len(s.Pending) >= noticesAtOnce {
		add(stepRead, i.since, i.takeUp)
	} else if len(s.Pending) > 0 {
		add(stepRead, i.since.Add(gatherFor), i.takeUp)
	}
	if n := i.endedMaking(); n >= 0 {
		add(stepMade, time.Time{}, func(ctx workflow.Context) error { return i.takeMade(ctx, n) })
	}
	if !s.MakeAt.IsZero() {
		add(stepMake, s.MakeAt, i.make)
	}
	if !s.polling() {
		add(stepPoll, s.NextPoll, i.poll)
	}
	add(stepLook, s.NextLook, i.look)
	if len(s.Backlog) > 0 {
		add(stepRead, time.Time{}, i.takeUpBacklog)
	}
	return turns
}

// The names of steps, by which people read which one fails.
const (
	stepOpen = "read the settings"
	stepRead = "read changed sales"
	stepPoll = "list changed sales"
	stepLook = "look over the orders"
	stepMake = "have labels made"
	stepMade = "take note of labels made"
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

// takeUp takes up the notices that have waited longest.
func (i *intake) takeUp(ctx workflow.Context) error {
	ids := append([]string(nil), i.state.Pending[:min(len(i.state.Pending), noticesAtOnce)]...)
	// What comes for them from here on is a notice of its own.
	i.forget(ids)
	i.reading = len(ids)
	through := 0
	err := i.step(ctx, stepRead, func(g workflow.Context) (err error) {
		in := activities.TakeUpNoticesInput{Merchant: i.merchant, Source: activities.ByWebhook, IDs: ids}
		through, err = i.execTakeUp(g, fmt.Sprintf("take up %d notices", len(ids)), in, len(ids))
		return err
	})
	i.reading = 0
	i.putBack(ids[through:])
	return err
}

// putBack puts notices before those that came meanwhile.
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

// takeUpBacklog takes up the next stretch of the first list.
func (i *intake) takeUpBacklog(ctx workflow.Context) error {
	b := &i.state.Backlog[0]
	to := min(b.Done+noticesAtOnce, b.Count)
	through := 0
	err := i.step(ctx, stepRead, func(g workflow.Context) (err error) {
		in := activities.TakeUpNoticesInput{Merchant: i.merchant, Source: b.Source, List: b.List, From: b.Done, To: to}
		through, err = i.execTakeUp(g, fmt.Sprintf("take up %d to %d of %d changed sales", b.Done+1, to, b.Count), in, to-b.Done)
		return err
	})
	b.Done += through
	if b.Done >= b.Count {
		if !b.Complete.IsZero() {
			i.state.Complete = b.Complete
			i.state.NextLook = workflow.Now(ctx)
		}
		i.state.Backlog = append([]IntakeBacklog(nil), i.state.Backlog[1:]...)
	}
	return err
}

// execTakeUp takes up notices and returns how many of all it got through.
func (i *intake) execTakeUp(ctx workflow.Context, summary string, in activities.TakeUpNoticesInput, all int) (int, error) {
	var taken activities.TakenNotices
	if err := workflow.ExecuteActivity(intakeStep(ctx, summary), intakes.TakeUpNotices, in).Get(ctx, &taken); err != nil {
		return 0, err
	}
	i.state.Orders += taken.Orders
	if taken.Left > 0 {
		i.pollBy(workflow.Now(ctx).Add(max(i.settings.Ours(pollLeft), time.Second)))
	}
	switch {
	case taken.Confirmed > 0:
		i.makeBy(workflow.Now(ctx).Add(gatherFor))
	case taken.Queued > 0:
		i.makeBy(workflow.Now(ctx).Add(i.settings.Ours(i.settings.MakeAfter)))
	}
	if taken.Through > 0 {
		return min(taken.Through, all), nil
	}
	return all, nil
}

// makeBy lets labels be made at a time, unless they are made earlier.
func (i *intake) makeBy(at time.Time) {
	if i.state.MakeAt.IsZero() || at.Before(i.state.MakeAt) {
		i.state.MakeAt = at
		i.news = true
	}
}

// pollBy lets the next poll be at a time, unless it is earlier.
func (i *intake) pollBy(at time.Time) {
	i.state.NextPoll = earliest(i.state.NextPoll, at)
}

// poll lists what changed since the last complete window.
func (i *intake) poll(ctx workflow.Context) error {
	if i.state.PollList == "" {
		i.state.PollList = i.name(ctx, "poll")
	}
	in := activities.PollSalesInput{Merchant: i.merchant, Settings: i.settings, List: i.state.PollList, Complete: i.state.Complete}
	var polled activities.Polled
	err := i.step(ctx, stepPoll, func(g workflow.Context) error {
		return workflow.ExecuteActivity(intakeStep(g, "list the sales that changed"), intakes.PollSales, in).Get(g, &polled)
	})
	if err != nil || polled.To.IsZero() {
		return err
	}
	i.state.PollList = ""
	now := workflow.Now(ctx)
	i.state.Window, i.state.LastPoll = polled, now
	i.state.NextPoll = now.Add(max(i.settings.Ours(i.settings.PollEvery), time.Second))
	// A list without any entry is done with at its turn.
	i.state.Backlog = append(i.state.Backlog, IntakeBacklog{List: polled.List, Source: activities.ByPoll, Count: polled.Count, Complete: polled.Complete})
	if polled.Count == 0 {
		i.state.Backlog = i.state.Backlog[:len(i.state.Backlog)-1]
		i.state.Complete = polled.Complete
	}
	return nil
}

// look looks the orders over that have no label yet.
func (i *intake) look(ctx workflow.Context) error {
	if err := i.lostMakings(ctx); err != nil {
		return err
	}
	in := activities.LookOverInput{Merchant: i.merchant, Settings: i.settings, List: i.name(ctx, "again"), Left: len(i.state.Backlog) == 0, Runs: i.makingRuns()}
	var looked activities.LookedOver
	err := i.step(ctx, stepLook, func(g workflow.Context) error {
		return workflow.ExecuteActivity(intakeStep(g, "look over the orders without a label"), intakes.LookOver, in).Get(g, &looked)
	})
	if err != nil || looked.Counts == nil {
		return err
	}
	i.state.Looked = looked
	i.state.NextLook = workflow.Now(ctx).Add(max(i.settings.Ours(i.settings.LookEvery), time.Second))
	if looked.Again > 0 {
		i.state.Backlog = append(i.state.Backlog, IntakeBacklog{List: in.List, Source: activities.ByPoll, Count: looked.Again})
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
