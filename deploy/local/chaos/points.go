package main

import "sync"

// moment is when a failpoint strikes.
type moment string

// The moments. Before: the caller dies, and the write was never passed on. After: the write was done, and its
// caller dies without an answer. Lost: the caller lives, and the answer does not reach it.
const (
	before moment = "before"
	after  moment = "after"
	lost   moment = "lost"
)

// point is a failpoint: the nth write on a link, counted since its part has last begun.
type point struct {
	Link   string
	Nth    int
	Moment moment
}

// points are the failpoints of a part, one after the other.
type points struct {
	kill func() // ends the part, and returns once it has ended

	mutex  sync.Mutex
	queue  []point
	seen   int
	armed  bool
	struck []point
}

// at counts a write and says whether it is the one that the next failpoint means.
func (p *points) at(link string) (moment, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.armed || len(p.queue) == 0 || p.queue[0].Link != link {
		return "", false
	}
	if p.seen++; p.seen < p.queue[0].Nth {
		return "", false
	}
	next := p.queue[0]
	p.queue, p.seen = p.queue[1:], 0
	p.armed = next.Moment == lost // who lives goes on counting
	p.struck = append(p.struck, next)
	return next.Moment, true
}

// arm begins to count, for a part that has just begun.
func (p *points) arm() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.seen, p.armed = 0, true
}

// disarm ends it for good, and returns what has struck.
func (p *points) disarm() []point {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.queue, p.armed = nil, false
	return p.struck
}

// load gives the part its failpoints.
func (p *points) load(queue []point) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.queue, p.armed = append([]point{}, queue...), true
}
