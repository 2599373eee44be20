package channels_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/channels"
)

func TestWhatIsNotAllowed(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change channels.Change
		rule   string // part of it; "" when it may be sent
	}{
		"Mercado Libre reports ME2 itself":           {channels.Change{Slug: "mercadolibre", ShippingMode: "xd_drop_off", From: "handling", To: "shipped"}, "ME2"},
		"ME2 can be cancelled":                       {channels.Change{Slug: "mercadolibre", ShippingMode: "me2", From: "handling", To: "cancelled"}, ""},
		"Flex is ME2 too":                            {channels.Change{Slug: "Mercado Libre", ShippingMode: "self_service", To: "delivered"}, "ME2"},
		"ME2 shows where the channel does not":       {channels.Change{Slug: channels.UnknownChannel, ShippingMode: "xd_drop_off", To: "shipped"}, "ME2"},
		"other modes of an unknown channel are sent": {channels.Change{Slug: channels.UnknownChannel, ShippingMode: "cross docking", To: "shipped"}, ""},
		"outside ME2 the seller reports":             {channels.Change{Slug: "mercadolibre", ShippingMode: "me1", From: "pending", To: "shipped"}, ""},
		"for an unknown mode the channel decides":    {channels.Change{Slug: "mercadolibre", ShippingMode: "teleport", To: "shipped"}, ""},
		"fulfilment is never the seller's":           {channels.Change{Slug: "paris", ShippingMode: "Fulfillment", From: "pending", To: "shipped"}, "fulfilment"},
		"not even to be cancelled":                   {channels.Change{Slug: "mercadolibre", ShippingMode: "fulfillment", To: "cancelled"}, "fulfilment"},
		"VTEX wants the document before shipped":     {channels.Change{Slug: "vtex", From: "handling", To: "shipped"}, "billing document"},
		"with the document shipped goes out":         {channels.Change{Slug: "vtex", From: "handling", To: "shipped", HasDocument: true}, ""},
		"VTEX takes handling without a document":     {channels.Change{Slug: "vtex", From: "pending", To: "handling"}, ""},
		"an order does not go back":                  {channels.Change{Slug: "fcom", From: "shipped", To: "ready_to_ship"}, "cannot go back"},
		"what is delivered is not cancelled":         {channels.Change{Slug: "fcom", From: "delivered", To: "cancelled"}, "no longer"},
		"nothing follows cancelled":                  {channels.Change{Slug: "fcom", From: "cancelled", To: "delivered"}, "can no longer change"},
		"partly cancelled ranks as handling":         {channels.Change{Slug: "paris", From: "partial_cancelled", To: "shipped"}, ""},
		"an order that is there breaks no rule":      {channels.Change{Slug: "mercadolibre", ShippingMode: "me2", From: "shipped", To: "shipped"}, ""},
		"an order of unknown status may be sent":     {channels.Change{Slug: "ripley", To: "shipped"}, ""},
		"what came back can be reported":             {channels.Change{Slug: "ripley", From: "shipped", To: "not_delivered"}, ""},
		"a pick-up goes forward":                     {channels.Change{PickUp: true, From: "received_by_store", To: "completed"}, ""},
		"a pick-up does not go back":                 {channels.Change{PickUp: true, From: "completed", To: "received_by_store"}, "cannot go back"},
		"a completed pick-up is not cancelled":       {channels.Change{PickUp: true, From: "completed", To: "cancelled"}, "no longer"},
		"a cancelled pick-up stays so":               {channels.Change{PickUp: true, From: "cancelled", To: "completed"}, "cancelled"},
		"no rule of a channel concerns a pick-up":    {channels.Change{Slug: "vtex", PickUp: true, From: "pending", To: "cancelled"}, ""},
		"a pick-up of unknown status may be sent":    {channels.Change{PickUp: true, To: "completed"}, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.rule == "" {
				assert.Empty(t, c.change.WhyNotAllowed())
				return
			}
			assert.Contains(t, c.change.WhyNotAllowed().Words, c.rule)
		})
	}
}

func TestOnlyVTEXShippedNeedsADocument(t *testing.T) {
	t.Parallel()
	for _, channel := range channels.All() {
		for _, to := range channels.SettableStatuses() {
			want := channel.Slug == "vtex" && to == channels.Shipped
			assert.Equal(t, want, channels.Change{Slug: channel.Slug, To: to, HasDocument: true}.NeedsDocument(), "%s %s", channel.Slug, to)
		}
	}
	assert.False(t, channels.Change{Slug: "vtex", To: channels.Shipped, PickUp: true}.NeedsDocument())
}

func TestPickUpStatuses(t *testing.T) {
	t.Parallel()
	for _, status := range []channels.Status{channels.Pending, channels.Handling, channels.ReceivedByStore, channels.Completed, channels.Cancelled} {
		code := status.PickUpCode()
		assert.Equal(t, "pick_up_order_status_"+string(status), code)
		for _, dress := range []string{code, "_" + code + "_", strings.ToUpper(code), string(status), strings.ReplaceAll(string(status), "_", "-")} {
			read, ok := channels.ParsePickUpStatus(dress)
			assert.True(t, ok, dress)
			assert.Equal(t, status, read)
		}
	}
	for _, word := range []string{"", "shipped", "delivery_order_status_handling"} {
		_, ok := channels.ParsePickUpStatus(word)
		assert.False(t, ok, word)
	}
	assert.Empty(t, channels.Shipped.PickUpCode())
	for _, status := range channels.SettablePickUpStatuses() {
		assert.True(t, status.PickUpCode() != "")
	}
}
