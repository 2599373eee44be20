package multivende

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/samber/lo"
)

// CheckoutLight is a line of the light list of sales: a sale's id and when it changed.
type CheckoutLight struct {
	ID                 string
	Status             string
	VerificationStatus string
	PaymentStatus      string
	DeliveryTypeID     string
	ConnectionID       string // "" where the hub does not say: the sale does
	SoldAt             time.Time
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// CheckoutsLightQuery says which sales to list. Zero times set no limit.
type CheckoutsLightQuery struct {
	ConnectionID           string // "" every connection
	UpdatedFrom, UpdatedTo time.Time
	SoldFrom, SoldTo       time.Time
}

type checkoutLightEntry struct {
	ID                 id                      `json:"_id"`
	Status             text                    `json:"status"`
	VerificationStatus text                    `json:"verificationStatus"`
	VerifyStatus       text                    `json:"verifyStatus"` // the same, in the guide's light list
	PaymentStatus      text                    `json:"paymentStatus"`
	DeliveryTypeID     text                    `json:"DeliveryTypeId"`
	ConnectionID       id                      `json:"MarketplaceConnectionId"`
	Link               list[checkoutLinkEntry] `json:"CheckoutLink"`
	Links              list[checkoutLinkEntry] `json:"CheckoutLinks"`
	SoldAt             moment                  `json:"soldAt"`
	CreatedAt          moment                  `json:"createdAt"`
	UpdatedAt          moment                  `json:"updatedAt"`
}

// CheckoutsLight walks the light list of sales and calls each with the sales of every page, none
// twice. An error of each ends the walk and is returned.
func (c *Client) CheckoutsLight(ctx context.Context, query CheckoutsLightQuery, each func([]CheckoutLight) error) error {
	filters := url.Values{}
	if query.ConnectionID != "" {
		filters.Set("_marketplace_connection_id", query.ConnectionID)
	}
	addWindow(filters, "_updated_at", query.UpdatedFrom, query.UpdatedTo, dateOfCheckouts)
	addWindow(filters, "_sold_at", query.SoldFrom, query.SoldTo, dateOfCheckouts)
	id := func(entry checkoutLightEntry) string { return string(entry.ID) }
	return walk(ctx, c, request{route: routeCheckoutsLight, query: filters}, id, func(entries []checkoutLightEntry) error {
		return each(lo.Map(entries, func(entry checkoutLightEntry, _ int) CheckoutLight { return entry.light() }))
	})
}

func (entry checkoutLightEntry) light() CheckoutLight {
	return CheckoutLight{
		ID: string(entry.ID), Status: string(entry.Status), VerificationStatus: firstOf(entry.VerificationStatus, entry.VerifyStatus),
		PaymentStatus: string(entry.PaymentStatus), DeliveryTypeID: string(entry.DeliveryTypeID),
		ConnectionID: firstOf(append(lo.FlatMap(slices.Concat(entry.Link, entry.Links), func(link checkoutLinkEntry, _ int) []id {
			return []id{link.ConnectionID, link.Connection.value.ID}
		}), entry.ConnectionID)...),
		SoldAt: time.Time(entry.SoldAt), CreatedAt: time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
	}
}

// Checkout is a sale, without any data of its buyer.
type Checkout struct {
	ID     string
	Code   string
	Origin string // provider slug

	Status             string
	VerificationStatus string // verified, pending; package channels reads it and PaymentStatus
	PaymentStatus      string // completed, pending, rejected, refunded, cancelled
	DeliveryStatus     string // the guide contradicts itself about its words

	SoldAt    time.Time
	CreatedAt time.Time
	UpdatedAt time.Time

	ConnectionID        string
	ExternalID          string   // the channel's id of the sale
	OrderNumber         string   // externalOrderNumber
	CustomerOrderNumber string   // externalCustomerOrderNumber
	PackageID           string   // the first of PackageIDs
	PackageIDs          []string // PackageId anywhere in externalContent, each once
	ShippingID          string   // externalContent.shipping.id

	Fulfillment    string // who ships, in the channel's word: Amazon's Channel, MFN or AFN
	ShippingMode   string // "multiple" when its delivery orders differ
	CourierName    string
	MultiWarehouse bool
	DeliveryTypeID string

	Items          []CheckoutItem
	DeliveryOrders []DeliveryOrder
	PickUpOrders   []PickUpOrder // as far as the sale shows them; StatusCode as PickUpStatusCode makes it from StatusID

	BillingDocument bool // an electronic billing document is loaded: there is a link to it
	PartlyCancelled bool // some of its items are cancelled on the channel (Paris)
}

// CheckoutItem is a product in a sale.
type CheckoutItem struct {
	SKU      string
	Name     string
	Quantity int // 1 where the hub gives none
}

// Checkout reads one sale. NotFound is a normal answer: the sale failed to register in the hub.
func (c *Client) Checkout(ctx context.Context, id string) (Checkout, error) {
	var read checkoutEntry
	err := c.read(ctx, request{route: routeCheckout, values: map[string]string{"checkoutId": id}}, &read)
	if err != nil {
		return Checkout{}, err
	}
	checkout := read.checkout()
	if checkout.ID == "" {
		return Checkout{}, c.missingObject(routeCheckout, "checkout")
	}
	for i, order := range checkout.DeliveryOrders {
		if order.StatusCode == "" {
			checkout.DeliveryOrders[i].StatusCode = c.statuses.codeOf(ctx, c, order.StatusID)
		}
	}
	return checkout, nil
}
