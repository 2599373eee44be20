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
)

// pend leaves a page with orders that wait for a status.
func (w *world) pend(scope Scope, name string, orders ...books.Order) {
	w.Helper()
	_, err := scope.leave(w.Context(), w.store, name, books.Page{Pending: orders})
	require.NoError(w, err)
}

// plain are orders as a page names them, by what the hub's world says of them.
func plain(scope Scope, orders []sandbox.ReportOrder) []books.Order {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) books.Order {
		status, _ := channels.ParseStatus(o.Status)
		return books.Order{
			ID: o.ID, Code: o.Code, CheckoutID: o.Checkouts[0], OrderNumber: o.Number, ConnectionID: scope.Connection.ID, Channel: scope.Connection.Channel,
			TrackingNumber: o.Parcels[0].Tracking, References: []string{o.Shipment, o.Reference, o.Number}, HubStatus: status, HandlingDeadline: o.Deadline, Listed: true,
		}
	})
}

// unsent are a channel's orders that can be labelled once their status is there.
func (w *world) unsent(scope Scope) []sandbox.ReportOrder {
	return lo.Filter(w.of(scope, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool {
		return o.Status == channels.Pending.Code() || o.Status == channels.Handling.Code() && scope.Connection.channel().StatusAfter != ""
	})
}

func sendInput(scope Scope) SendStatusesInput {
	target := lo.CoalesceOrEmpty(scope.Connection.channel().StatusFirst, scope.Connection.channel().StatusAfter)
	return SendStatusesInput{Scope: scope, Page: "read-00001", Status: target, Out: "status-00001-00001"}
}

func awaitInput(in SendStatusesInput, sent SentStatuses) AwaitStatusesInput {
	return AwaitStatusesInput{Scope: in.Scope, Page: sent.Page, Status: in.Status, Out: "status-00001-00002", SentAt: sent.SentAt, BeganAt: sent.BeganAt}
}

// sends counts the statuses that the hub got of each order.
func (w *world) sends(orders []sandbox.ReportOrder) []int {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) int { return len(w.order(o.ID).Statuses) })
}

func TestSendStatuses(t *testing.T) {
	t.Parallel()
	t.Run("the first try sends each status once, without reading", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		as := &try{}
		sent, err := does(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.NoError(t, err)
		page := w.page(scope, sent.Page)
		assert.Equal(t, reported(orders), ids(page.Pending), "in the order of the page before")
		assert.True(t, lo.EveryBy(page.Pending, func(o books.Order) bool { return o.Sends == 1 }))
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
		assert.Zero(t, w.calls("delivery-order"))
		assert.NotEmpty(t, as.said, "it says for which it has sent")
		assert.Subset(t, reported(orders), as.said)
		assert.WithinDuration(t, w.hub.Now(), sent.SentAt, 3*time.Second)

		again := must(w, w.statuses.SendStatuses, sendInput(scope))
		assert.Equal(t, sent.Step, again.Step)
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }), "a step that has left its page sends nothing")
	})
	t.Run("a later try reads each order before it sends", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		w.pend(scope, "other", plain(scope, orders[:3])...)
		first := sendInput(scope)
		first.Page, first.Out = "other", "lost"
		must(w, w.statuses.SendStatuses, first)
		w.pass(4 * time.Minute)
		first.Page, first.Out = "other", "lost2"
		w.pend(scope, "other2", plain(scope, orders[3:5])...)
		first.Page = "other2"
		must(w, w.statuses.SendStatuses, first)

		sent, err := does(w, w.statuses.SendStatuses, sendInput(scope), &try{attempt: 2})
		require.NoError(t, err)
		page := w.page(scope, sent.Page)
		assert.Equal(t, reported(orders[:3]), ids(page.Ready), "three are on the channel already")
		assert.Equal(t, reported(orders[3:]), ids(page.Pending))
		assert.True(t, lo.EveryBy(page.Pending, func(o books.Order) bool { return o.Sends == 1 }))
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
		assert.Equal(t, len(orders), w.calls("delivery-order"))
	})
	t.Run("what an earlier try says that it has sent is neither read nor sent", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		as := &try{attempt: 2, details: reported(orders[:5])}
		sent, err := does(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.NoError(t, err)
		assert.Equal(t, len(orders)-5, w.calls("delivery-order"))
		assert.Equal(t, append(lo.Times(5, func(int) int { return 0 }), lo.Times(len(orders)-5, func(int) int { return 1 })...), w.sends(orders))
		assert.True(t, lo.EveryBy(w.page(scope, sent.Page).Pending, func(o books.Order) bool { return o.Sends == 1 }))
		assert.Subset(t, as.said, reported(orders[:5]), "what it was told it tells the next try")
	})
	t.Run("a cut connection costs no second status", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Route: "change-status", Answer: "cut_after", After: 3}}})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		as := &try{}
		_, err := does(w, w.statuses.SendStatuses, sendInput(scope), as)
		require.Equal(t, ErrorHub, applicationError(t, err).Type())
		_, err = does(w, w.statuses.SendStatuses, sendInput(scope), &try{attempt: 2, details: as.said})
		require.NoError(t, err)
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
	})
	t.Run("a status that the hub shows is not sent, one that lies before it neither", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("walmart")
		orders := w.unsent(scope)
		given := plain(scope, orders[:4])
		given[0].HubStatus, given[1].HubStatus, given[2].HubStatus, given[3].HubStatus = channels.Handling, channels.ReadyToShip, channels.Cancelled, ""
		w.changeStatus(orders[0], channels.Handling)
		w.pend(scope, "read-00001", given...)
		page := w.page(scope, must(w, w.statuses.SendStatuses, sendInput(scope)).Page)
		assert.Equal(t, []int{1, 0, 0, 1}, w.sends(orders[:4]), "the first by another tool")
		assert.Equal(t, []string{given[0].ID, given[3].ID}, ids(page.Pending))
		assert.Equal(t, []string{given[1].ID}, ids(page.Ready))
		assert.Equal(t, books.StatusNotNeeded, page.Ready[0].Status)
		assert.Equal(t, map[string]books.Outcome{given[2].ID: books.Cancelled}, outcomes(page.Ended))
	})
	t.Run("one that did not arrive is sent again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("walmart")
		orders := w.unsent(scope)[:2]
		given := plain(scope, orders)
		given[0].HubStatus, given[0].Sends = channels.Handling, 1
		w.pend(scope, "read-00001", given[0])
		in := sendInput(scope)
		in.Again = true
		page := w.page(scope, must(w, w.statuses.SendStatuses, in).Page)
		assert.Equal(t, 2, page.Pending[0].Sends)
		assert.Equal(t, []int{1, 0}, w.sends(orders))
	})
}

