package multivende

import (
	"cmp"
	"slices"
	"time"

	"github.com/samber/lo"
)

// deliveryOrderEntry is a delivery order as the hub writes it. encoding/json compares names
// without case, so deliveryOrderDocuments is read like DeliveryOrderDocuments.
type deliveryOrderEntry struct {
	ID                       id                          `json:"_id"`
	Code                     text                        `json:"code"`
	RowStatus                text                        `json:"status"`
	DeliveryStatus           text                        `json:"deliveryStatus"`
	ShippingLabelStatus      text                        `json:"shippingLabelStatus"`
	ShippingLabelPrintStatus text                        `json:"shippingLabelPrintStatus"`
	CourierName              text                        `json:"courierName"`
	TrackingNumber           text                        `json:"trackingNumber"`
	TrackingURL              address                     `json:"trackingUrl"`
	ShippingMode             text                        `json:"shippingMode"`
	DeliveryTypeID           text                        `json:"DeliveryTypeId"`
	WarehouseID              id                          `json:"WarehouseId"`
	Warehouse                object[named]               `json:"Warehouse"`
	HandlingDateLimit        moment                      `json:"handlingDateLimit"`
	PromisedDeliveryDate     moment                      `json:"promisedDeliveryDate"`
	CreatedAt                moment                      `json:"createdAt"`
	UpdatedAt                moment                      `json:"updatedAt"`
	StatusID                 id                          `json:"DeliveryOrderStatusId"`
	Status                   object[statusEntry]         `json:"DeliveryOrderStatus"`
	StatusLink               list[statusLinkEntry]       `json:"DeliveryOrderStatusLink"`
	StatusLinks              list[statusLinkEntry]       `json:"DeliveryOrderStatusLinks"`
	Documents                list[documentEntry]         `json:"DeliveryOrderDocuments"`
	Links                    list[linkEntry]             `json:"DeliveryOrderLinks"`
	Link                     list[linkEntry]             `json:"DeliveryOrderLink"`
	InCheckouts              list[deliveryInCheckout]    `json:"DeliveryOrderInCheckouts"`
	InCheckoutsAsInProse     list[deliveryInCheckout]    `json:"DeliveryOrdersInCheckouts"`
	Items                    list[deliveryItemEntry]     `json:"DeliveryOrderInCheckoutItems"`
	Checkout                 object[checkoutOfADelivery] `json:"Checkout"`
	ConnectionID             id                          `json:"MarketplaceConnectionId"`
	BillingFiles             list[billingFile]           `json:"ElectronicBillingDocumentFiles"`
}

type linkEntry struct {
	ExternalID   text `json:"externalId"`
	ConnectionID id   `json:"MarketplaceConnectionId"`
}

type documentEntry struct {
	ID        id      `json:"_id"`
	URL       address `json:"url"`
	Type      text    `json:"type"`
	Name      text    `json:"name"`
	Code      text    `json:"code"`
	MimeType  text    `json:"mimeType"`
	CreatedAt moment  `json:"createdAt"`
	UpdatedAt moment  `json:"updatedAt"`
}

// deliveryInCheckout joins a delivery order to a sale, seen from the delivery order.
type deliveryInCheckout struct {
	CheckoutID id                          `json:"CheckoutId"`
	Checkout   object[checkoutOfADelivery] `json:"Checkout"`
	Items      list[deliveryItemEntry]     `json:"DeliveryOrderInCheckoutItems"`
}

type checkoutOfADelivery struct {
	ID    id                      `json:"_id"`
	Code  text                    `json:"code"`
	Link  list[checkoutLinkEntry] `json:"CheckoutLink"`
	Links list[checkoutLinkEntry] `json:"CheckoutLinks"`
}

type deliveryItemEntry struct {
	Code         text                      `json:"code"`
	Product      object[productEntry]      `json:"ProductVersion"`
	Warehouse    object[identified]        `json:"FulfilledWarehouse"`
	WarehouseID  id                        `json:"FulfilledWarehouseId"`
	Count        *number                   `json:"count"`
	Quantity     *number                   `json:"quantity"`
	CheckoutItem object[checkoutItemEntry] `json:"CheckoutItem"`
	// CheckoutItemID names its line in the sale.
	CheckoutItemID id `json:"CheckoutItemId"`
}

type identified struct {
	ID id `json:"_id"`
}

type named struct {
	Name text `json:"name"`
}

