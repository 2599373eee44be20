package orders

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
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
			one, two := activitiestest.AnswerOf(hub, r, "/api/checkouts/"+first), activitiestest.AnswerOf(hub, r, r.URL.Path)
			two["DeliveryOrderInCheckouts"] = append(two["DeliveryOrderInCheckouts"].([]any), one["DeliveryOrderInCheckouts"].([]any)...)
			_ = json.NewEncoder(rw).Encode(two)
		})
	})
	scope := w.Scope("linio")
	waiting := lo.Filter(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return o.TrackNumber == "" })
	first, second = waiting[0].Checkouts[0], waiting[1].Checkouts[0]
	page := w.readAll(scope, nil)
	assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), append(activitiestest.IDs(page.Ready), activitiestest.IDs(page.Pending)...))
}

func TestWhichSaleOfAnOrderCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("paris")
	good, other := w.Of(scope, sandbox.FateLabelable)[0], w.Of(scope, sandbox.FateLabelable)[1]
	unpaid, cancelled := w.Of(scope, sandbox.FateUnpaid)[0], w.Of(scope, sandbox.FateCancelled)[0]
	const nobody = "2b6bd7a9-4a5c-4f0e-8d53-000000000000"
	cases := map[string]struct {
		order, sale string
		others      []string
		reads       int
		ready       bool
		outcome     contract.Outcome
	}{
		"the first, when it is paid and verified":              {good.ID, good.Checkouts[0], []string{unpaid.Checkouts[0]}, 2, true, ""},
		"another, when the first is not paid":                  {good.ID, unpaid.Checkouts[0], []string{good.Checkouts[0]}, 3, true, ""},
		"another, when the first is cancelled":                 {good.ID, cancelled.Checkouts[0], []string{good.Checkouts[0]}, 3, true, ""},
		"another, when the first is not registered":            {good.ID, nobody, []string{good.Checkouts[0]}, 3, true, ""},
		"the first, when none is paid":                         {good.ID, unpaid.Checkouts[0], []string{nobody}, 2, false, contract.HeldBack},
		"none, when none is registered":                        {good.ID, nobody, nil, 1, false, contract.HeldBack},
		"that of the delivery order, when the list names none": {other.ID, "", nil, 1, true, ""},
		"none, when the hub knows neither":                     {nobody, "", nil, 0, false, contract.HeldBack},
	}
	run := 0
	for name, c := range cases {
		run++
		scope.Run = fmt.Sprintf("r%d", run)
		t.Run(name, func(t *testing.T) {
			order := books.Order{ID: c.order, CheckoutID: c.sale, OtherCheckouts: c.others, Listed: true}
			_, err := scope.LeavePage(t.Context(), w.Store, books.PageName(books.ListPage, 1), books.Page{Pending: []books.Order{order}})
			require.NoError(t, err)
			reads := w.Calls("checkout")
			page := w.Page(scope, activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1}).Page)
			assert.Equal(t, c.reads, w.Calls("checkout")-reads)
			assert.Equal(t, c.ready, len(page.Ready) == 1)
			if c.outcome != "" {
				assert.Equal(t, c.outcome, page.Ended[0].Outcome)
			}
		})
	}
}