func TestStatusesThatTheHubDoesNotTake(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		channel, answer string
		outcome         books.Outcome
		status          books.ChannelStatus
	}{
		"refused, where it comes before the label": {"linio", "400", books.StatusNotSynced, books.StatusRefused},
		"unknown, where it comes before the label": {"linio", "404", books.UnknownOrder, books.StatusRefused},
		"refused, once the label is there":         {"fcom", "422", "", books.StatusRefused},
		"unknown, once the label is there":         {"fcom", "404", "", books.StatusRefused},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Route: "change-status", Answer: sandbox.Answer(c.answer), Says: "delivery order not found"}}})
			scope := w.scope(c.channel)
			orders := w.unsent(scope)[:1]
			w.pend(scope, "read-00001", plain(scope, orders)...)
			page := w.page(scope, must(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			require.Len(t, page.Ended, 1)
			assert.Equal(t, []any{c.outcome, c.status}, []any{page.Ended[0].Outcome, page.Ended[0].Status})
			assert.NotEmpty(t, page.Ended[0].Reason)
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
		outcome books.Outcome
		status  books.ChannelStatus
		reason  string
	}{
		"refused by the channel before the label, it ends the order": {
			channel: "linio", fault: sandbox.Fault{StatusRefused: words}, outcome: books.StatusNotSynced, status: books.StatusRefused, reason: words},
		"refused by the channel after the label, it leaves the label alone": {
			channel: "fcom", fault: sandbox.Fault{StatusRefused: words}, status: books.StatusRefused, reason: words},
		"a status that is not for the channel is done": {
			channel: "dafiti", fault: sandbox.Fault{NotRequested: true}, ready: true, status: books.StatusNotNeeded},
		"a later status makes it needless": {
			channel: "walmart", change: func(w *world, o sandbox.ReportOrder) { w.changeStatus(o, channels.Shipped) }, ready: true, status: books.StatusNotNeeded},
		"a cancelled sale ends the order before the label": {
			channel: "linio", change: (*world).cancel, outcome: books.Cancelled, status: books.StatusNotNeeded, reason: "the delivery was cancelled"},
		"a cancelled sale is not the status's to tell after the label": {
			channel: "fcom", change: (*world).cancel, status: books.StatusNotNeeded, reason: "the delivery was cancelled"},
		"an order that is not there any more": {
			channel: "linio", fault: sandbox.Fault{Unknown: true}, outcome: books.UnknownOrder, status: books.StatusRefused, reason: "the hub does not know this delivery order"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Channel, c.fault.Every = c.channel, 1
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: lo.Ternary(c.change == nil, []sandbox.Fault{c.fault}, nil)})
			scope := w.scope(c.channel)
			orders := w.unsent(scope)[:1]
			w.pend(scope, "read-00001", plain(scope, orders)...)
			in := sendInput(scope)
			await := awaitInput(in, SentStatuses{Step: Step{Page: "read-00001"}, SentAt: w.client.Clock().Now()})
			if !c.fault.Unknown {
				await = awaitInput(in, must(w, w.statuses.SendStatuses, in))
			}
			w.pass(4 * time.Minute)
			if c.change != nil {
				c.change(w, orders[0])
			}
			page := w.page(scope, must(w, w.statuses.AwaitStatuses, await).Page)
			if c.ready {
				require.Len(t, page.Ready, 1)
				assert.Equal(t, c.status, page.Ready[0].Status)
				return
			}
			require.Len(t, page.Ended, 1)
			got := page.Ended[0]
			assert.Equal(t, []any{c.outcome, c.status, c.reason}, []any{got.Outcome, got.Status, got.Reason})
		})
	}
}
