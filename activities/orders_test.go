package activities

import (
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const week = Duration(7 * 24 * time.Hour)

// waits are the fates that the hub's careless list can show.
var waits = []sandbox.Fate{sandbox.Labelable, sandbox.Unpaid, sandbox.Unregistered, sandbox.Cancelled, sandbox.Unsupported}

func (w *world) find(scope Scope) Step {
	w.Helper()
	return must(w, w.orders.FindOrders, FindOrdersInput{Scope: scope, Since: week})
}

func (w *world) takeUp(scope Scope) TakenUp {
	w.Helper()
	return must(w, w.orders.TakeUpOrders, TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: week}})
}

// store keeps a label of an order, as a run that did not publish it left it.
func (w *world) keepWaiting(scope Scope, order books.Order) {
	w.Helper()
	label := books.Label{Key: "labels/m/c/files/abc.zpl", Format: "zpl", Count: 1}
	record := books.LabelRecord{Order: order, Run: "earlier", Labels: []books.Label{label}}
	require.NoError(w, w.store.Put(w.Context(), storage.Waiting(scope.Merchant, scope.Connection.ID, order.ID), record))
}

func TestFindOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	t.Run("what the list shows waits, what is older than the window is left out by name", func(t *testing.T) {
		scope := w.scope("mercadolibre")
		step := w.find(scope)
		found := w.page(scope, step.Page)
		assert.Equal(t, books.FoundPage, step.Page)
		assert.Equal(t, found.Counts(), step.Counts)
		assert.Subset(t, ids(found.Pending), reported(w.of(scope, sandbox.Labelable)))
		assert.Subset(t, reported(w.of(scope, waits...)), ids(found.Pending))
		for _, o := range found.Pending {
			assert.True(t, o.Listed)
		}
		old := lo.Map(found.LeftOut, func(l books.LeftOut, _ int) string { return l.ID })
		assert.ElementsMatch(t, reported(w.of(scope, sandbox.Old)), old)
		assert.NotEmpty(t, found.LeftOut[0].CreatedAt)
	})
	t.Run("where a status comes first the sales of the window wait too, unread", func(t *testing.T) {
		scope := w.scope("linio")
		found := w.page(scope, w.find(scope).Page)
		listed, sales := lo.FilterReject(found.Pending, func(o books.Order, _ int) bool { return o.Listed })
		assert.Less(t, len(listed), len(w.of(scope, sandbox.Labelable)))
		known := lo.Map(sales, func(o books.Order, _ int) string { return o.CheckoutID })
		for _, o := range w.of(scope, sandbox.Labelable, sandbox.Unpaid) {
			assert.Contains(t, known, o.Checkouts[0])
		}
		assert.Zero(t, w.calls("checkout"))
	})
	t.Run("printed ones only when they are wanted", func(t *testing.T) {
		scope := w.scope("paris")
		printed := reported(w.of(scope, sandbox.Printed))
		require.NotEmpty(t, printed)
		without := w.page(scope, w.find(scope).Page)
		assert.NotContains(t, ids(without.Pending), printed[0])
		scope.Run = "r2"
		must(w, w.orders.FindOrders, FindOrdersInput{Scope: scope, Since: week, IncludePrinted: true})
		assert.Contains(t, ids(w.page(scope, books.FoundPage).Pending), printed[0])
	})
	t.Run("a second time gives the same page without asking the hub", func(t *testing.T) {
		scope := w.scope("ripley")
		first, calls := w.find(scope), w.calls("documents")
		assert.Equal(t, first, w.find(scope))
		assert.Equal(t, calls, w.calls("documents"))
	})
	t.Run("a page holds nothing of a buyer", func(t *testing.T) {
		scope := w.scope("amazon")
		data, err := w.store.ReadAll(t.Context(), scope.pageKey(w.find(scope).Page), 1<<20)
		require.NoError(t, err)
		for _, personal := range []string{"example.invalid", "99.", "+00", "Ciudad Ficticia", "address"} {
			assert.NotContains(t, string(data), personal)
		}
	})
}

func TestTakeUpOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300, PageSize: 20, Faults: []sandbox.Fault{{Channel: "mercadolibre", Nth: 3, Late: "10m"}}})
	scope := w.scope("mercadolibre")
	late := lo.Filter(w.of(scope, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })[0]
	w.find(scope)
	require.NotContains(t, ids(w.page(scope, books.FoundPage).Pending), late.ID)
	w.pass(11 * time.Minute)
	stored := []books.Order{{ID: "b-stored", CheckoutID: "s1", Asks: 4, Trouble: "x"}, {ID: "a-stored", CheckoutID: "s2"}}
	listed := w.page(scope, books.FoundPage).Pending[0]
	old := w.of(scope, sandbox.Old)[0]
	for _, o := range append(stored, listed, books.Order{ID: old.ID, CheckoutID: old.Checkouts[0]}) {
		w.keepWaiting(scope, o)
	}
	taken := w.takeUp(scope)
	var all []books.Order
	for n := range taken.Pages {
		page := w.page(scope, books.PageName(books.ListPage, n+1))
		assert.LessOrEqual(t, len(page.Pending), chunkSize)
		all = append(all, page.Pending...)
	}
	byID := lo.KeyBy(all, func(o books.Order) string { return o.ID })

	t.Run("every order stands on one page, those of a sale on the same", func(t *testing.T) {
		assert.Len(t, all, taken.Orders)
		assert.Len(t, byID, taken.Orders)
		assert.Greater(t, taken.Pages, 2)
		seen := map[string]int{}
		for n := range taken.Pages {
			for _, o := range w.page(scope, books.PageName(books.ListPage, n+1)).Pending {
				at, known := seen[o.CheckoutID]
				assert.True(t, !known || at == n)
				seen[o.CheckoutID] = n
			}
		}
	})
	t.Run("the list is walked again, so what came since is there", func(t *testing.T) {
		assert.Contains(t, byID, late.ID)
	})
	t.Run("labels that no run has published are taken up, fresh", func(t *testing.T) {
		assert.True(t, byID["a-stored"].Stored && byID["a-stored"].Listed)
		assert.Zero(t, byID["b-stored"].Asks)
		assert.Empty(t, byID["b-stored"].Trouble)
		assert.True(t, byID[listed.ID].Stored, "also those that the list shows still")
		assert.True(t, byID[old.ID].Stored, "also those that are older than the window")
		assert.Equal(t, len(w.of(scope, sandbox.Old))-1, taken.LeftOut)
	})
	t.Run("a second time gives the same pages, whatever has come since", func(t *testing.T) {
		calls := w.calls("documents")
		w.keepWaiting(scope, books.Order{ID: "another", CheckoutID: "s3"})
		assert.Equal(t, taken, w.takeUp(scope))
		assert.Equal(t, calls, w.calls("documents"))
	})
	t.Run("a retry keeps to its orders and sees that the list shows them now", func(t *testing.T) {
		again := scope
		again.Generation = 2
		_, err := again.leave(t.Context(), w.store, books.FoundPage, books.Page{Pending: []books.Order{{ID: late.ID}, {ID: "nobody"}}})
		require.NoError(t, err)
		in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: again, Since: week}, Again: true}
		assert.Equal(t, TakenUp{Pages: 1, Orders: 2}, must(w, w.orders.TakeUpOrders, in))
		page := w.page(again, books.PageName(books.ListPage, 1))
		assert.Equal(t, []bool{true, false}, lo.Map(page.Pending, func(o books.Order, _ int) bool { return o.Listed }))
	})
	t.Run("named orders alone, when the caller named some", func(t *testing.T) {
		named := scope
		named.Run = "named"
		_, err := named.leave(t.Context(), w.store, books.FoundPage, books.Page{Pending: []books.Order{{ID: listed.ID, Named: true}}})
		require.NoError(t, err)
		in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: named, Since: week}, Named: true}
		assert.Equal(t, TakenUp{Pages: 1, Orders: 1}, must(w, w.orders.TakeUpOrders, in))
		order := w.page(named, books.PageName(books.ListPage, 1)).Pending[0]
		assert.True(t, order.Listed && order.Stored)
	})
}

func TestTakeUpOrdersAfterAnAttemptThatLostTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.scope("mercadolibre")
	w.find(scope)
	w.s3.Fail(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && r.URL.Path == "/"+storagetest.Bucket+"/"+scope.pageKey("list-00002") {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: week}}
	_, err := does(w, w.orders.TakeUpOrders, in, nil)
	require.Equal(t, ErrorTrouble, applicationError(t, err).Type())
	w.s3.Fail(nil)
	// The list has changed since: pages of two walks must not stand side by side.
	w.keepWaiting(scope, books.Order{ID: "another", CheckoutID: "a sale"})
	taken := must(w, w.orders.TakeUpOrders, in)
	var all []string
	for n := range taken.Pages {
		all = append(all, ids(w.page(scope, books.PageName(books.ListPage, n+1)).Pending)...)
	}
	assert.NotContains(t, all, "another")
	assert.Len(t, lo.Uniq(all), taken.Orders)
	assert.ElementsMatch(t, ids(w.page(scope, books.ListPage).Pending), all)
}

func TestTakeUpOrdersWhereNothingWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	scope := w.scope("paris")
	in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: week}, Named: true}
	assert.Zero(t, must(w, w.orders.TakeUpOrders, in))
}
