package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sync is the newest synchronizationStatus, whatever the shape of the link.
func (v visitor) sync(order string) any {
	v.Helper()
	o := v.get("/api/delivery-orders/" + order)
	var found []any
	for _, member := range []string{"DeliveryOrderStatusLink", "DeliveryOrderStatusLinks"} {
		switch link := o[member].(type) {
		case object:
			found = append(found, link)
		case []any:
			found = append(found, link...)
		}
	}
	if len(found) == 0 {
		return nil
	}
	newest := lo.MaxBy(found, func(a, b any) bool { return a.(object)["createdAt"].(string) > b.(object)["createdAt"].(string) })
	return newest.(object)["synchronizationStatus"]
}

func TestStatusTravelsToTheChannel(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	waiting := lo.Filter(v.orders("linio", FateLabelable), func(o ReportOrder, _ int) bool { return o.Status == pending })
	o := waiting[0]
	c := v.connection("linio").ID
	before := v.get("/api/checkouts/" + o.Checkouts[0])["updatedAt"]

	require.NotContains(t, v.available(c), o.ID)
	task := v.ask("linio", o.ID)
	v.time.pass(time.Minute)
	assert.Len(t, v.output(task).Unavailable, 1, "asked before its status is there")

	v.send(o.ID, readyToShip)
	assert.Nil(t, v.sync(o.ID), "nobody has picked it up")
	assert.Equal(t, readyToShip, v.get("/api/delivery-orders/" + o.ID)["DeliveryOrderStatus"].(object)["code"])
	v.time.pass(pickingUp)
	assert.Equal(t, linkPending, v.sync(o.ID))
	v.time.pass(v.hub.travelTime(v.hub.orderByID[o.ID])*2/5 - pickingUp)
	assert.Equal(t, linkRequesting, v.sync(o.ID))
	require.NotContains(t, v.available(c), o.ID)
	v.time.pass(3 * time.Minute)
	assert.Equal(t, linkChanged, v.sync(o.ID))
	assert.Contains(t, v.available(c), o.ID)
	assert.Equal(t, before, v.get("/api/checkouts/" + o.Checkouts[0])["updatedAt"], "the sale has not changed")
	sent := v.order(o.ID).Statuses
	require.Len(t, sent, 1)
	assert.Equal(t, readyToShip, sent[0].Code)
}

func TestStatusThatTheChannelIsNotTold(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	id := v.orders("ripley", FateLabelable)[0].ID
	v.send(id, readyToShip)
	v.time.pass(4 * time.Minute)
	assert.Equal(t, linkNotRequested, v.sync(id))
}

func TestStatusLinksComeInEveryShape(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	shapes := map[string]bool{}
	for _, o := range v.orders("mercadolibre", FateLabelable) {
		v.send(o.ID, readyToShip)
		order := v.get("/api/delivery-orders/" + o.ID)
		link, has := order["DeliveryOrderStatusLink"]
		content, err := json.Marshal(link)
		require.NoError(t, err)
		shapes[lo.Ternary(has, string(content[:1]), "plural")] = true
		assert.Equal(t, !has, order["DeliveryOrderStatusLinks"] != nil)
	}
	assert.Equal(t, map[string]bool{"{": true, "[": true, "n": true, "plural": true}, shapes)
}

func TestChangeStatusRefuses(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	id := v.orders("linio", FateLabelable)[0].ID
	for name, row := range map[string]struct {
		path string
		body any
		want int
	}{
		"a status that is none":  {id, object{"DeliveryOrderStatusId": "x"}, http.StatusBadRequest},
		"a body that is no JSON": {id, "text", http.StatusBadRequest},
		"another order's id":     {id, object{"DeliveryOrderStatusId": statusByCode[shipped].ID, "DeliveryOrderId": "x"}, http.StatusBadRequest},
		"an unknown order":       {"x", object{"DeliveryOrderStatusId": statusByCode[shipped].ID}, http.StatusNotFound},
	} {
		w := v.call(http.MethodPut, "/api/delivery-orders/"+row.path+"/change-delivery-status", row.body, v.hub.Token())
		assert.Equal(t, row.want, w.Code, name)
	}
	assert.Empty(t, v.order(id).Statuses)
}

