package intake

import (
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/workflows"
)

// faulty is what an Intake knows of batches and parts that failed.
type faulty struct {
	// faults are theirs, by number; numbers counts those given out.
	faults  map[int]*fault
	numbers int
	// failing are those that failed since one was read.
	failing []int
	// general: they all fail, so that one at a time tries; tries counts them.
	general bool
	tries   int
}

// fault is what is known of a batch or part that failed.
type fault struct {
	tries int
	// again is when it is read again.
	again time.Time
}

// noteEnd shows the error of a step to people until the step succeeds, and delays its next try; it does
// not end the Intake.
func (i *intake) noteEnd(ctx workflow.Context, name string, failed error) {
	switch {
	case failed == nil && i.state.TroubleOf == name:
		i.state.Trouble, i.state.TroubleOf, i.state.Troubles = "", "", 0
	case failed != nil && !temporal.IsCanceledError(failed):
		i.showTrouble(name, failed)
		i.resume[name] = workflow.Now(ctx).Add(troublePause(i.state.Troubles))
	}
}

func (i *intake) showTrouble(name string, failed error) {
	if i.state.TroubleOf != name {
		i.state.Troubles = 0
	}
	i.state.Trouble, i.state.TroubleOf = workflows.ErrorWords(failed), name
	i.state.Troubles++
}

// troublePause grows from a minute to half an hour, in our time.
func troublePause(times int) time.Duration {
	return min(time.Minute<<min(times-1, 10), 30*time.Minute)
}

// noteRead notes how the reading of a batch or part ended, whose fault had that number until now, and
// returns the number that it has from now on. One that fails alone is tried again alone, and delays no
// other. When two fail and none succeeds between them, the fault is the hub's: then all wait, and
// one at a time is tried.
func (i *intake) noteRead(ctx workflow.Context, number int, failed error) int {
	switch {
	case temporal.IsCanceledError(failed):
		return 0 // the Intake is about to continue as new
	case failed == nil:
		delete(i.faults, number)
		i.general, i.tries, i.failing = false, 0, nil
		if len(i.faults) == 0 && i.state.TroubleOf == stepRead {
			i.state.Trouble, i.state.TroubleOf, i.state.Troubles = "", "", 0
		}
		return 0
	}
	i.showTrouble(stepRead, failed)
	if i.faults[number] == nil {
		i.numbers++
		number = i.numbers
		i.faults[number] = &fault{}
	}
	if !slices.Contains(i.failing, number) {
		i.failing = append(i.failing, number)
	}
	if i.general || len(i.failing) > 1 {
		i.waitForTheHub(ctx)
		return 0
	}
	i.faults[number].tries++
	i.faults[number].again = workflow.Now(ctx).Add(troublePause(i.faults[number].tries))
	return number
}

// waitForTheHub lets everything that is to be read wait, and forgets what failed by itself.
func (i *intake) waitForTheHub(ctx workflow.Context) {
	i.general, i.failing = true, nil
	i.tries++
	i.resume[stepRead] = workflow.Now(ctx).Add(troublePause(i.tries))
	i.faults = map[int]*fault{}
	for _, id := range i.state.Pending {
		one := i.waiting[id]
		one.failed = 0
		i.waiting[id] = one
	}
	i.parts = slices.DeleteFunc(i.parts, func(one *part) bool { return !one.underWay })
}
