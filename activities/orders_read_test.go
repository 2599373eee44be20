package activities

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// readAll finds, takes up and reads the orders of a connection, and returns all its pages as one.
func (w *world) readAll(scope Scope, change func(*ReadOrdersInput)) books.Page {
	w.Helper()
	w.find(scope)
	var all books.Page
	for n := range w.takeUp(scope).Pages {
		in := ReadOrdersInput{Scope: scope, Number: n + 1}
		if change != nil {
			change(&in)
		}
		step := must(w, w.orders.ReadOrders, in)
		page := w.page(scope, step.Page)
		assert.Equal(w, page.Counts(), step.Counts)
		all.Ready, all.Pending = append(all.Ready, page.Ready...), append(all.Pending, page.Pending...)
		all.Ended, all.Gone = append(all.Ended, page.Ended...), append(all.Gone, page.Gone...)
		all.LeftOut = append(all.LeftOut, page.LeftOut...)
	}
	return all
}

func (w *world) publishedBefore(scope Scope, run string, order books.Order) {
	w.Helper()
	record := books.LabelRecord{Order: order, Labels: []books.Label{{Key: "labels/m/c/files/" + run + ".zpl", Format: "zpl", Count: 1}}}
	publication := books.Publication{Run: run, Record: record}
	_, err := w.store.PutOnce(w.Context(), storage.Published(scope.Merchant, order.ID, run), &publication)
	require.NoError(w, err)
}

func TestReadOrdersByFate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.scope("mercadolibre")
	page := w.readAll(scope, nil)
	ended := outcomes(page.Ended)
	t.Run("orders of good sales are ready, each once", func(t *testing.T) {
		assert.ElementsMatch(t, reported(w.of(scope, sandbox.Labelable)), ids(page.Ready))
	})
	for fate, outcome := range map[sandbox.Fate]books.Outcome{
		sandbox.Unpaid: books.HeldBack, sandbox.Unregistered: books.HeldBack, sandbox.Cancelled: books.Cancelled, sandbox.Unsupported: books.Unsupported,
	} {
		t.Run(string(fate)+" orders that the list shows end so", func(t *testing.T) {
			found := lo.Filter(reported(w.of(scope, fate)), func(id string, _ int) bool { return lo.HasKey(ended, id) })
			require.NotEmpty(t, found)
			for _, id := range found {
				assert.Equal(t, outcome, ended[id])
			}
		})
	}
	t.Run("a sale is read once, whatever it holds", func(t *testing.T) {
		read := lo.SliceToMap(append(page.Ready, lo.Map(page.Ended, func(e books.Entry, _ int) books.Order { return e.Order })...), func(o books.Order) (string, bool) { return o.CheckoutID, true })
		for _, o := range w.hub.Report().Orders {
			if read[o.Checkouts[0]] && len(o.Checkouts) == 1 {
				assert.LessOrEqual(t, o.SaleReads, 1, o.ID)
			}
		}
	})
	t.Run("an order has what its label and the pile need", func(t *testing.T) {
		for _, o := range page.Ready {
			truth := w.order(o.ID)
			assert.Equal(t, []string{truth.Code, truth.Number, truth.Warehouse, truth.TrackNumber}, []string{o.Code, o.OrderNumber, o.WarehouseID, o.TrackingNumber})
			assert.True(t, truth.Deadline.Equal(o.HandlingDeadline))
			assert.Subset(t, o.References, []string{truth.Number, truth.Shipment})
			assert.NotEmpty(t, o.Items)
			assert.Equal(t, books.StatusNone, o.Status)
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
		reads := w.calls("checkout")
		step := must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1})
		assert.Equal(t, w.page(scope, "read-00001").Counts(), step.Counts)
		assert.Equal(t, reads, w.calls("checkout"))
	})
}

func TestReadOrdersWhereAStatusComesFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	scope := w.scope("linio")
	page := w.readAll(scope, nil)
	t.Run("each order waits for its status or can have its label, once", func(t *testing.T) {
		assert.ElementsMatch(t, reported(w.of(scope, sandbox.Labelable)), append(ids(page.Ready), ids(page.Pending)...))
		assert.NotEmpty(t, page.Pending)
		for _, o := range page.Ready {
			assert.Equal(t, channels.ReadyToShip, o.HubStatus)
			assert.Equal(t, books.StatusNotNeeded, o.Status)
		}
	})
	t.Run("unpaid sales are held back, cancelled ones end", func(t *testing.T) {
		ended := outcomes(page.Ended)
		assert.Equal(t, books.HeldBack, ended[w.of(scope, sandbox.Unpaid)[0].ID])
		assert.Equal(t, books.Cancelled, ended[w.of(scope, sandbox.Cancelled)[0].ID])
	})
	t.Run("what is shipped does not wait", func(t *testing.T) {
		assert.Contains(t, page.Gone, w.of(scope, sandbox.Shipped)[0].ID)
	})
	t.Run("a sale is read once", func(t *testing.T) {
		for _, o := range w.of(scope, sandbox.Labelable) {
			assert.Equal(t, 1, o.SaleReads)
		}
	})
}

func TestReadOrdersLooksIntoTheStoreFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.scope("mercadolibre")
	good, cancelled := reported(w.of(scope, sandbox.Labelable)), reported(w.of(scope, sandbox.Cancelled))
	stored, printed, twice := good[0], good[1], good[2]
	w.find(scope)
	listedCancelled, _ := lo.Find(cancelled, func(id string) bool { return lo.Contains(ids(w.page(scope, books.FoundPage).Pending), id) })
	w.keepWaiting(scope, books.Order{ID: stored, CheckoutID: w.order(stored).Checkouts[0]})
	w.keepWaiting(scope, books.Order{ID: listedCancelled, CheckoutID: w.order(listedCancelled).Checkouts[0]})
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
		assert.Equal(t, books.Labelled, entry(page, stored).Outcome)
		assert.Len(t, entry(page, stored).Labels, 1)
		assert.Equal(t, w.order(stored).Number, entry(page, stored).Order.OrderNumber, "with what the hub says of it now")
	})
	t.Run("what an earlier run has published is printed already, and by which run", func(t *testing.T) {
		assert.Equal(t, books.AlreadyPrinted, entry(page, printed).Outcome)
		assert.Equal(t, "printed by run old", entry(page, printed).Reason)
	})
	t.Run("the run's own publication is no earlier one", func(t *testing.T) {
		assert.Contains(t, ids(page.Ready), good[3])
	})
	t.Run("a cancelled order is cancelled, whatever the store holds", func(t *testing.T) {
		assert.Equal(t, books.Cancelled, entry(page, listedCancelled).Outcome)
		assert.Empty(t, entry(page, listedCancelled).Labels)
	})
	t.Run("a reprint takes in again what was published, but not what is cancelled", func(t *testing.T) {
		scope.Run = "reprint"
		page := w.readAll(scope, func(in *ReadOrdersInput) { in.Reprint = true })
		assert.Equal(t, books.Labelled, entry(page, printed).Outcome)
		assert.Equal(t, "labels/m/c/files/old.zpl", entry(page, printed).Labels[0].Key)
		assert.Equal(t, books.Cancelled, entry(page, listedCancelled).Outcome)
	})
}

func TestReadOrdersOfOneWarehouse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.scope("paris")
	of := w.of(scope, sandbox.Labelable)[0].Warehouse
	page := w.readAll(scope, func(in *ReadOrdersInput) { in.Warehouse = of })
	here, elsewhere := lo.FilterReject(w.of(scope, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return o.Warehouse == of })
	assert.ElementsMatch(t, reported(here), ids(page.Ready))
	assert.Subset(t, page.Gone, reported(elsewhere))
}

func TestReadOrdersOfARetryAreReadBeforeTheyAreAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.scope("paris")
	page := w.readAll(scope, func(in *ReadOrdersInput) { in.Again = true })
	for _, o := range page.Ready {
		assert.True(t, o.Again)
	}
	scope.Run = "r2"
	scope.Settings.FalabellaReady = ReadyAtLabel
	assert.False(t, w.readAll(scope, nil).Ready[0].Again)
}

func TestReadOrdersWhenTheHubFailsHalfWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Route: "checkout", Answer: "html", After: 5, Times: 1}}})
	scope := w.scope("paris")
	w.find(scope)
	w.takeUp(scope)
	in := ReadOrdersInput{Scope: scope, Number: 1}
	_, err := does(w, w.orders.ReadOrders, in, nil)
	require.Equal(t, ErrorHub, applicationError(t, err).Type())
	there, err := w.store.Exists(t.Context(), scope.pageKey("read-00001"))
	require.NoError(t, err)
	assert.False(t, there, "no page of a part")
	step := must(w, w.orders.ReadOrders, in)
	assert.ElementsMatch(t, reported(w.of(scope, sandbox.Labelable)), ids(w.page(scope, step.Page).Ready))
}

func TestAnOrderThatCameLateIsNotReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "ripley", Nth: 1, Late: (24 * time.Hour).String()}}})
	scope := w.scope("ripley")
	late := lo.Filter(w.of(scope, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })[0]
	order := books.Order{ID: late.ID, CheckoutID: late.Checkouts[0], ConnectionID: scope.Connection.ID, Channel: "ripley", Named: true}
	_, err := scope.leave(t.Context(), w.store, books.PageName(books.ListPage, 1), books.Page{Pending: []books.Order{order}})
	require.NoError(t, err)
	page := w.page(scope, must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1}).Page)
	require.Len(t, page.Ended, 1)
	assert.Equal(t, books.NotReady, page.Ended[0].Outcome)
	assert.Contains(t, page.Ended[0].Reason, "ask again")
}
