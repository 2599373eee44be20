package statuses

import (
	"cmp"
	"testing"
	"time"

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

// pend leaves a page with orders that wait for a status.
func (w *world) pend(scope activities.Scope, name string, orders ...books.Order) {
	w.Helper()
	_, err := scope.LeavePage(w.Context(), w.Store, name, books.Page{Pending: orders})
	require.NoError(w, err)
}

func sendInput(scope activities.Scope) SendStatusesInput {
	target := cmp.Or(scope.Connection.Row().StatusFirst, scope.Connection.Row().StatusAfter)
	return SendStatusesInput{Scope: scope, Page: "read-00001", Status: target, Out: "status-00001-00001"}
}

func awaitInput(in SendStatusesInput, sent SentStatuses) AwaitStatusesInput {
	return AwaitStatusesInput{Scope: in.Scope, Page: sent.Page, Status: in.Status, Out: "status-00001-00002", SentAt: sent.SentAt, BeganAt: sent.BeganAt}
}

// sends counts the statuses that the hub got of each order.
func (w *world) sends(orders []sandbox.ReportOrder) []int {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) int { return len(w.Order(o.ID).Statuses) })
}

func TestSendStatuses(t *testing.T) {
	t.Parallel()
	t.Run("the first try sends each status once, without reading", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		as := &activitiestest.Try{}
		sent, err := activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.NoError(t, err)
		page := w.Page(scope, sent.Page)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(page.Pending), "in the order of the page before")
		assert.True(t, lo.EveryBy(page.Pending, func(o books.Order) bool { return o.Sends == 1 }))
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
		assert.Zero(t, w.Calls("delivery-order"))
		said := lo.Map(as.Said.Sent, func(s activities.SentStatus, _ int) string { return s.Order })
		assert.NotEmpty(t, said, "it says for which it has sent")
		assert.Subset(t, activitiestest.Reported(orders), said)
		w.AssertNow(sent.SentAt)

		again := activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope))
		assert.Equal(t, sent.Step, again.Step)
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }), "a step that has left its page sends nothing")
	})
	t.Run("a later try reads each order before it sends", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		w.pend(scope, "other", activitiestest.OrdersOfReport(scope, orders[:3])...)
		first := sendInput(scope)
		first.Page, first.Out = "other", "lost"
		activitiestest.MustStep(w, w.statuses.SendStatuses, first)
		w.Pass(4 * time.Minute)
		first.Page, first.Out = "other", "lost2"
		w.pend(scope, "other2", activitiestest.OrdersOfReport(scope, orders[3:5])...)
		first.Page = "other2"
		activitiestest.MustStep(w, w.statuses.SendStatuses, first)

		sent, err := activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), &activitiestest.Try{Attempt: 2})
		require.NoError(t, err)
		page := w.Page(scope, sent.Page)
		assert.Equal(t, activitiestest.Reported(orders[:3]), activitiestest.IDs(page.Ready), "three are on the channel already")
		assert.Equal(t, activitiestest.Reported(orders[3:]), activitiestest.IDs(page.Pending))
		assert.True(t, lo.EveryBy(page.Pending, func(o books.Order) bool { return o.Sends == 1 }))
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
		assert.Equal(t, len(orders), w.Calls("delivery-order"))
	})
	t.Run("what an earlier try says that it has sent is neither read nor sent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		before := lo.Map(orders[:5], func(o sandbox.ReportOrder, _ int) activities.SentStatus {
			return activities.SentStatus{Order: o.ID, At: w.Sandbox.Now()}
		})
		as := &activitiestest.Try{Attempt: 2, Before: &activities.Heartbeat{Sent: before}}
		sent, err := activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.NoError(t, err)
		assert.Equal(t, len(orders)-5, w.Calls("delivery-order"))
		assert.Equal(t, append(lo.Times(5, func(int) int { return 0 }), lo.Times(len(orders)-5, func(int) int { return 1 })...), w.sends(orders))
		assert.True(t, lo.EveryBy(w.Page(scope, sent.Page).Pending, func(o books.Order) bool { return o.Sends == 1 }))
		assert.Equal(t, before, as.Said.Sent[:5], "what it was told it tells the next try")
	})
	t.Run("a cut connection costs no second status", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Route: "change-status", Answer: "cut_after", After: 3}}})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		as := &activitiestest.Try{}
		_, err := activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
		_, err = activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), &activitiestest.Try{Attempt: 2, Before: &as.Said})
		require.NoError(t, err)
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
	})
	for name, late := range map[string]time.Duration{"in time": 9 * time.Minute, "late": 11 * time.Minute} {
		t.Run("an order that was cancelled meanwhile is told no status by a step that comes late; this one comes "+name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 300})
			scope := w.Scope("linio")
			orders := w.Unsent(scope)[:3]
			_, err := scope.LeavePage(t.Context(), w.Store, "read-00001", books.Page{Pending: activitiestest.OrdersOfReport(scope, orders), ReadAt: w.Sandbox.Now()})
			require.NoError(t, err)
			w.Cancel(orders[0])
			w.Pass(late)
			page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			if late < time.Duration(scope.Settings.StatusWindow) {
				assert.Zero(t, w.Calls("delivery-order"))
				return
			}
			assert.Equal(t, []int{0, 1, 1}, w.sends(orders))
			assert.Equal(t, map[string]contract.Outcome{orders[0].ID: contract.Cancelled}, activitiestest.Outcomes(page.Ended))
		})
	}
	t.Run("a clock of the hub that was set forward between two tries makes none of the first one's statuses older than the step", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Route: "change-status", Answer: "cut_after", After: 3}}})
		scope := w.Scope("linio")
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, w.Unsent(scope))...)
		began, as := w.Sandbox.Now(), &activitiestest.Try{}
		_, err := activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.Error(t, err)
		w.Pass(43 * time.Minute)
		sent, err := activitiestest.TryStep(w, w.statuses.SendStatuses, sendInput(scope), &activitiestest.Try{Attempt: 2, Before: &as.Said})
		require.NoError(t, err)
		assert.False(t, sent.BeganAt.After(began), "%s, and it began at %s", sent.BeganAt, began)
	})
	t.Run("a status that the hub shows is not sent, one that lies before it neither", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("walmart")
		orders := w.Unsent(scope)
		given := activitiestest.OrdersOfReport(scope, orders[:4])
		given[0].HubStatus, given[1].HubStatus, given[2].HubStatus, given[3].HubStatus = channels.Handling, channels.ReadyToShip, channels.Cancelled, ""
		w.ChangeStatus(orders[0], channels.Handling)
		w.pend(scope, "read-00001", given...)
		page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
		assert.Equal(t, []int{1, 0, 0, 1}, w.sends(orders[:4]), "the first by another tool")
		assert.Equal(t, []string{given[0].ID, given[3].ID}, activitiestest.IDs(page.Pending))
		assert.Equal(t, []string{given[1].ID}, activitiestest.IDs(page.Ready))
		assert.Equal(t, contract.StatusNotNeeded, page.Ready[0].Status)
		assert.Equal(t, map[string]contract.Outcome{given[2].ID: contract.Cancelled}, activitiestest.Outcomes(page.Ended))
	})
	t.Run("one that did not arrive is sent again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("walmart")
		orders := w.Unsent(scope)[:2]
		given := activitiestest.OrdersOfReport(scope, orders)
		given[0].HubStatus, given[0].Sends = channels.Handling, 1
		w.pend(scope, "read-00001", given[0])
		in := sendInput(scope)
		in.Again = true
		page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, in).Page)
		assert.Equal(t, 2, page.Pending[0].Sends)
		assert.Equal(t, []int{1, 0}, w.sends(orders))
	})
}

