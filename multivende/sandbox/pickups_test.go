package sandbox

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPickUps(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Faults: parsed(t, `[{"pick_up":true,"channel":"mercadolibre","nth":2,"status_refused":"Tienda cerrada"}]`)})
	all := v.hub.Report().PickUps
	change := func(id, code string, more object) int {
		body := lo.Assign(object{"PickUpOrderStatusId": pickUpStatusByCode[code].ID}, more)
		return v.call(http.MethodPut, "/api/pick-up-orders/"+id+"/change-pick-up-status", body, v.hub.Token()).Code
	}
	p := all[0]
	require.Equal(t, http.StatusOK, change(p.ID, pickUpReceived, object{
		"comment": "en tienda", "estimatedPickUpDateFrom": "2026-03-03 09:00:00", "estimatedPickUpDateTo": "2026-03-05 18:00:00",
	}))
	v.time.pass(3 * time.Minute)
	shown := v.get("/api/pick-up-orders/" + p.ID)
	assert.Equal(t, []any{pickUpReceived, "2026-03-03 09:00:00", "en tienda", nil},
		[]any{shown["PickUpOrderStatus"].(object)["code"], shown["estimatedPickUpDateFrom"], shown["comment"], shown["pickUpClosingComment"]})
	content, err := json.Marshal(shown)
	require.NoError(t, err)
	assert.Contains(t, string(content), `"synchronizationStatus":"changed"`)
	assert.Contains(t, string(content), p.Checkout)
	require.Equal(t, http.StatusOK, change(p.ID, pickUpPending, nil))
	v.time.pass(3 * time.Minute)
	told := v.hub.Report().PickUps[0]
	assert.Equal(t, []string{"", ruleBackwards}, lo.Map(told.Statuses, func(s StatusSend, _ int) string { return s.Forbidden }))
	assert.Equal(t, pickUpReceived, told.OnChannel)
	assert.Equal(t, 1, told.Reads)

	t.Run("a fault strikes those that it names", func(t *testing.T) {
		struck, _ := lo.Find(all, func(p ReportPickUp) bool { return len(p.Faults) > 0 })
		require.Equal(t, http.StatusOK, change(struck.ID, pickUpReceived, nil))
		v.time.pass(3 * time.Minute)
		refused, _ := lo.Find(v.hub.Report().PickUps, func(p ReportPickUp) bool { return p.ID == struck.ID })
		assert.Equal(t, linkFailed, refused.Statuses[0].State)
		var expected map[string]string
		require.NoError(t, json.Unmarshal(v.call(http.MethodGet, "/sandbox/expected?pick_ups=true&to=completed", nil, "").Body.Bytes(), &expected))
		assert.Equal(t, "refused", expected[struck.ID])
		assert.Equal(t, "synced", expected[p.ID])
	})
	t.Run("what makes no sense is refused", func(t *testing.T) {
		assert.Equal(t, http.StatusNotFound, change("nobody", pickUpReceived, nil))
		assert.Equal(t, http.StatusBadRequest, change(p.ID, "nothing", nil))
		assert.Equal(t, http.StatusBadRequest, change(p.ID, pickUpCompleted, object{"effectivePickUpClosingDate": "2026-03-03T09:00:00Z"}))
	})
	t.Run("their statuses have no outer underscores", func(t *testing.T) {
		w := v.call(http.MethodGet, "/api/pick-up-order-statuses", nil, v.hub.Token())
		assert.Contains(t, w.Body.String(), `"code":"pick_up_order_status_received_by_store"`)
	})
}

func TestPickUpsAreJournalled(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	v := visit(t, options)
	p := v.hub.Report().PickUps[0]
	w := v.call(http.MethodPut, "/api/pick-up-orders/"+p.ID+"/change-pick-up-status",
		object{"PickUpOrderStatusId": pickUpStatusByCode[pickUpCompleted].ID, "comment": "listo"}, v.hub.Token())
	require.Equal(t, http.StatusOK, w.Code)
	without := v.first("vtex", papered(""))
	v.call(http.MethodPost, "/sandbox/tax-document/"+without.ID, nil, "")
	v.put("/api/delivery-orders/"+without.ID, object{"trackingNumber": "T-1", "courierName": "Propio"})
	before := v.hub.Report()
	again := visit(t, Options{Dir: asItStands(t, options.Dir)}).hub.Report()
	assert.Equal(t, before.PickUps, again.PickUps)
	assert.Equal(t, before.Orders, again.Orders)
}
