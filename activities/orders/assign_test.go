package orders

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// foundAndRead is what a run's steps made of the orders of all connections.
type foundAndRead struct {
	pages map[string]books.Page // what was read, by connection
	found map[string]int
	steps map[string]books.Counts
}

// workThrough finds, assigns, takes up and reads the orders of all connections, as a run does.
func (w *world) workThrough(connections []activities.Connection) foundAndRead {
	w.Helper()
	open := lo.Filter(connections, func(c activities.Connection, _ int) bool { return c.SkipReason.Words == "" })
	scope := func(c activities.Connection) activities.Scope {
		return activities.Scope{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connection: c, Generation: 1, Settings: contract.DefaultSettings()}
	}
	r := foundAndRead{pages: map[string]books.Page{}, found: map[string]int{}, steps: map[string]books.Counts{}}
	shared := false
	for _, c := range open {
		step := w.find(scope(c))
		r.found[c.ID], shared = step.Counts.Pending, shared || len(step.Counts.Shared) > 0
	}
	if shared {
		assigned := activitiestest.MustStep(w, w.orders.AssignOrders, AssignOrdersInput{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connections: open, Since: week})
		for id, counts := range assigned.Counts {
			r.found[id] = counts.Pending
		}
	}
	for _, c := range open {
		taken := w.takeUp(scope(c))
		all, counts := books.Page{}, books.Counts{Strangers: taken.Strangers}
		for n := range taken.Pages {
			step := activitiestest.MustStep(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope(c), Number: n + 1})
			page := w.Page(scope(c), step.Page)
			all.Ready, all.Pending = append(all.Ready, page.Ready...), append(all.Pending, page.Pending...)
			all.Ended, all.Gone = append(all.Ended, page.Ended...), append(all.Gone, page.Gone...)
			counts.Strangers += step.Counts.Strangers
		}
		r.pages[c.ID], r.steps[c.ID] = all, counts
	}
	return r
}

// ends is how each order ended, or "ready" or "status", by its id; each has one end.
func (r foundAndRead) ends(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for connection, page := range r.pages {
		note := func(id, end string) {
			require.Empty(t, all[id], "%s ended on two connections", id)
			all[id] = connection + " " + end
		}
		for _, o := range page.Ready {
			note(o.ID, "ready")
		}
		for _, o := range page.Pending {
			note(o.ID, "status")
		}
		for _, e := range page.Ended {
			note(e.Order.ID, string(e.Outcome))
		}
	}
	return all
}

// differences are the orders that ended otherwise than wanted. Of a sale that is not registered nobody
// can tell the connection.
func (w *world) differences(wanted, got map[string]string) []string {
	var all []string
	for _, o := range w.Sandbox.Report().Orders {
		want, have := wanted[o.ID], got[o.ID]
		if o.Fate == sandbox.FateUnregistered {
			want, have = want[strings.Index(want, " ")+1:], have[strings.Index(have, " ")+1:]
		}
		if want != have {
			all = append(all, fmt.Sprintf("%s of %s (%s, %s): %q, not %q", o.ID, o.Connection, o.Channel, o.Fate, have, want))
		}
	}
	return all
}

