package intake

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/workflows"
)

// lanes are the steps that an Intake does side by side: one that settles orders (labels made, labels
// to be made, a look), one poll, and several that read changed sales.
type lanes struct {
	// under counts the steps under way; broken is what ends the Intake.
	under  int
	broken error
	// settling and polling: such a step is under way.
	settling, polling bool
	readers
	// stops cancel the steps under way; halted: they all are.
	stops  []*workflow.CancelFunc
	halted bool
	// alarms are the times at which timers that stand will fire.
	alarms []time.Time
}

func newLanes() lanes {
	return lanes{readers: readers{width: widthAtFirst, beingRead: map[string]bool{}, faulty: faulty{faults: map[int]*fault{}}}}
}

// workInLanes begins every step whose time has come and that has a place, until it is time to continue
// as new. Then steps under way get their grace; what they leave is put back.
func (i *intake) workInLanes(ctx workflow.Context) error {
	for !i.full(ctx) {
		i.show(ctx)
		i.news = false
		i.wakeBy(ctx, i.beginDue(ctx))
		if err := workflow.Await(ctx, func() bool { return i.news || i.broken != nil || i.full(ctx) }); err != nil {
			return err
		}
		if i.broken != nil {
			return i.broken
		}
	}
	return i.endSteps(ctx)
}

// dueTimes tells what is due now, and remembers when the next is.
type dueTimes struct{ now, next time.Time }

func (d *dueTimes) isDue(at time.Time) bool {
	if !at.After(d.now) {
		return true
	}
	if d.next.IsZero() || at.Before(d.next) {
		d.next = at
	}
	return false
}

// beginDue begins what is due, and returns when the next step is; zero when only the end of a step can
// bring one.
func (i *intake) beginDue(ctx workflow.Context) time.Time {
	s, due := &i.state, &dueTimes{now: workflow.Now(ctx)}
	i.beginBatches(ctx, due)
	switch {
	case i.settling:
	case i.hasEndedMaking() && due.isDue(i.resume[stepMade]):
		i.begin(ctx, &i.settling, i.takeMade)
	case !s.MakeAt.IsZero() && due.isDue(later(s.MakeAt, i.resume[stepMake])):
		i.begin(ctx, &i.settling, i.make)
	case due.isDue(later(s.NextLook, i.resume[stepLook])):
		i.begin(ctx, &i.settling, i.look)
	}
	if !i.polling && !isPolling(*s) && due.isDue(later(s.NextPoll, i.resume[stepPoll])) {
		i.begin(ctx, &i.polling, i.poll)
	}
	i.beginParts(ctx, due)
	return due.next
}

// begin does something beside everything else; place is taken meanwhile.
func (i *intake) begin(ctx workflow.Context, place *bool, do func(workflow.Context) error) {
	i.under++
	*place = true
	workflow.Go(ctx, func(g workflow.Context) {
		if err := do(g); err != nil && i.broken == nil {
			i.broken = err
		}
		i.under--
		*place = false
		i.news = true
	})
}

// run does the part of a step that is cancelled when the Intake has to continue as new.
func (i *intake) run(ctx workflow.Context, do func(workflow.Context) error) error {
	i.steps++
	stepping, stop := workflow.WithCancel(ctx)
	defer stop()
	if i.halted {
		stop()
	}
	i.stops = append(i.stops, &stop)
	failed := do(stepping)
	i.stops = slices.DeleteFunc(i.stops, func(other *workflow.CancelFunc) bool { return other == &stop })
	return failed
}

// endSteps lets steps under way finish for a while, and then stops them.
func (i *intake) endSteps(ctx workflow.Context) error {
	none := func() bool { return i.under == 0 }
	if _, err := workflows.AwaitUpTo(ctx, stepGrace, "let running steps finish before continuing as new", none); err != nil {
		return err
	}
	i.halted = true
	for _, stop := range slices.Clone(i.stops) {
		(*stop)()
	}
	if err := workflow.Await(ctx, none); err != nil {
		return err
	}
	return i.broken
}

// wakeBy sees to it that a timer fires by then. One that stands is kept, also when what it was for is
// done: a timer costs more than waking for nothing.
func (i *intake) wakeBy(ctx workflow.Context, at time.Time) {
	if at.IsZero() || slices.ContainsFunc(i.alarms, func(alarm time.Time) bool { return !alarm.After(at) }) {
		return
	}
	i.alarms = append(i.alarms, at)
	workflow.Go(ctx, func(g workflow.Context) {
		if workflows.Pause(g, at.Sub(workflow.Now(g)), "until there is something to do") != nil {
			return // the Intake is cancelled
		}
		i.alarms = slices.DeleteFunc(i.alarms, func(alarm time.Time) bool { return alarm.Equal(at) })
		i.news = true
	})
}
