package channels_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/channels"
)

// homologation is the guide's table of that name: channel, then the hub's status with the
// channel's words.
var homologation = map[string]map[channels.Status]string{
	"mercadolibre": {"pending": "pending", "handling": "handling", "ready_to_ship": "ready_to_ship", "shipped": "shipped",
		"delivered": "delivered", "not_delivered": "not_delivered", "cancelled": "cancelled"},
	"fcom":  fcomWords,
	"linio": fcomWords,
	"paris": {"pending": "awaiting_fulfillment, ready_to_ship", "ready_to_ship": "printed_label, closed_summary",
		"shipped": "shipped, delivery_in_progress", "delivered": "delivered", "not_delivered": "not_delivered, lost, rejected_by_carrier",
		"reschedule":   "returned, return_in_process, seller_received, returned_to_seller, _delivery_order_reschedule_",
		"under_review": "_delivery_order_status_under_review_", "cancelled": "cancelled, deleted, unable_to_fulfill"},
	"ripley": {"pending": "pending", "ready_to_ship": "delivered", "shipped": "shipped", "delivered": "received", "cancelled": "canceled, closed"},
	"amazon": {"pending": "unshipped", "handling": "partiallyShipped", "ready_to_ship": "closed_summary", "shipped": "shipped",
		"delivered": "delivered", "not_delivered": "not_delivered", "cancelled": "cancelled"},
	"shopify": {"pending": "null", "ready_to_ship": "confirmed", "shipped": "in_transit", "delivered": "delivered",
		"not_delivered": "failure", "cancelled": "cancelled"},
	"vtex": {"pending": "ready-for-handling", "handling": "handling", "shipped": "shipped", "delivered": "delivered",
		"under_review": "window-to-cancel", "cancelled": "canceled, cancel, cancellation-requested"},
	"magento": {"pending": "pending, new, pending payment, pending payPal", "handling": "processing, on hold, payment review",
		"delivered": "complete", "cancelled": "closed, canceled"},
	"prestashop": {"pending": "pending"},
	"jumpseller": {"handling": "requested", "delivered": "pickup_available, delivered, procesado", "cancelled": "failed"},
}

var fcomWords = map[channels.Status]string{
	"pending":  "pending, processing",
	"handling": "return_waiting_for_approval, return_shipped_by_customer, return_rejected, PackadByMarketplace",
	// The guide lists both spellings.
	"ready_to_ship": "ready_to_ship, ReadyToShip", "shipped": "shipped, Shipped", "delivered": "delivered",
	"not_delivered": "returned", "cancelled": "canceled, failed, Cancelled",
}

func TestEveryWordOfAChannelIsReadAsTheGuideSays(t *testing.T) {
	t.Parallel()
	for slug, row := range homologation {
		for status, words := range row {
			for word := range strings.SplitSeq(words, ", ") {
				t.Run(slug+" "+word, func(t *testing.T) {
					t.Parallel()
					for _, dress := range []string{word, strings.ToUpper(word), " " + word} {
						read, ok := channels.StatusFromChannel(slug, dress)
						assert.True(t, ok, dress)
						assert.Equal(t, status, read, dress)
					}
				})
			}
		}
	}
}

func TestWordsThatTheGuideDoesNotHave(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{"mercadolibre/lost", "mercadolibre/", "paris/", "dafiti/pending", "walmart/Created", "unheard-of/pending", "prestashop/shipped"} {
		status, ok := channels.StatusFromChannel(split(pair))
		assert.False(t, ok, pair)
		assert.Empty(t, status, pair)
	}
	status, ok := channels.StatusFromChannel("shopify", "")
	assert.True(t, ok, "Shopify has no word for an order that is not begun")
	assert.Equal(t, channels.Pending, status)
}

// onChannel is the guide's other table: what a status becomes on the channel. Columns: pending,
// handling, ready_to_ship, shipped, delivered, not_delivered, under_review, cancelled.
var onChannel = map[string][8]string{
	"mercadolibre//custom":         {"pending", "handling", "ready_to_ship", "shipped", "delivered", "not_delivered", "", "cancelled"},
	"mercadolibre//ME1":            {"pending", "handling", "ready_to_ship", "shipped", "delivered", "not_delivered", "", "cancelled"},
	"mercadolibre//default":        {"pending", "handling", "ready_to_ship", "shipped", "delivered", "not_delivered", "", "cancelled"},
	"mercadolibre//me2":            {"", "", "", "", "", "", "", "cancelled"},
	"mercadolibre//drop-off":       {"", "", "", "", "", "", "", "cancelled"},
	"mercadolibre/cl/self_service": {"", "", "", "", "", "", "", "cancelled"},
	"linio//Dropshipping":          linioFacts,
	"dafiti//":                     linioFacts,
	"fcom/cl/":                     linioFacts,
	"paris//":                      {"null", "confirmed", "", "in_transit", "delivered", "failure", "", "failure"},
	"ripley//":                     {"shipping", "", "", "shipped", "received", "", "", "cancelled"},
	"amazon//":                     {"unshipped", "partiallyShipped", "closed_summary", "shipped", "delivered", "not_delivered", "", "cancelled"},
	"walmart/cl/":                  {"Created", "Acknowledged", "", "Shipped", "Delivered", "", "", "Cancelled"},
	"Walmart/ MX /":                {"On Hold, Created", "", "Acknowledged", "Shipped", "Delivered", "", "", "Cancelled"},
	"magento//": {"pending, new, pending payment, pending payPal", "processing, on hold, payment review", "", "", "invoiced", "", "",
		"closed, canceled"},
	"shopify//": {"null", "", "confirmed", "in_transit", "delivered", "failure", "", ""},
	"vtex//":    {"ready-for-handling", "handling", "", "invoiced", "", "", "window-to-cancel", "cancelled"},
}

var linioFacts = [8]string{"pending, processing", "return_waiting_for_approval, return_shipped_by_customer, return_rejected",
	"ready_to_ship", "shipped", "delivered", "returned", "", "failed, canceled"}

var columns = [8]channels.Status{"pending", "handling", "ready_to_ship", "shipped", "delivered", "not_delivered", "under_review", "cancelled"}

func TestEveryStatusStandsOnTheChannelAsTheGuideSays(t *testing.T) {
	t.Parallel()
	for key, row := range onChannel {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			parts := strings.Split(key, "/")
			for i, want := range row {
				words, known := channels.WordsOnChannel(parts[0], parts[1], parts[2], columns[i])
				assert.True(t, known, columns[i])
				assert.Equal(t, want, strings.Join(words, ", "), columns[i])
			}
			for _, status := range []channels.Status{"reschedule", "partial_cancelled", ""} {
				_, known := channels.WordsOnChannel(parts[0], parts[1], parts[2], status)
				assert.False(t, known, "the guide has no column for %q", status)
			}
		})
	}
}

func TestChannelsWithoutARowAreLeftToTheHub(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"coppel//", "totalplay//", "liverpool/mx/", "unheard-of//", "walmart//", "walmart/ca/", "mercadolibre//", "mercadolibre//a-new-word"} {
		parts := strings.Split(key, "/")
		words, known := channels.WordsOnChannel(parts[0], parts[1], parts[2], channels.Shipped)
		assert.False(t, known, key)
		assert.Empty(t, words, key)
	}
	words, known := channels.WordsOnChannel("mercadolibre", "", "", channels.Cancelled)
	assert.True(t, known, "cancelled goes to Mercado Libre whatever the mode")
	assert.Equal(t, []string{"cancelled"}, words)
}
