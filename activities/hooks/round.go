package hooks

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/contract"
	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
)

// round is one step at the messages of a webhook.
type round struct {
	step    *Deliveries
	in      DeliverInput
	url     string
	signers []book.Signer
	began   time.Time

	// waits are the messages that wait for their next try, parked those that do so after this step.
	waits  map[string]contract.ParkedMessage
	parked []contract.ParkedMessage
	// blocked are the orders of messages that were not taken: later ones about them wait.
	blocked map[string]bool
	// seen are the names looked at, messages the ids.
	seen, messages map[string]bool
	sent           int
	since          time.Time
	over           bool
}

// look sends a message if its turn has come.
func (r *round) look(ctx context.Context, name string) error {
	r.seen[name] = true
	message, err := book.ReadWaiting(ctx, r.step.Store, r.in.Merchant, r.in.ID, name)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.messages[message.ID] {
		return r.step.Store.Delete(ctx, storage.WaitingEvent(r.in.Merchant, r.in.ID, name))
	}
	r.messages[message.ID] = true
	before, again := r.waits[name]
	switch {
	case again && before.Due.After(r.step.now()):
		r.park(before, message)
	case slices.ContainsFunc(message.Orders, func(order string) bool { return r.blocked[order] }):
		if again {
			r.parked = append(r.parked, before)
		}
		r.block(message)
	case !again && r.full():
		r.block(message)
	default:
		return r.try(ctx, name, before, message)
	}
	return nil
}

// full says whether as many messages wait for their next try as may.
func (r *round) full() bool {
	left := 0
	for name := range r.waits {
		if !r.seen[name] {
			left++
		}
	}
	return len(r.parked)+left >= MostParked
}

func (r *round) block(message book.Message) {
	for _, order := range message.Orders {
		r.blocked[order] = true
	}
}

func (r *round) park(one contract.ParkedMessage, message book.Message) {
	r.parked = append(r.parked, one)
	r.block(message)
}

// try sends a message and keeps how that went.
func (r *round) try(ctx context.Context, name string, before contract.ParkedMessage, message book.Message) error {
	status, failure := r.step.send(ctx, r.url, r.signers, message)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := r.step.now().UTC()
	d := book.Delivery{Name: name, Message: message, State: book.Delivered, Tries: before.Tries + 1, Status: status, Error: failure, At: now}
	switch {
	case failure == "" && status >= 200 && status < 300:
		r.delivered()
	case status == http.StatusGone:
		r.over = true
		r.step.ended(Try{Event: message.Event, Outcome: Gone})
		return r.step.turnOff(ctx, r.in, book.Gone)
	case d.Tries > len(pauses):
		d.State = book.Failed
		if !r.since.IsZero() && now.Sub(r.since) >= Patience() {
			r.over = true
		}
	default:
		d.State, d.Next = book.Retrying, now.Add(pauses[d.Tries-1])
		if r.since.IsZero() {
			r.since = now
		}
		r.park(contract.ParkedMessage{Key: name, Tries: d.Tries, Due: d.Next}, message)
	}
	if err := book.Keep(ctx, r.step.Store, r.in.Merchant, r.in.ID, d); err != nil {
		return err
	}
	ended := Try{Event: message.Event, Outcome: string(d.State)}
	if d.State == book.Delivered && !message.Replayed {
		ended.Waited = max(now.Sub(book.LeftAt(name)), time.Nanosecond)
	}
	r.step.ended(ended)
	if r.over {
		return r.step.turnOff(ctx, r.in, book.Unreachable)
	}
	return nil
}

// delivered notes that the webhook takes messages. One that was away for so long that nothing new was tried is back:
// what waits for it is due now.
func (r *round) delivered() {
	r.sent++
	r.since = time.Time{}
	if len(r.in.Parked) < MostParked {
		return
	}
	now := r.step.now()
	for name, one := range r.waits {
		if one.Due.After(now) {
			one.Due = now
			r.waits[name] = one
		}
	}
	for i := range r.parked {
		if r.parked[i].Due.After(now) {
			r.parked[i].Due = now
		}
	}
}

// keepUnseen keeps the messages that this step has not come to, where they may still be there.
func (r *round) keepUnseen(waiting []book.Waiting, more bool) {
	there := map[string]bool{}
	for _, one := range waiting {
		there[one.Name] = true
	}
	for _, one := range r.in.Parked {
		if !r.seen[one.Key] && (more || there[one.Key]) {
			r.parked = append(r.parked, r.waits[one.Key])
		}
	}
	slices.SortFunc(r.parked, func(a, b contract.ParkedMessage) int { return strings.Compare(a.Key, b.Key) })
}

// Patience is for how long a message is tried.
func Patience() (whole time.Duration) {
	for _, pause := range pauses {
		whole += pause
	}
	return whole
}
