package sandbox

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAMovedRouteAnswersUnderItsNewPathOnly(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{MovedRoutes: map[string]string{
		"generate_tickets": "/api/connections/{marketplaceConnectionId}/tickets", "delivery-order": "/api/shipments/{deliveryOrderId}",
	}})
	o, c := v.orders("paris", FateLabelable)[0], v.connection("paris")
	body := object{"orders": []string{o.ID}}
	assert.Equal(t, http.StatusNotFound, v.call(http.MethodPut, "/api/paris-connections/"+c.ID+"/delivery-order-tickets/generation", body, v.hub.Token()).Code)
	assert.Equal(t, http.StatusCreated, v.call(http.MethodPut, "/api/connections/"+c.ID+"/tickets", body, v.hub.Token()).Code)
	assert.Equal(t, http.StatusNotFound, v.call(http.MethodGet, "/api/delivery-orders/"+o.ID, nil, v.hub.Token()).Code)
	assert.Equal(t, o.ID, v.get("/api/shipments/" + o.ID)["_id"])
	assert.Equal(t, map[string]int{"404": 1, "201": 1}, v.hub.Report().Calls["tickets"].Statuses, "calls of the old path are counted")

	for moved, words := range map[string]string{"nowhere": "cannot be moved: give one of", "task": "is no path with {taskId}"} {
		_, err := New(Options{MovedRoutes: map[string]string{moved: "/api/x"}})
		assert.ErrorContains(t, err, words)
	}
}

func TestAnswersOfAnotherShape(t *testing.T) {
	t.Parallel()
	for plan, holds := range map[string]func(t *testing.T, code int, kind, body string){
		`{"route":"checkouts-light","answer":404,"answer_as":"page"}`: func(t *testing.T, code int, kind, body string) {
			assert.Equal(t, 404, code)
			assert.Contains(t, kind, "text/html")
			assert.Contains(t, body, "<title>Not Found</title>")
		},
		`{"route":"checkouts-light","answer":501,"answer_as":"nothing"}`: func(t *testing.T, code int, _, body string) {
			assert.Equal(t, 501, code)
			assert.Empty(t, body)
		},
		`{"route":"checkouts-light","answer":404,"says":"order_not_found"}`: func(t *testing.T, _ int, _, body string) {
			assert.JSONEq(t, `{"name":"NotFoundError","message":"order_not_found","status":404}`, body)
		},
		`{"route":"checkouts-light","answer":"wrapped"}`: func(t *testing.T, code int, _, body string) {
			assert.Equal(t, 200, code)
			assert.Regexp(t, `^\{"data":\{.*"entries":`, body)
		},
		`{"route":"checkouts-light","answer":"without","member":"_id"}`: func(t *testing.T, _ int, _, body string) {
			assert.Contains(t, body, `"updatedAt"`)
			assert.NotContains(t, body, `"_id"`)
		},
	} {
		t.Run(plan, func(t *testing.T) {
			t.Parallel()
			v := faulty(t, "["+plan+"]")
			w := v.call(http.MethodGet, v.merchant("/checkouts/light/p/1"), nil, v.hub.Token())
			holds(t, w.Code, w.Header().Get("Content-Type"), w.Body.String())
			require.Equal(t, 200, v.call(http.MethodGet, v.merchant("/checkouts/light/p/1"), nil, v.hub.Token()).Code, "once")
		})
	}
}
