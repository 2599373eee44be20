package multivende

import (
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"
)

// checkoutEntry is a sale as the hub writes it, without all data of its buyer.
type checkoutEntry struct {
	ID                  id                       `json:"_id"`
	Code                text                     `json:"code"`
	Origin              text                     `json:"origin"`
	Status              text                     `json:"status"`
	VerificationStatus  text                     `json:"verificationStatus"`
	VerifyStatus        text                     `json:"verifyStatus"`
	PaymentStatus       text                     `json:"paymentStatus"`
	DeliveryStatus      text                     `json:"deliveryStatus"`
	SoldAt              moment                   `json:"soldAt"`
	CreatedAt           moment                   `json:"createdAt"`
	UpdatedAt           moment                   `json:"updatedAt"`
	Channel             text                     `json:"channel"`
	FulfillmentChannel  text                     `json:"fulfillmentChannel"`
	ShippingMode        text                     `json:"shippingMode"`
	CourierName         text                     `json:"courierName"`
	MultiWarehouse      truth                    `json:"isMultiwarehouse"`
	DeliveryTypeID      text                     `json:"DeliveryTypeId"`
	ConnectionID        id                       `json:"MarketplaceConnectionId"`
	Link                list[checkoutLinkEntry]  `json:"CheckoutLink"`
	Links               list[checkoutLinkEntry]  `json:"CheckoutLinks"`
	Items               list[checkoutItemEntry]  `json:"CheckoutItems"`
	Deliveries          list[deliveryOfCheckout] `json:"DeliveryOrderInCheckouts"`
	DeliveriesAsInProse list[deliveryOfCheckout] `json:"DeliveryOrdersInCheckouts"`
	DeliveryOrders      list[deliveryOrderEntry] `json:"DeliveryOrders"`
	PickUpOrders        list[pickUpEntry]        `json:"PickUpOrders"`
	BillingFiles        list[billingFile]        `json:"ElectronicBillingDocumentFiles"`
}

type checkoutLinkEntry struct {
	ExternalID          text               `json:"externalId"`
	OrderNumber         text               `json:"externalOrderNumber"`
	CustomerOrderNumber text               `json:"externalCustomerOrderNumber"`
	ConnectionID        id                 `json:"MarketplaceConnectionId"`
	Connection          object[identified] `json:"MarketplaceConnection"`
	Content             externalContent    `json:"externalContent"`
}

type checkoutItemEntry struct {
	ID       id                   `json:"_id"`
	Code     text                 `json:"code"`
	Count    *number              `json:"count"`
	Quantity *number              `json:"quantity"`
	Product  object[productEntry] `json:"ProductVersion"`
}

type productEntry struct {
	Code         text          `json:"code"`
	InternalCode text          `json:"internalCode"`
	Product      object[named] `json:"Product"`
	Color        object[named] `json:"Color"`
	Size         object[named] `json:"Size"`
}

// name is the product's name with what tells its version from others (guide, "ProductVersions"):
// "Polera, Negro, L".
func (entry productEntry) name() string {
	name := string(entry.Product.value.Name)
	if name == "" {
		return ""
	}
	for _, version := range []text{entry.Color.value.Name, entry.Size.value.Name} {
		if version != "" && !strings.HasSuffix(string(version), ".Name") { // the hub's own words are keys: INVENTORY_TYPES.Normal.Name
			name += ", " + string(version)
		}
	}
	return name
}

// deliveryOfCheckout joins a delivery order to a sale, seen from the sale. The guide's prose
// calls the inner object DeliverOrder.
type deliveryOfCheckout struct {
	ID             id                         `json:"DeliveryOrderId"`
	Order          object[deliveryOrderEntry] `json:"DeliveryOrder"`
	OrderAsInProse object[deliveryOrderEntry] `json:"DeliverOrder"`
	Items          list[deliveryItemEntry]    `json:"DeliveryOrderInCheckoutItems"`
}

