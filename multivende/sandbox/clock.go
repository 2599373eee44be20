package sandbox

import (
	"container/heap"
	"time"
)

// clock is the hub's clock: it showed start when ours showed began, and runs
// speed times as fast.
type clock struct {
	start, began time.Time
	speed        float64
	ours         func() time.Time
}

func (c clock) now() time.Time {
	since := float64(c.ours().Sub(c.began)) * c.speed
	return c.start.Add(time.Duration(since)).UTC().Truncate(time.Millisecond)
}

// event is what will happen by itself at a time on the hub's clock.
type event struct {
	at   time.Time
	turn int // orders events of the same time
	do   func(now time.Time)
}

// events is a heap, earliest first.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].turn < e[j].turn
	}
	return e[i].at.Before(e[j].at)
}
func (e events) Swap(i, j int)  { e[i], e[j] = e[j], e[i] }
func (e *events) Push(next any) { *e = append(*e, next.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// schedule plans something for a time on the hub's clock.
func (h *Hub) schedule(at time.Time, do func(now time.Time)) {
	h.turn++
	heap.Push(&h.coming, event{at: at, turn: h.turn, do: do})
}

// settle does everything that is due, in order of time.
func (h *Hub) settle(now time.Time) {
	for len(h.coming) > 0 && !h.coming[0].at.After(now) {
		due := heap.Pop(&h.coming).(event)
		due.do(due.at)
	}
}
