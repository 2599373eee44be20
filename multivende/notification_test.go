package multivende

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	noticedID            = "0d6c7a52-9b1e-4f6e-8a63-1f2f1f0c9a11"
	noticedOther         = "5f1d8e0a-34a2-4f3c-b3b1-7cf25f7f3c02"
	notificationMerchant = "19a3f583-317c-54e4-baa7-fb0d10adb6cd"
)

func TestParseNotification(t *testing.T) {
	t.Parallel()
	of := func(kind NotificationKind) Notification { return Notification{kind, noticedID, notificationMerchant} }
	merchant := `"MerchantId":"` + notificationMerchant + `"`
	cases := map[string]struct {
		body string
		want Notification
	}{
		"the body that the guide shows": {`{"CheckoutId":"` + noticedID + `",` + merchant + `,"MarketplaceConnectionId":"` + noticedOther +
			`","MerchantAppId":"x","OauthClient":{"_id":"y","client_id":"12"},"resource":"checkouts","attemps":0,"received":"2026-11-21T10:00:00.000Z"}`, of(CheckoutNotification)},
		"a delivery order":                             {`{"DeliveryOrderId":"` + noticedID + `",` + merchant + `,"resource":"delivery-orders"}`, of(DeliveryOrderNotification)},
		"a pick-up order without its topic":            {`{"PickUpOrderId":"` + noticedID + `",` + merchant + `}`, of(PickUpOrderNotification)},
		"a topic that is written otherwise":            {`{"CheckoutId":"` + noticedOther + `","DeliveryOrderId":"` + noticedID + `",` + merchant + `,"resource":"Delivery_Order"}`, of(DeliveryOrderNotification)},
		"a topic with spaces":                          {`{"CheckoutId":"` + noticedOther + `","PickUpOrderId":"` + noticedID + `",` + merchant + `,"resource":"pick up orders"}`, of(PickUpOrderNotification)},
		"a topic whose id is missing beside another":   {`{"CheckoutId":"` + noticedID + `","DeliveryOrderId":null,` + merchant + `,"resource":"delivery-orders"}`, of(CheckoutNotification)},
		"two ids without a topic: the sale tells both": {`{"DeliveryOrderId":"` + noticedOther + `","CheckoutId":"` + noticedID + `",` + merchant + `}`, of(CheckoutNotification)},
		"keys in small letters":                        {`{"checkoutId":"` + noticedID + `","merchantId":"` + notificationMerchant + `"}`, of(CheckoutNotification)},
		"an id in capitals":                            {`{"CheckoutId":"` + strings.ToUpper(noticedID) + `",` + merchant + `}`, of(CheckoutNotification)},
		"an id that is no UUID":                        {`{"CheckoutId":"CO-17",` + merchant + `}`, Notification{CheckoutNotification, "CO-17", notificationMerchant}},
		"a notification inside an array":               {` [{"CheckoutId":"` + noticedID + `",` + merchant + `}]`, of(CheckoutNotification)},
		"a notification inside a string":               {`"{\"CheckoutId\":\"` + noticedID + `\",\"MerchantId\":\"` + notificationMerchant + `\"}"`, of(CheckoutNotification)},
		"a topic that is not ours":                     {`{"ProductId":"` + noticedID + `",` + merchant + `,"resource":"product links"}`, Notification{OtherNotification, "", notificationMerchant}},
		"a topic that is not ours, of no merchant":     {`{"resource":"stock"}`, Notification{Kind: OtherNotification}},
	}
	for name, c := range cases {
		t.Run(name+" is read", func(t *testing.T) {
			t.Parallel()
			notification, err := ParseNotification([]byte(c.body))
			require.NoError(t, err)
			assert.Equal(t, c.want, notification)
		})
	}
	assert.Equal(t, "pick-up-order/"+noticedID, of(PickUpOrderNotification).Reference())
}

func TestParseNotificationRefusesJunk(t *testing.T) {
	t.Parallel()
	merchant := `"MerchantId":"` + notificationMerchant + `"`
	of := func(merchant string) string {
		return `{"CheckoutId":"` + noticedID + `","MerchantId":"` + merchant + `"}`
	}
	for name, body := range map[string]string{
		"nothing":                         ``,
		"no JSON":                         `order=1`,
		"broken JSON":                     `{"CheckoutId":"` + noticedID + `",` + merchant,
		"null":                            `null`,
		"a number":                        `17`,
		"an empty object":                 `{}`,
		"two notifications":               `[{"resource":"stock"},{"resource":"stock"}]`,
		"an id that is none":              `{"CheckoutId":"1; DROP TABLE",` + merchant + `}`,
		"an id that is a path":            `{"CheckoutId":"../a",` + merchant + `}`,
		"an id of endless length":         `{"CheckoutId":"` + strings.Repeat("a", 65) + `",` + merchant + `}`,
		"a UUID in braces":                `{"CheckoutId":"{` + noticedID + `}",` + merchant + `}`,
		"an order's topic without an id":  `{"resource":"checkouts",` + merchant + `}`,
		"a merchant that is missing":      `{"CheckoutId":"` + noticedID + `"}`,
		"a merchant that is a path":       `{"CheckoutId":"` + noticedID + `","MerchantId":"../a"}`,
		"a merchant of endless length":    `{"CheckoutId":"` + noticedID + `","MerchantId":"` + strings.Repeat("a", 65) + `"}`,
		"a merchant that is a dot":        of(`.`),
		"a merchant that is two dots":     of(`..`),
		"a merchant that leads upwards":   of(`a..b`),
		"a merchant that ends in a dot":   of(`a.`),
		"a merchant with a space":         of(`a b`),
		"a merchant with a line's end":    of(`a\nb`),
		"a merchant with a zero byte":     of(`ab\u0000`),
		"a merchant that cannot be seen":  of(`\u200b`),
		"an id that leads upwards":        `{"CheckoutId":"a..b",` + merchant + `}`,
		"an id with a zero byte":          `{"CheckoutId":"` + noticedID + `\u0000",` + merchant + `}`,
		"an id that no text is so long":   `{"CheckoutId":"` + strings.Repeat("a", 2000) + `",` + merchant + `}`,
		"an id with a space before it":    `{"CheckoutId":" ` + noticedID + `",` + merchant + `}`,
		"JSON that is nested without end": strings.Repeat("[", 20_000),
	} {
		t.Run(name+" is no notification", func(t *testing.T) {
			t.Parallel()
			_, err := ParseNotification([]byte(body))
			require.ErrorIs(t, err, ErrNoNotification)
			assert.NotContains(t, err.Error(), "DROP")
		})
	}
}

func FuzzParseNotification(f *testing.F) {
	f.Add(`{"CheckoutId":"` + noticedID + `","MerchantId":"` + notificationMerchant + `","resource":"checkouts"}`)
	f.Add(`[{"resource":["stock"],"MerchantId":1e300}]`)
	f.Fuzz(func(t *testing.T, body string) {
		notification, err := ParseNotification([]byte(body))
		if err != nil {
			assert.ErrorIs(t, err, ErrNoNotification)
			return
		}
		if notification.Kind != OtherNotification {
			assert.Empty(t, WhyUnusable(notification.ID))
			assert.Empty(t, WhyUnusable(notification.Merchant))
			assert.NotContains(t, notification.ID+notification.Merchant, "..")
			assert.NotContains(t, notification.ID+notification.Merchant, "/")
		}
	})
}
