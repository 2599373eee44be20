package statuses

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// bringOrder takes the one order's status to its end as a label run does: as often as it may be
// sent, looked at every minute, each step tried again after trouble.
func (o *oddHub) bringOrder() books.Entry {
	o.Helper()
	scope := o.Scope("linio")
	order := books.Order{ID: oddOrder, HubStatus: channels.Handling}
	if delivery, err := o.Client.DeliveryOrder(o.Context(), oddOrder); err == nil {
		order = orders.OrderOf(delivery, scope.Connection)
	}
	in := sendInput(scope)
	o.pend(scope, in.Page, order)
	pages, began := 0, time.Time{}
	next := func() string { pages++; return books.PageName(books.StatusPage, 1, pages) }
	for n := 1; n <= scope.Settings.StatusSends; n++ {
		in.Out, in.Again = next(), n > 1
		sent := o.insists(func(as *activitiestest.Try) (activities.Step, error) {
			sent, err := activitiestest.TryStep(o, o.statuses.SendStatuses, in, as)
			began = lo.Ternary(n == 1, sent.BeganAt, began)
			return sent.Step, err
		})
		await := AwaitStatusesInput{Scope: scope, Page: sent.Page, Status: in.Status, SentAt: o.Client.Clock().Now(), BeganAt: began, Last: n == scope.Settings.StatusSends}
		for overdue := false; !overdue; in.Page = await.Page {
			page := o.Page(scope, await.Page)
			if len(page.Ready) > 0 {
				return books.Entry{Order: page.Ready[0], Status: page.Ready[0].Status}
			} else if len(page.Ended) > 0 {
				return page.Ended[0]
			}
			await.Out = next()
			await.Page = o.insists(func(as *activitiestest.Try) (activities.Step, error) {
				awaited, err := activitiestest.TryStep(o, o.statuses.AwaitStatuses, await, as)
				overdue = awaited.Overdue
				return awaited.Step, err
			}).Page
		}
	}
	require.Fail(o, "the status never ends")
	return books.Entry{}
}

// insists makes tries of a step, a minute apart, until one succeeds.
func (o *oddHub) insists(try func(*activitiestest.Try) (activities.Step, error)) activities.Step {
	o.Helper()
	as := &activitiestest.Try{Attempt: 1}
	for range 40 {
		step, err := try(as)
		if err == nil {
			return step
		}
		require.False(o, activitiestest.ApplicationError(o.T, err).NonRetryable(), err)
		as = &activitiestest.Try{Attempt: as.Attempt + 1, Before: &as.Said}
		o.Pass(time.Minute)
	}
	require.Fail(o, "the step never succeeds")
	return activities.Step{}
}