func (entry checkoutEntry) checkout() Checkout {
	links := slices.Concat(entry.Link, entry.Links)
	pick := func(field func(checkoutLinkEntry) text) string {
		return firstOf(lo.Map(links, func(link checkoutLinkEntry, _ int) text { return field(link) })...)
	}
	packages := lo.Uniq(lo.FlatMap(links, func(link checkoutLinkEntry, _ int) []string { return link.Content.packageIDs }))
	checkout := Checkout{
		ID: string(entry.ID), Code: string(entry.Code), Origin: string(entry.Origin),
		Status: string(entry.Status), VerificationStatus: firstOf(entry.VerificationStatus, entry.VerifyStatus),
		PaymentStatus: string(entry.PaymentStatus), DeliveryStatus: string(entry.DeliveryStatus),
		SoldAt: time.Time(entry.SoldAt), CreatedAt: time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
		ExternalID:          pick(func(link checkoutLinkEntry) text { return link.ExternalID }),
		OrderNumber:         pick(func(link checkoutLinkEntry) text { return link.OrderNumber }),
		CustomerOrderNumber: pick(func(link checkoutLinkEntry) text { return link.CustomerOrderNumber }),
		ShippingID:          pick(func(link checkoutLinkEntry) text { return text(link.Content.shippingID) }),
		PackageIDs:          packages,
		PackageID:           lo.FirstOrEmpty(packages),
		ShippingMode:        string(entry.ShippingMode), CourierName: string(entry.CourierName),
		MultiWarehouse: bool(entry.MultiWarehouse), DeliveryTypeID: string(entry.DeliveryTypeID),
		Items:        lo.Map(entry.Items, func(item checkoutItemEntry, _ int) CheckoutItem { return item.item() }),
		PickUpOrders: pickUpOrders(entry.PickUpOrders), BillingDocument: loaded(entry.BillingFiles),
		PartlyCancelled: lo.SomeBy(links, func(link checkoutLinkEntry) bool { return link.Content.partlyCancelled }),
	}
	checkout.Fulfillment = firstOf(text(shipperIn(string(entry.FulfillmentChannel))), text(shipperIn(string(entry.Channel))),
		text(pick(func(link checkoutLinkEntry) text { return text(link.Content.shipper) })))
	checkout.ConnectionID = pick(func(link checkoutLinkEntry) text {
		return text(firstOf(link.ConnectionID, link.Connection.value.ID))
	})
	checkout.ConnectionID = firstOf(id(checkout.ConnectionID), entry.ConnectionID)
	checkout.DeliveryOrders = entry.deliveryOrders(checkout)
	return checkout
}

// deliveryOrders returns each delivery order of the sale once, with the sale among its checkouts.
func (entry checkoutEntry) deliveryOrders(checkout Checkout) []DeliveryOrder {
	lines := lo.KeyBy(entry.Items, func(item checkoutItemEntry) id { return item.ID })
	var all []DeliveryOrder
	for _, join := range slices.Concat(entry.Deliveries, entry.DeliveriesAsInProse) {
		inner := lo.Ternary(join.Order.present, join.Order, join.OrderAsInProse).value
		if inner.ID == "" {
			inner.ID = join.ID
		}
		for _, item := range join.Items {
			if line, known := lines[item.CheckoutItemID]; known && item.CheckoutItemID != "" && !item.CheckoutItem.present {
				item.CheckoutItem = object[checkoutItemEntry]{line, true}
			}
			inner.Items = append(inner.Items, item)
		}
		all = append(all, inner.deliveryOrder())
	}
	for _, direct := range entry.DeliveryOrders {
		all = append(all, direct.deliveryOrder())
	}
	all = lo.UniqBy(lo.Filter(all, func(order DeliveryOrder, _ int) bool { return order.ID != "" }),
		func(order DeliveryOrder) string { return order.ID })
	for i := range all {
		if len(all[i].Checkouts) == 0 {
			all[i].Checkouts = []CheckoutReference{checkout.reference()}
		}
	}
	return all
}

func (checkout Checkout) reference() CheckoutReference {
	return CheckoutReference{
		ID: checkout.ID, Code: checkout.Code, OrderNumber: checkout.OrderNumber,
		ExternalIDs: lo.Compact([]string{checkout.ExternalID}),
	}
}

func (entry checkoutItemEntry) item() CheckoutItem {
	product := entry.Product.value
	return CheckoutItem{
		SKU:      firstOf(entry.Code, product.Code, product.InternalCode),
		Name:     product.name(),
		Quantity: quantity(entry.Count, entry.Quantity),
	}
}
