package orders

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// resolves looks for named orders in a run of its own, and returns each
// connection's page, and how the names ended that led to no order.
func (w *world) resolves(run string, change func(*ResolveOrdersInput)) (ResolvedOrders, map[string][]string, books.Page) {
	w.Helper()
	in := ResolveOrdersInput{Merchant: w.Sandbox.Merchant(), Run: run, Since: week, Connections: w.allConnections()}
	change(&in)
	resolved := activitiestest.MustStep(w, w.orders.ResolveOrders, in)
	found := map[string][]string{}
	for id, n := range resolved.Found {
		pending := w.Page(activities.Scope{Merchant: in.Merchant, Run: run, Connection: activities.Connection{ID: id}, Generation: 1}, books.FoundPage).Pending
		found[id] = activitiestest.IDs(pending)
		assert.Len(w, pending, n)
		for _, o := range pending {
			assert.True(w, o.Named)
		}
	}
	var unresolved books.Page
	if resolved.Unresolved > 0 {
		unresolved = w.Page(activities.Scope{Merchant: in.Merchant, Run: run, Connection: activities.Connection{ID: Unresolved}, Generation: 1}, books.FoundPage)
		assert.Len(w, unresolved.Ended, resolved.Unresolved)
	}
	return resolved, found, unresolved
}

func (w *world) allConnections() []activities.Connection {
	w.Helper()
	return activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant()}).Connections
}

func named(names ...string) func(*ResolveOrdersInput) {
	return func(in *ResolveOrdersInput) {
		in.Orders = lo.Map(names, func(n string, _ int) contract.OrderReference { return contract.OrderReference{Order: n} })
	}
}

func TestAnOrderIsFoundByAnyOfItsNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 60})
	orders := w.Sandbox.Report().Orders
	alone := func(provider string, listed bool) sandbox.ReportOrder {
		o, ok := lo.Find(orders, func(o sandbox.ReportOrder) bool {
			shared := lo.CountBy(orders, func(other sandbox.ReportOrder) bool { return other.Number == o.Number })
			return o.Channel == provider && o.Fate == sandbox.FateLabelable && shared == 1 && len(o.Checkouts) == 1 && (o.TrackNumber != "") == listed
		})
		require.True(t, ok, provider)
		return o
	}
	code := func(sale string) string {
		checkout, err := w.Client.Checkout(t.Context(), sale)
		require.NoError(t, err)
		return checkout.Code
	}
	meli, falabella, linio := alone("mercadolibre", true), alone("fcom", true), alone("linio", false)
	pack, _ := lo.Find(orders, func(o sandbox.ReportOrder) bool { return len(o.Checkouts) == 2 && o.Fate == sandbox.FateLabelable })
	shop, _ := lo.Find(orders, func(o sandbox.ReportOrder) bool { return o.Fate == sandbox.FateShop })
	cases := map[string]struct {
		name string
		want sandbox.ReportOrder
	}{
		"its delivery order id":                           {meli.ID, meli},
		"its delivery order code":                         {meli.Code, meli},
		"its checkout id":                                 {meli.Checkouts[0], meli},
		"its checkout code":                               {code(meli.Checkouts[0]), meli},
		"the marketplace's order number":                  {meli.Number, meli},
		"the marketplace's number of the shipment":        {meli.Shipment, meli},
		"its PackageId":                                   {falabella.Reference, falabella},
		"its code, though no list shows it":               {linio.Code, linio},
		"its PackageId, though no list shows it":          {linio.Reference, linio},
		"its order number, though no list shows it":       {linio.Number, linio},
		"the pack of two sales that travel as one":        {pack.Number, pack},
		"the id of an order in a web shop":                {shop.ID, shop},
		"the second of the sales in a pack, by its id":    {pack.Checkouts[1], pack},
		"its delivery order id, though no list shows it":  {linio.ID, linio},
		"its checkout id, though no list shows it at all": {linio.Checkouts[0], linio},
	}
	run := 0
	for name, c := range cases {
		run++
		of := fmt.Sprintf("r%d", run)
		t.Run(name, func(t *testing.T) {
			_, found, unresolved := w.resolves(of, func(in *ResolveOrdersInput) {
				named(c.name)(in)
				in.Connections = lo.Filter(in.Connections, func(connection activities.Connection, _ int) bool {
					return connection.ID == c.want.Connection || connection.Provider == "ripley"
				})
			})
			assert.Equal(t, map[string][]string{c.want.Connection: {c.want.ID}}, found)
			assert.Empty(t, unresolved.Ended)
		})
	}
	t.Run("all deliveries of a sale that is named", func(t *testing.T) {
		sale, orders := pairOf(orders)
		_, found, _ := w.resolves("sale", named(sale))
		assert.ElementsMatch(t, activitiestest.Reported(orders), found[orders[0].Connection])
	})
	t.Run("one delivery of it, when its code is named and no list shows it", func(t *testing.T) {
		_, found, _ := w.resolves("both", named(linio.Code, meli.Number, meli.ID))
		assert.Equal(t, map[string][]string{linio.Connection: {linio.ID}, meli.Connection: {meli.ID}}, found)
	})
	t.Run("a listed order stays listed when its sale is read as well", func(t *testing.T) {
		w.resolves("listed", named(meli.Code, "nobody"))
		scope := activities.Scope{Merchant: w.Sandbox.Merchant(), Run: "listed", Connection: activities.Connection{ID: meli.Connection}, Generation: 1}
		assert.True(t, w.Page(scope, books.FoundPage).Pending[0].Listed)
	})
}

