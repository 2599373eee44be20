package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	t.Run("without the token every route is 401", func(t *testing.T) {
		t.Parallel()
		for _, token := range []string{"", "wrong"} {
			assert.Equal(t, http.StatusUnauthorized, v.call(http.MethodGet, "/api/d/info", nil, token).Code)
		}
	})
	t.Run("another merchant is 403", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, http.StatusForbidden, v.call(http.MethodGet, "/api/m/somebody/marketplace-connections/p/1", nil, v.hub.Token()).Code)
	})
	t.Run("a route that is none is 404 in HTML", func(t *testing.T) {
		t.Parallel()
		w := v.call(http.MethodDelete, "/api/d/info", nil, v.hub.Token())
		assert.Equal(t, http.StatusNotFound, w.Code)
		assert.Contains(t, w.Header().Get("Content-Type"), "text/html")
	})
	t.Run("a file refuses a token with 400", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, http.StatusBadRequest, v.call(http.MethodGet, "/files/tasks/x", nil, v.hub.Token()).Code)
	})
	t.Run("the app knows its merchant", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, v.hub.Merchant(), v.get("/api/d/info")["MerchantId"])
	})
}

func TestDateIsTheHubs(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Speed: 600})
	v.time.pass(time.Minute)
	w := v.call(http.MethodGet, "/api/d/info", nil, v.hub.Token())
	assert.Equal(t, "Mon, 02 Mar 2026 22:00:00 GMT", w.Header().Get("Date"), "ten hours on")
	assert.Equal(t, w.Header().Get("Date"), v.call(http.MethodGet, "/nowhere", nil, "").Header().Get("Date"))
}

func TestConnections(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{PageSize: 5})
	all := v.all("/marketplace-connections", nil)
	providers := lo.Map(all, func(c object, _ int) string { return c["provider"].(string) })
	assert.Len(t, all, len(outlets))
	assert.Subset(t, providers, []string{"linio", "dafiti", "ripley", "paris", "fcom", "amazon", "walmart", "coppel", "totalplay",
		"liverpool", "vtex", "magento", "shopify", "prestashop", "wocommerce", "jumpseller", "apprecio"})
	assert.Equal(t, 2, lo.Count(providers, "mercadolibre"))
	assert.Equal(t, all[:2], v.all("/mercadolibre-connections", nil), "a provider's own list")
	assert.Nil(t, all[2]["name"], "an alias may be missing")
}

func TestStatusCatalogueComesInBothShapes(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	first := v.call(http.MethodGet, "/api/delivery-order-statuses", nil, v.hub.Token()).Body.String()
	second := v.call(http.MethodGet, "/api/delivery-order-statuses", nil, v.hub.Token()).Body.String()
	assert.True(t, strings.HasPrefix(first, "[") && strings.HasPrefix(second, `{"entries":[`))
	for _, code := range []string{"_delivery_order_reschedule_", "_delivery_order_status_ready_to_ship_", "_delivery_order_status_partial_cancelled_"} {
		assert.Contains(t, first, `"`+code+`"`)
		assert.Contains(t, second, `"`+code+`"`)
	}
}

func TestAvailableLabels(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 200, PageSize: 20})
	c := v.connection("mercadolibre").ID
	available := v.available(c)
	t.Run("it holds what can be labelled, and some of what cannot", func(t *testing.T) {
		t.Parallel()
		assert.Subset(t, available, ids(v.orders("mercadolibre", FateLabelable)))
		for _, fate := range []Fate{FateUnpaid, FateCancelled, FateUnsupported, FateUnregistered} {
			assert.NotEmpty(t, lo.Intersect(available, ids(v.orders("mercadolibre", fate))), fate)
		}
		assert.Empty(t, lo.Intersect(available, ids(v.orders("mercadolibre", FateShipped))))
		assert.Len(t, lo.Uniq(available), len(available))
	})
	t.Run("a page too far is empty and says that it is the end", func(t *testing.T) {
		t.Parallel()
		list := v.get(v.merchant("/delivery-orders/documents/p/99?_marketplace_connection_id=" + c))
		assert.Empty(t, list["entries"])
		assert.EqualValues(t, 0, list["pagination"].(object)["next_page"])
	})
	t.Run("filters are honoured", func(t *testing.T) {
		t.Parallel()
		count := func(query url.Values) int {
			query.Set("_marketplace_connection_id", c)
			return len(v.all("/delivery-orders/documents", query))
		}
		everything := count(url.Values{})
		printed := count(url.Values{"_shipping_label_print_statuses": {"printed"}, "_shipping_label_status": {"ready"}})
		assert.Equal(t, len(v.orders("mercadolibre", FatePrinted)), printed)
		pending := count(url.Values{"_delivery_statuses": {"pending"}})
		completed := count(url.Values{"_delivery_statuses": {"completed"}})
		assert.True(t, pending > 0 && completed > 0 && pending < everything, "%d and %d of %d", pending, completed, everything)
		from := v.hub.Now().Add(-7 * 24 * time.Hour).Format("2006-01-02 15:04:05")
		old := len(v.orders("mercadolibre", FateOld))
		assert.Equal(t, everything-old, count(url.Values{"_updated_at_from": {from}}))
		assert.Equal(t, old, count(url.Values{"_updated_at_to": {strings.Replace(from, " ", "T", 1)}}))
	})
	t.Run("a date that is none is refused", func(t *testing.T) {
		t.Parallel()
		w := v.call(http.MethodGet, v.merchant("/delivery-orders/documents/p/1?_updated_at_from=yesterday"), nil, v.hub.Token())
		assert.Equal(t, http.StatusBadRequest, w.Code)
	})
	t.Run("a shop has none", func(t *testing.T) {
		t.Parallel()
		shop, _ := lo.Find(v.hub.Report().Connections, func(c ReportConnection) bool { return c.Provider == "vtex" })
		assert.Empty(t, v.available(shop.ID))
	})
}

