package sandbox

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// first is the first order of a channel that fits.
func (v visitor) first(provider string, fits func(ReportOrder) bool) ReportOrder {
	v.Helper()
	o, found := lo.Find(v.hub.Report().Orders, func(o ReportOrder) bool { return o.Channel == provider && fits(o) })
	require.True(v, found, provider)
	return o
}

func inMode(mode string) func(ReportOrder) bool {
	return func(o ReportOrder) bool { return o.Mode == mode && !o.Cancelled && o.Status == pending }
}

func papered(where string) func(ReportOrder) bool {
	return func(o ReportOrder) bool { return o.TaxDocument == where }
}

func standing(status string) func(ReportOrder) bool {
	return func(o ReportOrder) bool { return o.Status == status && o.Fate != FateUnsupported }
}

func TestWhatTheChannelsMakeOfAStatus(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 300})
	for name, row := range map[string]struct {
		provider string
		fits     func(ReportOrder) bool
		to       string
		state    string
		broken   string
	}{
		"Mercado Libre reports ME2 itself":           {"mercadolibre", inMode("drop_off"), shipped, linkFailed, ruleME2},
		"but lets it be cancelled":                   {"mercadolibre", inMode("xd_drop_off"), cancelled, linkChanged, ""},
		"outside ME2 the seller reports":             {"mercadolibre", inMode("custom"), shipped, linkChanged, ""},
		"fulfilment is never the seller's":           {"paris", inMode("fulfillment"), shipped, linkFailed, ruleFulfillment},
		"not even to cancel it":                      {"ripley", inMode("fulfillment"), cancelled, linkFailed, ruleFulfillment},
		"an empty cell is not sent":                  {"ripley", standing(pending), readyToShip, linkNotRequested, ""},
		"nor is one of a shop without a table":       {"jumpseller", standing(pending), shipped, linkNotRequested, ""},
		"a channel without a row takes all":          {"coppel", standing(pending), shipped, linkChanged, ""},
		"an order does not go back":                  {"fcom", standing(shipped), handling, linkFailed, ruleBackwards},
		"nothing follows a cancellation":             {"fcom", standing(cancelled), shipped, linkFailed, ruleEnded},
		"what is there already is taken":             {"paris", standing(shipped), shipped, linkChanged, ""},
		"VTEX is shipped with the order's document":  {"vtex", papered(paperOnOrder), shipped, linkChanged, ""},
		"or with the checkout's":                     {"vtex", papered(paperOnCheckout), shipped, linkChanged, ""},
		"not without":                                {"vtex", papered(""), shipped, linkFailed, rulePaper},
		"nor with a row that has no file":            {"vtex", papered(paperWithoutURL), shipped, linkFailed, rulePaper},
		"Walmart México is ready where Chile is not": {"walmart", func(o ReportOrder) bool { return o.Fate == FateShop }, readyToShip, linkChanged, ""},
	} {
		o := v.first(row.provider, row.fits)
		v.send(o.ID, row.to)
		v.time.pass(3 * time.Minute)
		sent := lo.LastOrEmpty(v.order(o.ID).Statuses)
		assert.Equal(t, []string{row.state, row.broken}, []string{sent.State, sent.Forbidden}, name)
		assert.Equal(t, sent.State == linkChanged, sent.Word != "", name)
		assert.Equal(t, row.state, v.sync(o.ID), name)
	}
}

func TestEveryChannelHasADelayOfItsOwn(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{StatusDelays: map[string]time.Duration{"ripley": 5 * time.Minute}})
	delays := map[string][]time.Duration{}
	for _, o := range v.hub.orders {
		delays[o.connection.provider] = append(delays[o.connection.provider], v.hub.travelTime(o))
	}
	means := map[time.Duration]string{}
	for provider, each := range delays {
		least, most := slices.Min(each), slices.Max(each)
		assert.LessOrEqual(t, float64(most), 1.25*float64(least), provider)
		means[outwardOf(provider, "").delay] = provider
	}
	assert.Greater(t, len(means), 12, "they differ")
	assert.InDelta(t, 5*time.Minute, delays["ripley"][0], float64(30*time.Second))
	_, err := New(Options{StatusDelays: map[string]time.Duration{"ripley": 0}})
	require.ErrorContains(t, err, "takes some time")
}

