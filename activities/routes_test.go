package activities

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende/sandbox"
)

// gone are the answers of a hub, or of what stands in front of it, that has no such route.
func gone(route string) map[string]sandbox.Fault {
	faults := map[string]sandbox.Fault{
		"404 that says nothing": {Answer: "404", AnswerAs: "nothing"},
		"404 in plain words":    {Answer: "404", Says: "Not Found"},
		"404 page":              {Answer: "404", AnswerAs: "page"},
		"405":                   {Answer: "405"},
		"501 page":              {Answer: "501", AnswerAs: "page"},
	}
	return lo.MapValues(faults, func(f sandbox.Fault, _ string) sandbox.Fault {
		f.Route, f.Times = route, sandbox.Always
		return f
	})
}

func reasons(entries []books.Entry) []string {
	return lo.Uniq(lo.Map(entries, func(e books.Entry, _ int) string { return e.Reason }))
}

func TestATicketRouteThatIsNotThereRefusesNoOrder(t *testing.T) {
	t.Parallel()
	faults := gone("tickets")
	faults["404 of the connection"] = sandbox.Fault{Route: "tickets", Answer: "404", Says: "connection not found", Times: sandbox.Always}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.scope("paris")
			orders := w.of(scope, sandbox.Labelable)[:6]
			w.prepares(scope, 1, plain(scope, orders[:4])...)
			asked := must(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1})
			page := w.page(scope, asked.Step.Page)
			assert.Empty(t, page.Ready, "nothing is halved")
			assert.Equal(t, map[books.Outcome]int{books.GaveUp: 4}, asked.Step.Counts.Ended)
			reason := reasons(page.Ended)
			require.Len(t, reason, 1)
			assert.Contains(t, reason[0], "set generate_tickets in DESPACHO_HUB_PATHS; PUT /api/{provider}-connections/")
			assert.Equal(t, reason[0], asked.Refused)

			later := w.prepares(scope, 2, plain(scope, orders[4:])...)
			assert.Equal(t, map[books.Outcome]int{books.GaveUp: 2}, later.Counts.Ended)
			assert.Zero(t, later.Counts.Ready)
			assert.Equal(t, 1, w.calls("tickets"), "one refusal")

			scope.Generation = 2
			assert.Equal(t, 2, w.prepares(scope, 1, plain(scope, orders[4:])...).Counts.Ready, "a retry tries it anew")
		})
	}
	t.Run("a 404 that names the order is about an order", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tickets", Answer: "404", Says: "order_not_found"}}})
		scope := w.scope("paris")
		w.prepares(scope, 1, plain(scope, w.of(scope, sandbox.Labelable)[:4])...)
		asked := must(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1})
		assert.Equal(t, 4, asked.Step.Counts.Ready, "it goes into smaller requests")
	})
}

func TestOrdersAreReadInTheirSalesWhereTheyHaveNoRoute(t *testing.T) {
	t.Parallel()
	faults := gone("delivery-order")
	faults["400"] = sandbox.Fault{Route: "delivery-order", Answer: "400", Times: sandbox.Always}
	faults["403"] = sandbox.Fault{Route: "delivery-order", Answer: "403", Times: sandbox.Always}
	faults["another shape"] = sandbox.Fault{Route: "delivery-order", Answer: "wrapped", Times: sandbox.Always}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.scope("paris")
			w.find(scope)
			w.takeUp(scope)
			step := must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: 1})
			assert.Contains(t, step.Note, "GET /api/delivery-orders/{deliveryOrderId} was called")
			wanted := lo.Ternary(name == "403", "the token lacks a scope (HTTP 403)", "set delivery_order in DESPACHO_HUB_PATHS")
			assert.Contains(t, step.Note, wanted)
			page := w.page(scope, step.Page)
			assert.ElementsMatch(t, reported(w.of(scope, sandbox.Labelable)), ids(page.Ready))
			assert.Equal(t, 1, w.calls("delivery-order"), "one order proves it")

			w.pass(0)
			collected := w.collects(scope, 1, page.Ready[:2]...)
			assert.Equal(t, map[books.Outcome]int{books.Labelled: 2}, collected.Counts().Ended)
		})
	}
	t.Run("a status is known by the sale", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{gone("delivery-order")["404 page"]}})
		scope := w.scope("linio")
		orders := w.unsent(scope)[:2]
		w.pend(scope, "read-00001", plain(scope, orders)...)
		in := sendInput(scope)
		sent := must(w, w.statuses.SendStatuses, in)
		w.pass(4 * 60e9)
		awaited := must(w, w.statuses.AwaitStatuses, awaitInput(in, sent))
		assert.Equal(t, 2, awaited.Counts.Ready)
		assert.Equal(t, []int{1, 1}, w.sends(orders))
	})
}

