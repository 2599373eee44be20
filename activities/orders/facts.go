package orders

import (
	"cmp"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
)

// OrderOf takes from a delivery order what the books keep of it.
func OrderOf(d multivende.DeliveryOrder, connection activities.Connection) books.Order {
	order := books.Order{ID: d.ID, ConnectionID: connection.ID, Channel: connection.Channel}
	for i, c := range d.Checkouts {
		if i == 0 {
			order.CheckoutID, order.CheckoutCode = c.ID, c.Code
		} else {
			order.OtherCheckouts = append(order.OtherCheckouts, c.ID)
		}
		order.OrderNumber = cmp.Or(order.OrderNumber, c.OrderNumber)
		order.References = append(append(order.References, c.ExternalIDs...), c.OrderNumber)
	}
	RefreshOrder(&order, d)
	return order
}

// RefreshOrder overwrites what the delivery order itself says; what it leaves out stays.
func RefreshOrder(order *books.Order, d multivende.DeliveryOrder) {
	order.Code = cmp.Or(d.Code, order.Code)
	order.TrackingNumber = cmp.Or(d.TrackingNumber, order.TrackingNumber)
	order.Courier = cmp.Or(d.CourierName, order.Courier)
	order.ShippingMode = cmp.Or(d.ShippingMode, order.ShippingMode)
	placeIn(order, d)
	if !d.HandlingDateLimit.IsZero() {
		order.HandlingDeadline = d.HandlingDateLimit
	}
	if !d.CreatedAt.IsZero() {
		order.CreatedAt = d.CreatedAt
	}
	if status, ok := StatusOf(d); ok {
		order.HubStatus = status
		order.PartlyCancelled = order.PartlyCancelled || status == channels.PartiallyCancelled
	}
	if items := itemsOfDelivery(d.Items); len(items) > 0 {
		order.Items = items
	}
	order.References = append(order.References, d.LinkExternalIDs...)
}

// FillFromSale takes from the sale what the books keep of it.
func FillFromSale(order *books.Order, sale multivende.Checkout) {
	order.CheckoutID, order.CheckoutCode, order.CheckoutUpdated = sale.ID, cmp.Or(sale.Code, order.CheckoutCode), sale.UpdatedAt
	order.OrderNumber = cmp.Or(sale.OrderNumber, sale.ExternalID, order.OrderNumber, sale.Code)
	order.SoldAt = sale.SoldAt
	order.PartlyCancelled = order.PartlyCancelled || sale.PartlyCancelled
	fillItems(order, sale)
	strongest := []string{order.TrackingNumber, order.Code}
	if len(sale.DeliveryOrders) < 2 {
		// The sale's shipment and packages are those of its one delivery; of several, the hub does not say whose.
		strongest = append(append([]string{sale.ShippingID}, strongest...), sale.PackageIDs...)
	}
	others := []string{sale.OrderNumber, sale.CustomerOrderNumber, sale.ExternalID, sale.Code}
	order.References = lo.Uniq(lo.Compact(slices.Concat(strongest, others, order.References)))
}

// StatusOf is the delivery order's shipment status, in our words.
func StatusOf(d multivende.DeliveryOrder) (channels.Status, bool) {
	if status, ok := channels.ParseStatus(d.StatusCode); ok {
		return status, true
	}
	return channels.ParseDeliveryWord(d.DeliveryStatus)
}
