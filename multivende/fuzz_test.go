package multivende

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The fuzz tests hold the same of every answer: JSON of any shape is read without a panic, what
// comes out can be written as JSON, and nothing in it is longer than its bound.

func FuzzTask(f *testing.F) {
	f.Add(strings.Replace(wholeTask, "%s", wholeOutput, 1))
	f.Add(`{"_id":1,"processStatus":null,"output":"{\"failedDeliveryOrders\":[1,\"x\",{\"deliveryOrder\":null}]}"}`)
	f.Add(`{"output":[[{"successfulDeliveryOrderDocuments":"\"[]\""}]]}`)
	f.Fuzz(func(t *testing.T, body string) {
		var entry taskEntry
		if decode([]byte(body), &entry, false) != "" {
			return
		}
		task := entry.task()
		holdsBounds(t, task, task.ID, task.State)
		assert.LessOrEqual(t, len(task.Output.Links), maxLinks)
		for _, order := range task.Output.Failed {
			assert.NotEmpty(t, order.DeliveryOrderID)
			assert.LessOrEqual(t, utf8.RuneCountInString(order.Message), maxExcerpt)
		}
	})
}

func FuzzDeliveryOrder(f *testing.F) {
	f.Add(wholeDeliveryOrder)
	f.Add(`{"_id":1,"DeliveryOrderStatusLink":[{"synchronizationStatus":["x"],"createdAt":1e300}],"DeliveryOrderInCheckouts":"[{}]"}`)
	f.Fuzz(func(t *testing.T, body string) {
		var entry deliveryOrderEntry
		if decode([]byte(body), &entry, false) != "" {
			return
		}
		order := entry.deliveryOrder()
		holdsBounds(t, order, order.ID, order.ShippingMode, order.TrackingNumber)
		for _, item := range order.Items {
			assert.Positive(t, item.Quantity)
		}
		for _, at := range []time.Time{order.CreatedAt, order.HandlingDateLimit, order.StatusLink.At} {
			assert.True(t, at.IsZero() || at.Year() >= 2000 && at.Year() <= 2200, at)
		}
	})
}

func FuzzCheckout(f *testing.F) {
	f.Add(wholeCheckout)
	f.Add(`{"_id":1,"CheckoutLink":"{\"externalContent\":\"{\\\"PackageId\\\":[1,[2]]}\"}","DeliveryOrderInCheckouts":{"DeliverOrder":[{"_id":{}}]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		var entry checkoutEntry
		if decode([]byte(body), &entry, false) != "" {
			return
		}
		checkout := entry.checkout()
		holdsBounds(t, checkout, checkout.ID, checkout.OrderNumber, checkout.PackageID)
		assert.LessOrEqual(t, len(checkout.PackageIDs), 2*maxPackages+len(body))
		for _, order := range checkout.DeliveryOrders {
			assert.NotEmpty(t, order.ID)
			assert.NotEmpty(t, order.Checkouts)
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("Bearer x ana@example.com +56 9 1234 5678 https://x/?sig=1 \x00\xff")
	f.Add(cloudflare)
	f.Fuzz(func(t *testing.T, body string) {
		for _, words := range []string{cleanWords(body), excerptOf([]byte(body))} {
			assert.True(t, utf8.ValidString(words))
			assert.LessOrEqual(t, utf8.RuneCountInString(words), maxExcerpt)
			assert.NotContains(t, words, "\n")
			assert.NotRegexp(t, `\d{7}`, uuidOrDigits.ReplaceAllString(words, ""))
		}
	})
}

func holdsBounds(t *testing.T, value any, words ...string) {
	t.Helper()
	_, err := json.Marshal(value)
	require.NoError(t, err)
	for _, word := range words {
		assert.LessOrEqual(t, len(word), maxText)
		assert.True(t, utf8.ValidString(word))
	}
}
