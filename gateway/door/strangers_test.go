package door

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
)

// trial is a request to a route.
type trial struct {
	method, path string
	body         any
}

// trials are requests to every route that would succeed for merchant, about what there is when there is a batch k1, an
// order d1, a status change s1 and a webhook w1 of it.
func trials(merchant, batch, order, change, webhook string) map[string]trial {
	hook := "/v1/webhooks/" + merchant + "~" + webhook
	return map[string]trial{
		"POST /v1/batches":                 {http.MethodPost, "/v1/batches", BatchRequest{ExternalBatchID: batch, Merchant: merchant}},
		"GET /v1/batches":                  {http.MethodGet, "/v1/batches?merchant=" + merchant, nil},
		"GET /v1/batches/{id}":             {http.MethodGet, "/v1/batches/" + merchant + "~" + batch, nil},
		"GET /v1/batches/{id}/orders":      {http.MethodGet, "/v1/batches/" + merchant + "~" + batch + "/orders", nil},
		"GET /v1/batches/{id}/files":       {http.MethodGet, "/v1/batches/" + merchant + "~" + batch + "/files", nil},
		"POST /v1/batches/{id}/retry":      {http.MethodPost, "/v1/batches/" + merchant + "~" + batch + "/retry", RetryRequest{}},
		"POST /v1/batches/{id}/cancel":     {http.MethodPost, "/v1/batches/" + merchant + "~" + batch + "/cancel", nil},
		"GET /v1/orders":                   {http.MethodGet, "/v1/orders?merchant=" + merchant, nil},
		"GET /v1/orders/{name}":            {http.MethodGet, "/v1/orders/" + order + "?merchant=" + merchant, nil},
		"GET /v1/orders/{name}/{file}":     {http.MethodGet, "/v1/orders/" + order + "/label.zpl?merchant=" + merchant, nil},
		"PUT /v1/orders/{name}/label":      {http.MethodPut, "/v1/orders/" + order + "/label?merchant=" + merchant, "^XA^XZ"},
		"POST /v1/orders/confirm":          {http.MethodPost, "/v1/orders/confirm", ConfirmRequest{Merchant: merchant, Orders: []string{order}}},
		"POST /v1/status-changes":          {http.MethodPost, "/v1/status-changes", StatusRequest{Merchant: merchant, To: "shipped", Rows: []StatusRow{{Order: order}}}},
		"POST /v1/webhooks":                {http.MethodPost, "/v1/webhooks", WebhookRequest{Merchant: merchant, URL: "https://wms.example.com/x", Events: []contract.WebhookEvent{contract.LabelReady}}},
		"GET /v1/webhooks":                 {http.MethodGet, "/v1/webhooks?merchant=" + merchant, nil},
		"GET /v1/webhooks/{id}":            {http.MethodGet, hook, nil},
		"PATCH /v1/webhooks/{id}":          {http.MethodPatch, hook, WebhookChange{}},
		"DELETE /v1/webhooks/{id}":         {http.MethodDelete, hook, nil},
		"POST /v1/webhooks/{id}/rotate":    {http.MethodPost, hook + "/rotate", nil},
		"GET /v1/webhooks/{id}/deliveries": {http.MethodGet, hook + "/deliveries", nil},
		"POST /v1/webhooks/{id}/replay":    {http.MethodPost, hook + "/replay", ReplayRequest{Deliveries: []string{"x"}}},
		"GET /v1/status-changes/{id}":      {http.MethodGet, "/v1/status-changes/" + merchant + "~" + change, nil},
	}
}

// everyRoute fails unless there is a trial for each route of the table.
func everyRoute(t *testing.T, all map[string]trial) {
	t.Helper()
	routes := operationsOf(Document())
	require.Len(t, routes, len(all))
	for _, route := range routes {
		assert.Contains(t, all, route.Method+" "+route.Path)
	}
}

// full is a door with one of everything for merchant.
func full(t testing.TB) *scene {
	t.Helper()
	s := published(t)
	s.addOrder(t, merchant, "d1", contract.IntakeLabelled)
	s.addLabel(t, "d1", "^XA^FDone^FS^XZ")
	s.statuses.changes[contract.StatusChangeID(merchant, "s1")] = contract.StatusChangeInput{}
	s.webhook = s.addWebhook(t, "https://wms.example.com/x").ID[len(merchant)+1:]
	return s
}

