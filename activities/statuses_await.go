package activities

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

const (
	// sampleSize is how many of a page's orders are read to learn whether it is worth reading all.
	sampleSize = 3
	// enoughSettled: a wait ends when one order in so many is settled, so that no page is looked at too often.
	enoughSettled = 4
	// firstStatusPause and lastStatusPause bound the pauses between looks, in the hub's time.
	firstStatusPause = 20 * time.Second
	lastStatusPause  = 90 * time.Second
)

// AwaitStatusesInput says which status the pending orders of a page wait for.
// All times are the hub's.
type AwaitStatusesInput struct {
	Scope
	Page   string          `json:"page"`
	Status channels.Status `json:"status"`
	Out    string          `json:"out"`
	// NotBefore is when the first look is worth it; SentAt when the status was sent last; BeganAt from
	// when on it can have been sent first, zero where nobody says.
	NotBefore time.Time `json:"not_before"`
	SentAt    time.Time `json:"sent_at"`
	BeganAt   time.Time `json:"began_at,omitzero"`
	// Last: what is not on the channel when the window is over will not be sent again.
	Last bool `json:"last,omitempty"`
}

// AwaitedStatuses is the page left, whether the window for those still pending
// is over, and how long the first of them took to reach the channel.
type AwaitedStatuses struct {
	Step
	Overdue bool     `json:"overdue,omitempty"`
	Took    Duration `json:"took,omitempty"`
}

// AwaitStatuses waits until a status of the page's pending orders has reached
// its channel, or the window for it is over: each try of the activity reads a
// few orders, and all once those are there. Ready orders have the status,
// Pending ones still wait, Ended ones were refused or given up.
func (a *Statuses) AwaitStatuses(ctx context.Context, in AwaitStatusesInput) (AwaitedStatuses, error) {
	awaited, err := a.await(ctx, in)
	return awaited, translate(err)
}

func (a *Statuses) await(ctx context.Context, in AwaitStatusesInput) (AwaitedStatuses, error) {
	hub, err := a.Hubs.Hub(in.Merchant)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	if step, done, err := in.finished(ctx, a.Store, in.Out); done || err != nil {
		// Never overdue: what still waits there was not read since.
		return AwaitedStatuses{Step: step}, err
	}
	now := hub.Clock().Now()
	if early := in.NotBefore.Sub(now); early > 0 && attempt(ctx) == 1 {
		return AwaitedStatuses{}, waiting("the channel usually needs a while longer", in.Settings.Ours(Duration(early)))
	}
	page, err := in.page(ctx, a.Store, in.Page)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	over := now.Sub(in.SentAt) >= time.Duration(in.Settings.StatusWindow)
	readings, err := a.look(ctx, hub, in, page.Pending, over)
	if err != nil {
		return AwaitedStatuses{}, err
	}
	settled := lo.CountBy(readings, statusReading.settled)
	if settled*enoughSettled < len(readings) && !over {
		return AwaitedStatuses{}, waiting(fmt.Sprintf("%d of %d statuses are on the channel yet", settled, len(readings)), in.Settings.Ours(statusPause(ctx)))
	}
	step, err := in.leave(ctx, a.Store, in.Out, awaitedPage(in, readings, over))
	awaited := AwaitedStatuses{Step: step, Overdue: over && step.Counts.Pending > 0}
	if settled > 0 {
		awaited.Took = Duration(now.Sub(in.SentAt))
	}
	return awaited, err
}

// look reads a sample of the orders and, when all of it is settled or the
// window is over, the others too. An order that was not read stays unsettled.
func (a *Statuses) look(ctx context.Context, hub *multivende.Client, in AwaitStatusesInput, orders []books.Order, over bool) ([]statusReading, error) {
	readings := lo.Map(orders, func(o books.Order, _ int) statusReading { return statusReading{order: o} })
	sample := sampleOf(len(orders), attempt(ctx))
	if err := readInto(ctx, hub, in, readings, sample); err != nil {
		return nil, err
	}
	if in.Connection.channel().StatusFirst != "" && lo.SomeBy(sample, func(i int) bool { return readings[i].mute() }) {
		listed, err := listedAmong(ctx, hub, in.Connection, readings)
		if err != nil {
			return nil, err
		}
		unread, _ := lo.Difference(listed, sample)
		if err := readInto(ctx, hub, in, readings, unread); err != nil {
			return nil, err
		}
		for _, i := range listed {
			readings[i].listed = readings[i].mute()
		}
		sample = append(sample, unread...)
	}
	arrived := lo.EveryBy(sample, func(i int) bool { return readings[i].settled() })
	if !arrived && !over && !longWait(hub.Clock().Now(), in) {
		return readings, nil
	}
	rest, _ := lo.Difference(lo.Range(len(orders)), sample)
	return readings, readInto(ctx, hub, in, readings, rest)
}

// longWait says that half the window is over, so that all are read although
// the sample is not there: it may be the sample that is stuck.
func longWait(now time.Time, in AwaitStatusesInput) bool {
	return now.Sub(in.SentAt) >= time.Duration(in.Settings.StatusWindow)/2
}

// sampleOf picks places spread over the page, others at each try.
func sampleOf(n, try int) []int {
	if n <= sampleSize {
		return lo.Range(n)
	}
	return lo.Uniq(lo.Times(sampleSize, func(i int) int { return (try + i*n/sampleSize) % n }))
}

func readInto(ctx context.Context, hub *multivende.Client, in AwaitStatusesInput, readings []statusReading, which []int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hubParallel)
	for _, i := range which {
		group.Go(func() error {
			reading, err := readStatus(ctx, hub, readings[i].order, in.Status, in.BeganAt)
			if err != nil {
				return err
			}
			readings[i] = reading
			return nil
		})
	}
	return group.Wait()
}

func awaitedPage(in AwaitStatusesInput, readings []statusReading, over bool) books.Page {
	var page books.Page
	for _, r := range readings {
		if over && in.Last && !r.settled() {
			giveUpStatus(&page, r, in)
			continue
		}
		if r.listed {
			r.unproven(&page, in.Status)
			continue
		}
		r.into(&page, in.Connection)
	}
	return page
}

// giveUpStatus ends a status that was sent as often as allowed. Where the order has it and the hub shows
// no link to the channel at all, nobody knows: that costs no label, the channel says itself what it lacks.
func giveUpStatus(page *books.Page, r statusReading, in AwaitStatusesInput) {
	order := r.order
	if r.mute() && in.Connection.channel().StatusFirst != "" {
		r.unproven(page, in.Status)
		return
	}
	reason := notThere(in.Status, order.Sends, !r.linkless)
	if order.Trouble != "" {
		reason = fmt.Sprintf("%s was sent %d times, and whether it reached the channel cannot be read: %s", in.Status, order.Sends, order.Trouble)
	}
	endStatus(page, order, in.Connection, books.StatusLate, books.StatusNotSynced, reason)
}

// statusPause grows with the tries, in the hub's time.
func statusPause(ctx context.Context) Duration {
	return Duration(min(firstStatusPause*time.Duration(attempt(ctx)+1)/2, lastStatusPause))
}

// sentBefore are the orders for which an earlier try of this activity says that it has sent the status.
func sentBefore(ctx context.Context) []string {
	return heartbeatDetails(ctx)
}
