package channels_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/channels"
)

// codes are the hub's codes as the guide prints them.
var codes = map[channels.Status]string{
	"pending":           "_delivery_order_status_pending_",
	"handling":          "_delivery_order_status_handling_",
	"ready_to_ship":     "_delivery_order_status_ready_to_ship_",
	"reschedule":        "_delivery_order_reschedule_",
	"shipped":           "_delivery_order_status_shipped_",
	"delivered":         "_delivery_order_status_delivered_",
	"not_delivered":     "_delivery_order_status_not_delivered_",
	"cancelled":         "_delivery_order_status_cancelled_",
	"under_review":      "_delivery_order_status_under_review_",
	"partial_cancelled": "_delivery_order_status_partial_cancelled_",
}

func TestStatusCodes(t *testing.T) {
	t.Parallel()
	assert.Len(t, channels.Statuses(), len(codes))
	for status, code := range codes {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, channels.Statuses(), status)
			assert.Equal(t, code, status.Code())
			for _, dress := range []string{
				code, strings.Trim(code, "_"), strings.TrimPrefix(code, "_"), strings.ToUpper(code),
				"  " + code + " ", string(status), strings.ToUpper(string(status)), strings.ReplaceAll(string(status), "_", "-"),
				"delivery_order_" + string(status), "_delivery_order_status_" + string(status) + "_",
			} {
				read, ok := channels.ParseStatus(dress)
				assert.True(t, ok, dress)
				assert.Equal(t, status, read, dress)
			}
		})
	}
}

func TestParseStatusRefusesOtherWords(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", "_", "delivery_order_status_", "lost", "DELIVERY_ORDER_STATUSES.Shipped.Name", "pick_up_order_status_pending"} {
		status, ok := channels.ParseStatus(word)
		assert.False(t, ok, word)
		assert.Empty(t, status, word)
		assert.Empty(t, channels.Status(word).Code())
	}
}

func TestStatusBefore(t *testing.T) {
	t.Parallel()
	before := map[string]bool{ // "sent present": is it a step back?
		"pending handling":                true,
		"handling ready_to_ship":          true,
		"ready_to_ship shipped":           true,
		"shipped delivered":               true,
		"shipped not_delivered":           true,
		"reschedule ready_to_ship":        true,
		"under_review shipped":            true,
		"partial_cancelled ready_to_ship": true,
		"pending reschedule":              true,
		"handling cancelled":              true,
		"delivered cancelled":             true,
		"cancelled delivered":             true,

		"handling pending":            false,
		"handling handling":           false,
		"handling reschedule":         false,
		"ready_to_ship handling":      false,
		"ready_to_ship under_review":  false,
		"delivered not_delivered":     false,
		"not_delivered delivered":     false,
		"cancelled pending":           false,
		"cancelled shipped":           false,
		"cancelled not_delivered":     false,
		"cancelled cancelled":         false,
		"shipped a-word-of-its-own":   false,
		"reschedule under_review":     false,
		"partial_cancelled handling":  false,
		"delivered partial_cancelled": false,
	}
	for pair, want := range before {
		t.Run(pair, func(t *testing.T) {
			t.Parallel()
			sent, present, _ := strings.Cut(pair, " ")
			assert.Equal(t, want, channels.Status(sent).Before(channels.Status(present)))
		})
	}
}

func TestStatusEnds(t *testing.T) {
	t.Parallel()
	for _, status := range channels.Statuses() {
		assert.Equal(t, status == "cancelled", status.Ended(), status)
		past := status == "shipped" || status == "delivered" || status == "not_delivered" || status == "cancelled"
		assert.Equal(t, past, status.PastLabel(), status)
	}
	assert.Equal(t, -1, channels.Status("lost").Rank())
	assert.False(t, channels.Status("").PastLabel())
}