// addLabel has a label of an order wait in the store.
func (s *scene) addLabel(t testing.TB, order, zpl string) {
	t.Helper()
	label, err := s.store.PutBytes(t.Context(), storage.LabelPrefix(merchant, "c1"), ".zpl", "text/plain", []byte(zpl))
	require.NoError(t, err)
	require.NoError(t, s.store.Put(t.Context(), storage.WaitingLabel(merchant, "c1", order), map[string]any{"labels": []map[string]any{
		{"key": label.Key, "format": "zpl", "sha256": label.SHA256, "bytes": label.Bytes},
	}}))
}

// addOrder has the intake know an order.
func (s *scene) addOrder(t testing.TB, merchant, order string, state contract.IntakeOrderState) {
	t.Helper()
	_, err := intakebook.ChangeRecord(t.Context(), s.store, merchant, order, func(r *contract.IntakeRecord) {
		r.State, r.Connection, r.Checkout, r.Number = state, "c1", "s-"+order, "n-"+order
	})
	require.NoError(t, err)
}

// TestAStrangerLearnsNothing asks every route about what there is and about what there is not, with a key of another
// merchant: the answers are the same, byte by byte.
func TestAStrangerLearnsNothing(t *testing.T) {
	t.Parallel()
	s := full(t)
	there, nowhere := trials(merchant, "k1", "d1", "s1", s.webhook), trials("m-none", "k-none", "d-none", "s-none", "w-none")
	everyRoute(t, there)
	s.addOrder(t, merchant, "d2", contract.IntakeLabelled)
	s.addPDF(t, "d2", "%PDF-one")
	require.Equal(t, http.StatusOK, s.get("/v1/orders/d2/label.png").Status)
	for route, query := range map[string]string{"a picture that is drawn": "", "one that is not": "&page=2"} {
		there[route] = trial{http.MethodGet, "/v1/orders/d2/label.png?merchant=" + merchant + query, nil}
		nowhere[route] = trial{http.MethodGet, "/v1/orders/d-none/label.png?merchant=m-none" + query, nil}
	}
	s.key = s.addKey(t, partners.Scopes(), "m-other", "m-third")
	for route, trial := range there {
		none := nowhere[route]
		seen := s.ask(trial.method, trial.path, trial.body, "Idempotency-Key", "x")
		unseen := s.ask(none.method, none.path, none.body, "Idempotency-Key", "x")
		assert.Equal(t, http.StatusNotFound, seen.Status, route)
		assert.Equal(t, unseen.Status, seen.Status, route)
		assert.Equal(t, string(unseen.Body), string(seen.Body), route)
		assert.Equal(t, unseen.Header, seen.Header, route)
	}
	assert.Len(t, s.runs.Runs, 1, "nothing was started")
	assert.Zero(t, s.statuses.started)
	assert.Empty(t, s.intakes.confirmed)
	assert.Empty(t, s.labels.brought)
	assert.Len(t, s.drawer.asked, 1, "nothing was drawn for it")
	kept, err := hooks.Book{Store: s.store, Now: s.time}.List(t.Context(), merchant)
	require.NoError(t, err)
	require.Len(t, kept, 1)
	assert.Nil(t, kept[0].Off)

	s.key = s.addKey(t, partners.Scopes(), "m-other")
	for _, path := range []string{"/v1/orders/d1", "/v1/orders/n-d1", "/v1/orders/d1/label.zpl", "/v1/orders/d2/label.png"} {
		assert.Equal(t, CodeNoOrder, s.get(path).problem(t).Code, "the same name, of the key's own merchant")
	}
	assert.Empty(t, decoded[OrderList](t, s.get("/v1/orders")).Orders)
	assert.Empty(t, decoded[BatchList](t, s.get("/v1/batches")).Batches)
}

