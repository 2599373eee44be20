package multivende

import (
	"context"
	"time"

	"github.com/samber/lo"
)

// DeliveryOrder is a delivery of a sale: what is packed, labelled and shipped as one.
type DeliveryOrder struct {
	ID   string
	Code string

	Status         string // of the hub's own row, "created": not the shipment's
	DeliveryStatus string // the coarse word: pending, completed
	StatusID       string
	StatusCode     string      // the shipment's status, by the hub's code; "" when the hub does not say
	StatusLink     StatusLink  // the newest of StatusLinks
	StatusLinks    StatusLinks // as the hub lists them

	ShippingLabelStatus      string // ready
	ShippingLabelPrintStatus string // printed, not_printed

	CourierName    string
	TrackingNumber string
	TrackingURL    string
	ShippingMode   string // the channel's own word
	DeliveryTypeID string
	WarehouseID    string
	WarehouseName  string

	HandlingDateLimit    time.Time // until when the carrier must have it
	PromisedDeliveryDate time.Time
	CreatedAt            time.Time
	UpdatedAt            time.Time

	Documents       []Document
	Checkouts       []CheckoutReference
	Items           []DeliveryItem
	LinkExternalIDs []string // the channel's ids of the shipment
	ConnectionID    string   // "" where the hub does not say: the sale does
	BillingDocument bool     // an electronic billing document is loaded: there is a link to it
}

// The states of a StatusLink (guide, "¿Cómo actualizar los estados de un despacho?").
const (
	LinkPending      = "pending"
	LinkRequesting   = "requesting"
	LinkChanged      = "changed"
	LinkNotRequested = "not_requested" // the status is not one that goes to the channel: done as well
	LinkFailedFatal  = "failed_fatal"
)

// StatusLink says how far the last reported status is on its way to the channel.
type StatusLink struct {
	Present bool   // the hub gave one
	State   string // "" when the hub has not begun
	// StatusID and StatusCode name its status, where the hub says so.
	StatusID   string
	StatusCode string
	Message    string // the hub's or the channel's words, cleaned
	// At is when it was made (then Dated is true) or, where the hub does not say that, when it last changed.
	At    time.Time
	Dated bool
	// UpdatedAt is when State became what it is; zero where the hub does not say.
	UpdatedAt time.Time
	// Earlier are the links of earlier changes to the same status, newest first.
	Earlier []StatusLink
}

// Named tells whether the hub says of which status the link is.
func (l StatusLink) Named() bool { return l.StatusID != "" || l.StatusCode != "" }

// EndedSince returns the link that says how a status ended that was sent at a moment, and perhaps again
// later: the newest, or an earlier one if only that has reached the channel.
func (l StatusLink) EndedSince(first time.Time) StatusLink {
	if l.State == LinkChanged || first.IsZero() {
		return l
	}
	arrived, found := lo.Find(l.Earlier, func(e StatusLink) bool { return e.State == LinkChanged && !e.At.Before(first) })
	return lo.Ternary(found, arrived, l)
}

// Done tells whether the status has reached the channel, or need not.
func (l StatusLink) Done() bool { return l.State == LinkChanged || l.State == LinkNotRequested }

// LastTime is the last time that the link gives; zero if it gives none.
func (l StatusLink) LastTime() time.Time {
	if l.UpdatedAt.After(l.At) {
		return l.UpdatedAt
	}
	return l.At
}

// Failed tells whether the channel has refused the status for good.
func (l StatusLink) Failed() bool { return l.State == LinkFailedFatal }

// Document is a file that belongs to a delivery order: labels, a control file or something else.
// Only its content tells which.
type Document struct {
	ID        string
	URL       string // may be signed and short-lived: not for logs
	Type      string
	Name      string
	Code      string
	MimeType  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// CheckoutReference names a sale that a delivery order belongs to.
type CheckoutReference struct {
	ID          string
	Code        string
	OrderNumber string   // the marketplace's, where the hub gives it
	ExternalIDs []string // the channel's ids of the sale
}

// DeliveryItem is a product in a delivery order. Quantity is 1 where the hub gives none.
type DeliveryItem struct {
	SKU         string
	Name        string
	Quantity    int
	WarehouseID string
}

// DeliveryOrder reads one delivery order.
func (c *Client) DeliveryOrder(ctx context.Context, id string) (DeliveryOrder, error) {
	var read deliveryOrderEntry
	err := c.read(ctx, request{route: routeDeliveryOrder, values: map[string]string{"deliveryOrderId": id}}, &read)
	if err != nil {
		return DeliveryOrder{}, err
	}
	order := read.deliveryOrder()
	if order.ID == "" {
		return DeliveryOrder{}, c.missingObject(routeDeliveryOrder, "delivery order")
	}
	if order.StatusCode == "" {
		order.StatusCode = c.statuses.codeOf(ctx, c, order.StatusID)
	}
	return order, nil
}

// missingObject returns the error of an answer that is not the object that was asked for.
func (c *Client) missingObject(route, what string) *Error {
	return &Error{Class: Broken, Route: c.label(route), CalledRoute: c.called(route), Status: 200, Excerpt: "the answer is not a " + what + ": it has no _id"}
}
