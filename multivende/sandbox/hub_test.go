package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hands is our clock in a test; it moves when it is told to.
type hands struct {
	mutex sync.Mutex
	at    time.Time
}

func (h *hands) now() time.Time {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.at
}

func (h *hands) pass(span time.Duration) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.at = h.at.Add(span)
}

// visitor calls a hub as a client would.
type visitor struct {
	*testing.T
	hub  *Hub
	time *hands
}

func visit(t *testing.T, options Options) visitor {
	t.Helper()
	time := &hands{at: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	options.Now = time.now
	hub, err := New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, hub.Close()) })
	return visitor{t, hub, time}
}

type object = map[string]any

func (v visitor) call(method, path string, body any, token string) *httptest.ResponseRecorder {
	v.Helper()
	content, err := json.Marshal(body)
	require.NoError(v, err)
	r := httptest.NewRequest(method, path, bytes.NewReader(content))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	v.hub.ServeHTTP(w, r)
	return w
}

func (v visitor) get(path string) object {
	v.Helper()
	w := v.call(http.MethodGet, path, nil, v.hub.Token())
	require.Equal(v, http.StatusOK, w.Code, w.Body.String())
	var out object
	require.NoError(v, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

func (v visitor) put(path string, body any) object {
	v.Helper()
	w := v.call(http.MethodPut, path, body, v.hub.Token())
	require.Less(v, w.Code, 300, w.Body.String())
	var out object
	require.NoError(v, json.Unmarshal(w.Body.Bytes(), &out))
	return out
}

func (v visitor) merchant(path string) string { return "/api/m/" + v.hub.Merchant() + path }

// all walks a list to its end.
func (v visitor) all(path string, query url.Values) []object {
	v.Helper()
	var entries []object
	for page := "1"; page != "0"; {
		list := v.get(v.merchant(path) + "/p/" + page + "?" + query.Encode())
		for _, entry := range list["entries"].([]any) {
			entries = append(entries, entry.(object))
		}
		next, err := json.Marshal(list["pagination"].(object)["next_page"])
		require.NoError(v, err)
		page = string(next)
	}
	return entries
}

func (v visitor) available(connection string) []string {
	v.Helper()
	query := url.Values{
		"_marketplace_connection_id": {connection}, "_delivery_statuses": {"completed", "pending"},
		"_shipping_label_print_statuses": {"not_printed"}, "_shipping_label_status": {"ready"},
		"_include_only_delivery_order_with_traking_number": {"true"},
	}
	return lo.Map(v.all("/delivery-orders/documents", query), func(entry object, _ int) string { return entry["_id"].(string) })
}

func (v visitor) connection(provider string) ReportConnection {
	v.Helper()
	c, found := lo.Find(v.hub.Report().Connections, func(c ReportConnection) bool { return c.Provider == provider && c.Labels })
	require.True(v, found, provider)
	return c
}

// orders are the orders of a provider's first connection with this fate, newest first.
func (v visitor) orders(provider string, fate Fate) []ReportOrder {
	v.Helper()
	c := v.connection(provider)
	byID := lo.KeyBy(v.hub.Report().Orders, func(o ReportOrder) string { return o.ID })
	var found []ReportOrder
	for _, o := range v.hub.connectionByID(c.ID).orders {
		if o.fate == fate {
			found = append(found, byID[o.id])
		}
	}
	return found
}

func (v visitor) order(id string) ReportOrder {
	v.Helper()
	o, found := lo.Find(v.hub.Report().Orders, func(o ReportOrder) bool { return o.ID == id })
	require.True(v, found)
	return o
}

func ids(orders []ReportOrder) []string {
	return lo.Map(orders, func(o ReportOrder, _ int) string { return o.ID })
}

// ask asks for labels and answers the task's id.
func (v visitor) ask(provider string, orders ...string) string {
	v.Helper()
	path := "/api/" + provider + "-connections/" + v.connection(provider).ID + "/delivery-order-tickets/generation"
	return v.put(path, object{"orders": orders})["_id"].(string)
}

func (v visitor) task(id string) object {
	v.Helper()
	return v.get("/api/bulk-actions-task/" + id)
}

// output is a finished task's, object or string.
func (v visitor) output(id string) taskOutput {
	v.Helper()
	content, err := json.Marshal(v.task(id)["output"])
	require.NoError(v, err)
	if strings.HasPrefix(string(content), `"`) {
		var text string
		require.NoError(v, json.Unmarshal(content, &text))
		content = []byte(text)
	}
	var out taskOutput
	require.NoError(v, json.Unmarshal(content, &out))
	return out
}

func (v visitor) send(order, code string) object {
	v.Helper()
	return v.put("/api/delivery-orders/"+order+"/change-delivery-status",
		object{"DeliveryOrderId": order, "DeliveryOrderStatusId": statusByCode[code].ID, "date": "2026-03-02 12:00:00"})
}

func (v visitor) download(link string) (int, []byte) {
	v.Helper()
	address, err := url.Parse(link)
	require.NoError(v, err)
	w := v.call(http.MethodGet, address.RequestURI(), nil, "")
	return w.Code, w.Body.Bytes()
}
