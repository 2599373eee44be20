package activities

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
)

// refusing is a hub that answers a status to the reads of some objects, whatever they are.
type refusing struct {
	mu     sync.Mutex
	status int
	ids    []string
}

func (r *refusing) answer(status int, ids ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.ids = status, ids
}

func (r *refusing) hub(hub http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		refused := q.Method == http.MethodGet && slices.ContainsFunc(r.ids, func(id string) bool {
			return q.URL.Path == "/api/checkouts/"+id || q.URL.Path == "/api/delivery-orders/"+id
		})
		status := r.status
		r.mu.Unlock()
		if refused {
			http.Error(w, `{"message":"no"}`, status)
			return
		}
		hub.ServeHTTP(w, q)
	})
}

func TestASaleThatCannotBeReadCostsNoOtherName(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			var r refusing
			w := newWorld(t, sandbox.Options{Orders: 120}, r.hub)
			paris := w.of(w.scope("paris"), sandbox.Labelable)[0]
			ripley := lo.Filter(w.of(w.scope("ripley"), sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Checkouts) == 1 })
			r.answer(status, ripley[0].Checkouts[0], ripley[1].ID)
			_, found, unresolved := w.resolves("r1", named(paris.ID, ripley[0].ID, "nobody"))
			assert.Contains(t, found[paris.Connection], paris.ID)
			assert.Equal(t, books.UnknownOrder, outcomes(unresolved.Ended)["nobody"])
		})
	}
	t.Run("where no sale may be read, that is said", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 120, Faults: []sandbox.Fault{{Route: "checkout", Answer: "403", Times: sandbox.Always}}})
		in := ResolveOrdersInput{Merchant: w.hub.Merchant(), Run: "r1", Since: week, Connections: w.allConnections()}
		named("nobody")(&in)
		_, err := does(w, w.orders.ResolveOrders, in, nil)
		requireFinal(t, ErrorNotAuthorised, err)
		listed := w.of(w.scope("paris"), sandbox.Labelable)[0]
		_, found, _ := w.resolves("r2", named(listed.ID))
		assert.Equal(t, []string{listed.ID}, found[listed.Connection], "a list shows it all the same")
	})
}

func TestListsOfAllConnectionsWhoseSalesMayNotBeRead(t *testing.T) {
	t.Parallel()
	assign := func(w *world) ([]Connection, error) {
		open := w.allConnections()
		open = lo.Filter(open, func(c Connection, _ int) bool { return c.SkipReason == "" })
		for _, c := range open {
			w.find(Scope{Merchant: w.hub.Merchant(), Run: w.run, Connection: c, Generation: 1, Settings: DefaultSettings()})
		}
		_, err := does(w, w.orders.AssignOrders, AssignOrdersInput{Merchant: w.hub.Merchant(), Run: w.run, Connections: open, Since: week}, nil)
		return open, err
	}
	t.Run("none at all: a scope is missing, and they are not taken for others' orders", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 120, IgnoreFilter: noFilter, Faults: []sandbox.Fault{{Route: "checkout", Answer: "403", Times: sandbox.Always}}})
		_, err := assign(w)
		requireFinal(t, ErrorNotAuthorised, err)
	})
	t.Run("some: those are left to others", func(t *testing.T) {
		t.Parallel()
		var r refusing
		w := newWorld(t, sandbox.Options{Orders: 120, IgnoreFilter: noFilter}, r.hub)
		paris := w.of(w.scope("paris"), sandbox.Labelable)[0]
		r.answer(http.StatusForbidden, paris.Checkouts...)
		open, err := assign(w)
		require.NoError(t, err)
		for _, c := range open {
			page := w.page(Scope{Merchant: w.hub.Merchant(), Run: w.run, Connection: c, Generation: 1}, books.SharedPage)
			assert.NotContains(t, ids(page.Pending), paris.ID)
		}
	})
}

func TestASaleThatCannotBeReadLeavesOtherCancelledOnesOut(t *testing.T) {
	t.Parallel()
	p := prints(t, 5, []sandbox.Fault{{Route: "checkout", Answer: "400"}}, "ripley", "totalplay")
	ripley := p.scope("ripley")
	orders := lo.Filter(lo.Values(p.truth), func(o sandbox.ReportOrder, _ int) bool {
		return o.Connection == ripley.Connection.ID && len(o.Checkouts) == 1
	})
	p.pass(time.Minute)
	p.cancel(orders[0])
	p.cancel(orders[1])
	_, err := does(p.world, p.publishing.LeaveOutCancelled, p.in, nil)
	requireFinal(t, ErrorRefused, err)
	page := p.page(Scope{Merchant: p.in.Merchant, Run: p.in.Run, Connection: ripley.Connection, Generation: lastGeneration}, books.CancelledPage)
	assert.NotEmpty(t, page.Ended, "the other sale's label is left out")
}

func TestAnOrderThatIsNotShownHoldsUpNoOthersStatus(t *testing.T) {
	t.Parallel()
	var r refusing
	w := newWorld(t, sandbox.Options{Orders: 300}, r.hub)
	scope := w.scope("linio")
	orders := w.unsent(scope)[:3]
	w.pend(scope, "read-00001", plain(scope, orders)...)
	in := sendInput(scope)
	sent := must(w, w.statuses.SendStatuses, in)
	w.pass(4 * time.Minute)
	r.answer(http.StatusBadRequest, append(orders[0].Checkouts, orders[0].ID)...)
	await := awaitInput(in, sent)
	awaited := must(w, w.statuses.AwaitStatuses, await)
	assert.Equal(t, 2, awaited.Counts.Ready)
	assert.Equal(t, 1, awaited.Counts.Pending, "it may still be shown")
}
