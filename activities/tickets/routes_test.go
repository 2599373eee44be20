package tickets

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestLabelsOfATaskThatNobodyCanReadAreTakenFromTheirOrders(t *testing.T) {
	t.Parallel()
	for name, fault := range activitiestest.GoneRoute("task") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.Scope("paris")
			orders := w.Of(scope, sandbox.FateLabelable)[:2]
			asked := w.asks(scope, 1, activitiestest.OrdersOfReport(scope, orders)...)
			in := CollectLabelsInput{Scope: scope, Number: 1, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(time.Hour)}
			w.Pass(30 * time.Second)
			_, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, nil)
			activitiestest.RequireWaits(t, err)
			assert.ErrorContains(t, err, "set task in DESPACHO_HUB_PATHS")
			w.Pass(3 * time.Minute)
			collected := activitiestest.MustStep(w, w.documents.CollectLabels, in)
			require.Equal(t, 2, collected.Counts.Ready)
			again := PrepareBatchInput{Scope: scope, Number: 2, Segments: []activities.Segment{{Page: collected.Page, To: 2}}}
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2}, activitiestest.MustStep(w, w.documents.PrepareBatch, again).Counts.Ended)
			assert.Equal(t, all(1, 2), w.asked(orders), "nothing is asked for twice")
		})
	}
}

func TestATicketRouteThatIsNotThereRefusesNoOrder(t *testing.T) {
	t.Parallel()
	faults := activitiestest.GoneRoute("tickets")
	faults["404 of the connection"] = sandbox.Fault{Route: "tickets", Answer: "404", Says: "connection not found", Times: sandbox.AlwaysTimes}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.Scope("paris")
			orders := w.Of(scope, sandbox.FateLabelable)[:6]
			w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders[:4])...)
			asked := activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1})
			page := w.Page(scope, asked.Step.Page)
			assert.Empty(t, page.Ready, "nothing is halved")
			assert.Equal(t, map[contract.Outcome]int{contract.GaveUp: 4}, asked.Step.Counts.Ended)
			reason := activitiestest.Reasons(page.Ended)
			require.Len(t, reason, 1)
			assert.Contains(t, reason[0], "set generate_tickets in DESPACHO_HUB_PATHS; PUT /api/{provider}-connections/")
			assert.Equal(t, reason[0], asked.Refused.Words)

			later := w.prepares(scope, 2, activitiestest.OrdersOfReport(scope, orders[4:])...)
			assert.Equal(t, map[contract.Outcome]int{contract.GaveUp: 2}, later.Counts.Ended)
			assert.Zero(t, later.Counts.Ready)
			assert.Equal(t, 1, w.Calls("tickets"), "one refusal")

			scope.Generation = 2
			assert.Equal(t, 2, w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders[4:])...).Counts.Ready, "a retry tries it anew")
		})
	}
	t.Run("a 404 that names the order is about an order", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tickets", Answer: "404", Says: "order_not_found"}}})
		scope := w.Scope("paris")
		w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:4])...)
		asked := activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1})
		assert.Equal(t, 4, asked.Step.Counts.Ready, "it goes into smaller requests")
	})
}

func TestOrdersAreReadInTheirSalesWhereTheyHaveNoRoute(t *testing.T) {
	t.Parallel()
	faults := activitiestest.GoneRoute("delivery-order")
	faults["400"] = sandbox.Fault{Route: "delivery-order", Answer: "400", Times: sandbox.AlwaysTimes}
	faults["403"] = sandbox.Fault{Route: "delivery-order", Answer: "403", Times: sandbox.AlwaysTimes}
	faults["another shape"] = sandbox.Fault{Route: "delivery-order", Answer: "wrapped", Times: sandbox.AlwaysTimes}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.Scope("paris")
			activitiestest.MustStep(w, w.orders.FindOrders, orders.FindOrdersInput{Scope: scope, Since: contract.Duration(7 * 24 * time.Hour)})
			activitiestest.MustStep(w, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: orders.FindOrdersInput{Scope: scope, Since: contract.Duration(7 * 24 * time.Hour)}})
			step := activitiestest.MustStep(w, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: 1})
			assert.Contains(t, step.Note.Words, "GET /api/delivery-orders/{deliveryOrderId} was called")
			wanted := lo.Ternary(name == "403", "the token lacks a scope (HTTP 403)", "set delivery_order in DESPACHO_HUB_PATHS")
			assert.Contains(t, step.Note.Words, wanted)
			page := w.Page(scope, step.Page)
			assert.ElementsMatch(t, activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)), activitiestest.IDs(page.Ready))
			assert.Equal(t, 1, w.Calls("delivery-order"), "one order proves it")

			w.Pass(0)
			collected := w.collects(scope, 1, page.Ready[:2]...)
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2}, collected.Counts().Ended)
		})
	}
}