func TestStatusesThatTheHubDoesNotTake(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		channel, answer string
		outcome         contract.Outcome
		status          contract.StatusOutcome
	}{
		"refused, where it comes before the label": {"linio", "400", contract.StatusNotSynced, contract.StatusRefused},
		"unknown, where it comes before the label": {"linio", "404", contract.UnknownOrder, contract.StatusRefused},
		"refused, once the label is there":         {"fcom", "422", "", contract.StatusRefused},
		"unknown, once the label is there":         {"fcom", "404", "", contract.StatusRefused},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Route: "change-status", Answer: sandbox.Answer(c.answer), Says: "delivery order not found"}}})
			scope := w.Scope(c.channel)
			orders := w.Unsent(scope)[:1]
			w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
			page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			require.Len(t, page.Ended, 1)
			assert.Equal(t, []any{c.outcome, c.status}, []any{page.Ended[0].Outcome, page.Ended[0].Status})
			assert.NotEmpty(t, page.Ended[0].Reason.Words)
		})
	}
}

func TestHowAStatusEnds(t *testing.T) {
	t.Parallel()
	words := "Pedido sin stock en el canal"
	cases := map[string]struct {
		channel string
		fault   sandbox.Fault
		change  func(w *world, o sandbox.ReportOrder)
		ready   bool
		outcome contract.Outcome
		status  contract.StatusOutcome
		reason  string
	}{
		"refused by the channel before the label, it ends the order": {
			channel: "linio", fault: sandbox.Fault{StatusRefused: words}, outcome: contract.StatusNotSynced, status: contract.StatusRefused},
		"refused by the channel after the label, it leaves the label alone": {
			channel: "fcom", fault: sandbox.Fault{StatusRefused: words}, status: contract.StatusRefused},
		"a status that is not for the channel is done": {
			channel: "dafiti", fault: sandbox.Fault{NotRequested: true}, ready: true, status: contract.StatusNotNeeded},
		"a later status makes it needless": {
			channel: "walmart", change: func(w *world, o sandbox.ReportOrder) { w.ChangeStatus(o, channels.Shipped) }, ready: true, status: contract.StatusNotNeeded},
		"a cancelled sale ends the order before the label": {
			channel: "linio", change: (*world).Cancel, outcome: contract.Cancelled, status: contract.StatusNotNeeded, reason: "the delivery was cancelled"},
		"a cancelled sale is not the status's to tell after the label": {
			channel: "fcom", change: (*world).Cancel, status: contract.StatusNotNeeded, reason: "the delivery was cancelled"},
		"an order that is not there any more": {
			channel: "linio", fault: sandbox.Fault{Unknown: true}, outcome: contract.UnknownOrder, status: contract.StatusRefused, reason: "the hub does not know this delivery order"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Channel, c.fault.Every = c.channel, 1
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: lo.Ternary(c.change == nil, []sandbox.Fault{c.fault}, nil)})
			scope := w.Scope(c.channel)
			orders := w.Unsent(scope)[:1]
			w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
			in := sendInput(scope)
			await := awaitInput(in, SentStatuses{Step: activities.Step{Page: "read-00001"}, SentAt: w.Client.Clock().Now()})
			if !c.fault.Unknown {
				await = awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
			}
			w.Pass(4 * time.Minute)
			if c.change != nil {
				c.change(w, orders[0])
			}
			page := w.Page(scope, activitiestest.MustStep(w, w.statuses.AwaitStatuses, await).Page)
			if c.ready {
				require.Len(t, page.Ready, 1)
				assert.Equal(t, c.status, page.Ready[0].Status)
				return
			}
			require.Len(t, page.Ended, 1)
			got := page.Ended[0]
			if c.fault.StatusRefused != "" {
				c.reason = `the channel says: "` + words + `"`
			}
			assert.Equal(t, []any{c.outcome, c.status, c.reason}, []any{got.Outcome, got.Status, got.Reason.Words})
		})
	}
}
