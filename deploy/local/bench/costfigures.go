package main

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/deploy/local/bench/tally"
)

// The most that a label may cost.
const (
	writesALabel  = 12.0
	readsALabel   = 25.0
	actionsALabel = 8.0
	// workerMegabytes is the most memory that a worker may need for an intake with it.
	workerMegabytes = 150.0
)

// kind picks the requests or the actions of figures.
type kind func(tally.Figures) tally.Counts

func requests(f tally.Figures) tally.Counts { return f.Requests }
func actions(f tally.Figures) tally.Counts  { return f.Actions }

func anything(string) bool          { return true }
func isWrite(operation string) bool { return !tally.IsRead(operation) }

// The steps that come by the clock, whatever is sold.
const (
	lookStep = "LookOver"
	pollStep = "PollSales"
)

// times is how often the intake has begun a step.
func times(f tally.Figures, step string) int { return f.Actions["Intake"]["activity "+step] }

// perLabel is what one label costs by all who ask.
func (f costFigures) perLabel(of kind, fits func(what string) bool) float64 {
	return lo.SumBy(f.askers(of), func(asker string) float64 { return f.ofAsker(of, asker, fits) })
}

// ofAsker is what one who asks costs a label.
func (f costFigures) ofAsker(of kind, asker string, fits func(what string) bool) float64 {
	sum := 0.0
	for what := range of(f.Lone.And(f.Run))[asker] {
		if fits(what) {
			sum += f.ofPart(of, asker, what)
		}
	}
	return sum
}

// ofPart is what one part of that costs a label. Looks and polls come by the clock: what one asks while hardly
// anything happens, beside the orders sold one by one, is taken for as many as come in a day; what they ask above
// that after a run is for its labels; the look through all orders comes once a day beside them. A timer of the intake for each of them counts as theirs. Notifications are
// taken for a signal each, as they are at the hub's own pace.
func (f costFigures) ofPart(of kind, asker, what string) float64 {
	lone, run := float64(of(f.Lone)[asker][what]), float64(of(f.Run)[asker][what])
	for step, aDay := range map[string]float64{lookStep: looksADay, pollStep: pollsADay} {
		if asker != step && !strings.HasSuffix(what, " "+step) {
			continue
		}
		idle, whole := lone/float64(times(f.Lone, step)), 0.0
		if step == lookStep {
			whole = float64(of(f.Whole)[asker][what])
		}
		return (idle*aDay+whole)/float64(f.perDay) + max(0, run-idle*float64(times(f.Run, step)))/float64(f.Labels)
	}
	switch {
	case asker == "worker accounts" && what == "ListObjectsV2": // intakes are looked at by the hub's clock
		return (lone + run) / f.HubTook.Hours() * 24 / float64(f.perDay)
	case asker == "worker accounts": // accounts by our own
		return (lone + run) / f.Took.Hours() * 24 / float64(f.perDay)
	case strings.HasPrefix(asker, "worker"): // old objects are deleted once a day, where S3 does not do it
		return (lone + run) / float64(f.perDay)
	case asker == "Intake" && what == "timer":
		lone = max(0, lone-float64(times(f.Lone, lookStep)+times(f.Lone, pollStep)))
		run = max(0, run-float64(times(f.Run, lookStep)+times(f.Run, pollStep)))
		return lone/float64(f.Sold) + run/float64(f.Labels) + (looksADay+pollsADay)/float64(f.perDay)
	case asker == "Intake" && what == "signal notifications":
		lone, run = float64(f.Notifications[0]), float64(f.Notifications[1])
	}
	return lone/float64(f.Sold) + run/float64(f.Labels)
}

func (f costFigures) writes() float64 { return f.perLabel(requests, isWrite) }
func (f costFigures) reads() float64  { return f.perLabel(requests, tally.IsRead) }

// actions are those of Temporal. Their heartbeats are those that were counted, or as many as there were at the
// hub's own pace.
func (f costFigures) actions() float64 { return f.perLabel(actions, anything) }
func (f costFigures) actionsAtPace() float64 {
	return f.perLabel(actions, isNoBeat) + f.beats()
}

func isNoBeat(what string) bool { return !strings.HasPrefix(what, "heartbeat ") }

// beats are the heartbeats of a label where all the time that activities took was the hub's: how many there were
// here says little, because the hub's time passes quicker than they beat. It is too many where our own machine was slow.
func (f costFigures) beats() float64 {
	count := func(busy map[string][]tally.Try) (beats float64) {
		for _, tries := range busy {
			for _, try := range tries {
				beats += math.Floor(try.Took.Seconds() * f.speed / beatEvery(try.Patience).Seconds())
			}
		}
		return beats
	}
	return count(f.Lone.Busy)/float64(f.Sold) + count(f.Run.Busy)/float64(f.Labels)
}

// beatEvery is how often an activity says that it lives: five times before it is missed after 10 s, three times
// where nobody waits for it.
func beatEvery(patience time.Duration) time.Duration {
	if patience < 30*time.Second {
		return patience / 5
	}
	return patience / 3
}

// askers are those who asked for anything, the dearest first.
func (f costFigures) askers(of kind) []string {
	each := func(asker string) float64 { return f.ofAsker(of, asker, anything) }
	return slices.SortedFunc(slices.Values(lo.Keys(of(f.Lone.And(f.Run)))), func(a, b string) int {
		return cmp.Or(cmp.Compare(each(b), each(a)), cmp.Compare(a, b))
	})
}

// each is what one look or poll asks of the store while hardly anything happens.
func (f costFigures) each(step string, fits func(string) bool) float64 {
	return float64(f.Lone.Requests.Sum(func(who, what string) bool { return who == step && fits(what) })) / float64(times(f.Lone, step))
}

// whole is what the look through all orders asks of the store.
func (f costFigures) whole(fits func(string) bool) int {
	return f.Whole.Requests.Sum(func(who, what string) bool { return who == lookStep && fits(what) })
}
