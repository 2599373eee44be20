package activities

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

var noFilter = []string{sandbox.ListLabels, sandbox.ListSales}

// resolveAll resolves names over all connections.
func (w *world) resolveAll(run string, names ...OrderReference) map[string]books.Page {
	w.Helper()
	found := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant()})
	resolved := must(w, w.orders.ResolveOrders, ResolveOrdersInput{Merchant: w.hub.Merchant(), Run: run, Orders: names, Connections: found.Connections, Since: week})
	pages := map[string]books.Page{}
	for _, id := range append(lo.Keys(resolved.Found), lo.Ternary(resolved.Unresolved > 0, []string{Unresolved}, nil)...) {
		pages[id] = w.page(Scope{Merchant: w.hub.Merchant(), Run: run, Connection: Connection{ID: id}, Generation: 1}, books.FoundPage)
	}
	return pages
}

func TestNamedOrdersWhereListsHeedNoFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, IgnoreFilter: noFilter})
	kept := newWorld(t, sandbox.Options{Orders: 200})
	named := []sandbox.ReportOrder{
		w.of(w.scope("dafiti"), sandbox.Labelable)[0], w.of(w.scope("paris"), sandbox.Labelable)[0], w.of(w.scope("ripley"), sandbox.Labelable)[0],
	}
	references := []OrderReference{{Order: named[0].Number}, {Order: named[1].Code}, {Order: named[2].ID}}
	t.Run("each is found on its own connection", func(t *testing.T) {
		pages := w.resolveAll("named", references...)
		for _, o := range named {
			assert.Contains(t, ids(pages[o.Connection].Pending), o.ID, o.Channel)
		}
		assert.Empty(t, pages[Unresolved].Ended)
	})
	t.Run("with no more calls than where it is kept", func(t *testing.T) {
		kept.resolveAll("named", references...)
		all := func(w *world) int {
			return w.calls("documents") + w.calls("checkouts-light") + w.calls("checkout") + w.calls("delivery-order")
		}
		assert.LessOrEqual(t, all(w), 2*all(kept))
	})
	t.Run("a name that fits none reads each sale once", func(t *testing.T) {
		before := w.calls("checkout")
		w.resolveAll("unknown", OrderReference{Order: "no such order"})
		sales := lo.UniqBy(lo.FlatMap(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) []string { return o.Checkouts }), func(id string) string { return id })
		assert.LessOrEqual(t, w.calls("checkout")-before, len(sales)+20)
	})
}

func TestANamedStrangerIsRejected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	scope, other := w.scope("dafiti"), w.of(w.scope("paris"), sandbox.Labelable)[0]
	page := books.Page{Pending: []books.Order{{ID: other.ID, CheckoutID: other.Checkouts[0], Named: true, Listed: true, ConnectionID: scope.Connection.ID}}}
	_, err := scope.leave(t.Context(), w.store, books.PageName(books.ListPage, 1), page)
	require.NoError(t, err)
	step := must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1})
	assert.Equal(t, map[books.Outcome]int{books.Rejected: 1}, step.Counts.Ended)
	assert.Zero(t, step.Counts.Pending+step.Counts.Ready)
}

func TestALabelInTheStoreOfAnotherConnectionsOrderIsNotPrinted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	scope, other := w.scope("dafiti"), w.of(w.scope("paris"), sandbox.Labelable)[0]
	w.keepWaiting(scope, books.Order{ID: other.ID, CheckoutID: other.Checkouts[0]})
	page := w.readAll(scope, nil)
	assert.NotContains(t, entryIDs(page.Ended), other.ID)
	assert.Contains(t, page.Gone, other.ID)
}

func TestARetryLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	scope, other := w.scope("dafiti"), w.of(w.scope("paris"), sandbox.Labelable)[0]
	scope.Generation = 2
	page := books.Page{Pending: []books.Order{{ID: other.ID, CheckoutID: other.Checkouts[0], Listed: true, ConnectionID: scope.Connection.ID}}}
	_, err := scope.leave(t.Context(), w.store, books.PageName(books.ListPage, 1), page)
	require.NoError(t, err)
	step := must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1, Again: true})
	assert.Equal(t, books.Counts{Strangers: 1}, step.Counts)
}

