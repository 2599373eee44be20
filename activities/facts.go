package activities

import (
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// orderOf takes from a delivery order what the books keep of it.
func orderOf(d multivende.DeliveryOrder, connection Connection) books.Order {
	order := books.Order{ID: d.ID, ConnectionID: connection.ID, Channel: connection.Channel}
	for i, c := range d.Checkouts {
		if i == 0 {
			order.CheckoutID, order.CheckoutCode = c.ID, c.Code
		} else {
			order.OtherCheckouts = append(order.OtherCheckouts, c.ID)
		}
		order.OrderNumber = lo.CoalesceOrEmpty(order.OrderNumber, c.OrderNumber)
		order.References = append(append(order.References, c.ExternalIDs...), c.OrderNumber)
	}
	refresh(&order, d)
	return order
}

// refresh overwrites what the delivery order itself says; what it leaves out stays.
func refresh(order *books.Order, d multivende.DeliveryOrder) {
	order.Code = lo.CoalesceOrEmpty(d.Code, order.Code)
	order.TrackingNumber = lo.CoalesceOrEmpty(d.TrackingNumber, order.TrackingNumber)
	order.Courier = lo.CoalesceOrEmpty(d.CourierName, order.Courier)
	order.ShippingMode = lo.CoalesceOrEmpty(d.ShippingMode, order.ShippingMode)
	placeIn(order, d)
	if !d.HandlingDateLimit.IsZero() {
		order.HandlingDeadline = d.HandlingDateLimit
	}
	if !d.CreatedAt.IsZero() {
		order.CreatedAt = d.CreatedAt
	}
	if status, ok := statusOf(d); ok {
		order.HubStatus = status
		order.PartlyCancelled = order.PartlyCancelled || status == channels.PartiallyCancelled
	}
	if items := itemsOfDelivery(d.Items); len(items) > 0 {
		order.Items = items
	}
	order.References = append(order.References, d.LinkExternalIDs...)
}

// fill takes from the sale what the books keep of it.
func fill(order *books.Order, sale multivende.Checkout) {
	order.CheckoutID, order.CheckoutCode, order.CheckoutUpdated = sale.ID, lo.CoalesceOrEmpty(sale.Code, order.CheckoutCode), sale.UpdatedAt
	order.OrderNumber = lo.CoalesceOrEmpty(sale.OrderNumber, sale.ExternalID, order.OrderNumber, sale.Code)
	order.SoldAt = sale.SoldAt
	order.PartlyCancelled = order.PartlyCancelled || sale.PartlyCancelled
	if len(order.Items) == 0 || len(sale.DeliveryOrders) < 2 {
		if items := itemsOfSale(sale.Items); len(items) > 0 {
			order.Items = items
		}
	}
	strongest := []string{order.TrackingNumber, order.Code}
	if len(sale.DeliveryOrders) < 2 {
		// The sale's shipment and packages are those of its one delivery; of several, the hub does not say whose.
		strongest = append(append([]string{sale.ShippingID}, strongest...), sale.PackageIDs...)
	}
	others := []string{sale.OrderNumber, sale.CustomerOrderNumber, sale.ExternalID, sale.Code}
	order.References = lo.Uniq(lo.Compact(slices.Concat(strongest, others, order.References)))
}

func itemsOfDelivery(items []multivende.DeliveryItem) []books.Item {
	return addedUp(items, func(i multivende.DeliveryItem) books.Item { return books.Item{SKU: i.SKU, Quantity: i.Quantity} })
}

func itemsOfSale(items []multivende.CheckoutItem) []books.Item {
	return addedUp(items, func(i multivende.CheckoutItem) books.Item { return books.Item{SKU: i.SKU, Quantity: i.Quantity} })
}

// addedUp are lines by SKU, in the order in which they came: whoever packs takes
// all of a SKU at once. Lines without a SKU are left out.
func addedUp[T any](lines []T, item func(T) books.Item) []books.Item {
	var items []books.Item
	places := map[string]int{}
	for _, line := range lines {
		one := item(line)
		at, known := places[one.SKU]
		switch {
		case one.SKU == "":
		case known:
			items[at].Quantity += one.Quantity
		default:
			places[one.SKU] = len(items)
			items = append(items, one)
		}
	}
	return items
}

// statusOf is the delivery order's shipment status, in our words.
func statusOf(d multivende.DeliveryOrder) (channels.Status, bool) {
	if status, ok := channels.ParseStatus(d.StatusCode); ok {
		return status, true
	}
	return channels.DeliveryWord(d.DeliveryStatus)
}
