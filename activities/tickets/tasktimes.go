package tickets

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// taskTimes is what is known of how long the label tasks of a connection take. It stands in the
// store; where it cannot be read or kept, looks go on without it.
type taskTimes struct {
	store *storage.Store
	scope activities.Scope
}

// known is what was learnt so far.
func (t taskTimes) known(ctx context.Context) pace.Tasks {
	var known pace.Tasks
	err := t.store.Get(ctx, t.key(), &known)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		activity.GetLogger(ctx).Warn("what was learnt about the duration of label tasks cannot be read; learning it again", "connection", t.scope.Connection.ID, "error", err)
	}
	return known
}

// learn keeps a change of it and returns what is known then. What others learnt meanwhile stays; a
// change that is overtaken again and again is lost, which costs a look.
func (t taskTimes) learn(ctx context.Context, change func(pace.Tasks) pace.Tasks) (known pace.Tasks) {
	var err error
	for range activities.DelayTries {
		var before pace.Tasks
		etag, readErr := t.store.GetTagged(ctx, t.key(), &before)
		known = change(before)
		if err = readErr; err != nil && !errors.Is(err, storage.ErrNotFound) {
			break
		}
		if _, err = t.store.PutIf(ctx, t.key(), known, etag); !errors.Is(err, storage.ErrChanged) {
			break
		}
	}
	if err != nil {
		activity.GetLogger(ctx).Warn("the duration of a label task could not be stored", "connection", t.scope.Connection.ID, "error", err)
	}
	return known
}

func (t taskTimes) key() string {
	return storage.TaskTimes(t.scope.Merchant, t.scope.Connection.ID)
}

// next is the age at which a task of so many labels is worth its next look, in the hub's time; of one
// that was not looked at yet, the first.
func (t taskTimes) next(ctx context.Context, task string, labels int) time.Duration {
	return t.known(ctx).NextTaskLook(task, labels, t.labelTime())
}

func (t taskTimes) labelTime() time.Duration { return time.Duration(t.scope.Settings.LabelTime) }

// atWork notes a look at a task that was at work at an age, and returns the age for the next.
func (t taskTimes) atWork(ctx context.Context, task string, labels int, age time.Duration, now time.Time) time.Duration {
	known := t.learn(ctx, func(known pace.Tasks) pace.Tasks { return known.ObserveRunning(task, labels, age, now) })
	return known.NextTaskLook(task, labels, t.labelTime())
}

// ended learns from a task of so many orders that is over at an age. Where the hub does not tell how
// long it took, a look that came late (the worker was away) tells nothing.
func (t taskTimes) ended(ctx context.Context, task multivende.Task, orders int, age time.Duration) {
	told := task.UpdatedAt.Sub(task.CreatedAt)
	t.learn(ctx, func(known pace.Tasks) pace.Tasks {
		made := len(task.Output.Successful)
		if tells := told > 0 && told <= age; !tells && age > 2*known.NextTaskLook(task.ID, orders, t.labelTime()) {
			made = 0
		}
		return known.ObserveEnded(task.ID, made, age, told)
	})
}
