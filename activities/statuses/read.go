package statuses

import (
	"context"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

// reading is what one read of an order shows.
type reading struct {
	status channels.Status // "" when the hub does not say
	// link is the newest that does not speak of another status; linked: the hub shows links at all.
	link       multivende.StatusLink
	linked     bool
	mode       string
	channel    string   // of a pick-up, where a sale was read that tells it
	shipper    string   // who ships, in the channel's word, where a sale was read that says it
	connection string   // "" when the hub does not say
	sales      []string // ids of its sales
	document   bool
	tracking   multivende.Tracking
	changed    time.Time // when the order changed last; zero when the hub does not say
	// delivery is the delivery order itself. bySale is why its own route did not give it, but its sale.
	delivery multivende.DeliveryOrder
	bySale   contract.Reason
}

// orderKind is how orders of a kind are read, and how a status of one is sent.
type orderKind interface {
	// read reads an order; of a delivery order, the sales that are known of it serve where its own route does not.
	read(ctx context.Context, order books.Order) (reading, error)
	send(ctx context.Context, row contract.StatusRow) error
	track(ctx context.Context, row contract.StatusRow) error
	// changeRoute is the name of the route by which a status is sent.
	changeRoute() string
}

func trackingOf(row contract.StatusRow) multivende.Tracking {
	return multivende.Tracking{Number: row.TrackingNumber, URL: row.TrackingURL, Courier: row.Courier}
}

// deliveries are delivery orders.
type deliveries struct {
	hub *multivende.Client
	to  channels.Status
}

func (d deliveries) read(ctx context.Context, order books.Order) (reading, error) {
	delivery, bySale, err := orders.ReadDelivery(ctx, d.hub, order)
	if err != nil {
		return reading{}, err
	}
	status, _ := orders.StatusOf(delivery)
	return reading{
		status: status, mode: delivery.ShippingMode, connection: delivery.ConnectionID,
		link: linkTo(ctx, delivery.StatusLinks, d.to.Code(), d.hub.StatusID), linked: len(delivery.StatusLinks) > 0,
		sales:    lo.Map(delivery.Checkouts, func(c multivende.CheckoutReference, _ int) string { return c.ID }),
		document: delivery.BillingDocument, changed: delivery.UpdatedAt, delivery: delivery, bySale: bySale,
		tracking: multivende.Tracking{Number: delivery.TrackingNumber, URL: delivery.TrackingURL, Courier: delivery.CourierName},
	}, nil
}

// linkTo is the newest link that does not speak of another status than that of a code. The hub's
// catalogue is looked into only where a link names its status by an id.
func linkTo(ctx context.Context, links multivende.StatusLinks, code string, idOf func(context.Context, string) (string, error)) multivende.StatusLink {
	if lo.NoneBy(links, func(link multivende.StatusLink) bool { return link.StatusID != "" }) {
		return links.ForStatus("", code).Newest()
	}
	id, err := idOf(ctx, code)
	if err != nil {
		return links.Newest() // nobody can tell them apart
	}
	return links.ForStatus(id, code).Newest()
}

func (d deliveries) changeRoute() string { return activities.ChangeStatusRoute }

func (d deliveries) send(ctx context.Context, row contract.StatusRow) error {
	return d.hub.ChangeStatus(ctx, row.Order, multivende.StatusChange{StatusCode: d.to.Code(), Date: d.hub.Clock().Now(), Comment: row.Comment})
}

func (d deliveries) track(ctx context.Context, row contract.StatusRow) error {
	return d.hub.UpdateTracking(ctx, row.Order, trackingOf(row))
}

// pickUpOrders are pick-up orders.
type pickUpOrders struct {
	hub   *multivende.Client
	scope StatusScope
}

func (p pickUpOrders) read(ctx context.Context, order books.Order) (reading, error) {
	pickUp, err := p.hub.PickUpOrder(ctx, order.ID)
	if err != nil {
		return reading{}, err
	}
	status, _ := channels.ParsePickUpStatus(pickUp.StatusCode)
	link := linkTo(ctx, pickUp.StatusLinks, p.scope.To.PickUpCode(), p.hub.PickUpStatusID)
	return reading{
		status: status, link: link, linked: len(pickUp.StatusLinks) > 0, connection: pickUp.ConnectionID, sales: pickUp.CheckoutIDs,
		tracking: pickUp.Tracking, changed: pickUp.UpdatedAt,
	}, nil
}

func (p pickUpOrders) changeRoute() string { return "change_pick_up_status" }

func (p pickUpOrders) track(ctx context.Context, row contract.StatusRow) error {
	return p.hub.UpdatePickUpTracking(ctx, row.Order, trackingOf(row))
}

func (p pickUpOrders) send(ctx context.Context, row contract.StatusRow) error {
	change := multivende.PickUpChange{
		StatusCode: p.scope.To.PickUpCode(), Comment: row.Comment,
		EstimatedFrom: p.scope.From, EstimatedTo: p.scope.Until, Closed: p.scope.Closed,
	}
	if p.scope.To == channels.Completed || p.scope.To == channels.Cancelled {
		change.ClosingComment = row.Comment
	}
	return p.hub.ChangePickUpStatus(ctx, row.Order, change)
}

// tracked says whether the order shows the row's tracking already.
func (r reading) tracked(row contract.StatusRow) bool {
	same := func(wanted, shown string) bool { return wanted == "" || wanted == shown }
	courier := func(name string) string { return channels.CourierKey(channels.Table{}.CourierName(name)) }
	return same(row.TrackingNumber, r.tracking.Number) && same(row.TrackingURL, r.tracking.URL) && same(courier(row.Courier), courier(r.tracking.Courier))
}

// tookTo is how long a status that was sent at a moment took to its channel: what its link says,
// where that fits between the looks, else the look that found it.
func tookTo(row statusbook.OpenRow, link multivende.StatusLink, now time.Time) (d time.Duration, exact bool) {
	at := link.UpdatedAt
	since := lo.Ternary(row.LookedAt.IsZero(), row.SentAt, row.LookedAt)
	if at.After(row.SentAt) && !at.Before(since.Add(-2*time.Second)) && !at.After(now.Add(2*time.Second)) {
		return at.Sub(row.SentAt), true
	}
	return max(now.Sub(row.SentAt), 0), false
}
