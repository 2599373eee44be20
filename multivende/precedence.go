package multivende

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// givenShare: of so many calls, one is for a class that gives way, even while others are in line.
	givenShare = 10
	// quietCalls is for how many calls' time a run must have been quiet before calls that catch up get
	// the whole rate. It covers what a step does between two answers.
	quietCalls = 4
)

// precedenceClass ranks the calls of a client: lower classes go first.
type precedenceClass int

const (
	first      precedenceClass = iota // calls whose context says nothing else
	patient                           // see Patient
	background                        // see Background
	classes
)

type (
	classKey struct{}
	turnKey  struct{}
)

// patientTurns numbers the contexts of patient work.
var patientTurns atomic.Int64

// Patient marks calls made with the context as patient: while other calls are in line, they get a
// tenth of the rate. Patient contexts are served one after the other, in the order in which they
// were marked, so that the first is done early.
func Patient(ctx context.Context) context.Context {
	return context.WithValue(context.WithValue(ctx, classKey{}, patient), turnKey{}, patientTurns.Add(1))
}

// Background marks calls made with the context as catching up: they let the client's other calls
// go first and get a tenth of the rate beside them, or all of it when there are no others.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, classKey{}, background)
}

func classOf(ctx context.Context) precedenceClass {
	class, _ := ctx.Value(classKey{}).(precedenceClass)
	return class
}

// precedence is what a limiter knows about its callers, to let some go first. In each line only one
// caller at a time reserves its moment, so that a change of the rate affects all at once. A call of
// the first class waits for at most one call of each other class.
type precedence struct {
	lines [classes]line

	inLine   [classes]int       // calls that have not left yet
	leftAt   [classes]time.Time // when the last of them left
	sharedAt [classes]time.Time // when a class that gives way last had its share
}

// line holds the callers that wait for the place at its head.
type line struct {
	taken   bool
	waiting []*caller // the next one first
}

type caller struct {
	turn int64
	head chan struct{} // closed when the caller has the place at the head
}

// enter waits for the place at the head of the caller's line; leave gives it back.
func (l *limiter) enter(ctx context.Context) (leave func(), err error) {
	class := classOf(ctx)
	gone := l.arrive(class)
	if err := l.queue(ctx, class); err != nil {
		gone()
		return nil, err
	}
	leave = func() { gone(); l.advance(class) }
	for pause := l.giveWay(class); pause > 0; pause = l.giveWay(class) {
		if err := sleepFor(ctx, pause); err != nil {
			leave()
			return nil, err
		}
	}
	return leave, nil
}

// queue waits for the place at the head of a line, behind callers that came earlier; patient calls
// also wait behind those whose work began earlier.
func (l *limiter) queue(ctx context.Context, class precedenceClass) error {
	l.mu.Lock()
	line := &l.lines[class]
	if !line.taken {
		line.taken = true
		l.mu.Unlock()
		return nil
	}
	turn, _ := ctx.Value(turnKey{}).(int64)
	self := &caller{turn: turn, head: make(chan struct{})}
	at, _ := slices.BinarySearchFunc(line.waiting, turn+1, func(c *caller, turn int64) int { return cmp.Compare(c.turn, turn) })
	line.waiting = slices.Insert(line.waiting, at, self)
	l.mu.Unlock()
	select {
	case <-self.head:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	at = slices.Index(line.waiting, self)
	if at >= 0 {
		line.waiting = slices.Delete(line.waiting, at, at+1)
	}
	l.mu.Unlock()
	if at < 0 { // the place came meanwhile
		l.advance(class)
	}
	return ctx.Err()
}

// advance gives the place at the head of a line to the next.
func (l *limiter) advance(class precedenceClass) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := &l.lines[class]
	if len(line.waiting) == 0 {
		line.taken = false
		return
	}
	close(line.waiting[0].head)
	line.waiting = slices.Delete(line.waiting, 0, 1)
}

// arrive counts a call until it has left.
func (l *limiter) arrive(class precedenceClass) (gone func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inLine[class]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.inLine[class]--
		l.leftAt[class] = time.Now()
	}
}

// giveWay is how long the call at the head of its line must still wait for calls of earlier
// classes; 0 when its moment has come.
func (l *limiter) giveWay(class precedenceClass) time.Duration {
	if class == first {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	apart := time.Duration(float64(time.Second) / float64(l.tokens.Limit()))
	var pause time.Duration
	for before := first; before < class; before++ {
		if l.inLine[before] > 0 {
			pause = max(pause, apart)
		}
		if class == background {
			pause = max(pause, l.leftAt[before].Add(quietCalls*apart).Sub(now))
		}
	}
	if pause = min(pause, l.sharedAt[class].Add(givenShare*apart).Sub(now)); pause > 0 {
		return pause
	}
	l.sharedAt[class] = now
	return 0
}
