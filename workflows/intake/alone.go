package intake

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/workflows"
)

// This file is the way of an execution that began before [versionLanes], one step at a time. It goes
// when no release is supported that began without it.

// workAlone does one step after the other until it is time to continue as new.
func (i *intake) workAlone(ctx workflow.Context) error {
	for !i.full(ctx) {
		i.show(ctx)
		if err := i.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

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
		add(stepRead, i.since, i.takeUpOldest)
	} else if len(s.Pending) > 0 {
		add(stepRead, i.since.Add(gatherNotificationsFor), i.takeUpOldest)
	}
	if i.hasEndedMaking() {
		add(stepMade, time.Time{}, i.takeMade)
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
	return i.waitAlone(ctx, next)
}

// waitAlone waits until a time, or until something happens.
func (i *intake) waitAlone(ctx workflow.Context, until time.Time) error {
	i.news = false
	_, err := workflows.AwaitUpTo(ctx, until.Sub(workflow.Now(ctx)), "until there is something to do", func() bool { return i.news || i.full(ctx) })
	return err
}

// stepAlone is [intake.step] while no other step is under way. A long step is cancelled when the
// Intake has to continue as new, and started again there.
func (i *intake) stepAlone(ctx workflow.Context, name string, do func(workflow.Context) error) error {
	i.steps++
	stepping, stop := workflow.WithCancel(ctx)
	defer stop()
	var failed error
	done := false
	workflow.Go(stepping, func(g workflow.Context) { failed, done = do(g), true })
	if err := workflow.Await(ctx, func() bool { return done || i.full(ctx) }); err != nil {
		return err
	}
	if _, err := workflows.AwaitUpTo(ctx, stepGrace, "let the running step finish before continuing as new", func() bool { return done }); err != nil {
		return err
	}
	stop()
	if err := workflow.Await(ctx, func() bool { return done }); err != nil {
		return err
	}
	i.noteEnd(ctx, name, failed)
	return nil
}

// takeUpOldest reads the notifications that have waited longest.
func (i *intake) takeUpOldest(ctx workflow.Context) error {
	ids := append([]string(nil), i.state.Pending[:min(len(i.state.Pending), notificationsAtOnce)]...)
	batch := i.takeOut(ids)
	through, _, err := i.takeUp(ctx, batch)
	i.putBack(batch[through:])
	return err
}

// takeUpBacklog reads the next part of the first list in the store.
func (i *intake) takeUpBacklog(ctx workflow.Context) error {
	b := i.state.Backlog[0]
	to := min(b.Done+notificationsAtOnce, b.Count)
	through, _, err := i.takeUpPart(ctx, b, b.Done, to)
	i.state.Backlog[0].Done += through
	i.endList(ctx)
	return err
}
