package hooks

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// State is how a delivery stands.
type State string

// The states of a delivery.
const (
	// Retrying: it was not taken, and is tried again.
	Retrying State = "retrying"
	// Delivered: it was taken.
	Delivered State = "delivered"
	// Failed: it was not taken in all its tries; it can be replayed.
	Failed State = "failed"
)

// States lists all states.
func States() []State { return []State{Retrying, Delivered, Failed} }

// Delivery is how the delivery of a message to a webhook went. Times are ours.
type Delivery struct {
	// Name is that of the message.
	Name    string  `json:"name"`
	Message Message `json:"message"`
	State   State   `json:"state"`
	Tries   int     `json:"tries"`
	// Status is what the webhook answered last; 0 when nothing came.
	Status int `json:"status,omitempty"`
	// Error is why nothing came.
	Error string    `json:"error,omitempty"`
	At    time.Time `json:"at"`
	// Next is when it is tried again.
	Next time.Time `json:"next,omitzero"`
}

// ErrNoDelivery is the answer when there is no delivery of an id.
var ErrNoDelivery = errors.New("there is no such delivery")

var namePattern = regexp.MustCompile(`^[0-9]{13}-[0-9a-f]{26}$`)

// Waiting is a message that waits.
type Waiting struct {
	Name string
	// Put is when it was put, by the store's clock.
	Put time.Time
}

// Pending lists messages that wait for a webhook, at most a thousand, in the order in which they were put; more says
// that there are others.
func Pending(ctx context.Context, store *storage.Store, merchant, webhook string) (waiting []Waiting, more bool, err error) {
	prefix := storage.WaitingEventsPrefix(merchant, webhook)
	page, err := store.ListAfter(ctx, prefix, "", 1000)
	if err != nil {
		return nil, false, err
	}
	for _, object := range page.Objects {
		name := strings.TrimSuffix(strings.TrimPrefix(object.Key, prefix), ".json")
		if namePattern.MatchString(name) {
			waiting = append(waiting, Waiting{Name: name, Put: object.Modified})
		}
	}
	slices.SortFunc(waiting, func(a, b Waiting) int {
		if byTime := a.Put.Compare(b.Put); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.Name, b.Name)
	})
	return waiting, page.More, nil
}

// ReadWaiting reads a message that waits.
func ReadWaiting(ctx context.Context, store *storage.Store, merchant, webhook, name string) (message Message, err error) {
	return message, store.Get(ctx, storage.WaitingEvent(merchant, webhook, name), &message)
}

// Keep keeps how a delivery went; a message that is not tried again waits no longer.
func Keep(ctx context.Context, store *storage.Store, merchant, webhook string, d Delivery) error {
	if err := store.Put(ctx, storage.EventDelivery(merchant, webhook, deliveryName(d.Name)), d); err != nil {
		return err
	}
	if d.State == Retrying {
		return nil
	}
	return store.Delete(ctx, storage.WaitingEvent(merchant, webhook, d.Name))
}

// Deliveries lists deliveries, the newest first, at most so many behind a name; next is where the next page begins.
func Deliveries(ctx context.Context, store *storage.Store, merchant, webhook, after string, most int) (all []Delivery, next string, err error) {
	if after != "" {
		if !namePattern.MatchString(after) {
			return nil, "", ErrNoDelivery
		}
		after = storage.EventDelivery(merchant, webhook, deliveryName(after))
	}
	page, err := store.ListAfter(ctx, storage.EventDeliveriesPrefix(merchant, webhook), after, most)
	if err != nil {
		return nil, "", err
	}
	all = []Delivery{}
	for _, object := range page.Objects {
		var d Delivery
		err := store.Get(ctx, object.Key, &d)
		if errors.Is(err, storage.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		all = append(all, d)
		next = d.Name
	}
	if !page.More {
		next = ""
	}
	return all, next, nil
}

// Replay has a message delivered again, under the id that it had.
func (o *Outbox) Replay(ctx context.Context, merchant, webhook, name string) (contract.WebhookEvent, error) {
	if !namePattern.MatchString(name) {
		return "", ErrNoDelivery
	}
	var d Delivery
	err := o.Store.Get(ctx, storage.EventDelivery(merchant, webhook, deliveryName(name)), &d)
	if errors.Is(err, storage.ErrNotFound) {
		return "", ErrNoDelivery
	}
	if err != nil {
		return "", err
	}
	d.Message.Replayed = true
	return d.Message.Event, o.leave(ctx, merchant, webhook, []Message{d.Message})
}
