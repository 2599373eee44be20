package sandbox

import (
	"net/http"
	"time"
)

// grantedRate is how many calls a second the hub grants a merchant.
const grantedRate = 4

// CriticalPath is the least time that a client needs if it loses none itself, in seconds of the
// hub's clock: the longest chain of waits that the hub imposed on one order, and the calls.
// README.md defines both.
type CriticalPath struct {
	Order string `json:"order,omitempty"` // the one that the hub let wait longest
	// StatusSeconds were its status on the way to the channel before the label, TaskSeconds the
	// tasks that it needed.
	StatusSeconds float64 `json:"status_seconds"`
	TaskSeconds   float64 `json:"task_seconds"`
	// Calls are the calls that every client needs; CallSeconds is their time at four per second.
	Calls       int     `json:"calls"`
	CallSeconds float64 `json:"call_seconds"`
	Seconds     float64 `json:"seconds"` // all three
}

// Duration is the critical path's length on the hub's clock.
func (p CriticalPath) Duration() time.Duration {
	return time.Duration(p.Seconds * float64(time.Second))
}

// CriticalPath covers what was asked since a time on the hub's clock; the report's covers
// everything since the world began.
func (h *Hub) CriticalPath(since time.Time) CriticalPath {
	h.lock()
	defer h.mutex.Unlock()
	return h.criticalPath(since)
}

func (h *Hub) criticalPath(since time.Time) CriticalPath {
	var path CriticalPath
	for _, o := range h.orders {
		status, tasks := o.statusWait(since).Seconds(), o.taskWait(since).Seconds()
		if status+tasks > path.StatusSeconds+path.TaskSeconds {
			path.Order, path.StatusSeconds, path.TaskSeconds = o.id, status, tasks
		}
	}
	for _, at := range h.needed {
		if !at.Before(since) {
			path.Calls++
		}
	}
	path.CallSeconds = float64(path.Calls) / grantedRate
	path.Seconds = path.StatusSeconds + path.TaskSeconds + path.CallSeconds
	return path
}

// statusWait is how long the status took to the channel that the order's label needs; of one that
// was sent more than once, the sending that was settled first.
func (o *order) statusWait(since time.Time) time.Duration {
	if o.channel() == nil || o.channel().first == "" {
		return 0
	}
	for _, l := range o.links {
		if !l.before && !l.sentAt.Before(since) && l.code == o.channel().first && l.settled() {
			return l.endsAt.Sub(l.sentAt)
		}
	}
	return 0
}

// taskWait is how long the tasks took that the order needed: all until its label was made.
func (o *order) taskWait(since time.Time) (wait time.Duration) {
	for _, a := range o.asks {
		if a.task.createdAt.Before(since) || !a.task.ended() {
			continue
		}
		wait += a.task.endsAt.Sub(a.task.createdAt)
		if !a.madeAt.IsZero() {
			break
		}
	}
	return wait
}

func (t *task) ended() bool { return t.state != taskPending && t.state != taskProcessing }

// need records a call that every client needs: not one that only showed that a task is at work or
// a status on its way, not a refused one, and none for a file or a token.
func (h *Hub) need(call entry) {
	if routeNamed(call.Route).access != byToken || call.Status >= http.StatusBadRequest || call.Status == 0 {
		return
	}
	if t := h.taskByID[call.ID]; t != nil && call.Route == "task" && call.At.Before(t.endsAt) {
		return
	}
	if o := h.orderByID[call.ID]; o != nil && call.Route == "delivery-order" && o.travels(call.At) {
		return
	}
	h.needed = append(h.needed, call.At)
}

// travels says whether the newest change was on its way at a moment.
func (j *journey) travels(at time.Time) bool {
	return j.link != nil && !j.link.before && (j.link.endsAt.IsZero() || at.Before(j.link.endsAt))
}
