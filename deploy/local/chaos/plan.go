package main

import (
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"
)

// kind is what a fault does.
type kind string

// The kinds. A part is killed, told to end, or paused; a link is cut, silent, slow, or refuses calls; the hub's
// clock is set forward; a worker can write no file on disk.
const (
	killed  kind = "kill -9"
	ended   kind = "SIGTERM"
	paused  kind = "SIGSTOP"
	cut     kind = "cut"
	silent  kind = "silent"
	slow    kind = "slow"
	refused kind = "refused"
	stepped kind = "clock step"
	full    kind = "disk full"
)

// fault befalls a part or a link for a while.
type fault struct {
	At, For time.Duration
	Kind    kind
	On      string // a part, or a link from>to
	Refusal refusal
	Step    time.Duration // of the hub's time
}

func (f fault) String() string {
	text := fmt.Sprintf("%6.1fs  %-10s %s", f.At.Seconds(), f.Kind, f.On)
	if f.Refusal.status != 0 {
		text += fmt.Sprintf(", %d to %d of 100", f.Refusal.status, f.Refusal.share)
		if f.Refusal.writesOnly {
			text += " writes"
		}
	}
	if f.Step != 0 {
		return text + fmt.Sprintf(" by %v", f.Step)
	}
	return text + fmt.Sprintf(" for %.1fs", f.For.Seconds())
}

// plan is all that befalls a deployment. The same seed, length and number of kills make the same plan.
type plan struct {
	Faults []fault
	Points map[string][]point // by part
}

const (
	// longest is how long a fault lasts at most; Temporal and the hub are away for longer where there is time.
	longest = 8 * time.Second
	// longestAway is how long Temporal or the hub is away in a plan of ten minutes.
	longestAway = 2 * time.Minute
)

// deck is what may happen, each as often as it stands there.
func deck() []fault {
	var all []fault
	add := func(times int, f fault) { all = append(all, slices.Repeat([]fault{f}, times)...) }
	for _, part := range parts() {
		for _, k := range []kind{killed, paused} {
			add(1, fault{Kind: k, On: part})
		}
		if isOurs(part) {
			add(1, fault{Kind: ended, On: part})
		}
	}
	for _, name := range workers() {
		add(1, fault{Kind: killed, On: name})
		add(1, fault{Kind: full, On: name})
	}
	for _, name := range links() {
		for _, k := range []kind{cut, silent} {
			add(1, fault{Kind: k, On: name})
		}
		if isHTTP(name) {
			add(1, fault{Kind: slow, On: name})
		}
	}
	for _, name := range workers() {
		add(1, fault{Kind: refused, On: name + ">hub", Refusal: refusal{status: 429, share: 70}})
		add(1, fault{Kind: refused, On: name + ">hub", Refusal: refusal{status: 503, share: 50}})
		add(1, fault{Kind: refused, On: name + ">s3", Refusal: refusal{status: 503, share: 40}})
		add(1, fault{Kind: refused, On: name + ">s3", Refusal: refusal{status: 507, share: 100, writesOnly: true}})
	}
	add(2, fault{Kind: stepped, On: "hub"})
	return all
}

// newPlan draws what happens within a length of time. All of the deck happens before any of it happens again.
func newPlan(seed uint64, length time.Duration, kills int) plan {
	dice := rand.New(rand.NewPCG(seed, 0))
	p := plan{Points: map[string][]point{}}
	var left []fault
	for at := time.Duration(0); ; {
		at += time.Second + time.Duration(dice.Int64N(int64(2500*time.Millisecond)))
		if at >= length {
			break
		}
		if len(left) == 0 {
			left = deck()
			dice.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		}
		next := left[0]
		left = left[1:]
		next.At = at.Truncate(100 * time.Millisecond)
		p.Faults = append(p.Faults, next.drawn(dice, length))
	}
	for range kills {
		part, next := drawPoint(dice)
		p.Points[part] = append(p.Points[part], next)
	}
	return p
}

// drawn gives a fault its length, so that it is over before the plan is.
func (f fault) drawn(dice *rand.Rand, length time.Duration) fault {
	f.For = 500*time.Millisecond + time.Duration(dice.Int64N(int64(longest)))
	if f.Kind == killed && (f.On == "temporal" || f.On == "hub") {
		most := min(max(longest, length/4), longestAway)
		f.For = most/2 + time.Duration(dice.Int64N(int64(most/2)))
	}
	if isOurs(f.On) && f.Kind != paused && f.Kind != full {
		f.For = 100*time.Millisecond + time.Duration(dice.Int64N(int64(3*time.Second)))
	}
	f.For = min(f.For, max(length-f.At, 100*time.Millisecond)).Truncate(100 * time.Millisecond)
	if f.Kind == stepped {
		f.For, f.Step = 0, time.Duration(5+dice.IntN(115))*time.Minute
	}
	return f
}

func drawPoint(dice *rand.Rand) (part string, p point) {
	all := workers()
	if dice.IntN(10) == 0 {
		all = gateways()
	}
	part = all[dice.IntN(len(all))]
	p = point{Link: part + ">s3", Nth: 1 + dice.IntN(40), Moment: []moment{before, after, before, after, lost}[dice.IntN(5)]}
	if part == workers()[0] || part == workers()[1] {
		if dice.IntN(5) < 2 {
			p.Link, p.Nth = part+">hub", 1+dice.IntN(4)
		}
	} else {
		p.Nth = 1 + dice.IntN(3)
	}
	return part, p
}

// write shows the plan.
func (p plan) write(out io.Writer) {
	for _, f := range p.Faults {
		fmt.Fprintln(out, "  "+f.String())
	}
	for _, part := range parts() {
		for _, next := range p.Points[part] {
			fmt.Fprintf(out, "  failpoint  %s write %d on %s\n", next.Moment, next.Nth, next.Link)
		}
	}
}

// counts says how often each kind happens.
func (p plan) counts() map[kind]int {
	counts := map[kind]int{}
	for _, f := range p.Faults {
		counts[f.Kind]++
	}
	return counts
}

// inOrder sorts what is to be begun and ended by time.
func inOrder[T any](all []T, at func(T) time.Duration) {
	slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(at(a), at(b)) })
}