// pairOf is a sale with two deliveries.
func pairOf(orders []sandbox.ReportOrder) (string, []sandbox.ReportOrder) {
	bySale := lo.GroupBy(lo.Filter(orders, func(o sandbox.ReportOrder, _ int) bool {
		return len(o.Checkouts) == 1 && o.Fate == sandbox.FateLabelable
	}),
		func(o sandbox.ReportOrder) string { return o.Checkouts[0] })
	sale, _ := lo.FindKeyBy(bySale, func(_ string, orders []sandbox.ReportOrder) bool { return len(orders) == 2 })
	return sale, bySale[sale]
}

func TestNamesThatLeadToNoOrderEndWithTheirReason(t *testing.T) {
	t.Parallel()
	var doubled, number string // a sale that the hub shows with another one's number
	w := newWorld(t, sandbox.Options{Orders: 120}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if doubled == "" || r.URL.Path != "/api/checkouts/"+doubled {
				hub.ServeHTTP(rw, r)
				return
			}
			data, _ := json.Marshal(activitiestest.AnswerOf(hub, r, r.URL.Path))
			_, _ = rw.Write([]byte(strings.ReplaceAll(string(data), `"externalOrderNumber":"`, `"externalOrderNumber":"`+number+`","was":"`)))
		})
	})
	linio := lo.Filter(w.Of(w.Scope("linio"), sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return o.TrackNumber == "" })
	doubled, number = linio[0].Checkouts[0], linio[1].Number
	paris, meli := w.Of(w.Scope("paris"), sandbox.FateLabelable)[0], w.Of(w.Scope("mercadolibre"), sandbox.FateLabelable)[0]
	unregistered := w.Of(w.Scope("paris"), sandbox.FateUnregistered)
	hidden, hasHidden := lo.Find(unregistered, func(o sandbox.ReportOrder) bool { return o.Fate == sandbox.FateUnregistered })
	require.True(t, hasHidden)

	_, found, unresolved := w.resolves("r1", func(in *ResolveOrdersInput) {
		in.Connections = lo.Reject(in.Connections, func(c activities.Connection, _ int) bool { return c.Provider == "mercadolibre" })
		in.Orders = []contract.OrderReference{
			{Order: "nobody"}, {Order: "2b6bd7a9-4a5c-4f0e-8d53-000000000000"}, {Order: number}, {Order: meli.ID},
			{Order: paris.ID, Connection: linio[0].Connection}, {Order: "nobody"}, {Order: paris.Number, Connection: linio[0].Connection},
		}
	})
	assert.Empty(t, found)
	assert.Equal(t, map[string]contract.Outcome{
		"nobody": contract.UnknownOrder, "2b6bd7a9-4a5c-4f0e-8d53-000000000000": contract.UnknownOrder, number: contract.Rejected, meli.ID: contract.Rejected,
		paris.ID: contract.Rejected, paris.Number: contract.UnknownOrder,
	}, activitiestest.Outcomes(unresolved.Ended))
	assert.Len(t, unresolved.Ended, 6, "a name that stands there twice is one")
	reason := func(id string) string {
		e, _ := lo.Find(unresolved.Ended, func(e books.Entry) bool { return e.Order.ID == id })
		return e.Reason.Words
	}
	assert.Contains(t, reason(number), "fits 2 sales")
	assert.Contains(t, reason(meli.ID), "connection that this run does not cover")
	assert.Contains(t, reason("nobody"), "knows no order")

	t.Run("an order that is named rightly and wrongly stands in the books once", func(t *testing.T) {
		_, found, unresolved := w.resolves("r2", func(in *ResolveOrdersInput) {
			in.Orders = []contract.OrderReference{{Order: paris.ID, Connection: linio[0].Connection}, {Order: paris.ID}}
		})
		assert.Equal(t, map[string][]string{paris.Connection: {paris.ID}}, found)
		assert.Empty(t, unresolved.Ended)
	})
	t.Run("an order whose sale is not registered is held back", func(t *testing.T) {
		printed := w.Order(hidden.ID)
		_, found, unresolved := w.resolves("r3", named(printed.ID))
		if len(found) == 0 {
			assert.Equal(t, contract.HeldBack, unresolved.Ended[0].Outcome)
		} else {
			assert.Equal(t, map[string][]string{printed.Connection: {printed.ID}}, found, "the list shows it, the gate holds it back")
		}
	})
}

