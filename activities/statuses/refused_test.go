package statuses

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestAnOrderThatIsNotShownHoldsUpNoOthersStatus(t *testing.T) {
	t.Parallel()
	var r activitiestest.Refusing
	w := newWorld(t, sandbox.Options{Orders: 300}, r.Hub)
	scope := w.Scope("linio")
	orders := w.Unsent(scope)[:3]
	w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
	in := sendInput(scope)
	sent := activitiestest.MustStep(w, w.statuses.SendStatuses, in)
	w.Pass(4 * time.Minute)
	r.Answer(http.StatusBadRequest, append(orders[0].Checkouts, orders[0].ID)...)
	await := awaitInput(in, sent)
	awaited := activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
	assert.Equal(t, 2, awaited.Counts.Ready)
	assert.Equal(t, 1, awaited.Counts.Pending, "it may still be shown")
}

func TestSalesAreNotPlacedByAListOfAllConnections(t *testing.T) {
	t.Parallel()
	walked := func(options sandbox.Options, calls int) (*world, map[string]string) {
		w := newWorld(t, options)
		connections, err := w.Client.Connections(t.Context())
		require.NoError(t, err)
		sales := map[string]string{}
		require.NoError(t, walkSales(t.Context(), w.Client, connections, calls, sales))
		return w, sales
	}
	t.Run("nor by the only one that was seen", func(t *testing.T) {
		for _, calls := range []int{3, 1000} {
			_, sales := walked(sandbox.Options{Orders: 200, IgnoreFilter: activitiestest.NoFilter}, calls)
			assert.Empty(t, sales, "%d calls", calls)
		}
	})
	t.Run("but by lists that differ", func(t *testing.T) {
		w, sales := walked(sandbox.Options{Orders: 200}, 1000)
		require.NotEmpty(t, sales)
		for _, o := range w.Sandbox.Report().Orders {
			if at := sales[o.Checkouts[0]]; at != "" {
				assert.Equal(t, o.Connection, at)
			}
		}
	})
}
