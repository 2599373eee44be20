package hooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/despacho/despacho/contract"
	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
)

const (
	// MostParked is how many messages may wait for their next try while others are sent.
	MostParked = 20
	// roundTime is how long a step begins new sends.
	roundTime = 30 * time.Second
	// mostRead is how many messages a step reads.
	mostRead = 200
)

// pauses are those between the tries of a message, as Standard Webhooks advises: 75 hours altogether.
var pauses = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Deliveries are the steps that deliver to webhooks. Register them with a worker.
type Deliveries struct {
	Store *storage.Store
	// Keys is the cipher of the accounts' key set, which opens webhooks' secrets; nil where there is none.
	Keys tink.AEAD
	// Client makes the calls; see [NewClient].
	Client *http.Client
	// Now is the time; nil is the clock's.
	Now func() time.Time
	// Ended, if set, is told how each try ended; TurnedOff, of each webhook that is turned off here.
	Ended     func(Try)
	TurnedOff func(merchant string, why book.Why)
}

// Gone is the outcome of a try that the receiver answered with 410.
const Gone = "gone"

// Try is how a try of a message ended.
type Try struct {
	Event contract.WebhookEvent
	// Outcome is the delivery's state, or [Gone].
	Outcome string
	// Waited is how long a message that was taken has waited since it was left; zero for one that was replayed.
	Waited time.Duration
}

func (d *Deliveries) ended(try Try) {
	if d.Ended != nil {
		d.Ended(try)
	}
}

// turnOff turns a webhook off.
func (d *Deliveries) turnOff(ctx context.Context, in DeliverInput, why book.Why) error {
	if err := (book.Book{Store: d.Store, Now: d.now}).TurnOff(ctx, in.Merchant, in.ID, why); err != nil {
		return err
	}
	if d.TurnedOff != nil {
		d.TurnedOff(in.Merchant, why)
	}
	return nil
}

// DeliverInput names a webhook, and what of its messages waits for its next try.
type DeliverInput struct {
	Merchant string                   `json:"merchant"`
	ID       string                   `json:"id"`
	Parked   []contract.ParkedMessage `json:"parked,omitempty"`
	// Since is since when it has taken nothing; zero while it takes what it is sent.
	Since time.Time `json:"since,omitzero"`
}

// Delivered is what a step came to.
type Delivered struct {
	// Over: there is nothing to deliver to any more.
	Over   bool                     `json:"over,omitempty"`
	Sent   int                      `json:"sent,omitempty"`
	Parked []contract.ParkedMessage `json:"parked,omitempty"`
	Since  time.Time                `json:"since,omitzero"`
	// More: there are others that can be sent now.
	More bool `json:"more,omitempty"`
}

func (d *Deliveries) now() time.Time {
	if d.Now != nil {
		return d.Now()
	}
	return time.Now()
}

// Deliver sends what waits for a webhook and is due, for half a minute.
func (d *Deliveries) Deliver(ctx context.Context, in DeliverInput) (Delivered, error) {
	r, over, err := d.open(ctx, in)
	if err != nil || over {
		return Delivered{Over: over}, err
	}
	waiting, more, err := book.Pending(ctx, d.Store, in.Merchant, in.ID)
	if err != nil {
		return Delivered{}, err
	}
	for _, one := range waiting {
		if len(r.seen) >= mostRead || d.now().Sub(r.began) >= roundTime {
			more = true
			break
		}
		if err := r.look(ctx, one.Name); err != nil {
			return Delivered{}, err
		}
		if r.over {
			return Delivered{Over: true}, nil
		}
	}
	r.keepUnseen(waiting, more)
	return Delivered{Sent: r.sent, Parked: r.parked, Since: r.since, More: more && r.sent > 0}, nil
}

// open reads the webhook; over says that nothing is sent to it.
func (d *Deliveries) open(ctx context.Context, in DeliverInput) (*round, bool, error) {
	now := d.now()
	webhooks := book.Book{Store: d.Store, Now: d.now}
	webhook, err := webhooks.Find(ctx, in.Merchant, in.ID)
	if errors.Is(err, book.ErrNoWebhook) || err == nil && webhook.Off != nil {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	partner, err := partners.Book{Store: d.Store, Now: d.now}.Find(ctx, webhook.Partner)
	if err != nil && !errors.Is(err, partners.ErrNoPartner) {
		return nil, false, err
	}
	if err != nil || partner.State(now) != partners.Works || !partner.May(partners.Webhooks) || !partner.Serves(in.Merchant) {
		return nil, true, d.turnOff(ctx, in, book.KeyEnded)
	}
	signers, err := book.OpenSigners(ctx, d.Store, d.Keys, in.Merchant, webhook, now)
	if err != nil {
		return nil, false, err
	}
	r := &round{
		step: d, in: in, url: webhook.URL, signers: signers, began: now, since: in.Since,
		waits: map[string]contract.ParkedMessage{}, blocked: map[string]bool{}, seen: map[string]bool{}, messages: map[string]bool{},
	}
	for _, one := range in.Parked {
		r.waits[one.Key] = one
	}
	return r, false, nil
}