func TestCheckouts(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 200})
	t.Run("the light list knows every registered sale of a connection, newest change first", func(t *testing.T) {
		t.Parallel()
		c := v.connection("mercadolibre").ID
		light := v.all("/checkouts/light", url.Values{"_marketplace_connection_id": {c}})
		assert.Len(t, light, lo.CountBy(v.hub.connectionByID(c).sales, func(s *sale) bool { return !s.unregistered }))
		for i := range light[1:] {
			assert.GreaterOrEqual(t, light[i]["updatedAt"], light[i+1]["updatedAt"])
		}
		middle := light[len(light)/2]["updatedAt"].(string)
		newer := v.all("/checkouts/light", url.Values{"_marketplace_connection_id": {c}, "_updated_at_from": {middle}})
		older := v.all("/checkouts/light", url.Values{"_marketplace_connection_id": {c}, "_updated_at_to": {middle}})
		assert.Equal(t, middle, newer[len(newer)-1]["updatedAt"], "the window holds its ends")
		assert.Equal(t, middle, older[0]["updatedAt"])
		both := lo.UniqBy(append(newer, older...), func(sale object) any { return sale["_id"] })
		assert.Len(t, both, len(light))
	})
	t.Run("it can be had in the order of sale", func(t *testing.T) {
		t.Parallel()
		light := v.all("/checkouts/light", url.Values{"_sold_at_order": {"ASC"}})
		for i := range light[1:] {
			assert.LessOrEqual(t, light[i]["soldAt"], light[i+1]["soldAt"])
		}
	})
	t.Run("links, contents and item codes come in every shape", func(t *testing.T) {
		t.Parallel()
		seen := map[string]bool{}
		for _, o := range append(v.orders("mercadolibre", FateLabelable), v.orders("fcom", FateLabelable)...) {
			checkout := v.get("/api/checkouts/" + o.Checkouts[0])
			link, single := checkout["CheckoutLink"].(object)
			links, several := checkout["CheckoutLinks"].([]any)
			require.True(t, single || several)
			seen["link"], seen["links"] = seen["link"] || !several, seen["links"] || !single
			if !single {
				link = links[0].(object)
			}
			assert.Equal(t, o.Number, link["externalOrderNumber"])
			_, text := link["externalContent"].(string)
			seen["content as text"], seen["content as object"] = seen["content as text"] || text, seen["content as object"] || !text
			for _, item := range checkout["CheckoutItems"].([]any) {
				seen["item without code"] = seen["item without code"] || item.(object)["code"] == nil
			}
		}
		for _, shape := range []string{"link", "links", "content as text", "content as object", "item without code"} {
			assert.True(t, seen[shape], shape)
		}
	})
	t.Run("payment, verification and cancellation can be read", func(t *testing.T) {
		t.Parallel()
		for _, o := range v.orders("mercadolibre", FateUnpaid) {
			checkout := v.get("/api/checkouts/" + o.Checkouts[0])
			assert.False(t, checkout["paymentStatus"] == "completed" && checkout["verificationStatus"] == "verified")
		}
		for _, o := range v.orders("mercadolibre", FateCancelled) {
			assert.Equal(t, "cancelled", v.get("/api/checkouts/" + o.Checkouts[0])["paymentStatus"])
		}
	})
	t.Run("a sale that was never registered is 404", func(t *testing.T) {
		t.Parallel()
		o := v.orders("mercadolibre", FateUnregistered)[0]
		assert.Equal(t, http.StatusNotFound, v.call(http.MethodGet, "/api/checkouts/"+o.Checkouts[0], nil, v.hub.Token()).Code)
		assert.Equal(t, o.ID, v.get("/api/delivery-orders/" + o.ID)["_id"])
	})
}

func TestUpdateTracking(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	id := v.orders("liverpool", FateLabelable)[0].ID
	v.put("/api/delivery-orders/"+id, object{"trackingNumber": "T-1", "trackingUrl": "https://example.invalid/T-1"})
	order := v.get("/api/delivery-orders/" + id)
	assert.Equal(t, "T-1", order["trackingNumber"])
	assert.Equal(t, "https://example.invalid/T-1", order["trackingUrl"])
}
