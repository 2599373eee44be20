package channels

import (
	"slices"

	"github.com/samber/lo"
)

// words are the words of a channel by the hub status.
type words map[Status][]string

// null is how the hub writes that there is no word.
const null = "null"

// outwardRow says what the hub statuses become on a channel.
type outwardRow struct {
	slug    string
	country string // "" for every country
	words   words
	modes   *outwardModes // nil if the same for every shipping mode
}

// outwardModes divides shipping modes (squashed) where the channel accepts a status only for some
// of them; about modes in neither list the guide says nothing.
type outwardModes struct {
	taken  []string // every status of the row is accepted
	closed []string // only those in always are accepted
	always []Status
}

// mercadoLibreModes: the channel manages the status of ME2 itself, except cancelled.
var mercadoLibreModes = &outwardModes{
	taken:  []string{"custom", "default", "me1", "notspecified", "ownlogistic"},
	closed: []string{"me2", "dropoff", "xddropoff", "crossdocking", "selfservice", "fulfillment"},
	always: []Status{Cancelled},
}

var linioWords = words{
	Pending:      {"pending", "processing"},
	Handling:     {"return_waiting_for_approval", "return_shipped_by_customer", "return_rejected"},
	ReadyToShip:  {"ready_to_ship"},
	Shipped:      {"shipped"},
	Delivered:    {"delivered"},
	NotDelivered: {"returned"},
	Cancelled:    {"failed", "canceled"},
}

// outward says what a status that we send becomes on the channel (guide, "Estados de una orden
// según el tipo de entrega").
var outward = []outwardRow{
	{slug: "mercadolibre", modes: mercadoLibreModes, words: words{
		Pending: {"pending"}, Handling: {"handling"}, ReadyToShip: {"ready_to_ship"}, Shipped: {"shipped"},
		Delivered: {"delivered"}, NotDelivered: {"not_delivered"}, Cancelled: {"cancelled"},
	}},
	{slug: "linio", words: linioWords},
	{slug: "dafiti", words: linioWords},
	{slug: "fcom", words: linioWords},
	{slug: "paris", words: words{
		Pending: {null}, Handling: {"confirmed"}, Shipped: {"in_transit"},
		Delivered: {"delivered"}, NotDelivered: {"failure"}, Cancelled: {"failure"},
	}},
	{slug: "ripley", words: words{
		Pending: {"shipping"}, Shipped: {"shipped"}, Delivered: {"received"}, Cancelled: {"cancelled"},
	}},
	{slug: "amazon", words: words{
		Pending: {"unshipped"}, Handling: {"partiallyShipped"}, ReadyToShip: {"closed_summary"}, Shipped: {"shipped"},
		Delivered: {"delivered"}, NotDelivered: {"not_delivered"}, Cancelled: {"cancelled"},
	}},
	{slug: "walmart", country: "cl", words: words{
		Pending: {"Created"}, Handling: {"Acknowledged"}, Shipped: {"Shipped"},
		Delivered: {"Delivered"}, Cancelled: {"Cancelled"},
	}},
	{slug: "walmart", country: "mx", words: words{
		Pending: {"On Hold", "Created"}, ReadyToShip: {"Acknowledged"}, Shipped: {"Shipped"},
		Delivered: {"Delivered"}, Cancelled: {"Cancelled"},
	}},
	{slug: "magento", words: words{
		Pending:   {"pending", "new", "pending payment", "pending payPal"},
		Handling:  {"processing", "on hold", "payment review"},
		Delivered: {"invoiced"}, Cancelled: {"closed", "canceled"},
	}},
	{slug: "shopify", words: words{
		Pending: {null}, ReadyToShip: {"confirmed"}, Shipped: {"in_transit"},
		Delivered: {"delivered"}, NotDelivered: {"failure"},
	}},
	{slug: "vtex", words: words{
		// Shipped reaches the channel only with the billing document loaded.
		Pending: {"ready-for-handling"}, Handling: {"handling"}, Shipped: {"invoiced"},
		UnderReview: {"window-to-cancel"}, Cancelled: {"cancelled"},
	}},
}

// outwardStatuses are the columns of that table; about other statuses the guide says nothing.
var outwardStatuses = []Status{
	Pending, Handling, ReadyToShip, Shipped, Delivered, NotDelivered, UnderReview, Cancelled,
}

// WordsOnChannel says what a status that we send becomes on its channel, in the channel's words.
// Known and empty predicts that the hub answers not_requested. Not known means that the guide does
// not say: the status is sent, and the hub's answer decides.
func WordsOnChannel(slug, country, shippingMode string, s Status) (words []string, known bool) {
	country = CountryCode(country)
	row, found := lo.Find(outward, func(row outwardRow) bool {
		return row.slug == slugOf(slug) && (row.country == "" || row.country == country)
	})
	if !found || !slices.Contains(outwardStatuses, s) {
		return nil, false
	}
	if row.modes != nil && !slices.Contains(row.modes.always, s) {
		mode := squash(shippingMode)
		switch {
		case slices.Contains(row.modes.closed, mode):
			return nil, true
		case !slices.Contains(row.modes.taken, mode):
			return nil, false
		}
	}
	return slices.Clone(row.words[s]), true
}