func TestLabelsTakeAMinuteEach(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Speed: 60})
	asked := v.orders("paris", FateLabelable)[:5]
	c := v.connection("paris").ID
	task := v.ask("paris", ids(asked)...)
	assert.Equal(t, taskPending, v.task(task)["processStatus"])
	v.time.pass(4900 * time.Millisecond)
	assert.Equal(t, taskProcessing, v.task(task)["processStatus"])
	assert.Nil(t, v.task(task)["output"])
	assert.Nil(t, v.task(task)["url"])
	assert.Contains(t, v.available(c), asked[0].ID)
	v.time.pass(200 * time.Millisecond)
	assert.Equal(t, taskCompleted, v.task(task)["processStatus"])
	assert.Len(t, v.output(task).Successful, 5)
	assert.Empty(t, lo.Intersect(v.available(c), ids(asked)), "they have left the list")
	printed := v.all("/delivery-orders/documents", url.Values{"_marketplace_connection_id": {c}, "_shipping_label_print_statuses": {"printed"}})
	assert.Len(t, printed, 5+len(v.orders("paris", FatePrinted))+len(v.orders("paris", FateShipped)))
	assert.Len(t, v.order(asked[0].ID).Labels, 1)
	assert.Equal(t, v.hub.start.Add(5*time.Minute), *v.order(asked[0].ID).Labels[0].MadeAt)
}

func TestTasksRunSideBySide(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	orders := ids(v.orders("paris", FateLabelable))
	first, second := v.ask("paris", orders[:3]...), v.ask("paris", orders[3])
	v.time.pass(time.Minute)
	assert.Equal(t, []any{taskProcessing, taskCompleted}, []any{v.task(first)["processStatus"], v.task(second)["processStatus"]})
	list := v.get(v.merchant("/bulk-actions-task/paris-generate-delivery-order-ticket/p/1?_marketplaceConnectionId=" + v.connection("paris").ID))
	assert.Equal(t, []string{second, first}, lo.Map(list["entries"].([]any), func(entry any, _ int) string { return entry.(object)["_id"].(string) }), "newest first")
}

func TestTaskSortsItsOrders(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	good, unpaid, gone := v.orders("paris", FateLabelable)[0].ID, v.orders("paris", FateUnpaid)[0].ID, v.orders("paris", FateShipped)[0].ID
	listedAsIDs := map[bool]bool{}
	for range 3 {
		task := v.ask("paris", good, unpaid, gone, "7d7fb1b5-0d35-4f0f-8f29-7b9d6a3c0000")
		v.time.pass(time.Minute)
		assert.Equal(t, taskWarnings, v.task(task)["processStatus"])
		out := v.output(task)
		require.Len(t, out.Successful, 1)
		assert.Equal(t, good, out.Successful[0].DeliveryOrder.DeliveryOrderID)
		require.Len(t, out.Unavailable, 1)
		require.Len(t, out.Failed, 1)
		id, text := out.Failed[0].(string)
		listedAsIDs[text] = true
		if !text {
			id = out.Failed[0].(object)["deliveryOrderId"].(string)
		}
		assert.Equal(t, gone, id)
	}
	assert.Len(t, listedAsIDs, 2, "as ids and as objects")
	_, text := v.task(v.hub.connectionByID(v.connection("paris").ID).tasks[2].id)["output"].(string)
	assert.True(t, text, "the third output is JSON in a string")
}

func TestTaskWithoutLabelsFailsSoon(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	task := v.ask("paris", v.orders("paris", FateShipped)[0].ID)
	v.time.pass(failingTime)
	assert.Equal(t, taskFailed, v.task(task)["processStatus"])
	assert.Nil(t, v.task(task)["url"])
}

