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

// StatusLink tells how far the last reported status has come on its way to the channel.
type StatusLink struct {
	Present bool   // the hub gave one
	State   string // "" when the hub has not begun
	// StatusID and StatusCode are of which status it speaks, where the hub says so.
	StatusID   string
	StatusCode string
	Message    string // the hub's or the channel's words, cleaned
	// At is when it was made (Dated) or, where the hub does not say that, when it changed last.
	At    time.Time
	Dated bool
	// UpdatedAt is when State became what it is; zero where the hub does not say.
	UpdatedAt time.Time
	// Earlier are the links of earlier changes to the same status, newest first.
	Earlier []StatusLink
}

// Named says whether the hub tells of which status the link speaks.
func (l StatusLink) Named() bool { return l.StatusID != "" || l.StatusCode != "" }

// Since is the link that tells how a status ended that was sent at a moment and perhaps again since:
// the newest, but where that has not brought it to the channel, an earlier one that has.
func (l StatusLink) Since(first time.Time) StatusLink {
	if l.State == LinkChanged || first.IsZero() {
		return l
	}
	arrived, found := lo.Find(l.Earlier, func(e StatusLink) bool { return e.State == LinkChanged && !e.At.Before(first) })
	return lo.Ternary(found, arrived, l)
}

// Done says whether the status has reached the channel, or need not.
func (l StatusLink) Done() bool { return l.State == LinkChanged || l.State == LinkNotRequested }

// Newest is the last moment of which the link tells; zero where it tells none.
func (l StatusLink) Newest() time.Time {
	if l.UpdatedAt.After(l.At) {
		return l.UpdatedAt
	}
	return l.At
}

// Failed says whether the channel has refused the status for good.
func (l StatusLink) Failed() bool { return l.State == LinkFailedFatal }

// Document is a file that belongs to a delivery order: labels, control files, other papers. Only
// its bytes tell which.
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
		return DeliveryOrder{}, c.without(routeDeliveryOrder, "delivery order")
	}
	if order.StatusCode == "" {
		order.StatusCode = c.statuses.codeOf(ctx, c, order.StatusID)
	}
	return order, nil
}

// without is the error of an answer that is not the object that was asked for.
func (c *Client) without(route, what string) *Error {
	return &Error{Class: Broken, Route: c.label(route), Called: c.called(route), Status: 200, Excerpt: "the answer is no " + what + ": it has no _id"}
}
