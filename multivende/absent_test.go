package multivende

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const expressPage = `<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot GET /api/delivery-orders/d-1</pre></body></html>`

func TestARouteThatIsNotThereIsToldFromAnOrderThatIsNot(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status   int
		body     string
		class    Class
		unproven bool
	}{
		"the hub names the order":                 {404, `{"name":"order_not_found"}`, NotFound, false},
		"it names the order in its name alone":    {404, `{"name":"DeliveryOrderNotFoundError","message":"Not Found"}`, NotFound, false},
		"it names the order in Spanish":           {404, `{"message":"El pedido no existe"}`, NotFound, false},
		"it names nothing":                        {404, `{"name":"NotFoundError","message":"Not Found","status":404}`, NotFound, true},
		"it says nothing":                         {404, "", NotFound, true},
		"a page of the server":                    {404, expressPage, NoRoute, false},
		"words that quote the path":               {404, `{"statusCode":404,"message":"Cannot GET /api/delivery-orders/d-1"}`, NoRoute, false},
		"the path in a member":                    {404, `{"error":"Not Found","path":"/api/delivery-orders/d-1"}`, NoRoute, false},
		"it names the order, and the path beside": {404, `{"message":"Delivery order not found","path":"/api/delivery-orders/d-1"}`, NotFound, false},
		"words of a gateway":                      {404, `{"message":"no Route matched with those values"}`, NoRoute, false},
		"another method":                          {405, `{"message":"order"}`, NoRoute, false},
		"a method that nobody has written":        {501, "", NoRoute, false},
		"a page of a proxy with another method":   {405, "<html><title>405 Not Allowed</title></html>", NoRoute, false},
		"a refusal stays one, whatever it names":  {400, expressPage, Refused, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hub := newHub(t, map[string]http.HandlerFunc{"/api/delivery-orders/d-1": answers(test.status, test.body)})
			_, err := hub.client(t).DeliveryOrder(t.Context(), "d-1")
			var told *Error
			require.ErrorAs(t, err, &told)
			assert.Equal(t, test.class, told.Class)
			assert.Equal(t, test.unproven, told.RouteUnproven)
			assert.Equal(t, "GET /api/delivery-orders/{deliveryOrderId}", told.CalledRoute)
		})
	}

	t.Run("once the route has answered, whatever is not there is an order", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{
			"/api/delivery-orders/d-1": answers(404, expressPage), "/api/delivery-orders/d-2": says(`{"_id":"d-2"}`),
		})
		client := hub.client(t)
		assert.False(t, client.Proven("delivery_order"))
		_, err := client.DeliveryOrder(t.Context(), "d-2")
		require.NoError(t, err)
		assert.True(t, client.Proven("delivery_order"))
		_, err = client.DeliveryOrder(t.Context(), "d-1")
		var told *Error
		require.ErrorAs(t, err, &told)
		assert.Equal(t, NotFound, told.Class)
		assert.False(t, told.RouteUnproven)
	})

	t.Run("a list has no object that could be missing", func(t *testing.T) {
		t.Parallel()
		_, err := newHub(t, map[string]http.HandlerFunc{"/api/m/m-1/marketplace-connections/p/1": answers(404, `{"message":"order not found"}`)}).client(t).Connections(t.Context())
		assert.Equal(t, NoRoute, ClassOf(err))
		assert.Equal(t, "connections", RouteOf(err))
		assert.ErrorContains(t, err, "GET /api/m/{merchantId}/marketplace-connections/p/{page} was called; DESPACHO_HUB_PATHS sets connections")
	})
}

func TestARequestForLabelsIsRefusedAsAWholeWhereItsRouteIsNotThere(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]Class{
		"":                                     NoRoute,
		`{"message":"Not Found"}`:              NoRoute,
		`{"message":"connection not found"}`:   NoRoute,
		expressPage:                            NoRoute,
		`{"name":"order_not_found"}`:           NotFound,
		`{"message":"delivery order missing"}`: NotFound,
		`{"message":"order d-1 not found","path":"/api/paris-connections/c-1/delivery-order-tickets/generation"}`: NotFound,
		`{"message":"Not Found","path":"/api/paris-connections/c-1/delivery-order-tickets/generation"}`:           NoRoute,
	} {
		hub := newHub(t, map[string]http.HandlerFunc{"/api/paris-connections/c-1/delivery-order-tickets/generation": answers(404, body)})
		_, err := hub.client(t).GenerateTickets(t.Context(), "paris", "c-1", []string{"d-1"})
		assert.Equal(t, class, ClassOf(err), body)
	}
}