// TestEveryRouteNeedsAKeyAndItsScope tries every route without a key, with others' and with a key for nothing else.
func TestEveryRouteNeedsAKeyAndItsScope(t *testing.T) {
	t.Parallel()
	s := full(t)
	all := trials(merchant, "k1", "d1", "s1", s.webhook)
	everyRoute(t, all)
	good := s.key
	revoked := s.addKey(t, partners.Scopes(), merchant)
	parsed, _ := partners.ParseKey(revoked)
	_, err := s.book.Revoke(t.Context(), parsed.ID())
	require.NoError(t, err)
	for route, trial := range all {
		var bodies []string
		for _, header := range []string{"", "Basic abc", "Bearer", "Bearer dsp_", "Bearer " + good[:len(good)-1] + "a2"[len(good)%2:], "Bearer " + strings.ToUpper(good), "Bearer " + revoked} {
			came := s.ask(trial.method, trial.path, trial.body, "Idempotency-Key", "y", "Authorization", header)
			assert.Equal(t, http.StatusUnauthorized, came.Status, "%s with %.12q", route, header)
			bodies = append(bodies, string(came.Body))
		}
		for _, body := range bodies {
			assert.Equal(t, bodies[0], body)
		}
	}
	for _, scope := range partners.Scopes() {
		s.key = s.addKey(t, []partners.Scope{scope}, merchant)
		allowed := 0
		for route, trial := range all {
			came := s.ask(trial.method, trial.path, trial.body, "Idempotency-Key", string(scope)+route)
			if came.Status != http.StatusForbidden {
				allowed++
				continue
			}
			assert.Equal(t, CodeScope, came.problem(t).Code)
		}
		want := map[partners.Scope]int{partners.Runs: 7, partners.Orders: 3, partners.Labels: 2, partners.Statuses: 2, partners.Webhooks: 8}[scope]
		assert.Equal(t, want, allowed, scope)
	}
}

func TestAKeyEndsByItself(t *testing.T) {
	t.Parallel()
	s := play(t)
	assert.Equal(t, http.StatusOK, s.get("/v1/batches").Status)
	s.pass(366 * 24 * time.Hour)
	assert.Equal(t, CodeNoKey, s.get("/v1/batches").problem(t).Code)
}

func TestAKeyOfSeveralMerchantsMustNameOne(t *testing.T) {
	t.Parallel()
	s := full(t)
	s.key = s.addKey(t, partners.Scopes(), merchant, "m-2")
	assert.Equal(t, CodeMerchant, s.get("/v1/orders").problem(t).Code)
	assert.Len(t, decoded[OrderList](t, s.get("/v1/orders?merchant=m-1")).Orders, 1)
}

func TestOrdersAreFoundByAnyName(t *testing.T) {
	t.Parallel()
	s := full(t)
	require.NoError(t, intakebook.NoteName(t.Context(), s.store, storage.IntakeParcel(merchant, intakebook.Digest("TRACK/1")), intakebook.NamedParcel{Order: "d1", Name: "TRACK/1"}, func(intakebook.NamedParcel) bool { return false }))
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeSale(merchant, "s-d1"), intakebook.IntakeSale{Orders: []string{"d1"}}))
	require.NoError(t, intakebook.NoteNumbers(t.Context(), s.store, merchant, multivende.Checkout{ID: "s-d1", ConnectionID: "c1", ExternalID: "2000001"}))
	for _, name := range []string{"d1", "s-d1", "2000001", "TRACK%2F1"} {
		order := decoded[Order](t, s.get("/v1/orders/"+name))
		assert.Equal(t, "d1", order.ID, name)
		assert.Equal(t, "labelled", order.State)
	}
	s.addOrder(t, merchant, "d2", contract.IntakeWaiting)
	require.NoError(t, s.store.Put(t.Context(), storage.IntakeSale(merchant, "s-d1"), intakebook.IntakeSale{Orders: []string{"d1", "d2"}}))
	p := s.get("/v1/orders/2000001").problem(t)
	assert.Equal(t, CodeManyOrders, p.Code)
	assert.Equal(t, []Wrong{{Message: "d1"}, {Message: "d2"}}, p.Errors)
}

func TestTheLabelOfAnOrder(t *testing.T) {
	t.Parallel()
	s := full(t)
	came := s.get("/v1/orders/d1/label.zpl")
	assert.Equal(t, "^XA^FDone^FS^XZ", string(came.Body))
	assert.Equal(t, "application/vnd.zebra.zpl", came.Header.Get("Content-Type"))
	assert.Equal(t, "1", came.Header.Get("Despacho-Labels"))
	other := s.get("/v1/orders/d1/label.pdf").problem(t)
	assert.Equal(t, CodeOtherFormat, other.Code)
	assert.Equal(t, "zpl", other.Errors[0].Message)
	assert.Equal(t, CodeBadRequest, s.get("/v1/orders/d1/label.zpl?number=2").problem(t).Code)
	s.addOrder(t, merchant, "d2", contract.IntakeWaiting)
	assert.Equal(t, CodeNoLabel, s.get("/v1/orders/d2/label.zpl").problem(t).Code)
	s.addOrder(t, merchant, "d1", contract.IntakeTakeOut)
	assert.Equal(t, CodeOrderCancelled, s.get("/v1/orders/d1/label.zpl").problem(t).Code, "a cancelled order is not shipped")
}
