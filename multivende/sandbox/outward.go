package sandbox

import (
	"slices"
	"strings"
	"time"
)

// outward says how a channel answers the hub's statuses.
type outward struct {
	words    map[string]string // its own word by the hub's code; a status without one is not sent
	bound    []string          // shipping modes of which it takes no status but cancelled
	paper    bool              // shipped only with the tax document loaded
	fetched  bool              // it takes a tracking number of pick-ups too
	tracking []string          // shipping modes of which it takes a tracking number; "*" for all
	delay    time.Duration     // how long a status takes to reach it
}

// linioWords are those of Linio, Dafiti and Falabella.
var linioWords = map[string]string{
	pending: "pending", handling: "return_waiting_for_approval", readyToShip: "ready_to_ship", shipped: "shipped",
	delivered: "delivered", undelivered: "returned", cancelled: "canceled",
}

// alike is for channels of which the guide tells no words: every status is taken as it is.
var alike = map[string]string{
	pending: "pending", handling: "handling", readyToShip: "ready_to_ship", reschedule: "reschedule", shipped: "shipped",
	delivered: "delivered", undelivered: "not_delivered", cancelled: "cancelled", underReview: "under_review", partial: "partial_cancelled",
}

// outwards are the channels that are told of statuses, by provider, or provider and country.
var outwards = map[string]outward{
	"mercadolibre": {
		words: map[string]string{
			pending: "pending", handling: "handling", readyToShip: "ready_to_ship", shipped: "shipped", delivered: "delivered",
			undelivered: "not_delivered", cancelled: "cancelled",
		},
		bound:    []string{"me2", "dropoff", "xddropoff", "crossdocking", "selfservice"},
		tracking: []string{"me1", "default", "custom", "notspecified"}, delay: 30 * time.Second,
	},
	"linio":  {words: linioWords, delay: 45 * time.Second},
	"dafiti": {words: linioWords, delay: 80 * time.Second, tracking: []string{"dropshipping"}},
	"fcom":   {words: linioWords, delay: 120 * time.Second},
	"paris": {delay: 75 * time.Second, words: map[string]string{
		handling: "confirmed", shipped: "in_transit", delivered: "delivered", undelivered: "failure", cancelled: "failure",
	}},
	"ripley": {delay: 40 * time.Second, words: map[string]string{
		pending: "shipping", shipped: "shipped", delivered: "received", cancelled: "cancelled",
	}},
	"amazon": {delay: 150 * time.Second, words: map[string]string{
		pending: "unshipped", handling: "partiallyShipped", readyToShip: "closed_summary", shipped: "shipped", delivered: "delivered",
		undelivered: "not_delivered", cancelled: "cancelled",
	}},
	"walmart": {delay: 55 * time.Second, words: map[string]string{
		pending: "Created", handling: "Acknowledged", shipped: "Shipped", delivered: "Delivered", cancelled: "Cancelled",
	}},
	"walmart mx": {delay: 60 * time.Second, words: map[string]string{
		pending: "Created", readyToShip: "Acknowledged", shipped: "Shipped", delivered: "Delivered", cancelled: "Cancelled",
	}},
	"magento": {delay: 35 * time.Second, words: map[string]string{
		pending: "pending", handling: "processing", delivered: "invoiced", cancelled: "canceled",
	}},
	"shopify": {delay: 25 * time.Second, words: map[string]string{
		readyToShip: "confirmed", shipped: "in_transit", delivered: "delivered", undelivered: "failure",
	}},
	"vtex": {delay: 65 * time.Second, paper: true, fetched: true, tracking: []string{"*"}, words: map[string]string{
		pending: "ready-for-handling", handling: "handling", shipped: "invoiced", underReview: "window-to-cancel", cancelled: "cancelled",
	}},
	"coppel":    {delay: 50 * time.Second, words: alike},
	"totalplay": {delay: 70 * time.Second, words: alike},
	"liverpool": {delay: 100 * time.Second, words: alike, tracking: []string{"*"}},
}

// outwardOf is what a connection's channel makes of statuses; one that nobody knows takes none.
func outwardOf(provider, country string) outward {
	if rules, found := outwards[provider+" "+country]; found {
		return rules
	}
	if rules, found := outwards[provider]; found {
		return rules
	}
	return outward{delay: 30 * time.Second}
}

// squash is a shipping mode as it is compared.
func squash(mode string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(mode))
}

// takesTracking says whether the order's channel takes a tracking number of it: Amazon by its
// FulfillmentChannel (MFN), which all have here that are not fulfilment, others by the mode.
func (o *order) takesTracking() bool {
	w := o.connection.outward
	if o.connection.provider == "amazon" {
		return squash(o.mode) != "fulfillment"
	}
	return slices.Contains(w.tracking, "*") || slices.Contains(w.tracking, squash(o.mode))
}

// ranks are the places of the statuses in a shipment's life.
var ranks = map[string]int{
	pending: 0, handling: 1, reschedule: 1, underReview: 1, partial: 1, readyToShip: 2, shipped: 3, delivered: 4, undelivered: 4, cancelled: 5,
	pickUpPending: 0, pickUpReceived: 1, pickUpCompleted: 2, pickUpCancelled: 3,
}

// backwards says whether a status lies before the present one, or follows an end.
func backwards(present, code string) bool {
	switch {
	case present == "" || present == code:
		return false
	case code == cancelled || code == pickUpCancelled:
		return present == delivered || present == pickUpCompleted
	}
	return ranks[code] < ranks[present]
}
