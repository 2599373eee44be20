package orders

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// readAll finds, takes up and reads the orders of a connection, and returns all its pages as one.
func (w *world) readAll(scope activities.Scope, change func(*ReadOrdersInput)) books.Page {
	w.Helper()
	w.find(scope)
	var all books.Page
	for n := range w.takeUp(scope).Pages {
		in := ReadOrdersInput{Scope: scope, Number: n + 1}
		if change != nil {
			change(&in)
		}
		w.Restart() // by a worker that has just started, whose own clock is years behind
		step := activitiestest.MustStep(w, w.orders.ReadOrders, in)
		page := w.Page(scope, step.Page)
		assert.Equal(w, page.Counts(), step.Counts)
		w.AssertNow(page.ReadAt)
		all.Ready, all.Pending = append(all.Ready, page.Ready...), append(all.Pending, page.Pending...)
		all.Ended, all.Gone = append(all.Ended, page.Ended...), append(all.Gone, page.Gone...)
		all.LeftOut = append(all.LeftOut, page.LeftOut...)
	}
	return all
}

func (w *world) publishedBefore(scope activities.Scope, run string, order books.Order) {
	w.Helper()
	record := books.LabelRecord{Order: order, Labels: []books.Label{{Key: "labels/m/c/files/" + run + ".zpl", Format: "zpl", Count: 1}}}
	publication := books.Publication{Run: run, Record: record}
	require.NoError(w, publications.Put(w.Context(), w.Store, scope.Merchant, order.ID, publication))
}

func TestReadOrdersByFate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("mercadolibre")
	page := w.readAll(scope, nil)
	ended := activitiestest.Outcomes(page.Ended)
	t.Run("orders of good sales are ready, each once", func(t *testing.T) {
		assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), activitiestest.IDs(page.Ready))
	})
	for fate, outcome := range map[sandbox.Fate]contract.Outcome{
		sandbox.FateUnpaid: contract.HeldBack, sandbox.FateUnregistered: contract.HeldBack, sandbox.FateCancelled: contract.Cancelled, sandbox.FateUnsupported: contract.Unsupported,
	} {
		t.Run(string(fate)+" orders that the list shows end so", func(t *testing.T) {
			found := lo.Filter(activitiestest.Reported(w.Of(scope, fate)), func(id string, _ int) bool { return lo.HasKey(ended, id) })
			require.NotEmpty(t, found)
			for _, id := range found {
				assert.Equal(t, outcome, ended[id])
			}
		})
	}
	t.Run("a sale is read once, whatever it holds", func(t *testing.T) {
		read := lo.SliceToMap(append(page.Ready, lo.Map(page.Ended, func(e books.Entry, _ int) books.Order { return e.Order })...), func(o books.Order) (string, bool) { return o.CheckoutID, true })
		for _, o := range w.Sandbox.Report().Orders {
			if read[o.Checkouts[0]] && len(o.Checkouts) == 1 {
				assert.LessOrEqual(t, o.SaleReads, 1, o.ID)
			}
		}
	})
	t.Run("an order has what its label and the pile need", func(t *testing.T) {
		for _, o := range page.Ready {
			truth := w.Order(o.ID)
			assert.Equal(t, []string{truth.Code, truth.Number, truth.Warehouse, truth.TrackNumber}, []string{o.Code, o.OrderNumber, o.WarehouseID, o.TrackingNumber})
			assert.True(t, truth.Deadline.Equal(o.HandlingDeadline))
			assert.Subset(t, o.References, []string{truth.Number, truth.Shipment})
			assert.NotEmpty(t, o.Items)
			assert.Equal(t, contract.StatusNone, o.Status)
		}
	})
	t.Run("the deliveries of a sale have their own items", func(t *testing.T) {
		bySale := lo.PickBy(lo.GroupBy(page.Ready, saleKey), func(_ string, orders []books.Order) bool { return len(orders) > 1 })
		require.NotEmpty(t, bySale)
		for _, orders := range bySale {
			assert.NotEqual(t, orders[0].Items, orders[1].Items)
		}
	})
	t.Run("a second time gives the same page without reading", func(t *testing.T) {
		reads := w.Calls("checkout")
		step := activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1})
		assert.Equal(t, w.Page(scope, "read-00001").Counts(), step.Counts)
		assert.Equal(t, reads, w.Calls("checkout"))
	})
}

func TestReadOrdersWhereAStatusComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	scope := w.Scope("linio")
	page := w.readAll(scope, nil)
	t.Run("each order waits for its status or can have its label, once", func(t *testing.T) {
		assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), append(activitiestest.IDs(page.Ready), activitiestest.IDs(page.Pending)...))
		assert.NotEmpty(t, page.Pending)
		for _, o := range page.Ready {
			assert.Equal(t, channels.ReadyToShip, o.HubStatus)
			assert.Equal(t, contract.StatusNotNeeded, o.Status)
		}
	})
	t.Run("unpaid sales are held back, cancelled ones end", func(t *testing.T) {
		ended := activitiestest.Outcomes(page.Ended)
		assert.Equal(t, contract.HeldBack, ended[w.Of(scope, sandbox.FateUnpaid)[0].ID])
		assert.Equal(t, contract.Cancelled, ended[w.Of(scope, sandbox.FateCancelled)[0].ID])
	})
	t.Run("what is shipped does not wait", func(t *testing.T) {
		assert.Contains(t, page.Gone, w.Of(scope, sandbox.FateShipped)[0].ID)
	})
	t.Run("a sale is read once", func(t *testing.T) {
		require.NotEmpty(t, w.Of(scope, sandbox.FateLabelable))
		for _, o := range w.Of(scope, sandbox.FateLabelable) {
			assert.Equal(t, 1, o.SaleReads)
		}
	})
}

func TestReadOrdersLooksIntoTheStoreFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("mercadolibre")
	good, cancelled := activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), activitiestest.Reported(w.Of(scope, sandbox.FateCancelled))
	stored, printed, twice := good[0], good[1], good[2]
	w.find(scope)
	listedCancelled, _ := lo.Find(cancelled, func(id string) bool {
		return lo.Contains(activitiestest.IDs(w.Page(scope, books.FoundPage).Pending), id)
	})
	w.KeepWaiting(scope, books.Order{ID: stored, CheckoutID: w.Order(stored).Checkouts[0]})
	w.KeepWaiting(scope, books.Order{ID: listedCancelled, CheckoutID: w.Order(listedCancelled).Checkouts[0]})
	for i, id := range []string{printed, twice, listedCancelled} {
		w.publishedBefore(scope, "old", books.Order{ID: id})
		if i == 1 {
			w.publishedBefore(scope, "older", books.Order{ID: id})
		}
	}
	w.publishedBefore(scope, scope.Run, books.Order{ID: good[3]})
	entry := func(page books.Page, id string) books.Entry {
		e, _ := lo.Find(page.Ended, func(e books.Entry) bool { return e.Order.ID == id })
		return e
	}
	page := w.readAll(scope, nil)
	t.Run("a label that no run has published is taken from there", func(t *testing.T) {
		assert.Equal(t, contract.Labelled, entry(page, stored).Outcome)
		assert.Len(t, entry(page, stored).Labels, 1)
		assert.Equal(t, w.Order(stored).Number, entry(page, stored).Order.OrderNumber, "with what the hub says of it now")
	})
	t.Run("what an earlier run has published is printed already, and by which run", func(t *testing.T) {
		assert.Equal(t, contract.AlreadyPrinted, entry(page, printed).Outcome)
		assert.Equal(t, "published in run old", entry(page, printed).Reason.Words)
	})
	t.Run("the run's own publication is no earlier one", func(t *testing.T) {
		assert.Contains(t, activitiestest.IDs(page.Ready), good[3])
	})
	t.Run("a cancelled order is cancelled, whatever the store holds", func(t *testing.T) {
		assert.Equal(t, contract.Cancelled, entry(page, listedCancelled).Outcome)
		assert.Empty(t, entry(page, listedCancelled).Labels)
	})
	t.Run("a reprint takes in again what was published, but not what is cancelled", func(t *testing.T) {
		scope.Run = "reprint"
		page := w.readAll(scope, func(in *ReadOrdersInput) { in.Reprint = true })
		assert.Equal(t, contract.Labelled, entry(page, printed).Outcome)
		assert.Equal(t, "labels/m/c/files/old.zpl", entry(page, printed).Labels[0].Key)
		assert.Equal(t, contract.Cancelled, entry(page, listedCancelled).Outcome)
	})
}

func TestReadOrdersOfOneWarehouse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("paris")
	of := w.Of(scope, sandbox.FateLabelable)[0].Warehouse
	page := w.readAll(scope, func(in *ReadOrdersInput) { in.Warehouse = of })
	here, elsewhere := lo.FilterReject(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return o.Warehouse == of })
	assert.ElementsMatch(t, activitiestest.Reported(here), activitiestest.IDs(page.Ready))
	assert.Subset(t, page.Gone, activitiestest.Reported(elsewhere))
}

func TestReadOrdersOfARetryAreReadBeforeTheyAreAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("paris")
	page := w.readAll(scope, func(in *ReadOrdersInput) { in.Again = true })
	for _, o := range page.Ready {
		assert.True(t, o.Again)
	}
	scope.Run = "r2"
	scope.Settings.FalabellaReady = contract.ReadyAtLabel
	assert.False(t, w.readAll(scope, nil).Ready[0].Again)
}

func TestReadOrdersWhenTheHubFailsHalfWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Route: "checkout", Answer: "html", After: 5, Times: 1}}})
	scope := w.Scope("paris")
	w.find(scope)
	w.takeUp(scope)
	in := ReadOrdersInput{Scope: scope, Number: 1}
	_, err := activitiestest.TryStep(w, w.orders.ReadOrders, in, nil)
	require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
	there, err := w.Store.Exists(t.Context(), scope.PageKey("read-00001"))
	require.NoError(t, err)
	assert.False(t, there, "no page of a part")
	step := activitiestest.MustStep(w, w.orders.ReadOrders, in)
	assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), activitiestest.IDs(w.Page(scope, step.Page).Ready))
}

func TestAnOrderThatCameLateIsNotReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "ripley", Nth: 1, Late: (24 * time.Hour).String()}}})
	scope := w.Scope("ripley")
	late := lo.Filter(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })[0]
	order := books.Order{ID: late.ID, CheckoutID: late.Checkouts[0], ConnectionID: scope.Connection.ID, Channel: "ripley", Named: true}
	_, err := scope.LeavePage(t.Context(), w.Store, books.PageName(books.ListPage, 1), books.Page{Pending: []books.Order{order}})
	require.NoError(t, err)
	page := w.Page(scope, activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1}).Page)
	require.Len(t, page.Ended, 1)
	assert.Equal(t, contract.NotReady, page.Ended[0].Outcome)
	assert.Contains(t, page.Ended[0].Reason.Words, "try again in an hour")
}
