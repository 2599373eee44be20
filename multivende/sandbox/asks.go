package sandbox

import (
	"time"

	"github.com/samber/lo"
)

const (
	labelTime   = time.Minute      // a label takes, on the hub's clock, when Options.TaskTime does not say
	failingTime = 10 * time.Second // a task takes that makes none
	pickingUp   = 3 * time.Second  // until the hub begins with what was asked
)

// The states of a task.
const (
	taskPending    = "pending"
	taskProcessing = "processing"
	taskCompleted  = "completed"
	taskWarnings   = "completed_with_warnings"
	taskFailed     = "failed"
)

// ask makes the task of one request for labels; unknown ids are ignored.
func (h *Hub) ask(now time.Time, c *connection, ids []string) *task {
	h.tasks++
	t := &task{
		id: h.id("task %d", h.tasks), number: h.tasks, connection: c,
		createdAt: now, updatedAt: now, state: taskPending, without: len(c.tasks) < int(c.taskFails),
	}
	for _, id := range lo.Uniq(ids) {
		if o := h.orderByID[id]; o != nil {
			t.asks = append(t.asks, h.askOne(now, t, o))
		}
	}
	labels := lo.CountBy(t.asks, func(a *ask) bool { return a.result == resultLabel })
	takes := h.options.TaskTime.of(labels)
	t.endsAt = now.Add(takes)
	c.tasks = append(c.tasks, t)
	h.taskByID[t.id] = t
	h.schedule(now.Add(min(pickingUp, takes/2)), func(at time.Time) { t.state, t.updatedAt = taskProcessing, at })
	h.schedule(t.endsAt, func(at time.Time) { h.finish(at, t) })
	return t
}

func (h *Hub) askOne(now time.Time, t *task, o *order) *ask {
	binds := o.connection.provider == "mercadolibre"
	if len(o.asks) == 0 && o.has(func(f Fault) bool { return f.CancelledDuring != "" }) {
		if binds { // nobody can cancel once the label is asked for
			h.cancelOrder(now, o)
		} else {
			h.schedule(now.Add(3*failingTime), func(at time.Time) { h.cancelOrder(at, o) })
		}
	}
	a := &ask{order: o, task: t, nth: len(o.asks) + 1, result: resultTaskFailed}
	if !t.without {
		a.result = o.result()
	}
	o.asks = append(o.asks, a)
	if a.result != resultLabel {
		return a
	}
	a.old = o.given > 0
	o.given++
	for _, fault := range o.faults {
		if fault.File != "" && (fault.Times == 0 || o.given <= fault.Times) {
			a.file = fault.File
		}
	}
	if a.file == "mislabelled" {
		a.wrong = h.neighbour(o)
	}
	if binds && o.status != readyToShip && !o.partial {
		o.status, o.onChannel = readyToShip, readyToShip
		o.moved(h, now)
	}
	return a
}

// result is how a request for the order's label ends now.
func (o *order) result() string {
	switch {
	case o.has(func(f Fault) bool { return f.Unknown }):
		return resultNoList
	case o.cancel, ranks[o.status] >= ranks[shipped]:
		return resultFailed
	case !o.hasLabel(), !o.ready:
		return resultUnavailable
	}
	o.tries++
	failing := o.fault(func(f Fault) Times { return f.LabelFails })
	unavailable := failing + o.fault(func(f Fault) Times { return f.Unavailable })
	onlyAvailable := unavailable + o.fault(func(f Fault) Times { return f.OnlyAvailable })
	switch {
	case o.tries <= failing:
		return resultFailed
	case o.tries <= unavailable:
		return resultUnavailable
	case o.tries <= onlyAvailable:
		return resultOnlyAvailable
	}
	return resultLabel
}

// finish ends a task: its labels are made and its orders count as printed.
func (h *Hub) finish(now time.Time, t *task) {
	made := 0
	for _, a := range t.asks {
		if a.result != resultLabel {
			continue
		}
		made++
		a.madeAt = now
		a.order.made, a.order.printed, a.order.updatedAt = a, true, now
		h.file(a)
	}
	t.updatedAt, t.state = now, taskWarnings
	switch made {
	case 0:
		t.state = taskFailed
	case len(t.asks):
		t.state = taskCompleted
	}
}