func TestNothingIsSentOrAskedWhereNoOrderCanBeRead(t *testing.T) {
	t.Parallel()
	bare := sandbox.Fault{Route: "checkout", Answer: "without", Member: "DeliveryOrderInCheckouts", Times: sandbox.Always}
	for name, fault := range gone("delivery-order") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault, bare}})
			scope := w.scope("paris")
			page := w.readAll(scope, nil)
			assert.Empty(t, page.Ready)
			unread := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Outcome == books.GaveUp })
			assert.Len(t, unread, len(w.of(scope, sandbox.Labelable)))
			require.Len(t, reasons(unread), 1)
			assert.Contains(t, reasons(unread)[0], "set delivery_order in DESPACHO_HUB_PATHS")
			assert.LessOrEqual(t, w.calls("delivery-order"), provedAtMost)
		})
	}
	t.Run("an order that the hub refuses to show ends by itself, before anything is asked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "delivery-order", Answer: "400", Times: 2}, bare}})
		scope := w.scope("paris")
		page := w.readAll(scope, nil)
		assert.Len(t, page.Ready, len(w.of(scope, sandbox.Labelable))-2)
	})
	t.Run("a route that refuses every order is not tried with each", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "delivery-order", Answer: "400", Times: sandbox.Always}, bare}})
		page := w.readAll(w.scope("paris"), nil)
		assert.Empty(t, page.Ready)
		assert.Equal(t, provedAtMost, w.calls("delivery-order"))
		assert.Contains(t, lo.Values(outcomes(page.Ended)), books.GaveUp)
	})
	t.Run("an order that the hub does not know ends by itself, before anything is asked", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "delivery-order", Answer: "404", Says: "delivery order not found", Times: 2}}})
		scope := w.scope("paris")
		page := w.readAll(scope, nil)
		unknown := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Outcome == books.UnknownOrder })
		assert.Len(t, unknown, 2)
		assert.Len(t, page.Ready, len(w.of(scope, sandbox.Labelable))-2)
		assert.Equal(t, 3, w.calls("delivery-order"))
	})
	t.Run("one order of a connection is read in a turn, whatever it has pages", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("mercadolibre")
		require.Greater(t, len(w.readAll(scope, nil).Ready), chunkSize)
		assert.Equal(t, 1, w.calls("delivery-order"))
	})
}

func TestASaleRouteThatIsNotThereIsToldFromASaleThatIsNotRegistered(t *testing.T) {
	t.Parallel()
	for name, fault := range gone("checkout") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.scope("paris")
			page := w.readAll(scope, nil)
			assert.Empty(t, page.Ready)
			waiting := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Outcome == books.GaveUp })
			assert.Subset(t, entryIDs(waiting), reported(w.of(scope, sandbox.Labelable)))
			require.Len(t, reasons(waiting), 1)
			assert.Contains(t, reasons(waiting)[0], "set checkout in DESPACHO_HUB_PATHS; GET /api/checkouts/{checkoutId} was called")
		})
	}
	t.Run("while other sales are found, one that is not is not registered", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "checkout", Answer: "404", AnswerAs: "nothing", Times: 2}}})
		page := w.readAll(w.scope("paris"), nil)
		assert.NotEmpty(t, page.Ready)
		assert.NotContains(t, lo.Values(outcomes(page.Ended)), books.GaveUp)
		assert.GreaterOrEqual(t, lo.CountBy(page.Ended, func(e books.Entry) bool { return e.Outcome == books.HeldBack }), 2)
	})
}

func TestAStatusRouteThatIsNotThereHoldsBackNoLabelThatIsListed(t *testing.T) {
	t.Parallel()
	faults := gone("change-status")
	faults["no catalogue"] = gone("statuses")["404 page"]
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			setting := lo.Ternary(name == "no catalogue", "delivery_order_statuses", "change_status")
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{fault}})
			scope := w.scope("linio")
			orders := plain(scope, w.unsent(scope)[:6])
			orders[1].Listed, orders[4].Listed = false, false
			w.pend(scope, "read-00001", orders[:3]...)
			page := w.page(scope, must(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			assert.Equal(t, []string{orders[0].ID, orders[2].ID}, ids(page.Ready), "the hub lists their labels")
			assert.Equal(t, books.StatusRefused, page.Ready[0].Status)
			assert.Equal(t, map[string]books.Outcome{orders[1].ID: books.StatusNotSynced}, outcomes(page.Ended))
			assert.Contains(t, page.Ended[0].Reason, "set "+setting+" in DESPACHO_HUB_PATHS")

			calls := w.calls("change-status") + w.calls("statuses")
			assert.LessOrEqual(t, calls, 2, "the catalogue, and the first")
			w.pend(scope, "read-00002", orders[3:]...)
			in := sendInput(scope)
			in.Page, in.Out = "read-00002", "status-00002-00001"
			later := w.page(scope, must(w, w.statuses.SendStatuses, in).Page)
			assert.Len(t, later.Ready, 2)
			assert.Equal(t, calls, w.calls("change-status")+w.calls("statuses"), "later pages send nothing")
		})
	}
	t.Run("a status after the label ends with the setting, and the label stays", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{gone("change-status")["404 page"]}})
		scope := w.scope("fcom").Last()
		w.pend(scope, "read-00001", plain(scope, w.unsent(scope)[:1])...)
		page := w.page(scope, must(w, w.statuses.SendStatuses, sendInput(scope)).Page)
		require.Len(t, page.Ended, 1)
		assert.Empty(t, page.Ended[0].Outcome)
		assert.Contains(t, page.Ended[0].Reason, "set change_status")
		assert.Equal(t, channels.ReadyToShip, sendInput(scope).Status)
	})
}
