package orders

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestASaleThatCannotBeReadCostsNoOtherName(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			var r activitiestest.Refusing
			w := newWorld(t, sandbox.Options{Orders: 120}, r.Hub)
			paris := w.Of(w.Scope("paris"), sandbox.FateLabelable)[0]
			ripley := lo.Filter(w.Of(w.Scope("ripley"), sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Checkouts) == 1 })
			r.Answer(status, ripley[0].Checkouts[0], ripley[1].ID)
			_, found, unresolved := w.resolves("r1", named(paris.ID, ripley[0].ID, "nobody"))
			assert.Contains(t, found[paris.Connection], paris.ID)
			assert.Equal(t, contract.UnknownOrder, activitiestest.Outcomes(unresolved.Ended)["nobody"])
		})
	}
	t.Run("where no sale may be read, that is said", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 120, Faults: []sandbox.Fault{{Route: "checkout", Answer: "403", Times: sandbox.AlwaysTimes}}})
		in := ResolveOrdersInput{Merchant: w.Sandbox.Merchant(), Run: "r1", Since: week, Connections: w.allConnections()}
		named("nobody")(&in)
		_, err := activitiestest.TryStep(w, w.orders.ResolveOrders, in, nil)
		activitiestest.RequireFinal(t, contract.ErrorNotAuthorised, err)
		listed := w.Of(w.Scope("paris"), sandbox.FateLabelable)[0]
		_, found, _ := w.resolves("r2", named(listed.ID))
		assert.Equal(t, []string{listed.ID}, found[listed.Connection], "a list shows it all the same")
	})
}

func TestListsOfAllConnectionsWhoseSalesMayNotBeRead(t *testing.T) {
	t.Parallel()
	assign := func(w *world) ([]activities.Connection, error) {
		open := w.allConnections()
		open = lo.Filter(open, func(c activities.Connection, _ int) bool { return c.SkipReason.Words == "" })
		for _, c := range open {
			w.find(activities.Scope{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connection: c, Generation: 1, Settings: contract.DefaultSettings()})
		}
		_, err := activitiestest.TryStep(w, w.orders.AssignOrders, AssignOrdersInput{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connections: open, Since: week}, nil)
		return open, err
	}
	t.Run("none at all: a scope is missing, and they are not taken for others' orders", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 120, IgnoreFilter: activitiestest.NoFilter, Faults: []sandbox.Fault{{Route: "checkout", Answer: "403", Times: sandbox.AlwaysTimes}}})
		_, err := assign(w)
		activitiestest.RequireFinal(t, contract.ErrorNotAuthorised, err)
	})
	t.Run("some: those are left to others", func(t *testing.T) {
		t.Parallel()
		var r activitiestest.Refusing
		w := newWorld(t, sandbox.Options{Orders: 120, IgnoreFilter: activitiestest.NoFilter}, r.Hub)
		paris := w.Of(w.Scope("paris"), sandbox.FateLabelable)[0]
		r.Answer(http.StatusForbidden, paris.Checkouts...)
		open, err := assign(w)
		require.NoError(t, err)
		for _, c := range open {
			page := w.Page(activities.Scope{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connection: c, Generation: 1}, books.SharedPage)
			assert.NotContains(t, activitiestest.IDs(page.Pending), paris.ID)
		}
	})
}