func (entry deliveryOrderEntry) deliveryOrder() DeliveryOrder {
	status := entry.Status.value
	links := statusLinks(entry.StatusLink, entry.StatusLinks)
	joins := slices.Concat(entry.InCheckouts, entry.InCheckoutsAsInProse)
	items := slices.Clone(entry.Items)
	for _, join := range joins {
		items = append(items, join.Items...)
	}
	return DeliveryOrder{
		ID: string(entry.ID), Code: string(entry.Code), Status: string(entry.RowStatus),
		DeliveryStatus: string(entry.DeliveryStatus),
		StatusID:       firstOf(status.ID, entry.StatusID), StatusCode: string(status.Code),
		StatusLink: links.Newest(), StatusLinks: links,
		ShippingLabelStatus: string(entry.ShippingLabelStatus), ShippingLabelPrintStatus: string(entry.ShippingLabelPrintStatus),
		CourierName: string(entry.CourierName), TrackingNumber: string(entry.TrackingNumber),
		TrackingURL: string(entry.TrackingURL), ShippingMode: string(entry.ShippingMode),
		DeliveryTypeID: string(entry.DeliveryTypeID), WarehouseID: string(entry.WarehouseID),
		WarehouseName:     string(entry.Warehouse.value.Name),
		HandlingDateLimit: time.Time(entry.HandlingDateLimit), PromisedDeliveryDate: time.Time(entry.PromisedDeliveryDate),
		CreatedAt: time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
		Documents:       lo.Map(entry.Documents, func(d documentEntry, _ int) Document { return d.document() }),
		Checkouts:       references(joins, entry.Checkout),
		Items:           lo.Map(items, func(item deliveryItemEntry, _ int) DeliveryItem { return item.item() }),
		LinkExternalIDs: externalIDs(slices.Concat(entry.Links, entry.Link)),
		ConnectionID:    entry.connection(joins), BillingDocument: loaded(entry.BillingFiles),
	}
}

// connection is the marketplace connection wherever the hub names it: on the order itself, on its
// sale's link, or on those of its shipment and its status.
func (entry deliveryOrderEntry) connection(joins []deliveryInCheckout) string {
	sales := append(lo.Map(joins, func(join deliveryInCheckout, _ int) checkoutOfADelivery { return join.Checkout.value }), entry.Checkout.value)
	named := []id{entry.ConnectionID}
	for _, sale := range sales {
		for _, link := range slices.Concat(sale.Links, sale.Link) {
			named = append(named, link.ConnectionID, link.Connection.value.ID)
		}
	}
	for _, link := range slices.Concat(entry.Links, entry.Link) {
		named = append(named, link.ConnectionID)
	}
	for _, link := range slices.Concat(entry.StatusLink, entry.StatusLinks) {
		named = append(named, link.ConnectionID)
	}
	return firstOf(named...)
}

func externalIDs(links []linkEntry) []string {
	return lo.Uniq(lo.FilterMap(links, func(link linkEntry, _ int) (string, bool) {
		return string(link.ExternalID), link.ExternalID != ""
	}))
}

func (entry documentEntry) document() Document {
	return Document{
		ID: string(entry.ID), URL: string(entry.URL), Type: string(entry.Type), Name: string(entry.Name),
		Code: string(entry.Code), MimeType: string(entry.MimeType),
		CreatedAt: time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
	}
}

// references names each sale of a delivery order once.
func references(joins []deliveryInCheckout, direct object[checkoutOfADelivery]) []CheckoutReference {
	all := lo.Map(joins, func(join deliveryInCheckout, _ int) CheckoutReference {
		return join.Checkout.value.reference(join.CheckoutID)
	})
	if direct.present {
		all = append(all, direct.value.reference(""))
	}
	return lo.UniqBy(lo.Filter(all, func(one CheckoutReference, _ int) bool { return one.ID != "" }),
		func(one CheckoutReference) string { return one.ID })
}

func (entry checkoutOfADelivery) reference(named id) CheckoutReference {
	links := slices.Concat(entry.Links, entry.Link)
	return CheckoutReference{
		ID: firstOf(entry.ID, named), Code: string(entry.Code),
		OrderNumber: firstOf(lo.Map(links, func(link checkoutLinkEntry, _ int) text { return link.OrderNumber })...),
		ExternalIDs: externalIDs(lo.Map(links, func(link checkoutLinkEntry, _ int) linkEntry { return linkEntry{ExternalID: link.ExternalID} })),
	}
}

func (entry deliveryItemEntry) item() DeliveryItem {
	product, fromSale := entry.Product.value, entry.CheckoutItem.value
	return DeliveryItem{
		SKU:         firstOf(product.Code, entry.Code, fromSale.Code, fromSale.Product.value.Code, product.InternalCode),
		Name:        cmp.Or(product.name(), fromSale.Product.value.name()),
		Quantity:    quantity(entry.Count, entry.Quantity),
		WarehouseID: firstOf(entry.Warehouse.value.ID, entry.WarehouseID),
	}
}

// quantity is the first positive count; 1 when there is none.
func quantity(counts ...*number) int {
	for _, count := range counts {
		if count != nil && *count > 0 {
			return int(*count)
		}
	}
	return 1
}
