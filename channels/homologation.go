package channels

// words are the words of a channel by the hub's status.
type words map[Status][]string

// null is how the hub writes that the channel has no status yet.
const null = "null"

var falabellaWords = words{
	Pending: {"pending", "processing"},
	Handling: {
		"return_waiting_for_approval", "return_shipped_by_customer", "return_rejected",
		"PackadByMarketplace",
	},
	ReadyToShip:  {"ready_to_ship", "ReadyToShip"},
	Shipped:      {"shipped", "Shipped"},
	Delivered:    {"delivered"},
	NotDelivered: {"returned"},
	Cancelled:    {"canceled", "failed", "Cancelled"},
}

// readAs is how the hub reads a channel's own states (guide, "Homologación de estados canales de
// venta versus Multivende"), by slug.
var readAs = map[string]words{
	"mercadolibre": {
		Pending: {"pending"}, Handling: {"handling"}, ReadyToShip: {"ready_to_ship"}, Shipped: {"shipped"},
		Delivered: {"delivered"}, NotDelivered: {"not_delivered"}, Cancelled: {"cancelled"},
	},
	"fcom":  falabellaWords,
	"linio": falabellaWords,
	"paris": {
		Pending:      {"awaiting_fulfillment", "ready_to_ship"},
		ReadyToShip:  {"printed_label", "closed_summary"},
		Shipped:      {"shipped", "delivery_in_progress"},
		Delivered:    {"delivered"},
		NotDelivered: {"not_delivered", "lost", "rejected_by_carrier"},
		Reschedule: {
			"returned", "return_in_process", "seller_received", "returned_to_seller",
			"_delivery_order_reschedule_",
		},
		UnderReview: {"_delivery_order_status_under_review_"},
		Cancelled:   {"cancelled", "deleted", "unable_to_fulfill"},
	},
	"ripley": {
		// The guide says so: what Ripley calls delivered is delivered to the carrier.
		Pending: {"pending"}, ReadyToShip: {"delivered"}, Shipped: {"shipped"},
		Delivered: {"received"}, Cancelled: {"canceled", "closed"},
	},
	"amazon": {
		Pending: {"unshipped"}, Handling: {"partiallyShipped"}, ReadyToShip: {"closed_summary"}, Shipped: {"shipped"},
		Delivered: {"delivered"}, NotDelivered: {"not_delivered"}, Cancelled: {"cancelled"},
	},
	"shopify": {
		Pending: {null}, ReadyToShip: {"confirmed"}, Shipped: {"in_transit"},
		Delivered: {"delivered"}, NotDelivered: {"failure"}, Cancelled: {"cancelled"},
	},
	"vtex": {
		Pending: {"ready-for-handling"}, Handling: {"handling"}, Shipped: {"shipped"}, Delivered: {"delivered"},
		UnderReview: {"window-to-cancel"}, Cancelled: {"canceled", "cancel", "cancellation-requested"},
	},
	"magento": {
		Pending:   {"pending", "new", "pending payment", "pending payPal"},
		Handling:  {"processing", "on hold", "payment review"},
		Delivered: {"complete"}, Cancelled: {"closed", "canceled"},
	},
	"prestashop": {Pending: {"pending"}},
	"jumpseller": {
		Handling: {"requested"}, Delivered: {"pickup_available", "delivered", "procesado"}, Cancelled: {"failed"},
	},
}

// StatusFromChannel is the hub's status for a channel's own word, compared like shipping modes.
// False when the guide has no such word for that channel.
func StatusFromChannel(slug, word string) (Status, bool) {
	wanted := squash(word)
	if wanted == "" {
		wanted = null
	}
	for status, known := range readAs[slugOf(slug)] {
		for _, candidate := range known {
			if squash(candidate) == wanted {
				return status, true
			}
		}
	}
	return "", false
}
