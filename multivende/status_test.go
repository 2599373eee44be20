package multivende

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const catalogueRows = `[{"_id":"s-1","code":"_delivery_order_status_pending_"},{"_id":2,"code":"delivery_order_status_ready_to_ship_"},
 {"_id":"s-3","code":"_delivery_order_reschedule_"},{"_id":"s-4","code":null},{"code":"x"},null]`

func TestTheCatalogueOfStatuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an array": catalogueRows, "an envelope": `{"entries":` + catalogueRows + `,"pagination":{"next_page":0}}`,
	} {
		t.Run("given as "+name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-order-statuses": says(body)})
			client := hub.client(t)
			all, err := client.DeliveryOrderStatuses(t.Context())
			require.NoError(t, err)
			assert.Equal(t, []DeliveryOrderStatus{
				{"s-1", "_delivery_order_status_pending_"}, {"2", "delivery_order_status_ready_to_ship_"}, {"s-3", "_delivery_order_reschedule_"},
			}, all)
			for _, code := range []string{"_delivery_order_status_ready_to_ship_", "delivery_order_status_ready_to_ship", "_DELIVERY_ORDER_STATUS_READY_TO_SHIP_"} {
				id, err := client.StatusID(t.Context(), code)
				require.NoError(t, err)
				assert.Equal(t, "2", id)
			}
			assert.Len(t, hub.seen(), 2, "read once for the list, once for all ids")
		})
	}
	for _, body := range []string{`[]`, `{"entries":[]}`, `{}`, `7`} {
		hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-order-statuses": says(body)})
		_, err := hub.client(t).StatusID(t.Context(), "x")
		assert.Equal(t, Broken, ClassOf(err), body)
	}
	t.Run("a code that is not in it is looked up afresh, then refused", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-order-statuses": inTurn(says(catalogueRows), says(`[{"_id":"new","code":"_new_"}]`))})
		client := hub.client(t)
		_, err := client.StatusID(t.Context(), "_delivery_order_status_pending_")
		require.NoError(t, err)
		id, err := client.StatusID(t.Context(), "_new_")
		require.NoError(t, err)
		assert.Equal(t, "new", id)
		_, err = client.StatusID(t.Context(), "_never_")
		assert.Equal(t, Refused, ClassOf(err))
		assert.ErrorContains(t, err, "_never_")
	})
	t.Run("many askers at once read it once", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-order-statuses": says(catalogueRows)})
		client := hub.client(t)
		var askers sync.WaitGroup
		for range 20 {
			askers.Go(func() {
				id, err := client.StatusID(t.Context(), "_delivery_order_reschedule_")
				assert.NoError(t, err)
				assert.Equal(t, "s-3", id)
			})
		}
		askers.Wait()
		assert.Len(t, hub.seen(), 1)
	})
}

func TestChangeStatus(t *testing.T) {
	t.Parallel()
	const path = "/api/delivery-orders/d-1/change-delivery-status"
	at := time.Date(2026, 11, 21, 12, 0, 0, 9, time.FixedZone("", -3*3600))
	for name, answer := range map[string]http.HandlerFunc{
		"200 with an order": says(`{"_id":"d-1"}`), "200 with nothing": says(""), "201": answers(201, "{}"), "204": answers(204, ""), "200 with words": says("OK"),
	} {
		t.Run("queued with "+name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{path: answer, "/api/delivery-order-statuses": says(catalogueRows)})
			err := hub.client(t).ChangeStatus(t.Context(), "d-1", StatusChange{StatusCode: "_delivery_order_status_ready_to_ship_", Date: at, Comment: "listo"})
			require.NoError(t, err)
			sent := hub.seen()[1]
			assert.Equal(t, http.MethodPut, sent.Method)
			assert.JSONEq(t, `{"DeliveryOrderId":"d-1","DeliveryOrderStatusId":"2","date":"2026-11-21T15:00:00Z","comment":"listo"}`, sent.Body)
		})
	}
	t.Run("by id, dated by the hub's clock", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{path: says("")})
		client := hub.client(t)
		client.clock.known, client.clock.hubAt, client.clock.localAt = true, at, time.Now()
		require.NoError(t, client.ChangeStatus(t.Context(), "d-1", StatusChange{StatusID: "s-1"}))
		assert.Regexp(t, `^{"DeliveryOrderId":"d-1","DeliveryOrderStatusId":"s-1","date":"2026-11-21T15:\d\d:\d\dZ"}$`, hub.seen()[0].Body)
	})
	t.Run("a code that the hub does not know is not sent", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-order-statuses": says(catalogueRows)})
		err := hub.client(t).ChangeStatus(t.Context(), "d-1", StatusChange{StatusCode: "lost"})
		assert.Equal(t, Refused, ClassOf(err))
		assert.ErrorContains(t, err, "d-1")
	})
	t.Run("a page is no answer", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{path: says("<html>")})
		err := hub.client(t).ChangeStatus(t.Context(), "d-1", StatusChange{StatusID: "s-1"})
		var told *Error
		require.ErrorAs(t, err, &told)
		assert.Equal(t, Broken, told.Class)
		assert.True(t, told.MayBeDone)
	})
}

func TestUpdateTracking(t *testing.T) {
	t.Parallel()
	hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-orders/d-1": says("")})
	client := hub.client(t)
	require.NoError(t, client.UpdateTracking(t.Context(), "d-1", Tracking{Number: "4711", URL: "https://carrier.example/4711"}))
	require.NoError(t, client.UpdateTracking(t.Context(), "d-1", Tracking{Courier: "Blue Express"}))
	assert.JSONEq(t, `{"trackingNumber":"4711","trackingUrl":"https://carrier.example/4711"}`, hub.seen()[0].Body)
	assert.JSONEq(t, `{"courierName":"Blue Express"}`, hub.seen()[1].Body)
	assert.Equal(t, http.MethodPut, hub.seen()[1].Method)

	assert.Equal(t, Refused, ClassOf(client.UpdateTracking(t.Context(), "d-1", Tracking{})))
	assert.Equal(t, Refused, ClassOf(client.UpdateTracking(t.Context(), "d-1", Tracking{URL: "javascript:alert(1)"})))
	assert.Len(t, hub.seen(), 2)
}
