package multivende

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pickUpCatalogue = `[{"_id":"p-s-1","code":"pick_up_order_status_pending"},{"_id":"p-s-2","code":"pick_up_order_status_completed"}]`

func TestPickUpOrder(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{
		"/api/pick-up-order-statuses": says(pickUpCatalogue),
		"/api/pick-up-orders/p-1": says(`{"_id":"p-1","code":"RT1","PickUpOrderStatusId":"p-s-2","CheckoutId":"c-1",
			"PickUpOrderInCheckouts":[{"CheckoutId":"c-1"},{"CheckoutId":"c-2"}],
			"PickUpOrderStatusLinks":[{"synchronizationStatus":"changed","MarketplaceConnectionId":"con-1"}]}`),
		"/api/pick-up-orders/p-2": says(`{"code":"RT2"}`),
	})
	client := hub.client(t)
	order, err := client.PickUpOrder(t.Context(), "p-1")
	require.NoError(t, err)
	assert.Equal(t, "pick_up_order_status_completed", order.StatusCode)
	assert.Equal(t, []string{"c-1", "c-2"}, order.CheckoutIDs)
	assert.Equal(t, "con-1", order.ConnectionID)
	assert.True(t, order.StatusLinks.Newest().Done())
	_, err = client.PickUpOrder(t.Context(), "p-2")
	assert.Equal(t, Broken, ClassOf(err))
	_, err = client.PickUpOrder(t.Context(), "p-3")
	assert.Equal(t, NotFound, ClassOf(err))
}

func TestChangePickUpStatus(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{
		"/api/pick-up-order-statuses": says(pickUpCatalogue), "/api/pick-up-orders/p-1/change-pick-up-status": says(""),
	})
	client := hub.client(t)
	at := time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)
	require.NoError(t, client.ChangePickUpStatus(t.Context(), "p-1", PickUpChange{
		StatusCode: "pick_up_order_status_completed", Comment: "listo", ClosingComment: "entregado", EstimatedFrom: at, EstimatedTo: at.Add(time.Hour), Closed: at,
	}))
	require.NoError(t, client.ChangePickUpStatus(t.Context(), "p-1", PickUpChange{StatusCode: "pick_up_order_status_pending"}))
	assert.Len(t, hub.seen(), 3, "the catalogue is read once")
	assert.JSONEq(t, `{"PickUpOrderStatusId":"p-s-2","comment":"listo","pickUpClosingComment":"entregado","estimatedPickUpDateFrom":"2026-11-21 12:30:00",
		"estimatedPickUpDateTo":"2026-11-21 13:30:00","effectivePickUpClosingDate":"2026-11-21 12:30:00"}`, hub.seen()[1].Body)
	assert.JSONEq(t, `{"PickUpOrderStatusId":"p-s-1"}`, hub.seen()[2].Body)
	assert.Equal(t, Refused, ClassOf(client.ChangePickUpStatus(t.Context(), "p-1", PickUpChange{StatusCode: "lost"})))
}

func TestUpdatePickUpTracking(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/pick-up-orders/p-1": says(`{"_id":"p-1","trackingNumber":"4711","courierName":"Blue Express"}`)})
	client := hub.client(t)
	require.NoError(t, client.UpdatePickUpTracking(t.Context(), "p-1", Tracking{Number: "4711", Courier: "Blue Express"}))
	assert.JSONEq(t, `{"trackingNumber":"4711","courierName":"Blue Express"}`, hub.seen()[0].Body)
	assert.Equal(t, http.MethodPut, hub.seen()[0].Method)
	assert.Equal(t, Refused, ClassOf(client.UpdatePickUpTracking(t.Context(), "p-1", Tracking{})))
	order, err := client.PickUpOrder(t.Context(), "p-1")
	require.NoError(t, err)
	assert.Equal(t, Tracking{Number: "4711", Courier: "Blue Express"}, order.Tracking)
}

func TestWhetherABillingDocumentIsLoaded(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`[{"url":"https://files.example/dte.pdf"}]`:              true,
		`{"url":"https://files.example/dte.pdf"}`:                true,
		`[{"url":null},{"url":"https://files.example/dte.pdf"}]`: true,
		`[{"url":null,"synchronizationStatus":"pending"}]`:       false,
		`[]`:                             false,
		`null`:                           false,
		`"nonsense"`:                     false,
		`7`:                              false,
		`[{"url":"  "}]`:                 false,
		`[{"url":"files/boleta 7.pdf"}]`: true,
		`"[{\"url\":\"https://files.example/in-a-string.pdf\"}]"`: true,
	} {
		order := `{"_id":"d-1","ElectronicBillingDocumentFiles":` + body + `}`
		hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-orders/d-1": says(order)})
		read, err := hub.client(t).DeliveryOrder(t.Context(), "d-1")
		require.NoError(t, err)
		assert.Equal(t, want, read.BillingDocument, body)
		assert.Equal(t, want, checkoutOf(t, `{"_id":"c-1","ElectronicBillingDocumentFiles":`+body+`}`).BillingDocument, body)
	}
}

func TestParisShowsPartialCancellations(t *testing.T) {
	t.Parallel()
	sale := func(content string) bool {
		return checkoutOf(t, `{"_id":"c-1","CheckoutLink":{"externalContent":`+content+`}}`).PartlyCancelled
	}
	const refunded = `{"id":31,"name":"stock_shortage_refunded","description":"Reembolsado por falta de stock en la db","translate":"Problema con stock","cancelable":false}`
	const fine = `{"id":2,"name":"ready_to_ship","translate":"Listo para despacho","cancelable":true}`
	assert.True(t, sale(`{"subOrders":[{"items":[{"status":`+fine+`},{"status":`+refunded+`}]}]}`))
	assert.True(t, sale(`{"subOrders":[{"items":[{"status":`+fine+`}]},{"items":[{"status":`+refunded+`}]}]}`))
	assert.False(t, sale(`{"subOrders":[{"items":[{"status":`+fine+`},{"status":null},{"status":4}]}]}`))
	assert.False(t, sale(`{"subOrders":7}`))
	assert.False(t, sale(`null`))
}

func TestADeliveryOrderNamesItsConnectionWhereTheHubDoes(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"on the order":              `{"_id":"d-1","MarketplaceConnectionId":"con-1"}`,
		"on its sale's link":        `{"_id":"d-1","DeliveryOrderInCheckouts":[{"Checkout":{"_id":"c-1","CheckoutLinks":[{"MarketplaceConnectionId":"con-1"}]}}]}`,
		"within its sale's link":    `{"_id":"d-1","DeliveryOrderInCheckouts":[{"Checkout":{"_id":"c-1","CheckoutLink":{"MarketplaceConnection":{"_id":"con-1"}}}}]}`,
		"on the shipment's link":    `{"_id":"d-1","DeliveryOrderLinks":[{"MarketplaceConnectionId":"con-1"}]}`,
		"on the link of its status": `{"_id":"d-1","DeliveryOrderStatusLink":{"MarketplaceConnectionId":"con-1"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-orders/d-1": says(body)})
			order, err := hub.client(t).DeliveryOrder(t.Context(), "d-1")
			require.NoError(t, err)
			assert.Equal(t, "con-1", order.ConnectionID)
		})
	}
}
