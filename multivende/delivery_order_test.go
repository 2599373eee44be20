package multivende

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const wholeDeliveryOrder = `{
 "_id": "d-1", "code": "D-0001", "cost": 3990, "isDeliveryPaid": "true", "status": "created", "inventoryStatus": "ok",
 "shippingLabelStatus": "ready", "shippingLabelPrintStatus": "not_printed", "deliveryStatus": "pending",
 "deliveryAddress": "Calle de Ana 123", "trackingNumber": 4711, "trackingUrl": "https://carrier.example/4711",
 "courierName": "BLUEXPRESS", "shippingMode": "Dropshipping", "handlingDateLimit": "2026-11-22T15:00:00.000Z",
 "promisedDeliveryDate": null, "createdAt": "2026-11-20 10:00:00", "updatedAt": "2026-11-21T10:00:00.000Z",
 "DeliveryOrderStatusId": "s-9", "DeliveryTypeId": "t-1", "WarehouseId": "w-1", "Warehouse": {"_id": "w-1", "name": "Bodega Ñuñoa"},
 "DeliveryOrderStatus": {"_id": "s-2", "code": "_delivery_order_status_handling_", "name": "DELIVERY_ORDER_STATUSES.Handling.Name"},
 "DeliveryOrderStatusLink": {"synchronizationStatus": "changed"},
 "deliveryOrderDocuments": [{"_id": 12, "url": "https://files.example/12.pdf", "type": "label", "name": "x.pdf", "mimeType": "application/pdf"}, null, 7],
 "DeliveryOrderLinks": [{"externalId": 2000001}, {"externalId": "2000001"}, {"externalId": null}],
 "ShippingAddress": {"name": "Ana Pérez", "address_1": "Calle de Ana 123", "ShippingAddressReceivers": {"email": "ana@example.com"}},
 "DeliveryOrderInCheckouts": [{"CheckoutId": "c-1", "Checkout": {"_id": "c-1", "code": "C-1",
   "CheckoutLinks": [{"externalId": "E-1", "externalOrderNumber": 2000003508897546}]},
   "DeliveryOrderInCheckoutItems": [
     {"count": "2", "ProductVersion": {"code": "SKU-1", "Product": {"name": "Polerón niño"}}, "FulfilledWarehouse": {"_id": "w-2"}},
     {"ProductVersion": null, "CheckoutItem": {"code": "SKU-2"}}]}]
}`

func deliveryOrderOf(t *testing.T, body string) DeliveryOrder {
	t.Helper()
	hub := newHub(t, map[string]http.HandlerFunc{
		"/api/delivery-orders/d-1":     says(body),
		"/api/delivery-order-statuses": says(`[{"_id":"s-9","code":"_delivery_order_status_shipped_"}]`),
	})
	order, err := hub.client(t).DeliveryOrder(t.Context(), "d-1")
	require.NoError(t, err)
	return order
}

func TestDeliveryOrderInFull(t *testing.T) {
	t.Parallel()
	assert.Equal(t, DeliveryOrder{
		ID: "d-1", Code: "D-0001", Status: "created", DeliveryStatus: "pending", StatusID: "s-2",
		StatusCode: "_delivery_order_status_handling_", StatusLink: StatusLink{Present: true, State: LinkChanged}, StatusLinks: StatusLinks{{Present: true, State: LinkChanged}},
		ShippingLabelStatus: "ready", ShippingLabelPrintStatus: "not_printed", CourierName: "BLUEXPRESS", TrackingNumber: "4711",
		TrackingURL: "https://carrier.example/4711", ShippingMode: "Dropshipping", DeliveryTypeID: "t-1", WarehouseID: "w-1", WarehouseName: "Bodega Ñuñoa",
		HandlingDateLimit: time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC),
		CreatedAt:         time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
		Documents: []Document{{ID: "12", URL: "https://files.example/12.pdf", Type: "label", Name: "x.pdf", MimeType: "application/pdf"}},
		Checkouts: []CheckoutReference{{ID: "c-1", Code: "C-1", OrderNumber: "2000003508897546", ExternalIDs: []string{"E-1"}}},
		Items: []DeliveryItem{
			{SKU: "SKU-1", Name: "Polerón niño", Quantity: 2, WarehouseID: "w-2"}, {SKU: "SKU-2", Quantity: 1},
		},
		LinkExternalIDs: []string{"2000001"},
	}, deliveryOrderOf(t, wholeDeliveryOrder))
}