func TestListsThatHeedNoFilter(t *testing.T) {
	t.Parallel()
	work := func(t *testing.T, options sandbox.Options) (*world, foundAndRead, int) {
		t.Helper()
		options.Orders, options.Seed = 300, 3
		w := newWorld(t, options)
		found := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant()})
		r := w.workThrough(found.Connections)
		return w, r, w.Calls("documents") + w.Calls("checkouts-light") + w.Calls("checkout") + w.Calls("delivery-order")
	}
	_, usual, usually := work(t, sandbox.Options{})
	for name, lists := range map[string][]string{
		"the labels": {sandbox.ListLabels}, "the sales": {sandbox.ListSales}, "both": {sandbox.ListLabels, sandbox.ListSales},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, r, calls := work(t, sandbox.Options{IgnoreFilter: lists})
			assert.Empty(t, w.differences(usual.ends(t), r.ends(t)), "each order ends once, on its own connection, as it should")
			t.Logf("%d calls to find and read, usually %d", calls, usually)
			assert.LessOrEqual(t, calls, 2*usually)
			for id, n := range r.found {
				assert.LessOrEqual(t, n, 4*len(lo.Filter(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) bool { return o.Connection == id })), "only its own are counted")
			}
			dafiti := w.Scope("dafiti").Connection.ID
			assert.Greater(t, r.steps[dafiti].Strangers, 100, "strangers are counted")
			for _, o := range w.Sandbox.Report().Orders {
				if o.SaleReads > 0 && len(o.Checkouts) == 1 {
					assert.LessOrEqual(t, o.SaleReads, 2, o.ID)
				}
			}
		})
	}
	t.Run("a list that heeds it shows no strangers", func(t *testing.T) {
		for _, counts := range usual.steps {
			assert.Zero(t, counts.Strangers)
		}
	})
}

func TestOneConnectionsListThatHoldsAllOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, IgnoreFilter: []string{sandbox.ListLabels, sandbox.ListSales}})
	scope := w.Scope("dafiti")
	t.Run("a few sales tell that there are not too many", func(t *testing.T) {
		step := w.find(scope)
		require.Greater(t, step.Counts.Pending, 150)
		in := AssignOrdersInput{Merchant: scope.Merchant, Run: scope.Run, Connections: []activities.Connection{scope.Connection}, Since: week, Sample: true}
		assigned := activitiestest.MustStep(w, w.orders.AssignOrders, in)
		assert.Less(t, assigned.Counts[scope.Connection.ID].Pending, 60)
		assert.Equal(t, assigned, activitiestest.MustStep(w, w.orders.AssignOrders, in), "a second time gives the same")
	})
	scope.Run = "r2"
	page := w.readAll(scope, nil)
	t.Run("strangers are left alone", func(t *testing.T) {
		for _, o := range append(page.Ready, page.Pending...) {
			assert.Equal(t, scope.Connection.ID, w.Order(o.ID).Connection)
		}
		assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), append(activitiestest.IDs(page.Ready), activitiestest.IDs(page.Pending)...))
	})
	t.Run("and no more than a few sales are read where the filter is kept", func(t *testing.T) {
		kept := newWorld(t, sandbox.Options{Orders: 200})
		scope := kept.Scope("mercadolibre")
		kept.find(scope)
		in := AssignOrdersInput{Merchant: scope.Merchant, Run: scope.Run, Connections: []activities.Connection{scope.Connection}, Since: week, Sample: true}
		assert.Empty(t, activitiestest.MustStep(kept, kept.orders.AssignOrders, in).Counts)
		assert.LessOrEqual(t, kept.Calls("checkout"), sampled+1)
	})
}

func TestSalesThatNameNoConnection(t *testing.T) {
	t.Parallel()
	t.Run("are of the connection that lists them, where lists heed their filter", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Nameless: 100})
		scope := w.Scope("mercadolibre")
		page := w.readAll(scope, nil)
		assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), activitiestest.IDs(page.Ready))
	})
	t.Run("are of the one connection of their marketplace, else held back, once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Nameless: 100, IgnoreFilter: []string{sandbox.ListLabels, sandbox.ListSales}})
		found := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant()})
		ends := w.workThrough(found.Connections).ends(t)
		double := lo.FindDuplicates(lo.Map(found.Connections, func(c activities.Connection, _ int) string { return c.Channel }))
		require.Contains(t, double, "mercadolibre")
		for _, o := range w.Sandbox.Report().Orders {
			if o.Fate != sandbox.FateLabelable {
				continue
			}
			if lo.Contains(double, channels.BySlug(o.Channel).Slug) {
				assert.Contains(t, ends[o.ID], string(contract.HeldBack), o.ID)
				continue
			}
			assert.Regexp(t, "^"+o.Connection+" (ready|status)$", ends[o.ID], o.Channel)
		}
	})
}