// TestEveryRuleHoldsForLabelRunsAndStatusChanges holds both callers of the engine against the same
// hub: linio's order is to be ready to ship.
func TestEveryRuleHoldsForLabelRunsAndStatusChanges(t *testing.T) {
	t.Parallel()
	ready := func(o *oddHub, state string, ago time.Duration) object {
		return object{"synchronizationStatus": state, "DeliveryOrderStatusId": o.ids[channels.ReadyToShip], "createdAt": o.ago(ago), "updatedAt": o.ago(ago)}
	}
	linio := func(o *oddHub, status channels.Status, links ...object) object {
		return o.in("linio", "Dropshipping", status, links...)
	}
	// once shows an order that is handled until its status was sent, and then with links.
	once := func(then channels.Status, links func(o *oddHub) []object) func(*oddHub) object {
		return func(o *oddHub) object {
			if len(o.sent) == 0 {
				return linio(o, channels.Handling)
			}
			return linio(o, then, links(o)...)
		}
	}
	answers := func(state string) func(o *oddHub) []object {
		return func(o *oddHub) []object { return []object{ready(o, state, o.since(0))} }
	}
	none := func(*oddHub) []object { return nil }
	// lately is how long ago the hub of a test began.
	lately := func(o *oddHub) time.Duration { return o.Time.Now().Sub(oddBegin) }
	cases := map[string]struct {
		shows func(*oddHub) object
		first func(o *oddHub, w http.ResponseWriter, r *http.Request) bool
		// run and change are how it ends for a label run and for a status change, where that differs.
		run, change contract.StatusOutcome
		outcome     contract.Outcome // of the label run's order
		reason      string           // part of the label run's and the status change's
		sends       int
	}{
		"its link says that it is there":                     {shows: once(channels.ReadyToShip, answers("changed")), run: contract.StatusSynced, sends: 1},
		"the channel refuses it":                             {shows: once(channels.ReadyToShip, answers("failed_fatal")), run: contract.StatusRefused, outcome: contract.StatusNotSynced, reason: "refused", sends: 1},
		"the channel refuses it, and the order stays behind": {shows: once(channels.Handling, answers("failed_fatal")), run: contract.StatusRefused, outcome: contract.StatusNotSynced, reason: "refused", sends: 1},
		"it does not go to the channel":                      {shows: once(channels.ReadyToShip, answers("not_requested")), run: contract.StatusNotNeeded, sends: 1},
		"it is under way for ever":                           {shows: once(channels.ReadyToShip, answers("pending")), run: contract.StatusLate, outcome: contract.StatusNotSynced, reason: "sent 3 times and did not reach", sends: 3},
		"the order passes it while it is under way":          {shows: once(channels.Shipped, none), run: contract.StatusNotNeeded, sends: 1},
		"the order is cancelled while it is under way":       {shows: once(channels.Cancelled, none), run: contract.StatusNotNeeded, change: contract.StatusRefused, outcome: contract.Cancelled, reason: "cancelled", sends: 1},
		"the order has passed it":                            {shows: func(o *oddHub) object { return linio(o, channels.Shipped) }, run: contract.StatusNotNeeded, change: contract.StatusNotAllowed},
		"the order is cancelled":                             {shows: func(o *oddHub) object { return linio(o, channels.Cancelled) }, run: contract.StatusNotNeeded, change: contract.StatusNotAllowed, outcome: contract.Cancelled, reason: "cancelled"},
		"its mode does not take it":                          {shows: func(o *oddHub) object { return o.in("linio", "fulfillment", channels.Handling) }, run: contract.StatusNotAllowed, outcome: contract.StatusNotSynced, reason: "reports their status itself"},
		"it is on the channel already":                       {shows: func(o *oddHub) object { return linio(o, channels.ReadyToShip, ready(o, "changed", 48*time.Hour)) }, run: contract.StatusSynced, change: contract.StatusNotNeeded},
		"somebody else's is under way, and arrives": {shows: func(o *oddHub) object {
			return linio(o, channels.ReadyToShip, ready(o, lo.Ternary(lately(o) > 3*time.Minute, "changed", "pending"), lately(o)))
		}, run: contract.StatusSynced},
		"somebody else's is stuck": {shows: func(o *oddHub) object {
			return linio(o, channels.ReadyToShip, lo.Ternary(len(o.sent) > 0, ready(o, "changed", 0), ready(o, "pending", 48*time.Hour)))
		}, run: contract.StatusSynced, sends: 1},
		"somebody else's was refused": {shows: func(o *oddHub) object {
			return linio(o, channels.ReadyToShip, lo.Ternary(len(o.sent) > 0, ready(o, "changed", 0), ready(o, "failed_fatal", 48*time.Hour)))
		}, run: contract.StatusSynced, sends: 1},
		"the order has it, and a link comes once it is sent": {shows: func(o *oddHub) object {
			return linio(o, channels.ReadyToShip, lo.Ternary(len(o.sent) > 0, []object{ready(o, "changed", 0)}, nil)...)
		}, run: contract.StatusSynced, sends: 1},
		"a link of another status tells nothing": {shows: once(channels.ReadyToShip, func(o *oddHub) []object {
			return []object{{"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.Handling]}}
		}), run: contract.StatusLate, outcome: contract.StatusNotSynced, sends: 3},
		"a link from before it was sent tells nothing": {shows: once(channels.ReadyToShip, func(o *oddHub) []object { return []object{ready(o, "changed", 48*time.Hour)} }), run: contract.StatusLate, outcome: contract.StatusNotSynced, sends: 3},
		"an answer that is lost":                       {shows: once(channels.ReadyToShip, answers("changed")), first: loses(1), run: contract.StatusSynced, sends: 1},
		"an answer that is lost when it is sent again": {shows: once(channels.ReadyToShip, func(o *oddHub) []object {
			again := len(o.sent) - 1
			return []object{ready(o, lo.Ternary(again > 0 && o.since(again) > 3*time.Minute, "changed", "pending"), o.since(again))}
		}), first: loses(2), run: contract.StatusSynced, sends: 2},
		"a hub that refuses it":                              {shows: once(channels.Handling, none), first: says(http.StatusBadRequest, `{"message":"no"}`), run: contract.StatusRefused, outcome: contract.StatusNotSynced, reason: "no"},
		"a hub that does not know the order when it is sent": {shows: once(channels.Handling, none), first: says(http.StatusNotFound, `{"message":"DeliveryOrder not found"}`), run: contract.StatusRefused, change: contract.StatusUnknownOrder, outcome: contract.UnknownOrder, reason: "does not know this"},
		"a hub that has no route for it":                     {shows: once(channels.Handling, none), first: says(http.StatusMethodNotAllowed, ""), run: contract.StatusRefused, outcome: contract.StatusNotSynced, reason: "set change_status in DESPACHO_HUB_PATHS"},
	}
	for name, c := range cases {
		for _, caller := range []string{"label run", "status change"} {
			t.Run(name+", "+caller, func(t *testing.T) {
				t.Parallel()
				var o *oddHub
				o = newOddHub(t, func(o *oddHub) map[string]any { return c.shows(o) }, func(w http.ResponseWriter, r *http.Request) bool {
					return c.first != nil && c.first(o, w, r)
				})
				if caller == "label run" {
					entry := o.bringOrder()
					assert.Equal(t, []any{c.outcome, c.run}, []any{entry.Outcome, entry.Status}, entry.Reason.Words)
					assert.Contains(t, entry.Reason.Words, c.reason)
				} else {
					ended := o.settle(StatusScope{Merchant: o.Sandbox.Merchant(), Key: "k", To: channels.ReadyToShip, Settings: contract.DefaultSettings()}, contract.StatusRow{})
					assert.Equal(t, cmp.Or(c.change, c.run), ended.Outcome, ended.Reason.Words)
					assert.Contains(t, ended.Reason.Words, c.reason)
				}
				assert.Len(t, o.sent, c.sends)
			})
		}
	}
}

// oddBegin is when the clock of a test's hub stands at first.
var oddBegin = time.Date(2031, 1, 2, 12, 0, 0, 0, time.UTC)

func isSending(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/api/delivery-orders/"+oddOrder)
}

// loses carries out the n-th sending and loses its answer.
func loses(n int) func(*oddHub, http.ResponseWriter, *http.Request) bool {
	return func(o *oddHub, w http.ResponseWriter, r *http.Request) bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !isSending(r) || len(o.sent) != n-1 {
			return false
		}
		o.sent = append(o.sent, o.Time.Now())
		http.Error(w, "bad gateway", http.StatusBadGateway)
		return true
	}
}

// says answers sendings, and carries none out.
func says(status int, body string) func(*oddHub, http.ResponseWriter, *http.Request) bool {
	return func(_ *oddHub, w http.ResponseWriter, r *http.Request) bool {
		if isSending(r) {
			http.Error(w, body, status)
		}
		return isSending(r)
	}
}
