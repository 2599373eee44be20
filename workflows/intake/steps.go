package intake

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// The names of steps, as people see them when one fails.
const (
	stepOpen = "read the settings"
	stepRead = "read changed sales"
	stepPoll = "list changed sales"
	stepLook = "check the orders without a label"
	stepMake = "have labels made"
	stepMade = "record labels that were made"
)

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

// step runs one named step.
func (i *intake) step(ctx workflow.Context, name string, do func(workflow.Context) error) error {
	if i.alone {
		return i.stepAlone(ctx, name, do)
	}
	i.noteEnd(ctx, name, i.run(ctx, do))
	return nil
}

// read is step for the reading of changed sales, which tells apart what failed.
func (i *intake) read(ctx workflow.Context, do func(workflow.Context) error) (failed, err error) {
	if i.alone {
		err = i.stepAlone(ctx, stepRead, func(g workflow.Context) error { failed = do(g); return failed })
		return failed, err
	}
	return i.run(ctx, do), nil
}

// takeUp reads what notifications are about, and returns how many of them are done.
func (i *intake) takeUp(ctx workflow.Context, batch []notification) (through int, failed, err error) {
	in := intakesteps.TakeUpNotificationsInput{Merchant: i.merchant, Source: contract.ByWebhook, ReturnLeft: len(i.state.LeftSales) < leftKept}
	came := workflow.Now(ctx)
	for _, one := range batch {
		in.IDs = append(in.IDs, one.id)
		came = earliest(came, one.at)
	}
	failed, err = i.read(ctx, func(g workflow.Context) (err error) {
		through, err = i.execTakeUp(g, fmt.Sprintf("read what %d notifications are about", len(batch)), in, len(batch), came)
		return err
	})
	return through, failed, err
}

// execTakeUp reads notifications and returns how many of them are done. came is when the first of them
// came: labels wait no longer because notifications were gathered.
func (i *intake) execTakeUp(ctx workflow.Context, summary string, in intakesteps.TakeUpNotificationsInput, all int, came time.Time) (int, error) {
	var taken intakebook.TakenNotifications
	if err := workflow.ExecuteActivity(workflows.IntakeStep(ctx, summary), intakeSteps.TakeUpNotifications, in).Get(ctx, &taken); err != nil {
		return 0, err
	}
	i.state.Orders += taken.Orders
	i.state.LeftSales = slices.Concat(i.state.LeftSales, without(taken.LeftSales, i.state.LeftSales))
	if taken.Left > 0 {
		i.pollBy(workflow.Now(ctx).Add(max(i.settings.Ours(pollLeftAfter), time.Second)))
	}
	switch {
	case taken.Confirmed > 0:
		i.makeBy(workflow.Now(ctx).Add(gatherNotificationsFor))
	case taken.Queued > 0:
		i.makeBy(workflow.Now(ctx).Add(i.settings.Ours(i.settings.MakeAfter) - i.gathered(ctx, came)))
	}
	if taken.Through > 0 {
		return min(taken.Through, all), nil
	}
	return all, nil
}

// without are names without those that are among others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// gathered is how much of the time since then went into gathering notifications.
func (i *intake) gathered(ctx workflow.Context, came time.Time) time.Duration {
	if i.alone || came.IsZero() {
		return 0
	}
	return min(workflow.Now(ctx).Sub(came), i.gather(waitingNotification{repeats: true}))
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
	i.promised = 0
	in := intakesteps.LookOverInput{Merchant: i.merchant, Settings: i.settings, List: i.name(ctx, "again"), Left: len(i.state.Backlog) == 0, LeftSales: i.state.LeftSales, Runs: i.makingRuns()}
	var looked contract.LookedOver
	err := i.step(ctx, stepLook, func(g workflow.Context) error {
		return workflow.ExecuteActivity(workflows.IntakeStep(g, "check the orders without a label"), intakeSteps.LookOver, in).Get(g, &looked)
	})
	if err != nil || looked.Counts == nil {
		return err
	}
	i.state.LeftSales = without(i.state.LeftSales, in.LeftSales)
	looked.Promised += i.promised
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