func TestManyNamesTravelAsAnObject(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 260})
	scope := w.Scope("mercadolibre")
	wanted := activitiestest.Reported(w.Of(scope, sandbox.FateLabelable))
	require.Greater(t, len(wanted), 100)
	key := storage.RunOrdersPrefix(scope.Merchant, "r1") + "abc.json"
	put := func(key string, value any) {
		t.Helper()
		require.NoError(t, w.Store.Put(t.Context(), key, value))
	}
	entries := lo.Map(wanted, func(id string, i int) any {
		if i%2 == 0 {
			return id
		}
		return contract.OrderReference{Order: id, Connection: scope.Connection.ID}
	})
	put(key, entries)
	in := ResolveOrdersInput{Merchant: scope.Merchant, Run: "r1", Since: week, Connections: w.allConnections(), OrdersKey: key}
	resolved := activitiestest.MustStep(w, w.orders.ResolveOrders, in)
	assert.Equal(t, ResolvedOrders{Found: map[string]int{scope.Connection.ID: len(wanted)}}, resolved)

	t.Run("a second time gives the same without asking the hub", func(t *testing.T) {
		calls := w.Calls("delivery-order") + w.Calls("documents") + w.Calls("checkout")
		assert.Equal(t, resolved, activitiestest.MustStep(w, w.orders.ResolveOrders, in))
		assert.Equal(t, calls, w.Calls("delivery-order")+w.Calls("documents")+w.Calls("checkout"))
	})
	refused := map[string]struct {
		key   string
		value any
	}{
		"an object of another merchant": {storage.RunOrdersPrefix("another", "r1") + "abc.json", []string{"x"}},
		"an object that is not there":   {storage.RunOrdersPrefix(scope.Merchant, "r1") + "nothing.json", nil},
		"an entry that is neither":      {storage.RunOrdersPrefix(scope.Merchant, "r1") + "odd.json", []any{"x", 7}},
		"an empty name":                 {storage.RunOrdersPrefix(scope.Merchant, "r1") + "empty.json", []any{map[string]string{"order": ""}}},
		"an endless name":               {storage.RunOrdersPrefix(scope.Merchant, "r1") + "long.json", []any{strings.Repeat("x", 129)}},
		"too many names":                {storage.RunOrdersPrefix(scope.Merchant, "r1") + "many.json", make([]string, ordersLimit+1)},
	}
	for name, c := range refused {
		t.Run(name+" is refused", func(t *testing.T) {
			if c.value != nil {
				put(c.key, c.value)
			}
			in := in
			in.Run, in.OrdersKey = "refused", c.key
			_, err := activitiestest.TryStep(w, w.orders.ResolveOrders, in, nil)
			activitiestest.RequireFinal(t, contract.ErrorRequest, err)
		})
	}
}

func TestNamesAreResolvedOnceForAllConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	paris, ripley := w.Of(w.Scope("paris"), sandbox.FateLabelable)[0], w.Of(w.Scope("ripley"), sandbox.FateLabelable)[0]
	in := ResolveOrdersInput{Merchant: w.Sandbox.Merchant(), Run: "r1", Since: week, Connections: w.allConnections()}
	named(paris.ID, ripley.ID, "nobody")(&in)
	pages := 0
	w.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && strings.HasSuffix(r.URL.Path, "/1/found.json") {
			if pages++; pages > 1 {
				return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
			}
		}
		return storagetest.Fault{}
	})
	_, err := activitiestest.TryStep(w, w.orders.ResolveOrders, in, nil)
	require.Equal(t, contract.ErrorTrouble, activitiestest.ApplicationError(t, err).Type())
	w.S3.InjectFaults(nil)
	calls := w.Calls("delivery-order")
	resolved := activitiestest.MustStep(w, w.orders.ResolveOrders, in)
	assert.Equal(t, map[string]int{paris.Connection: 1, ripley.Connection: 1}, resolved.Found)
	assert.Equal(t, 1, resolved.Unresolved)
	assert.Equal(t, calls, w.Calls("delivery-order"), "not asked again")
}
