package orders

import (
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage/storagetest"
)

const week = contract.Duration(7 * 24 * time.Hour)

// waits are the fates that the hub's careless list can show.
var waits = []sandbox.Fate{sandbox.FateLabelable, sandbox.FateUnpaid, sandbox.FateUnregistered, sandbox.FateCancelled, sandbox.FateUnsupported}

func (w *world) find(scope activities.Scope) activities.Step {
	w.Helper()
	return activitiestest.MustStep(w, w.orders.FindOrders, FindOrdersInput{Scope: scope, Since: week})
}

func (w *world) takeUp(scope activities.Scope) TakenUp {
	w.Helper()
	return activitiestest.MustStep(w, w.orders.TakeUpOrders, TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: week}})
}

func TestFindOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	t.Run("what the list shows waits, what is older than the window is left out by name", func(t *testing.T) {
		scope := w.Scope("mercadolibre")
		step := w.find(scope)
		found := w.Page(scope, step.Page)
		assert.Equal(t, books.FoundPage, step.Page)
		assert.Equal(t, found.Counts(), step.Counts)
		assert.Subset(t, activitiestest.IDs(found.Pending), activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)))
		assert.Subset(t, activitiestest.Reported(w.Of(scope, waits...)), activitiestest.IDs(found.Pending))
		for _, o := range found.Pending {
			assert.True(t, o.Listed)
		}
		old := lo.Map(found.LeftOut, func(l contract.LeftOut, _ int) string { return l.ID })
		assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateOld)), old)
		assert.NotEmpty(t, found.LeftOut[0].CreatedAt)
	})
	t.Run("where a status comes first the sales of the window wait too, unread", func(t *testing.T) {
		scope := w.Scope("linio")
		found := w.Page(scope, w.find(scope).Page)
		listed, sales := lo.FilterReject(found.Pending, func(o books.Order, _ int) bool { return o.Listed })
		assert.Less(t, len(listed), len(w.Of(scope, sandbox.FateLabelable)))
		known := lo.Map(sales, func(o books.Order, _ int) string { return o.CheckoutID })
		require.NotEmpty(t, w.Of(scope, sandbox.FateLabelable, sandbox.FateUnpaid))
		for _, o := range w.Of(scope, sandbox.FateLabelable, sandbox.FateUnpaid) {
			assert.Contains(t, known, o.Checkouts[0])
		}
		assert.Zero(t, w.Calls("checkout"))
	})
	t.Run("printed ones only when they are wanted", func(t *testing.T) {
		scope := w.Scope("paris")
		printed := activitiestest.Reported(w.Of(scope, sandbox.FatePrinted))
		require.NotEmpty(t, printed)
		without := w.Page(scope, w.find(scope).Page)
		assert.NotContains(t, activitiestest.IDs(without.Pending), printed[0])
		scope.Run = "r2"
		activitiestest.MustStep(w, w.orders.FindOrders, FindOrdersInput{Scope: scope, Since: week, IncludePrinted: true})
		assert.Contains(t, activitiestest.IDs(w.Page(scope, books.FoundPage).Pending), printed[0])
	})
	t.Run("a second time gives the same page without asking the hub", func(t *testing.T) {
		scope := w.Scope("ripley")
		first, calls := w.find(scope), w.Calls("documents")
		assert.Equal(t, first, w.find(scope))
		assert.Equal(t, calls, w.Calls("documents"))
	})
	t.Run("a page holds nothing of a buyer", func(t *testing.T) {
		scope := w.Scope("amazon")
		data, err := w.Store.ReadAll(t.Context(), scope.PageKey(w.find(scope).Page), 1<<20)
		require.NoError(t, err)
		for _, personal := range []string{"example.invalid", "99.", "+00", "Ciudad Ficticia", "address"} {
			assert.NotContains(t, string(data), personal)
		}
	})
}

func TestTakeUpOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300, PageSize: 20, Faults: []sandbox.Fault{{Channel: "mercadolibre", Nth: 3, Late: "10m"}}})
	scope := w.Scope("mercadolibre")
	late := lo.Filter(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })[0]
	w.find(scope)
	require.NotContains(t, activitiestest.IDs(w.Page(scope, books.FoundPage).Pending), late.ID)
	w.Pass(11 * time.Minute)
	stored := []books.Order{{ID: "b-stored", CheckoutID: "s1", Asks: 4, Trouble: contract.Cause{Words: "x"}}, {ID: "a-stored", CheckoutID: "s2"}}
	listed := w.Page(scope, books.FoundPage).Pending[0]
	old := w.Of(scope, sandbox.FateOld)[0]
	for _, o := range append(stored, listed, books.Order{ID: old.ID, CheckoutID: old.Checkouts[0]}) {
		w.KeepWaiting(scope, o)
	}
	taken := w.takeUp(scope)
	var all []books.Order
	for n := range taken.Pages {
		page := w.Page(scope, books.PageName(books.ListPage, n+1))
		assert.LessOrEqual(t, len(page.Pending), activities.ChunkSize)
		all = append(all, page.Pending...)
	}
	byID := lo.KeyBy(all, func(o books.Order) string { return o.ID })

	t.Run("every order stands on one page, those of a sale on the same", func(t *testing.T) {
		assert.Len(t, all, taken.Orders)
		assert.Len(t, byID, taken.Orders)
		assert.Greater(t, taken.Pages, 2)
		seen := map[string]int{}
		for n := range taken.Pages {
			for _, o := range w.Page(scope, books.PageName(books.ListPage, n+1)).Pending {
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
		assert.Equal(t, len(w.Of(scope, sandbox.FateOld))-1, taken.LeftOut)
	})
	t.Run("a second time gives the same pages, whatever has come since", func(t *testing.T) {
		calls := w.Calls("documents")
		w.KeepWaiting(scope, books.Order{ID: "another", CheckoutID: "s3"})
		assert.Equal(t, taken, w.takeUp(scope))
		assert.Equal(t, calls, w.Calls("documents"))
	})
	t.Run("a retry keeps to its orders and sees that the list shows them now", func(t *testing.T) {
		again := scope
		again.Generation = 2
		_, err := again.LeavePage(t.Context(), w.Store, books.FoundPage, books.Page{Pending: []books.Order{{ID: late.ID}, {ID: "nobody"}}})
		require.NoError(t, err)
		in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: again, Since: week}, Again: true}
		assert.Equal(t, TakenUp{Pages: 1, Orders: 2}, activitiestest.MustStep(w, w.orders.TakeUpOrders, in))
		page := w.Page(again, books.PageName(books.ListPage, 1))
		assert.Equal(t, []bool{true, false}, lo.Map(page.Pending, func(o books.Order, _ int) bool { return o.Listed }))
	})
	t.Run("named orders alone, when the caller named some", func(t *testing.T) {
		named := scope
		named.Run = "named"
		_, err := named.LeavePage(t.Context(), w.Store, books.FoundPage, books.Page{Pending: []books.Order{{ID: listed.ID, Named: true}}})
		require.NoError(t, err)
		in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: named, Since: week}, Named: true}
		assert.Equal(t, TakenUp{Pages: 1, Orders: 1}, activitiestest.MustStep(w, w.orders.TakeUpOrders, in))
		order := w.Page(named, books.PageName(books.ListPage, 1)).Pending[0]
		assert.True(t, order.Listed && order.Stored)
	})
}

func TestTakeUpOrdersAfterAnAttemptThatLostTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("mercadolibre")
	w.find(scope)
	w.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && r.URL.Path == "/"+storagetest.Bucket+"/"+scope.PageKey("list-00002") {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: week}}
	_, err := activitiestest.TryStep(w, w.orders.TakeUpOrders, in, nil)
	require.Equal(t, contract.ErrorTrouble, activitiestest.ApplicationError(t, err).Type())
	w.S3.InjectFaults(nil)
	// The list has changed since: pages of two walks must not stand side by side.
	w.KeepWaiting(scope, books.Order{ID: "another", CheckoutID: "a sale"})
	taken := activitiestest.MustStep(w, w.orders.TakeUpOrders, in)
	var all []string
	for n := range taken.Pages {
		all = append(all, activitiestest.IDs(w.Page(scope, books.PageName(books.ListPage, n+1)).Pending)...)
	}
	assert.NotContains(t, all, "another")
	assert.Len(t, lo.Uniq(all), taken.Orders)
	assert.ElementsMatch(t, activitiestest.IDs(w.Page(scope, books.ListPage).Pending), all)
}

func TestTakeUpOrdersWhereNothingWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	scope := w.Scope("paris")
	in := TakeUpInput{FindOrdersInput: FindOrdersInput{Scope: scope, Since: week}, Named: true}
	assert.Zero(t, activitiestest.MustStep(w, w.orders.TakeUpOrders, in))
}