func TestTicketsRefuse(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Orders: 200})
	many := ids(v.orders("mercadolibre", FateLabelable))
	shop, _ := lo.Find(v.hub.Report().Connections, func(c ReportConnection) bool { return c.Provider == "vtex" })
	mine := v.connection("mercadolibre").ID
	for name, row := range map[string]struct {
		path   string
		orders []string
		want   int
	}{
		"more than 50 orders":            {"mercadolibre-connections/" + mine, many[:51], http.StatusBadRequest},
		"none":                           {"mercadolibre-connections/" + mine, nil, http.StatusBadRequest},
		"another connection's order":     {"paris-connections/" + v.connection("paris").ID, many[:1], http.StatusBadRequest},
		"a shop's":                       {"vtex-connections/" + shop.ID, many[:1], http.StatusBadRequest},
		"a connection by another's name": {"paris-connections/" + mine, many[:1], http.StatusNotFound},
		"an unknown connection":          {"paris-connections/x", many[:1], http.StatusNotFound},
	} {
		w := v.call(http.MethodPut, "/api/"+row.path+"/delivery-order-tickets/generation", object{"orders": row.orders}, v.hub.Token())
		assert.Equal(t, row.want, w.Code, name)
	}
	assert.Empty(t, v.order(many[0]).Labels)
	v.ask("mercadolibre", many[:50]...)
}

func TestMercadoLibreLabelBlocksCancellation(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	o := v.orders("mercadolibre", FateLabelable)[1]
	v.ask("mercadolibre", o.ID)
	assert.Equal(t, readyToShip, v.order(o.ID).Status)
	assert.Equal(t, http.StatusConflict, v.call(http.MethodPost, "/sandbox/cancel/"+o.Code, nil, "").Code)
	assert.False(t, v.order(o.ID).Cancelled)
}

func TestCancelByHand(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	o := v.orders("paris", FateLabelable)[0]
	v.time.pass(time.Hour)
	require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/cancel/"+o.Number, nil, "").Code)
	assert.True(t, v.order(o.ID).Cancelled)
	assert.Equal(t, "refunded", v.get("/api/checkouts/" + o.Checkouts[0])["paymentStatus"])
	changed := v.all("/checkouts/light", url.Values{"_updated_at_from": {v.hub.Now().Add(-time.Minute).Format(time.RFC3339)}})
	require.Len(t, changed, 1)
	assert.Equal(t, o.Checkouts[0], changed[0]["_id"])
	task := v.ask("paris", o.ID)
	v.time.pass(time.Minute)
	assert.Len(t, v.output(task).Failed, 1)
	assert.Equal(t, http.StatusNotFound, v.call(http.MethodPost, "/sandbox/cancel/nobody", nil, "").Code)
}

func TestAmazonLinksDie(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	o := v.orders("amazon", FateLabelable)[0]
	task := v.ask("amazon", o.ID)
	v.time.pass(time.Minute)
	zipLink := v.task(task)["url"].(string)
	documentLink := v.get("/api/delivery-orders/" + o.ID)["DeliveryOrderDocuments"].([]any)[0].(object)["url"].(string)
	v.time.pass(linkLife)
	for _, link := range []string{zipLink, documentLink} {
		status, _ := v.download(link)
		assert.Equal(t, http.StatusOK, status, "its last second")
		bare, _, _ := strings.Cut(link, "?")
		status, _ = v.download(bare)
		assert.Equal(t, http.StatusForbidden, status, "without a signature")
	}
	v.time.pass(time.Second)
	for _, link := range []string{zipLink, documentLink} {
		status, body := v.download(link)
		assert.Equal(t, http.StatusForbidden, status)
		assert.Contains(t, string(body), "<Message>Request has expired</Message>")
	}
	status, _ := v.download(v.task(task)["url"].(string))
	assert.Equal(t, http.StatusOK, status, "asking again makes a new one")
}
