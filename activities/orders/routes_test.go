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
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestNothingIsSentOrAskedWhereNoOrderCanBeRead(t *testing.T) {
	t.Parallel()
	bare := sandbox.Fault{Route: "checkout", Answer: "without", Member: "DeliveryOrderInCheckouts", Times: sandbox.AlwaysTimes}
	for name, fault := range activitiestest.GoneRoute("delivery-order") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault, bare}})
			scope := w.Scope("paris")
			page := w.readAll(scope, nil)
			assert.Empty(t, page.Ready)
			unread := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Outcome == contract.GaveUp })
			assert.Len(t, unread, len(w.Of(scope, sandbox.FateLabelable)))
			require.Len(t, activitiestest.Reasons(unread), 1)
			assert.Contains(t, activitiestest.Reasons(unread)[0], "set delivery_order in DESPACHO_HUB_PATHS")
			assert.LessOrEqual(t, w.Calls("delivery-order"), provedAtMost)
		})
	}
	t.Run("an order that the hub refuses to show ends by itself, before anything is asked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "delivery-order", Answer: "400", Times: 2}, bare}})
		scope := w.Scope("paris")
		page := w.readAll(scope, nil)
		assert.Len(t, page.Ready, len(w.Of(scope, sandbox.FateLabelable))-2)
	})
	t.Run("a route that refuses every order is not tried with each", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "delivery-order", Answer: "400", Times: sandbox.AlwaysTimes}, bare}})
		page := w.readAll(w.Scope("paris"), nil)
		assert.Empty(t, page.Ready)
		assert.Equal(t, provedAtMost, w.Calls("delivery-order"))
		assert.Contains(t, lo.Values(activitiestest.Outcomes(page.Ended)), contract.GaveUp)
	})
	t.Run("an order that the hub does not know ends by itself, before anything is asked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "delivery-order", Answer: "404", Says: "delivery order not found", Times: 2}}})
		scope := w.Scope("paris")
		page := w.readAll(scope, nil)
		unknown := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Outcome == contract.UnknownOrder })
		assert.Len(t, unknown, 2)
		assert.Len(t, page.Ready, len(w.Of(scope, sandbox.FateLabelable))-2)
		assert.Equal(t, 3, w.Calls("delivery-order"))
	})
	t.Run("one order of a connection is read in a turn, whatever it has pages", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("mercadolibre")
		require.Greater(t, len(w.readAll(scope, nil).Ready), activities.ChunkSize)
		assert.Equal(t, 1, w.Calls("delivery-order"))
	})
}

func TestASaleRouteThatIsNotThereIsToldFromASaleThatIsNotRegistered(t *testing.T) {
	t.Parallel()
	for name, fault := range activitiestest.GoneRoute("checkout") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.Scope("paris")
			page := w.readAll(scope, nil)
			assert.Empty(t, page.Ready)
			waiting := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Outcome == contract.GaveUp })
			assert.Subset(t, activitiestest.EntryIDs(waiting), activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)))
			require.Len(t, activitiestest.Reasons(waiting), 1)
			assert.Contains(t, activitiestest.Reasons(waiting)[0], "set checkout in DESPACHO_HUB_PATHS; GET /api/checkouts/{checkoutId} was called")
		})
	}
	t.Run("while other sales are found, one that is not is not registered", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "checkout", Answer: "404", AnswerAs: "nothing", Times: 2}}})
		page := w.readAll(w.Scope("paris"), nil)
		assert.NotEmpty(t, page.Ready)
		assert.NotContains(t, lo.Values(activitiestest.Outcomes(page.Ended)), contract.GaveUp)
		assert.GreaterOrEqual(t, lo.CountBy(page.Ended, func(e books.Entry) bool { return e.Outcome == contract.HeldBack }), 2)
	})
}
