package multivende

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// listPage writes a page of entries with the given ids; an empty id leaves _id out.
func listPage(ids, pagination string) string {
	entries := lo.Map(strings.Fields(ids), func(id string, _ int) string {
		return lo.Ternary(id == "-", `{"code":"no id"}`, fmt.Sprintf(`{"_id":%q,"code":"of %s"}`, id, id))
	})
	return fmt.Sprintf(`{"entries":[%s],"pagination":%s}`, strings.Join(entries, ","), pagination)
}

func next(number, total int) string {
	return fmt.Sprintf(`{"offset":0,"limit":50,"total_pages":%d,"current_page":1,"next_page":%d,"previous_page":0,"total_items":7}`, total, number)
}

func TestListsAreWalkedToTheirEnd(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pages []string // the last is served from then on
		ids   string
		calls int
	}{
		"one page":                             {[]string{listPage("a b", next(0, 1))}, "a b", 1},
		"three pages":                          {[]string{listPage("a b", next(2, 3)), listPage("c", next(3, 3)), listPage("d", next(0, 3))}, "a b c d", 3},
		"next_page in a string":                {[]string{listPage("a", `{"next_page":"2"}`), listPage("b", `{"next_page":"0"}`)}, "a b", 2},
		"pages that shift":                     {[]string{listPage("a b", next(2, 2)), listPage("b c", next(0, 2))}, "a b c", 2},
		"a page that shifted as a whole":       {[]string{listPage("a b", next(2, 3)), listPage("a b", next(3, 3)), listPage("c", next(0, 3))}, "a b c", 3},
		"a hub that repeats itself":            {[]string{listPage("a", next(2, 2))}, "a", 2},
		"a hub that repeats itself and counts": {[]string{listPage("a", `{"next_page":2}`), listPage("a", `{"next_page":3}`), listPage("a", `{"next_page":4}`), listPage("b", next(0, 1))}, "a", 3},
		"an empty list":                        {[]string{`{"entries":[],"pagination":` + next(0, 0) + `}`}, "", 1},
		"an empty list of null":                {[]string{`{"entries":null,"pagination":` + next(0, 0) + `}`}, "", 1},
		"total_pages of 0":                     {[]string{listPage("a", next(2, 0))}, "a", 1},
		"no pagination":                        {[]string{`{"entries":[{"_id":"a"}]}`}, "a", 1},
		"pagination of null":                   {[]string{listPage("a", "null")}, "a", 1},
		"pagination without next_page":         {[]string{listPage("a", `{"total_pages":2}`), listPage("b", `{"total_pages":2}`)}, "a b", 2},
		"a bare array":                         {[]string{`[{"_id":"a"},{"_id":"b"}]`}, "a b", 1},
		"entries without id":                   {[]string{listPage("a - b", next(0, 1))}, "a b", 1},
		"entries that are none":                {[]string{`{"entries":[null,7,"x",[],{"_id":5}],"pagination":` + next(0, 1) + `}`}, "5", 1},
		"a next page that lies behind":         {[]string{listPage("a", next(2, 3)), listPage("b", next(1, 3))}, "a b", 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := lo.Map(test.pages, func(page string, _ int) http.HandlerFunc { return says(page) })
			turn := inTurn(served...)
			answers := map[string]http.HandlerFunc{}
			for i := range 9 {
				answers[fmt.Sprintf("/api/m/m-1/delivery-orders/documents/p/%d", i+1)] = turn
			}
			hub := newHub(t, answers)
			var ids []string
			err := hub.client(t).AvailableLabels(t.Context(), AvailableLabelsQuery{ConnectionID: "c-1"}, func(page []DeliveryOrder) error {
				assert.NotEmpty(t, page)
				ids = append(ids, lo.Map(page, func(order DeliveryOrder, _ int) string { return order.ID })...)
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, test.ids, strings.Join(ids, " "))
			assert.Len(t, hub.seen(), test.calls)
		})
	}
}

func TestListsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"message":"no"}`, `7`, `"x"`, `null`, `<html>`, ``} {
		hub := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/marketplace-connections/p/1": says(body)})
		_, err := hub.client(t).Connections(t.Context())
		assert.Equal(t, Broken, ClassOf(err), body)
	}
}

func TestAListWithoutEndIsGivenUp(t *testing.T) {
	t.Parallel()
	page := 0
	server := func(w http.ResponseWriter, r *http.Request) {
		page++
		says(listPage(fmt.Sprint("id-", page), fmt.Sprintf(`{"next_page":%d}`, page+1)))(w, r)
	}
	hub := newHub(t, nil)
	hub.Config.Handler = http.HandlerFunc(server)
	client := hub.client(t, func(c *Config) { c.RequestsPerSecond = 1e6 })
	err := client.CheckoutsLight(t.Context(), CheckoutsLightQuery{}, func([]CheckoutLight) error { return nil })
	assert.Equal(t, Broken, ClassOf(err))
	assert.ErrorContains(t, err, "more than 2000 pages")
}

func TestTheCallersErrorEndsTheWalk(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	hub := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/checkouts/light/p/1": says(listPage("a", next(2, 2)))})
	err := hub.client(t).CheckoutsLight(t.Context(), CheckoutsLightQuery{}, func([]CheckoutLight) error { return enough })
	assert.ErrorIs(t, err, enough)
	assert.Len(t, hub.seen(), 1)
}

func TestTheLabelListIsAskedWithEveryFilter(t *testing.T) {
	t.Parallel()
	for printed, word := range map[bool]string{false: "not_printed", true: "printed"} {
		hub := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/delivery-orders/documents/p/1": says(listPage("", next(0, 0)))})
		from := time.Date(2026, 11, 14, 9, 0, 0, 500, time.FixedZone("", -3*3600))
		err := hub.client(t).AvailableLabels(t.Context(), AvailableLabelsQuery{
			ConnectionID: "c-1", Printed: printed, UpdatedFrom: from, UpdatedTo: from.Add(time.Hour),
		}, nil)
		require.NoError(t, err)
		query, err := url.ParseQuery(hub.seen()[0].Query)
		require.NoError(t, err)
		assert.Equal(t, url.Values{
			"_marketplace_connection_id": {"c-1"}, "_delivery_statuses": {"completed", "pending"},
			"_shipping_label_print_statuses": {word}, "_shipping_label_status": {"ready"},
			"_include_only_delivery_order_with_traking_number": {"true"},
			"_updated_at_from": {"2026-11-14T12:00:00"}, "_updated_at_to": {"2026-11-14T13:00:01"},
		}, query)
	}
	err := newHub(t, nil).client(t).AvailableLabels(t.Context(), AvailableLabelsQuery{}, nil)
	assert.Equal(t, Refused, ClassOf(err))
}

func TestTheLightListOfSales(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/checkouts/light/p/1": says(`{"entries":[{"_id":"c-1","status":"created",
		"verificationStatus":"verified","paymentStatus":"completed","soldAt":"2026-11-20T09:00:00.000Z","updatedAt":"2026-11-21T09:00:00.000Z",
		"BillingAddressId":null,"DeliveryTypeId":"t-1","MerchantId":"m-1"}],"pagination":{"next_page":0}}`)})
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	var all []CheckoutLight
	err := hub.client(t).CheckoutsLight(t.Context(), CheckoutsLightQuery{
		ConnectionID: "con-1", UpdatedFrom: day, UpdatedTo: day.Add(time.Hour), SoldFrom: day, SoldTo: day,
	}, func(page []CheckoutLight) error { all = append(all, page...); return nil })
	require.NoError(t, err)
	assert.Equal(t, []CheckoutLight{{ID: "c-1", Status: "created", VerificationStatus: "verified", PaymentStatus: "completed",
		DeliveryTypeID: "t-1", SoldAt: day.Add(9 * time.Hour), UpdatedAt: day.Add(33 * time.Hour)}}, all)
	assert.Equal(t, "_marketplace_connection_id=con-1&_sold_at_from=2026-11-20%2000%3A00%3A00&_sold_at_to=2026-11-20%2000%3A00%3A00"+
		"&_updated_at_from=2026-11-20%2000%3A00%3A00&_updated_at_to=2026-11-20%2001%3A00%3A00", hub.seen()[0].Query)
}

func TestConnections(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/marketplace-connections/p/1": says(`{"entries":[
		{"_id":"a","_name":"Mercadolibre","name":"Tienda Uno","provider":"mercadolibre","country":"cl","pictureUrl":"x","allowPickUpInStore":null},
		{"_id":"b","_name":"Paris","name":null,"provider":"paris"}],"pagination":{"next_page":0}}`)})
	connections, err := hub.client(t).Connections(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []Connection{
		{ID: "a", Name: "Tienda Uno", DisplayName: "Mercadolibre", Provider: "mercadolibre", Country: "cl"},
		{ID: "b", Name: "Paris", DisplayName: "Paris", Provider: "paris"},
	}, connections)
}

func TestAppInfo(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": says(`{"_id":"a","MerchantId":"m-1","DeveloperApp":{"displayName":null,"name":"despacho"},"MarketplaceConnection":null}`)})
	info, err := hub.client(t).AppInfo(t.Context())
	require.NoError(t, err)
	assert.Equal(t, AppInfo{ID: "a", MerchantID: "m-1", AppName: "despacho"}, info)
}
