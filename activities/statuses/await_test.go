package statuses

import (
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

func TestAwaitStatuses(t *testing.T) {
	t.Parallel()
	t.Run("it waits as long as that channel usually takes, without a call", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("linio")
		in, sent := sendInput(scope), SentStatuses{Step: activities.Step{Page: "read-00001"}, SentAt: w.Sandbox.Now()}
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, w.Unsent(scope))...)
		await := awaitInput(in, sent)
		await.NotBefore = sent.SentAt.Add(45 * time.Second)
		await.Settings.HubSpeed = 10
		_, err := activitiestest.TryStep(w, w.statuses.AwaitStatuses, await, nil)
		// The hub's clock runs on while the step works, so on a slow machine less is left.
		assert.LessOrEqual(t, activitiestest.RequireWaits(t, err), 4500*time.Millisecond, "in our time")
		assert.Zero(t, w.Calls("delivery-order"))
	})
	t.Run("a worker that has just started waits by the hub's clock, not by its own", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300}) // its hub is years ahead
		scope := w.Scope("linio")
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, w.Unsent(scope))...)
		in := sendInput(scope)
		w.Restart()
		sent := activitiestest.MustStep(w, w.statuses.SendStatuses, in)
		w.AssertNow(sent.BeganAt.Add(30 * time.Second))
		await := awaitInput(in, sent)
		await.NotBefore = sent.SentAt.Add(45 * time.Second)
		w.Pass(10 * time.Minute)
		w.Restart()
		activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
	})
	t.Run("a few are read while none is there, all once those are", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		in := sendInput(scope)
		await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
		w.Pass(15 * time.Second)
		_, err := activitiestest.TryStep(w, w.statuses.AwaitStatuses, await, nil)
		first := activitiestest.RequireWaits(t, err)
		assert.Equal(t, activities.SampleSize, w.Calls("delivery-order"))
		_, err = activitiestest.TryStep(w, w.statuses.AwaitStatuses, await, &activitiestest.Try{Attempt: 3})
		assert.Greater(t, activitiestest.RequireWaits(t, err), first, "the pauses grow")
		w.Pass(4 * time.Minute)
		before := w.Calls("delivery-order")
		awaited := activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
		assert.Equal(t, len(orders), w.Calls("delivery-order")-before)
		page := w.Page(scope, awaited.Page)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(page.Ready))
		for _, o := range page.Ready {
			assert.Equal(t, contract.StatusSynced, o.Status)
			assert.Equal(t, w.Order(o.ID).TrackNumber, o.TrackingNumber, "its tracking number came with the status")
		}
		assert.False(t, awaited.Overdue)
		assert.InDelta(t, 255, time.Duration(awaited.Took).Seconds(), 5)
	})
	t.Run("those that are there go on while others wait", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Channel: "linio", Every: 2, StatusStuck: 1}}})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		stuck, others := lo.FilterReject(orders, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		in := sendInput(scope)
		await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
		w.Pass(6 * time.Minute)
		awaited := activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
		page := w.Page(scope, awaited.Page)
		assert.ElementsMatch(t, activitiestest.Reported(others), activitiestest.IDs(page.Ready))
		assert.ElementsMatch(t, activitiestest.Reported(stuck), activitiestest.IDs(page.Pending))
		assert.False(t, awaited.Overdue)

		await.Page, await.Out = awaited.Page, "status-00001-00003"
		_, err := activitiestest.TryStep(w, w.statuses.AwaitStatuses, await, nil)
		activitiestest.RequireWaits(t, err)
		w.Pass(5 * time.Minute)
		awaited = activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
		assert.True(t, awaited.Overdue, "the window is over")
		assert.ElementsMatch(t, activitiestest.Reported(stuck), activitiestest.IDs(w.Page(scope, awaited.Page).Pending))
		assert.Zero(t, awaited.Took)

		again := activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
		assert.Equal(t, awaited.Step, again.Step)
		assert.False(t, again.Overdue, "what an earlier try read is read again before it is sent again")
	})
	t.Run("what is not there after the last window is given up", func(t *testing.T) {
		t.Parallel()
		for channel, outcome := range map[string]contract.Outcome{"linio": contract.StatusNotSynced, "fcom": ""} {
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Channel: channel, Every: 1, StatusStuck: sandbox.AlwaysTimes}}})
			scope := w.Scope(channel)
			orders := w.Unsent(scope)
			w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
			in := sendInput(scope)
			await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
			await.Last = true
			w.Pass(11 * time.Minute)
			page := w.Page(scope, activitiestest.MustStep(w, w.statuses.AwaitStatuses, await).Page)
			require.Len(t, page.Ended, len(orders))
			for _, e := range page.Ended {
				assert.Equal(t, []any{outcome, contract.StatusLate}, []any{e.Outcome, e.Status}, channel)
				assert.Contains(t, e.Reason.Words, "sent 1 times")
			}
		}
	})
	t.Run("one that came while others were still being sent counts", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		in := sendInput(scope)
		await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
		w.Pass(30 * time.Minute)
		await.SentAt = w.Client.Clock().Now()
		w.Pass(time.Minute)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(w.Page(scope, activitiestest.MustStep(w, w.statuses.AwaitStatuses, await).Page).Ready))
	})
	t.Run("one that came before it was sent does not", func(t *testing.T) {
		t.Parallel()
		o := newOddHub(t, func(o *oddHub) map[string]any {
			return o.in("linio", "Dropshipping", channels.ReadyToShip, object{
				"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.ReadyToShip], "createdAt": o.ago(48 * time.Hour), "updatedAt": o.ago(47 * time.Hour)})
		}, nil)
		ended := func(began time.Time, sends int) bool { return o.awaited(began, sends).action == toEnd }
		assert.False(t, ended(o.Client.Clock().Now().Add(-time.Minute), 1))
		assert.True(t, ended(o.Client.Clock().Now().Add(-time.Minute), 0), "nothing was sent: it is there")
		assert.True(t, ended(o.Client.Clock().Now().Add(-72*time.Hour), 1))
	})
	t.Run("a link of another status tells nothing", func(t *testing.T) {
		t.Parallel()
		o := newOddHub(t, func(o *oddHub) map[string]any {
			return o.in("linio", "Dropshipping", channels.ReadyToShip, object{"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.Handling]})
		}, nil)
		assert.Equal(t, underWay, o.awaited(time.Time{}, 1).standing)
	})
	t.Run("one that comes after its window counts, although it was sent again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, StatusDelays: map[string]time.Duration{"linio": 12 * time.Minute}})
		scope := w.Scope("linio")
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, w.Unsent(scope))...)
		in := sendInput(scope)
		await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
		w.Pass(10*time.Minute + time.Second)
		in.Page, in.Out, in.Again = activitiestest.MustStep(w, w.statuses.AwaitStatuses, await).Page, "status-00001-00003", true
		sent := activitiestest.MustStep(w, w.statuses.SendStatuses, in)
		w.Pass(10*time.Minute + time.Second)
		await.Page, await.Out, await.SentAt = sent.Page, "status-00001-00004", sent.SentAt
		page := w.Page(scope, activitiestest.MustStep(w, w.statuses.AwaitStatuses, await).Page)
		shown := lo.GroupBy(lo.Map(append(page.Ready, page.Pending...), func(o books.Order, _ int) string { return o.ID }), func(id string) bool {
			return len(activitiestest.MustStep(w, w.Client.DeliveryOrder, id).StatusLink.Earlier) > 0
		})
		assert.NotEmpty(t, shown[true])
		assert.ElementsMatch(t, shown[true], activitiestest.IDs(page.Ready))
		assert.ElementsMatch(t, shown[false], activitiestest.IDs(page.Pending), "where only the second sending is shown, nobody can know")
	})
}

// awaited is what a look of a label run finds of the one order.
func (o *oddHub) awaited(began time.Time, sends int) finding {
	o.Helper()
	look := &statusLook{
		engine: newOrderEngine(o.Context(), o.Client, channels.ReadyToShip, contract.DefaultSettings()),
		in:     AwaitStatusesInput{Scope: o.Scope("linio"), Status: channels.ReadyToShip, SentAt: o.Client.Clock().Now(), BeganAt: began},
	}
	findings, err := look.lookAt(o.Context(), []books.Order{{ID: oddOrder, Sends: sends}})
	require.NoError(o, err)
	return findings[0]
}

func TestTheSampleOfStatusesIsSpreadAndMoves(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []int{0, 1}, activities.SampleOf(2, 7))
	seen := map[int]bool{}
	for try := range 50 {
		sample := activities.SampleOf(50, try)
		assert.Len(t, sample, activities.SampleSize)
		for _, i := range sample {
			assert.True(t, i >= 0 && i < 50)
			seen[i] = true
		}
	}
	assert.Len(t, seen, 50, "every order has its turn")
}