func TestStatusThatNeedsAReSend(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Faults: parsed(t, `[{"channel":"fcom","nth":1,"status_stuck":1},{"channel":"fcom","nth":2,"status_stuck":"always"},
		{"channel":"fcom","nth":3,"status_delay":"12m"},{"channel":"vtex","every":1,"status_refused":"Cerrado"},
		{"channel":"mercadolibre","mode":"custom","nth":1,"not_requested":true}]`)})
	falabella := v.orders("fcom", FateLabelable)
	once, never, late := falabella[0].ID, falabella[1].ID, falabella[2].ID
	for range 2 {
		for _, id := range []string{once, never, late} {
			v.send(id, shipped)
		}
		v.time.pass(11 * time.Minute)
	}
	assert.Equal(t, linkChanged, v.sync(once))
	assert.Equal(t, linkRequesting, v.sync(never))
	assert.Equal(t, []string{linkChanged, linkRequesting}, lo.Map(v.order(late).Statuses, func(s StatusSend, _ int) string { return s.State }))
	assert.Equal(t, []string{linkRequesting, linkChanged}, lo.Map(v.order(once).Statuses, func(s StatusSend, _ int) string { return s.State }))
	assert.Equal(t, "12m", v.order(late).Faults[0].StatusDelay)

	var expected map[string]string
	w := v.call(http.MethodGet, "/sandbox/expected?to=shipped", nil, "")
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &expected))
	custom := v.first("mercadolibre", func(o ReportOrder) bool { return o.Mode == "custom" && len(o.Faults) > 0 })
	for id, want := range map[string]string{
		once: "synced", never: "not_synced", v.orders("ripley", FateShipped)[0].ID: "synced", custom.ID: "not_needed",
		v.first("vtex", papered(paperOnOrder)).ID: "refused", v.first("vtex", papered("")).ID: "not_allowed",
		v.orders("mercadolibre", FateLabelable)[0].ID: "not_allowed", v.orders("mercadolibre", FateShipped)[0].ID: "not_needed", v.first("magento", standing(pending)).ID: "not_needed",
	} {
		assert.Equal(t, want, expected[id], id)
	}
	assert.Equal(t, http.StatusBadRequest, v.call(http.MethodGet, "/sandbox/expected?to=gone", nil, "").Code)
}

func TestReportTellsWhenAStatusWasKnown(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	v := visit(t, options)
	o := v.orders("fcom", FateLabelable)[0]
	v.send(o.ID, shipped)
	v.time.pass(time.Minute)
	v.get("/api/delivery-orders/" + o.ID)
	v.time.pass(2 * time.Minute)
	sent := v.order(o.ID).Statuses[0]
	assert.Nil(t, sent.SeenAt)
	assert.Equal(t, sent.At.Add(v.hub.travelTime(v.hub.orderByID[o.ID])), *sent.OnChannel)
	v.get("/api/checkouts/" + o.Checkouts[0])
	known := v.hub.Now()
	v.time.pass(time.Minute)
	v.get("/api/delivery-orders/" + o.ID)
	sent = v.order(o.ID).Statuses[0]
	assert.Equal(t, known, *sent.SeenAt, "the first answer that showed it")
	assert.Equal(t, 2, sent.Reads)
	assert.Equal(t, "shipped", sent.Word)
	again := visit(t, Options{Dir: asItStands(t, options.Dir)})
	assert.Equal(t, v.order(o.ID), again.order(o.ID))
}

func TestTracking(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 300})
	written := object{"trackingNumber": "T-9", "trackingUrl": "https://carrier.invalid/T-9", "courierName": "Correo Propio"}
	for name, row := range map[string]struct {
		provider string
		fits     func(ReportOrder) bool
		status   int
	}{
		"Mercado Libre, custom":      {"mercadolibre", inMode("custom"), http.StatusCreated},
		"Mercado Libre, ME1":         {"mercadolibre", inMode("me1"), http.StatusCreated},
		"Mercado Libre, ME2":         {"mercadolibre", inMode("drop_off"), http.StatusBadRequest},
		"VTEX":                       {"vtex", standing(pending), http.StatusCreated},
		"Dafiti, dropshipping":       {"dafiti", inMode("Dropshipping"), http.StatusCreated},
		"Dafiti, cross docking":      {"dafiti", inMode("cross docking"), http.StatusBadRequest},
		"Amazon, shipped by seller":  {"amazon", inMode("MFN"), http.StatusCreated},
		"Amazon, Easy Ship (MFN)":    {"amazon", inMode("std-ez-mx"), http.StatusCreated},
		"Amazon, shipped by Amazon":  {"amazon", inMode("fulfillment"), http.StatusBadRequest},
		"Liverpool":                  {"liverpool", standing(pending), http.StatusCreated},
		"Falabella takes none":       {"fcom", standing(pending), http.StatusBadRequest},
		"a shop that nobody asks of": {"shopify", standing(pending), http.StatusBadRequest},
	} {
		o := v.first(row.provider, row.fits)
		w := v.call(http.MethodPut, "/api/delivery-orders/"+o.ID, written, v.hub.Token())
		assert.Equal(t, row.status, w.Code, name)
		taken := row.status == http.StatusCreated
		told := v.order(o.ID)
		require.Len(t, told.Tracking, 1, name)
		assert.Equal(t, !taken, told.Tracking[0].Refused, name)
		shown := v.get("/api/delivery-orders/" + o.ID)
		assert.Equal(t, taken, shown["trackingNumber"] == "T-9" && shown["courierName"] == "Correo Propio", name)
	}
}