func TestSalesAreNotPlacedByAListOfAllConnections(t *testing.T) {
	t.Parallel()
	walked := func(options sandbox.Options, calls int) (*world, map[string]string) {
		w := newWorld(t, options)
		connections, err := w.client.Connections(t.Context())
		require.NoError(t, err)
		sales := map[string]string{}
		require.NoError(t, walkSales(t.Context(), w.client, connections, calls, sales))
		return w, sales
	}
	t.Run("nor by the only one that was seen", func(t *testing.T) {
		for _, calls := range []int{3, 1000} {
			_, sales := walked(sandbox.Options{Orders: 200, IgnoreFilter: noFilter}, calls)
			assert.Empty(t, sales, "%d calls", calls)
		}
	})
	t.Run("but by lists that differ", func(t *testing.T) {
		w, sales := walked(sandbox.Options{Orders: 200}, 1000)
		require.NotEmpty(t, sales)
		for _, o := range w.hub.Report().Orders {
			if at := sales[o.Checkouts[0]]; at != "" {
				assert.Equal(t, o.Connection, at)
			}
		}
	})
}

func TestAnOrderOfTwoConnectionsHasOneEntry(t *testing.T) {
	t.Parallel()
	entry := func(id string, outcome books.Outcome) books.Entry {
		return books.Entry{Order: books.Order{ID: id}, Outcome: outcome}
	}
	once := onceEach([]books.Entry{entry("a", books.NotReady), entry("b", books.Labelled), entry("a", books.Labelled), entry("b", books.NotReady)})
	assert.Equal(t, []books.Entry{entry("a", books.Labelled), entry("b", books.Labelled)}, once)
}

func TestTheWarehouseOfAnOrder(t *testing.T) {
	t.Parallel()
	items := func(warehouses ...string) []multivende.DeliveryItem {
		return lo.Map(warehouses, func(id string, _ int) multivende.DeliveryItem {
			return multivende.DeliveryItem{SKU: "x", WarehouseID: id}
		})
	}
	for name, c := range map[string]struct {
		before books.Order
		read   multivende.DeliveryOrder
		in     []string
	}{
		"is the delivery's own":                  {books.Order{}, multivende.DeliveryOrder{WarehouseID: "w1", Items: items("w2", "w3")}, []string{"w1"}},
		"else that of its items":                 {books.Order{}, multivende.DeliveryOrder{Items: items("w2", "w2", "")}, []string{"w2"}},
		"or those, where they differ":            {books.Order{}, multivende.DeliveryOrder{Items: items("w3", "w2")}, []string{"w2", "w3"}},
		"stays where nothing new is said":        {books.Order{WarehouseID: "w1"}, multivende.DeliveryOrder{}, []string{"w1"}},
		"stays the delivery's own":               {books.Order{WarehouseID: "w1"}, multivende.DeliveryOrder{Items: items("w2")}, []string{"w1"}},
		"becomes the delivery's own":             {books.Order{Warehouses: []string{"w2", "w3"}}, multivende.DeliveryOrder{WarehouseID: "w1"}, []string{"w1"}},
		"is nowhere where the hub names nothing": {books.Order{}, multivende.DeliveryOrder{Items: items("")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			order := c.before
			refresh(&order, c.read)
			assert.ElementsMatch(t, c.in, order.InWarehouses())
			assert.Equal(t, len(c.in) > 1, order.InSeveralWarehouses())
		})
	}
}

func TestARunForOneWarehouse(t *testing.T) {
	t.Parallel()
	for _, at := range []string{sandbox.AtItems, sandbox.AtDeliveries, sandbox.AtNone} {
		t.Run("warehouses at "+at, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Warehouses: at})
			scope := w.scope("mercadolibre")
			orders := w.of(scope, sandbox.Labelable)
			wanted := orders[0].Warehouse
			page := w.readAll(scope, func(in *ReadOrdersInput) { in.Warehouse = wanted })
			left := lo.SliceToMap(page.LeftOut, func(l books.LeftOut) (string, books.LeftOutReason) { return l.ID, l.Reason })
			held := outcomes(page.Ended)
			for _, o := range orders {
				in := lo.Ternary(at == sandbox.AtItems, o.Warehouses, lo.Ternary(at == sandbox.AtNone, nil, []string{o.Warehouse}))
				switch {
				case len(in) == 0:
					assert.Equal(t, books.NoWarehouse, left[o.ID])
				case !lo.Contains(in, wanted):
					assert.Equal(t, books.OtherWarehouse, left[o.ID])
				case len(in) > 1:
					assert.Equal(t, books.HeldBack, held[o.ID])
				default:
					assert.Contains(t, ids(page.Ready), o.ID)
				}
			}
		})
	}
}
