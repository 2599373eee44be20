package intake

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	intakesteps "github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/contract"
)

// waitingNotification is what an Intake knows of a notification that waits.
type waitingNotification struct {
	// at is when it came.
	at time.Time
	// repeats: its object was told of before, so that no label waits for it.
	repeats bool
	// failed is the batch that failed with it, 0 for none; that is tried again by itself.
	failed int
}

// notification is one that a step takes up.
type notification struct {
	id string
	waitingNotification
}

// hear keeps each notification once. One that is being read now is kept again, because it may report a
// later change.
func (i *intake) hear(ctx workflow.Context, notifications contract.Notifications) {
	i.signals++
	now := workflow.Now(ctx)
	i.state.LastWebhook = now
	first := len(notifications.IDs) - notifications.Repeats
	for n, id := range notifications.IDs {
		i.state.Notifications++
		kind, _, ok := strings.Cut(id, "/")
		known := kind == intakesteps.CheckoutNotification || kind == intakesteps.DeliveryOrderNotification || kind == intakesteps.PickUpOrderNotification
		if !ok || !known || len(id) > notificationLength {
			continue
		}
		i.keep(id, waitingNotification{at: now, repeats: n >= first && i.state.Looked.Promised == 0})
	}
	i.news = true
}

// keep lets a notification wait; one that waits already waits no longer than the new one has to.
func (i *intake) keep(id string, one waitingNotification) {
	if before, waits := i.waiting[id]; waits {
		if before.repeats && !one.repeats {
			before.at, before.repeats = one.at, false
			i.waiting[id] = before
		}
		return
	}
	if len(i.state.Pending) == 0 {
		i.since = one.at
	}
	i.waiting[id] = one
	i.state.Pending = append(i.state.Pending, id)
}

// gather is how long a notification that has just come may wait for others.
func (i *intake) gather(one waitingNotification) time.Duration {
	if one.repeats {
		return max(i.settings.Ours(gatherRepeatsFor), gatherNotificationsFor)
	}
	return gatherNotificationsFor
}

// takeOut takes notifications out of those that wait. From here on, another notification of the same
// object counts as a new one.
func (i *intake) takeOut(ids []string) []notification {
	batch := make([]notification, len(ids))
	for n, id := range ids {
		batch[n] = notification{id, i.waiting[id]}
		delete(i.waiting, id)
	}
	taken := make(map[string]bool, len(ids))
	for _, id := range ids {
		taken[id] = true
	}
	i.state.Pending = slices.DeleteFunc(slices.Clone(i.state.Pending), func(id string) bool { return taken[id] })
	if len(i.state.Pending) == 0 {
		i.state.Pending = nil
	}
	return batch
}

// putBack puts notifications back in front of those that came later.
func (i *intake) putBack(batch []notification) {
	var back []string
	for _, one := range batch {
		newer, waits := i.waiting[one.id]
		if !waits {
			back = append(back, one.id)
			i.waiting[one.id] = one.waitingNotification
			continue
		}
		newer.at, newer.repeats = one.at, newer.repeats && one.repeats
		i.waiting[one.id] = newer
	}
	if len(back) == 0 {
		return
	}
	at := slices.IndexFunc(i.state.Pending, func(id string) bool { return !i.waiting[id].at.Before(batch[0].at) })
	if at < 0 {
		at = len(i.state.Pending)
	}
	i.state.Pending = slices.Concat(i.state.Pending[:at], back, i.state.Pending[at:])
}