func TestTaxDocuments(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	files := func(o ReportOrder) string {
		onOrder := v.get("/api/delivery-orders/" + o.ID)["ElectronicBillingDocumentFiles"]
		onCheckout := v.get("/api/checkouts/" + o.Checkouts[0])["ElectronicBillingDocumentFiles"]
		content, err := json.Marshal([]any{onOrder, onCheckout})
		require.NoError(t, err)
		return string(content)
	}
	assert.Contains(t, files(v.first("vtex", papered(paperOnOrder))), `"url":"https://documents`)
	assert.Regexp(t, `^\[null,\[.*"url":"https`, files(v.first("vtex", papered(paperOnCheckout))))
	assert.Contains(t, files(v.first("vtex", papered(paperWithoutURL))), `"url":null`)
	without := v.first("vtex", papered(""))
	assert.Equal(t, "[null,null]", files(without))

	load := func(id string) {
		require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/tax-document/"+id, nil, "").Code)
	}
	load(without.ID)
	assert.Contains(t, files(without), `"url":"https://documents`)
	falabella := v.orders("fcom", FateLabelable)
	load(falabella[0].ID)
	assert.Equal(t, paperRefused, v.order(falabella[0].ID).TaxDocument, "Falabella takes none before ready to ship")
	v.send(falabella[1].ID, readyToShip)
	v.time.pass(3 * time.Minute)
	load(falabella[1].ID)
	assert.Equal(t, paperOnOrder, v.order(falabella[1].ID).TaxDocument)
}

func TestPartialCancellations(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 300})
	mercadoLibre := v.first("mercadolibre", func(o ReportOrder) bool { return len(o.CancelledItems) > 0 })
	assert.Equal(t, partial, v.get("/api/delivery-orders/" + mercadoLibre.ID)["DeliveryOrderStatus"].(object)["code"])
	v.ask("mercadolibre", mercadoLibre.ID)
	assert.Equal(t, partial, v.order(mercadoLibre.ID).Status, "its label does not hide it")

	paris := v.first("paris", func(o ReportOrder) bool { return len(o.CancelledItems) > 0 })
	content := v.hub.saleByID[paris.Checkouts[0]].subOrders()
	items := content[0]["items"].([]map[string]any)
	gone := lo.Filter(items, func(item map[string]any, _ int) bool { return item["status"].(map[string]any)["id"] == 31 })
	require.Len(t, gone, 1)
	assert.Equal(t, paris.CancelledItems, []string{gone[0]["sku"].(string)})
	checkout, err := json.Marshal(v.get("/api/checkouts/" + paris.Checkouts[0]))
	require.NoError(t, err)
	assert.Contains(t, string(checkout), "stock_shortage_refunded")
	for _, o := range v.hub.Report().Orders {
		if len(o.CancelledItems) > 0 {
			require.Contains(t, []string{"mercadolibre", "paris"}, o.Channel)
		}
	}
}

func TestStatusFaultsRefuse(t *testing.T) {
	t.Parallel()
	for words, plan := range map[string]Fault{
		"status_delay":   {Channel: "fcom", Nth: 1, StatusDelay: "soon"},
		"are for faults": {Channel: "fcom", Nth: 1, LabelFails: 1, PickUp: true},
		"has 0 orders":   {Channel: "fcom", Mode: "custom", Nth: 1, StatusStuck: 1},
		"has 0 pick-ups": {Order: "nobody", PickUp: true, StatusStuck: 1},
	} {
		_, err := New(Options{Faults: []Fault{plan}})
		require.ErrorContains(t, err, words)
	}
}

func TestExamplePlanOfMerchantsFitsTheWorldsOfTheTests(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("testdata/merchants.json")
	require.NoError(t, err)
	for _, orders := range []int{110, 500} {
		v := visit(t, Options{Seed: 1, Orders: orders, Faults: parsed(t, string(content))})
		var expected map[string]string
		w := v.call(http.MethodGet, "/sandbox/expected?to=shipped", nil, "")
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &expected))
		outcomes := lo.CountValues(lo.Values(expected))
		for _, outcome := range []string{"synced", "not_needed", "refused", "not_allowed", "not_synced", "unknown_order"} {
			assert.Positive(t, outcomes[outcome], outcome)
		}
	}
}