func TestDeliveryOrderWithNothingIn(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"_id":7}`,
		`{"_id":7,"DeliveryOrderStatus":null,"DeliveryOrderStatusLink":null,"DeliveryOrderDocuments":null,"DeliveryOrderInCheckouts":null,"trackingNumber":null}`,
		`{"_id":7,"DeliveryOrderStatus":"","DeliveryOrderStatusLink":[],"DeliveryOrderDocuments":{},"DeliveryOrderInCheckouts":{},"createdAt":[]}`,
	} {
		order := deliveryOrderOf(t, body)
		assert.Equal(t, "7", order.ID)
		assert.Empty(t, order.StatusCode)
		assert.Equal(t, StatusLink{}, order.StatusLink)
		assert.Empty(t, order.Checkouts)
		assert.Empty(t, order.Items)
	}
}

func TestStatusCodeByItsID(t *testing.T) {
	t.Parallel()
	order := deliveryOrderOf(t, `{"_id":"d-1","DeliveryOrderStatusId":"s-9"}`)
	assert.Equal(t, "_delivery_order_status_shipped_", order.StatusCode)
	order = deliveryOrderOf(t, `{"_id":"d-1","DeliveryOrderStatusId":"s-unknown"}`)
	assert.Empty(t, order.StatusCode)
}

func TestStatusLinkInEveryShape(t *testing.T) {
	t.Parallel()
	early, late := `"createdAt":"2026-11-21T10:00:00Z"`, `"createdAt":"2026-11-21T10:30:00Z"`
	tests := map[string]struct {
		members string
		state   string
		present bool
		message string
	}{
		"an object":                        {`"DeliveryOrderStatusLink":{"synchronizationStatus":"changed"}`, "changed", true, ""},
		"an object of nulls":               {`"DeliveryOrderStatusLink":{"synchronizationStatus":null}`, "", true, ""},
		"null":                             {`"DeliveryOrderStatusLink":null`, "", false, ""},
		"left out":                         {`"x":1`, "", false, ""},
		"an empty array":                   {`"DeliveryOrderStatusLink":[]`, "", false, ""},
		"JSON in a string":                 {`"DeliveryOrderStatusLink":"{\"synchronizationStatus\":\"pending\"}"`, "pending", true, ""},
		"the plural":                       {`"DeliveryOrderStatusLinks":[{"synchronizationStatus":"requesting"}]`, "requesting", true, ""},
		"an array, the newest last":        {`"DeliveryOrderStatusLink":[{"synchronizationStatus":"changed",` + early + `},{"synchronizationStatus":"pending",` + late + `}]`, "pending", true, ""},
		"an array, the newest first":       {`"DeliveryOrderStatusLink":[{"synchronizationStatus":"pending",` + late + `},{"synchronizationStatus":"changed",` + early + `}]`, "pending", true, ""},
		"an array without dates":           {`"DeliveryOrderStatusLink":[{"synchronizationStatus":"changed"},{"synchronizationStatus":"failed_fatal"}]`, "failed_fatal", true, ""},
		"an array by updatedAt":            {`"DeliveryOrderStatusLink":[{"synchronizationStatus":"changed","updatedAt":"2026-11-21T11:00:00Z"},{"synchronizationStatus":"pending","updatedAt":"2026-11-21T10:00:00Z"}]`, "changed", true, ""},
		"singular and plural":              {`"DeliveryOrderStatusLink":{"synchronizationStatus":"changed",` + early + `},"DeliveryOrderStatusLinks":[{"synchronizationStatus":"pending",` + late + `}]`, "pending", true, ""},
		"upper case":                       {`"DeliveryOrderStatusLink":{"synchronizationStatus":"CHANGED"}`, "changed", true, ""},
		"with the channel's words":         {`"DeliveryOrderStatusLink":{"synchronizationStatus":"failed_fatal","message":"Estado inválido"}`, "failed_fatal", true, "Estado inválido"},
		"with the channel's words, quoted": {`"DeliveryOrderStatusLink":{"synchronizationStatus":"failed_fatal","error":"{\"message\":\"Order do not exists\"}"}`, "failed_fatal", true, "Order do not exists"},
		"with words that name the buyer":   {`"DeliveryOrderStatusLink":{"synchronizationStatus":"failed_fatal","message":"mail ana@example.com"}`, "failed_fatal", true, "mail [e-mail]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link := deliveryOrderOf(t, `{"_id":"d-1",`+test.members+`}`).StatusLink
			assert.Equal(t, test.present, link.Present)
			assert.Equal(t, test.state, link.State)
			assert.Equal(t, test.message, link.Message)
			assert.Equal(t, test.state == "changed", link.Done())
			assert.Equal(t, test.state == "failed_fatal", link.Failed())
		})
	}
	assert.True(t, StatusLink{State: LinkNotRequested}.Done(), "not requested is done as well")
}

func TestDeliveryOrderIDsAreEscapedInPaths(t *testing.T) {
	t.Parallel()
	hub := newHub(t, nil)
	_, err := hub.client(t).DeliveryOrder(t.Context(), "a/b?c#d e:%ñ")
	require.Error(t, err)
	assert.Equal(t, "/api/delivery-orders/a%2Fb%3Fc%23d%20e:%25%C3%B1", hub.seen()[0].Path)
	for _, id := range []string{"", ".", "..", "a/../b", "a/..", strings.Repeat("a", MaxID+1), "a\x00b", "a\u200bb", "a\xffb"} {
		_, err := hub.client(t).DeliveryOrder(t.Context(), id)
		assert.Equal(t, NotFound, ClassOf(err), "%q", id)
	}
	assert.Len(t, hub.seen(), 1)
}

func TestAnEarlierSendingMayHaveArrived(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	const (
		ours   = `,"DeliveryOrderStatusId":"b"`
		before = ours + `,"createdAt":"2026-11-21T11:00:00Z"}`
		first  = ours + `,"createdAt":"2026-11-21T12:00:00Z"}`
		again  = ours + `,"createdAt":"2026-11-21T12:10:00Z"}`
	)
	cases := map[string]struct {
		links, state string
	}{
		"the first arrived while the second is under way": {
			`{"synchronizationStatus":"requesting"` + again + `,{"synchronizationStatus":"changed"` + first, LinkChanged},
		"the channel refuses the second because it has the first": {
			`{"synchronizationStatus":"changed"` + first + `,{"synchronizationStatus":"failed_fatal"` + again, LinkChanged},
		"neither arrived": {
			`{"synchronizationStatus":"requesting"` + first + `,{"synchronizationStatus":"pending"` + again, LinkPending},
		"the first was refused": {
			`{"synchronizationStatus":"failed_fatal"` + first + `,{"synchronizationStatus":"pending"` + again, LinkPending},
		"what arrived was of another status": {
			`{"synchronizationStatus":"changed","DeliveryOrderStatusId":"a","createdAt":"2026-11-21T12:00:00Z"},{"synchronizationStatus":"pending"` + again, LinkPending},
		"nobody says of which status they are": {
			`{"synchronizationStatus":"changed","createdAt":"2026-11-21T12:00:00Z"},{"synchronizationStatus":"pending","createdAt":"2026-11-21T12:10:00Z"}`, LinkPending},
		"their statuses are told by their codes": {
			`{"synchronizationStatus":"changed","DeliveryOrderStatus":{"code":"_x_"},"createdAt":"2026-11-21T12:00:00Z"},{"synchronizationStatus":"pending","DeliveryOrderStatus":{"code":"x"},"createdAt":"2026-11-21T12:10:00Z"}`, LinkChanged},
		"what arrived was sent before": {
			`{"synchronizationStatus":"changed"` + before + `,{"synchronizationStatus":"pending"` + again, LinkPending},
		"nobody says when it was sent": {
			`{"synchronizationStatus":"changed"` + ours + `},{"synchronizationStatus":"pending"` + again, LinkPending},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			link := deliveryOrderOf(t, `{"_id":"d-1","DeliveryOrderStatusLink":[`+c.links+`]}`).StatusLink
			assert.Equal(t, c.state, link.EndedSince(noon).State)
			assert.Equal(t, link, link.EndedSince(time.Time{}), "without a moment the newest counts")
		})
	}
}

func TestLinksOfAStatus(t *testing.T) {
	t.Parallel()
	links := deliveryOrderOf(t, `{"_id":"d-1","DeliveryOrderStatusLinks":[
		{"synchronizationStatus":"changed","DeliveryOrderStatusId":"b"},
		{"synchronizationStatus":"pending","DeliveryOrderStatus":{"code":"_delivery_order_status_shipped_"}},
		{"synchronizationStatus":"requesting"},
		{"synchronizationStatus":"failed_fatal","DeliveryOrderStatusId":"a"}]}`).StatusLinks
	states := func(id, code string) []string {
		return lo.Map(links.ForStatus(id, code), func(l StatusLink, _ int) string { return l.State })
	}
	assert.Equal(t, []string{"changed", "pending", "requesting"}, states("b", "delivery_order_status_shipped"))
	assert.Equal(t, []string{"requesting", "failed_fatal"}, states("a", "other"))
	assert.Equal(t, []string{"requesting"}, states("", "other"), "without an id those of an id are of another status")
	assert.Empty(t, StatusLinks(nil).Newest())
}
