package activities

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestADeliveryOfTwoSalesIsTakenUpOnce(t *testing.T) {
	t.Parallel()
	var first, second string // sales, of which the second also holds the first one's deliveries
	w := newWorld(t, sandbox.Options{Orders: 300}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if second == "" || r.URL.Path != "/api/checkouts/"+second {
				hub.ServeHTTP(rw, r)
				return
			}
			one, two := answerOf(hub, r, "/api/checkouts/"+first), answerOf(hub, r, r.URL.Path)
			two["DeliveryOrderInCheckouts"] = append(two["DeliveryOrderInCheckouts"].([]any), one["DeliveryOrderInCheckouts"].([]any)...)
			_ = json.NewEncoder(rw).Encode(two)
		})
	})
	scope := w.scope("linio")
	waiting := lo.Filter(w.of(scope, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return o.TrackNumber == "" })
	first, second = waiting[0].Checkouts[0], waiting[1].Checkouts[0]
	page := w.readAll(scope, nil)
	assert.ElementsMatch(t, reported(w.of(scope, sandbox.Labelable)), append(ids(page.Ready), ids(page.Pending)...))
}

// answerOf is what the hub answers a GET of another path, as JSON.
func answerOf(hub http.Handler, r *http.Request, path string) map[string]any {
	other := r.Clone(r.Context())
	other.URL.Path = path
	recorder := httptest.NewRecorder()
	hub.ServeHTTP(recorder, other)
	var answer map[string]any
	_ = json.Unmarshal(recorder.Body.Bytes(), &answer)
	return answer
}

func TestWhichSaleOfAnOrderCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.scope("paris")
	good, other := w.of(scope, sandbox.Labelable)[0], w.of(scope, sandbox.Labelable)[1]
	unpaid, cancelled := w.of(scope, sandbox.Unpaid)[0], w.of(scope, sandbox.Cancelled)[0]
	const nobody = "2b6bd7a9-4a5c-4f0e-8d53-000000000000"
	cases := map[string]struct {
		order, sale string
		others      []string
		reads       int
		ready       bool
		outcome     books.Outcome
	}{
		"the first, when it is paid and verified":              {good.ID, good.Checkouts[0], []string{unpaid.Checkouts[0]}, 1, true, ""},
		"another, when the first is not paid":                  {good.ID, unpaid.Checkouts[0], []string{good.Checkouts[0]}, 2, true, ""},
		"another, when the first is cancelled":                 {good.ID, cancelled.Checkouts[0], []string{good.Checkouts[0]}, 2, true, ""},
		"another, when the first is not registered":            {good.ID, nobody, []string{good.Checkouts[0]}, 2, true, ""},
		"the first, when none is paid":                         {good.ID, unpaid.Checkouts[0], []string{nobody}, 2, false, books.HeldBack},
		"none, when none is registered":                        {good.ID, nobody, nil, 1, false, books.HeldBack},
		"that of the delivery order, when the list names none": {other.ID, "", nil, 1, true, ""},
		"none, when the hub knows neither":                     {nobody, "", nil, 0, false, books.HeldBack},
	}
	run := 0
	for name, c := range cases {
		run++
		scope.Run = fmt.Sprintf("r%d", run)
		t.Run(name, func(t *testing.T) {
			order := books.Order{ID: c.order, CheckoutID: c.sale, OtherCheckouts: c.others, Listed: true}
			_, err := scope.leave(t.Context(), w.store, books.PageName(books.ListPage, 1), books.Page{Pending: []books.Order{order}})
			require.NoError(t, err)
			reads := w.calls("checkout")
			page := w.page(scope, must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1}).Page)
			assert.Equal(t, c.reads, w.calls("checkout")-reads)
			assert.Equal(t, c.ready, len(page.Ready) == 1)
			if c.outcome != "" {
				assert.Equal(t, c.outcome, page.Ended[0].Outcome)
			}
		})
	}
}
