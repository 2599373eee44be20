package intake

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"
)

const (
	// readersAtOnce is how many steps read changed sales side by side; of them widthAtMost catch up.
	readersAtOnce = 6
	widthAtMost   = readersAtOnce - 1
	widthAtFirst  = 2
	// quickRead and slowRead are how long a step reads that catches up where more of them side by side
	// make it faster, and where the hub's rate is the limit, so that they would only wait.
	quickRead = 5 * time.Second
	slowRead  = 10 * time.Second
	// holdsUpFor is how long a batch that is not full lets the next one gather, and catchesUpFor how long
	// a step that catches up holds its place: one that hangs delays no other.
	holdsUpFor   = 15 * time.Second
	catchesUpFor = time.Minute
)

// readers are the steps that read changed sales.
type readers struct {
	readings []*reading
	// width is how many of them may catch up side by side.
	width int
	// beingRead are the notifications that they read.
	beingRead map[string]bool
	// parts are stretches of the first list of the backlog that are read, or are to be read again.
	parts []*part
	faulty
}

// reading is one step that reads changed sales.
type reading struct {
	began time.Time
	// catchesUp: nobody waits for what it reads.
	catchesUp bool
}

// mayRead says whether another step may begin to read, and if not, when it may even if no other ends.
func (i *intake) mayRead(catchesUp bool, due *dueTimes) bool {
	if len(i.readings) >= readersAtOnce || i.general && len(i.readings) > 0 || !due.isDue(i.resume[stepRead]) {
		return false
	}
	patience, most := holdsUpFor, 1
	if catchesUp {
		patience, most = catchesUpFor, i.width
	}
	fresh, catching := 0, 0
	var free time.Time
	for _, r := range i.readings {
		if r.catchesUp {
			catching++
		}
		if end := r.began.Add(patience); r.catchesUp == catchesUp && end.After(due.now) {
			fresh++
			if free.IsZero() || end.Before(free) {
				free = end
			}
		}
	}
	if catchesUp && catching >= widthAtMost {
		return false
	}
	return fresh < most || due.isDue(free)
}

// beginBatches begins to read notifications: full batches at once, others when they have gathered.
func (i *intake) beginBatches(ctx workflow.Context, due *dueTimes) {
	for len(i.state.Pending) > 0 {
		ids, at := i.nextBatch(due)
		full := len(ids) == notificationsAtOnce
		if len(ids) == 0 || !full && !due.isDue(at) || !i.mayRead(full, due) {
			return
		}
		batch := i.takeOut(ids)
		for _, one := range batch {
			i.beingRead[one.id] = true
		}
		i.reading += len(batch)
		i.beginReading(ctx, full, func(g workflow.Context) (bool, error) { return i.readBatch(g, batch) })
	}
}

// nextBatch picks the notifications that have waited longest of those that nobody reads, and says by
// when they have gathered. A batch that failed is tried again by itself.
func (i *intake) nextBatch(due *dueTimes) (ids []string, at time.Time) {
	number := 0
	for _, id := range i.state.Pending {
		one := i.waiting[id]
		gathered := one.at.Add(i.gather(one))
		if one.failed > 0 {
			gathered = i.faults[one.failed].again
		}
		if i.beingRead[id] || one.failed > 0 && !due.isDue(gathered) || len(ids) > 0 && one.failed != number {
			continue
		}
		number = one.failed
		ids = append(ids, id)
		if at.IsZero() || gathered.Before(at) {
			at = gathered
		}
		if len(ids) == notificationsAtOnce {
			break
		}
	}
	return ids, at
}

// beginReading reads beside everything else. Where steps that catch up are quick, more of them follow.
func (i *intake) beginReading(ctx workflow.Context, catchesUp bool, read func(workflow.Context) (whole bool, err error)) {
	one := &reading{began: workflow.Now(ctx), catchesUp: catchesUp}
	i.readings = append(i.readings, one)
	var placeless bool
	i.begin(ctx, &placeless, func(g workflow.Context) error {
		whole, err := read(g)
		i.readings = slices.DeleteFunc(i.readings, func(other *reading) bool { return other == one })
		switch took := workflow.Now(g).Sub(one.began); {
		case !catchesUp:
		case !whole || took > slowRead:
			i.width = max(i.width-1, 1)
		case took <= quickRead:
			i.width = min(i.width+1, widthAtMost)
		}
		return err
	})
}

// readBatch reads notifications and puts back what is left of them.
func (i *intake) readBatch(ctx workflow.Context, batch []notification) (whole bool, err error) {
	through, failed, err := i.takeUp(ctx, batch)
	i.reading -= len(batch)
	for _, one := range batch {
		delete(i.beingRead, one.id)
	}
	number := i.noteRead(ctx, batch[0].failed, failed)
	left := slices.Clone(batch[through:])
	for n := range left {
		left[n].failed = number
	}
	i.putBack(left)
	return len(left) == 0, err
}
