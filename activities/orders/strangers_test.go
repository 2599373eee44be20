package orders

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

// resolveAll resolves names over all connections.
func (w *world) resolveAll(run string, names ...contract.OrderReference) map[string]books.Page {
	w.Helper()
	found := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant()})
	resolved := activitiestest.MustStep(w, w.orders.ResolveOrders, ResolveOrdersInput{Merchant: w.Sandbox.Merchant(), Run: run, Orders: names, Connections: found.Connections, Since: week})
	pages := map[string]books.Page{}
	for _, id := range append(lo.Keys(resolved.Found), lo.Ternary(resolved.Unresolved > 0, []string{Unresolved}, nil)...) {
		pages[id] = w.Page(activities.Scope{Merchant: w.Sandbox.Merchant(), Run: run, Connection: activities.Connection{ID: id}, Generation: 1}, books.FoundPage)
	}
	return pages
}

func TestNamedOrdersWhereListsHeedNoFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, IgnoreFilter: activitiestest.NoFilter})
	kept := newWorld(t, sandbox.Options{Orders: 200})
	named := []sandbox.ReportOrder{
		w.Of(w.Scope("dafiti"), sandbox.FateLabelable)[0], w.Of(w.Scope("paris"), sandbox.FateLabelable)[0], w.Of(w.Scope("ripley"), sandbox.FateLabelable)[0],
	}
	references := []contract.OrderReference{{Order: named[0].Number}, {Order: named[1].Code}, {Order: named[2].ID}}
	t.Run("each is found on its own connection", func(t *testing.T) {
		pages := w.resolveAll("named", references...)
		for _, o := range named {
			assert.Contains(t, activitiestest.IDs(pages[o.Connection].Pending), o.ID, o.Channel)
		}
		assert.Empty(t, pages[Unresolved].Ended)
	})
	t.Run("with no more calls than where it is kept", func(t *testing.T) {
		kept.resolveAll("named", references...)
		all := func(w *world) int {
			return w.Calls("documents") + w.Calls("checkouts-light") + w.Calls("checkout") + w.Calls("delivery-order")
		}
		assert.LessOrEqual(t, all(w), 2*all(kept))
	})
	t.Run("a name that fits none reads each sale once", func(t *testing.T) {
		before := w.Calls("checkout")
		w.resolveAll("unknown", contract.OrderReference{Order: "no such order"})
		sales := lo.UniqBy(lo.FlatMap(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) []string { return o.Checkouts }), func(id string) string { return id })
		assert.LessOrEqual(t, w.Calls("checkout")-before, len(sales)+20)
	})
}

func TestANamedStrangerIsRejected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	scope, other := w.Scope("dafiti"), w.Of(w.Scope("paris"), sandbox.FateLabelable)[0]
	page := books.Page{Pending: []books.Order{{ID: other.ID, CheckoutID: other.Checkouts[0], Named: true, Listed: true, ConnectionID: scope.Connection.ID}}}
	_, err := scope.LeavePage(t.Context(), w.Store, books.PageName(books.ListPage, 1), page)
	require.NoError(t, err)
	step := activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1})
	assert.Equal(t, map[contract.Outcome]int{contract.Rejected: 1}, step.Counts.Ended)
	assert.Zero(t, step.Counts.Pending+step.Counts.Ready)
}

func TestALabelInTheStoreOfAnotherConnectionsOrderIsNotPrinted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	scope, other := w.Scope("dafiti"), w.Of(w.Scope("paris"), sandbox.FateLabelable)[0]
	w.KeepWaiting(scope, books.Order{ID: other.ID, CheckoutID: other.Checkouts[0]})
	page := w.readAll(scope, nil)
	assert.NotContains(t, activitiestest.EntryIDs(page.Ended), other.ID)
	assert.Contains(t, page.Gone, other.ID)
}

func TestARetryLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 120})
	scope, other := w.Scope("dafiti"), w.Of(w.Scope("paris"), sandbox.FateLabelable)[0]
	scope.Generation = 2
	page := books.Page{Pending: []books.Order{{ID: other.ID, CheckoutID: other.Checkouts[0], Listed: true, ConnectionID: scope.Connection.ID}}}
	_, err := scope.LeavePage(t.Context(), w.Store, books.PageName(books.ListPage, 1), page)
	require.NoError(t, err)
	step := activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1, Again: true})
	assert.Equal(t, books.Counts{Strangers: 1}, step.Counts)
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
			RefreshOrder(&order, c.read)
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
			scope := w.Scope("mercadolibre")
			orders := w.Of(scope, sandbox.FateLabelable)
			wanted := orders[0].Warehouse
			page := w.readAll(scope, func(in *ReadOrdersInput) { in.Warehouse = wanted })
			left := lo.SliceToMap(page.LeftOut, func(l contract.LeftOut) (string, contract.LeftOutReason) { return l.ID, l.Reason })
			held := activitiestest.Outcomes(page.Ended)
			for _, o := range orders {
				in := lo.Ternary(at == sandbox.AtItems, o.Warehouses, lo.Ternary(at == sandbox.AtNone, nil, []string{o.Warehouse}))
				switch {
				case len(in) == 0:
					assert.Equal(t, contract.NoWarehouse, left[o.ID])
				case !lo.Contains(in, wanted):
					assert.Equal(t, contract.OtherWarehouse, left[o.ID])
				case len(in) > 1:
					assert.Equal(t, contract.HeldBack, held[o.ID])
				default:
					assert.Contains(t, activitiestest.IDs(page.Ready), o.ID)
				}
			}
		})
	}
}
