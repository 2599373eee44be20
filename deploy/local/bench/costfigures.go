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
	// workerMegabytes is the most memory that a worker may need with it.
	workerMegabytes = 150.0
)

// kind picks the requests or the actions of figures.
type kind func(tally.Figures) tally.Counts

func requests(f tally.Figures) tally.Counts { return f.Requests }
func actions(f tally.Figures) tally.Counts  { return f.Actions }

func anything(string) bool          { return true }
func isWrite(operation string) bool { return !tally.IsRead(operation) }

// perLabel is what one label costs by all who ask.
func (f costFigures) perLabel(of kind, fits func(what string) bool) float64 {
	return lo.SumBy(f.askers(of), func(asker string) float64 { return f.ofAsker(of, asker, fits) })
}

// ofAsker is what one who asks costs a label. Looks and polls come by the clock, whatever is sold: they are taken
// for as many as come in a day of that many orders.
func (f costFigures) ofAsker(of kind, asker string, fits func(what string) bool) float64 {
	sum := 0.0
	for what := range of(f.Lone.And(f.Run))[asker] {
		if fits(what) {
			sum += f.ofPart(of, asker, what)
		}
	}
	return sum
}

func (f costFigures) ofPart(of kind, asker, what string) float64 {
	lone, run := float64(of(f.Lone)[asker][what]), float64(of(f.Run)[asker][what])
	switch {
	case asker == "LookOver", what == "activity LookOver":
		return (lone + run) / float64(f.Looks) * looksADay / float64(f.perDay)
	case asker == "PollSales", what == "activity PollSales":
		return (lone + run) / float64(f.Polls) * pollsADay / float64(f.perDay)
	}
	return lone/float64(f.Sold) + run/float64(f.Labels)
}

func (f costFigures) writes() float64  { return f.perLabel(requests, isWrite) }
func (f costFigures) reads() float64   { return f.perLabel(requests, tally.IsRead) }
func (f costFigures) actions() float64 { return f.perLabel(actions, isNoBeat) + f.beats() }

func isNoBeat(what string) bool { return !strings.HasPrefix(what, "heartbeat ") }

// askers are those who asked for anything, the dearest first.
func (f costFigures) askers(of kind) []string {
	each := func(asker string) float64 { return f.ofAsker(of, asker, anything) }
	return slices.SortedFunc(slices.Values(lo.Keys(of(f.Lone.And(f.Run)))), func(a, b string) int {
		return cmp.Or(cmp.Compare(each(b), each(a)), cmp.Compare(a, b))
	})
}

// each is what one look or poll asks of the store.
func (f costFigures) each(asker string, times int, fits func(string) bool) float64 {
	all := f.Lone.Requests.And(f.Run.Requests)
	return float64(all.Sum(func(who, what string) bool { return who == asker && fits(what) })) / float64(times)
}

// beatEvery is how often an activity says that it lives.
const beatEvery = 2 * time.Second

// beats are the heartbeats of a label where all the time that activities took was the hub's: how many there were
// here says little, because the hub's time passes quicker than they beat.
func (f costFigures) beats() float64 {
	count := func(busy map[string][]time.Duration) (beats float64) {
		for _, tries := range busy {
			for _, took := range tries {
				beats += math.Floor(took.Seconds() * f.speed / beatEvery.Seconds())
			}
		}
		return beats
	}
	return count(f.Lone.Busy)/float64(f.Sold) + count(f.Run.Busy)/float64(f.Labels)
}
