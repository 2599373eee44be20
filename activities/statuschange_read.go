package activities

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// reading is what one read of an order says.
type reading struct {
	status     channels.Status // "" when the hub does not say
	link       multivende.StatusLink
	mode       string
	channel    string   // of a pick-up, where a sale was read that tells it
	shipper    string   // who ships, in the channel's word, where a sale was read that says it
	connection string   // "" when the hub does not say
	sales      []string // ids of its sales
	document   bool
	tracking   multivende.Tracking
	changed    time.Time // when the order changed last; zero when the hub does not say
}

// road is how a kind of orders is read, and how a status of one is sent.
type road interface {
	read(ctx context.Context, order string) (reading, error)
	send(ctx context.Context, row statusbook.Row) error
	track(ctx context.Context, row statusbook.Row) error
}

func trackingOf(row statusbook.Row) multivende.Tracking {
	return multivende.Tracking{Number: row.TrackingNumber, URL: row.TrackingURL, Courier: row.Courier}
}

// deliveries is the road of delivery orders.
type deliveries struct {
	hub *multivende.Client
	to  channels.Status
}

func (d deliveries) read(ctx context.Context, order string) (reading, error) {
	delivery, err := d.hub.DeliveryOrder(ctx, order)
	if err != nil {
		return reading{}, err
	}
	status, _ := statusOf(delivery)
	return reading{
		status: status, link: linkOf(ctx, d.hub, delivery, d.to), mode: delivery.ShippingMode, connection: delivery.ConnectionID,
		sales:    lo.Map(delivery.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID }),
		document: delivery.BillingDocument, changed: delivery.UpdatedAt,
		tracking: multivende.Tracking{Number: delivery.TrackingNumber, URL: delivery.TrackingURL, Courier: delivery.CourierName},
	}, nil
}

// linkOf is the newest link of a delivery that does not speak of another status than to.
func linkOf(ctx context.Context, hub *multivende.Client, delivery multivende.DeliveryOrder, to channels.Status) multivende.StatusLink {
	return linkTo(ctx, delivery.StatusLinks, to.Code(), hub.StatusID)
}

// linkTo is the newest link that does not speak of another status than that of a code. The hub's
// catalogue is looked into only where a link names its status by an id.
func linkTo(ctx context.Context, links multivende.StatusLinks, code string, idOf func(context.Context, string) (string, error)) multivende.StatusLink {
	if lo.NoneBy(links, func(link multivende.StatusLink) bool { return link.StatusID != "" }) {
		return links.Of("", code).Newest()
	}
	id, err := idOf(ctx, code)
	if err != nil {
		return links.Newest() // nobody can tell them apart
	}
	return links.Of(id, code).Newest()
}

func (d deliveries) send(ctx context.Context, row statusbook.Row) error {
	return d.hub.ChangeStatus(ctx, row.Order, multivende.StatusChange{StatusCode: d.to.Code(), Date: d.hub.Clock().Now(), Comment: row.Comment})
}

func (d deliveries) track(ctx context.Context, row statusbook.Row) error {
	return d.hub.UpdateTracking(ctx, row.Order, trackingOf(row))
}

// pickUpRoad is the road of pick-up orders.
type pickUpRoad struct {
	hub   *multivende.Client
	scope StatusScope
}

func (p pickUpRoad) read(ctx context.Context, order string) (reading, error) {
	pickUp, err := p.hub.PickUpOrder(ctx, order)
	if err != nil {
		return reading{}, err
	}
	status, _ := channels.ParsePickUpStatus(pickUp.StatusCode)
	link := linkTo(ctx, pickUp.StatusLinks, p.scope.To.PickUpCode(), p.hub.PickUpStatusID)
	return reading{status: status, link: link, connection: pickUp.ConnectionID, sales: pickUp.CheckoutIDs, tracking: pickUp.Tracking, changed: pickUp.UpdatedAt}, nil
}

func (p pickUpRoad) track(ctx context.Context, row statusbook.Row) error {
	return p.hub.UpdatePickUpTracking(ctx, row.Order, trackingOf(row))
}

func (p pickUpRoad) send(ctx context.Context, row statusbook.Row) error {
	change := multivende.PickUpChange{
		StatusCode: p.scope.To.PickUpCode(), Comment: row.Comment,
		EstimatedFrom: p.scope.From, EstimatedTo: p.scope.Until, Closed: p.scope.Closed,
	}
	if p.scope.To == channels.Completed || p.scope.To == channels.Cancelled {
		change.ClosingComment = row.Comment
	}
	return p.hub.ChangePickUpStatus(ctx, row.Order, change)
}

// stage is how far a read shows an order to be on its way to a status.
type stage int

const (
	elsewhere stage = iota // it does not have the status
	underway               // it has, and the channel does not know yet
	there                  // the channel has it
	quiet                  // it does not go to the channel
	failed                 // the channel refused it
)

func (r reading) stage(to channels.Status) stage {
	switch {
	case r.status != to:
		return elsewhere
	case r.link.State == multivende.LinkChanged:
		return there
	case r.link.State == multivende.LinkNotRequested:
		return quiet
	case r.link.Failed():
		return failed
	}
	return underway
}

// answered is the stage of an order that was sent the status after a moment: a link that names that
// status and is of since then counts also where the hub does not show, or no longer, that the order has it.
func (r reading) answered(to channels.Status) stage {
	if at := r.stage(to); at != elsewhere || !r.link.Named() || r.link.Newest().IsZero() {
		return at
	}
	r.status = to
	return lo.Ternary(r.stage(to) == underway, elsewhere, r.stage(to))
}

// tracked says whether the order shows the row's tracking already.
func (r reading) tracked(row statusbook.Row) bool {
	same := func(wanted, shown string) bool { return wanted == "" || wanted == shown }
	courier := func(name string) string { return channels.CourierKey(channels.Table{}.CourierName(name)) }
	return same(row.TrackingNumber, r.tracking.Number) && same(row.TrackingURL, r.tracking.URL) && same(courier(row.Courier), courier(r.tracking.Courier))
}

// took is how long a status that was sent at a moment took to its channel: what the hub says, where
// that fits between the looks, else the look that found it.
func (r reading) took(row statusbook.Open, now time.Time) (d time.Duration, exact bool) {
	at := r.link.UpdatedAt
	if since := lo.Ternary(row.LookedAt.IsZero(), row.SentAt, row.LookedAt); !at.IsZero() && at.After(row.SentAt) &&
		!at.Before(since.Add(-2*time.Second)) && !at.After(now.Add(2*time.Second)) {
		return at.Sub(row.SentAt), true
	}
	return max(now.Sub(row.SentAt), 0), false
}
