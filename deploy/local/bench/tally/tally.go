// Package tally counts what a deployment asks of its servers: requests to the label store and actions of
// Temporal, each by who asked. Begin with [New]; hand [Tally.Store] to storage.Store.Observed and
// [Tally.Temporal] to the server's frontend.
//
// Requests are counted as they leave, each try by itself. Actions are counted at Temporal's frontend, by the
// rule of the server's own metric "action", which follows the public list of what Temporal Cloud bills:
//
//   - a workflow that is started, also by continue-as-new; a child counts twice
//   - an activity that is asked for, and each of its retries when a worker takes it
//   - a timer, a signal (also one to another workflow), a query, an update that is let in or turned away
//   - a heartbeat that reaches the server
//   - an upsert of search attributes or of the memo
//   - all markers of a workflow task together (local activities, side effects, versions)
//   - a schedule that is made, changed or taken away; a reset, a pause, a change of a workflow's options
//
// Nothing else counts: no poll for tasks, no description, list or history, and no end of anything.
package tally

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/despacho/despacho/storage"
)

// Counts are how often something was done: by who asked, then by what it was.
type Counts map[string]map[string]int

// Tally counts. Its methods may be called side by side.
type Tally struct {
	mu       sync.Mutex
	requests Counts
	actions  Counts
	tasks    tasks
}

// New returns a tally of nothing.
func New() *Tally {
	return &Tally{requests: Counts{}, actions: Counts{}, tasks: newTasks()}
}

// Figures are what was counted.
type Figures struct {
	// Requests are those to the label store, by activity (or by the part of the deployment) and by S3 operation.
	Requests Counts `json:"requests"`
	// Actions are those of Temporal, by type of workflow and by what was done, such as "activity LookOver".
	Actions Counts `json:"actions"`
	// Busy are the tries of each activity that have ended.
	Busy map[string][]Try `json:"-"`
}

// Try is one try of an activity: how long it was at work, in our time, and after how long without a heartbeat it
// would have been missed.
type Try struct {
	Took, Patience time.Duration
}

// Figures returns what was counted so far.
func (t *Tally) Figures() Figures {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Figures{Requests: t.requests.clone(), Actions: t.actions.clone(), Busy: maps.Clone(t.tasks.busy)}
}

// Since is what was counted after earlier figures.
func (f Figures) Since(earlier Figures) Figures {
	busy := map[string][]Try{}
	for activity, tries := range f.Busy {
		busy[activity] = tries[len(earlier.Busy[activity]):]
	}
	return Figures{Requests: f.Requests.since(earlier.Requests), Actions: f.Actions.since(earlier.Actions), Busy: busy}
}

// And is both figures together, of two processes.
func (f Figures) And(other Figures) Figures {
	busy := maps.Clone(f.Busy)
	for activity, tries := range other.Busy {
		if busy == nil {
			busy = map[string][]Try{}
		}
		busy[activity] = append(slices.Clone(busy[activity]), tries...)
	}
	return Figures{Requests: f.Requests.And(other.Requests), Actions: f.Actions.And(other.Actions), Busy: busy}
}

// Store returns what observes a store; who is the part of the deployment whose requests are those outside of
// every activity. They are counted as its own, with their kind of object ("worker accounts").
func (t *Tally) Store(who string) func(context.Context, storage.Request) {
	return func(ctx context.Context, request storage.Request) {
		asker := strings.TrimSpace(who + " " + request.Kind)
		if activity.IsActivity(ctx) {
			asker = activity.GetInfo(ctx).ActivityType.Name
		}
		t.count(t.requests, asker, request.Operation)
	}
}

func (t *Tally) count(counts Counts, asker, what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts.add(asker, what, 1)
}

func (c Counts) add(asker, what string, n int) {
	if c[asker] == nil {
		c[asker] = map[string]int{}
	}
	c[asker][what] += n
}

func (c Counts) clone() Counts { return c.And(nil) }

// And is both together.
func (c Counts) And(other Counts) Counts {
	sum := Counts{}
	for _, counts := range []Counts{c, other} {
		for asker, done := range counts {
			for what, n := range done {
				sum.add(asker, what, n)
			}
		}
	}
	return sum
}

func (c Counts) since(earlier Counts) Counts {
	later := Counts{}
	for asker, done := range c {
		for what, n := range done {
			if more := n - earlier[asker][what]; more != 0 {
				later.add(asker, what, more)
			}
		}
	}
	return later
}

// Sum is how often all that fits was done.
func (c Counts) Sum(fits func(asker, what string) bool) (sum int) {
	for asker, done := range c {
		for what, n := range done {
			if fits(asker, what) {
				sum += n
			}
		}
	}
	return sum
}

// IsRead says whether an S3 operation is one of the cheap ones. All others write, list or delete.
func IsRead(operation string) bool {
	switch operation {
	case "GetObject", "HeadObject", "HeadBucket", "GetObjectAttributes":
		return true
	}
	return false
}
