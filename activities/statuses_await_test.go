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

func TestAwaitStatuses(t *testing.T) {
	t.Parallel()
	t.Run("it waits as long as that channel usually takes, without a call", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("linio")
		in, sent := sendInput(scope), SentStatuses{Step: Step{Page: "read-00001"}, SentAt: w.client.Clock().Now()}
		w.pend(scope, "read-00001", plain(scope, w.unsent(scope))...)
		await := awaitInput(in, sent)
		await.NotBefore = sent.SentAt.Add(45 * time.Second)
		await.Settings.HubSpeed = 10
		_, err := does(w, w.statuses.AwaitStatuses, await, nil)
		assert.InDelta(t, 4.5, requireWaits(t, err).Seconds(), 0.5, "in our time")
		assert.Zero(t, w.calls("delivery-order"))
	})
	t.Run("a few are read while none is there, all once those are", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		in := sendInput(scope)
		await := awaitInput(in, must(w, w.statuses.SendStatuses, in))
		w.pass(15 * time.Second)
		_, err := does(w, w.statuses.AwaitStatuses, await, nil)
		first := requireWaits(t, err)
		assert.Equal(t, sampleSize, w.calls("delivery-order"))
		_, err = does(w, w.statuses.AwaitStatuses, await, &try{attempt: 3})
		assert.Greater(t, requireWaits(t, err), first, "the pauses grow")
		w.pass(4 * time.Minute)
		before := w.calls("delivery-order")
		awaited := must(w, w.statuses.AwaitStatuses, await)
		assert.Equal(t, len(orders), w.calls("delivery-order")-before)
		page := w.page(scope, awaited.Page)
		assert.Equal(t, reported(orders), ids(page.Ready))
		for _, o := range page.Ready {
			assert.Equal(t, books.StatusSynced, o.Status)
			assert.Equal(t, w.order(o.ID).TrackNumber, o.TrackingNumber, "its tracking number came with the status")
		}
		assert.False(t, awaited.Overdue)
		assert.InDelta(t, 255, time.Duration(awaited.Took).Seconds(), 5)
	})
	t.Run("those that are there go on while others wait", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Channel: "linio", Every: 2, StatusStuck: 1}}})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		stuck, others := lo.FilterReject(orders, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
		w.pend(scope, "read-00001", plain(scope, orders)...)
		in := sendInput(scope)
		await := awaitInput(in, must(w, w.statuses.SendStatuses, in))
		w.pass(6 * time.Minute)
		awaited := must(w, w.statuses.AwaitStatuses, await)
		page := w.page(scope, awaited.Page)
		assert.ElementsMatch(t, reported(others), ids(page.Ready))
		assert.ElementsMatch(t, reported(stuck), ids(page.Pending))
		assert.False(t, awaited.Overdue)

		await.Page, await.Out = awaited.Page, "status-00001-00003"
		_, err := does(w, w.statuses.AwaitStatuses, await, nil)
		requireWaits(t, err)
		w.pass(5 * time.Minute)
		awaited = must(w, w.statuses.AwaitStatuses, await)
		assert.True(t, awaited.Overdue, "the window is over")
		assert.ElementsMatch(t, reported(stuck), ids(w.page(scope, awaited.Page).Pending))
		assert.Zero(t, awaited.Took)

		again := must(w, w.statuses.AwaitStatuses, await)
		assert.Equal(t, awaited.Step, again.Step)
		assert.False(t, again.Overdue, "what an earlier try read is read again before it is sent again")
	})
	t.Run("what is not there after the last window is given up", func(t *testing.T) {
		t.Parallel()
		for channel, outcome := range map[string]books.Outcome{"linio": books.StatusNotSynced, "fcom": ""} {
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{{Channel: channel, Every: 1, StatusStuck: sandbox.Always}}})
			scope := w.scope(channel)
			orders := w.unsent(scope)
			w.pend(scope, "read-00001", plain(scope, orders)...)
			in := sendInput(scope)
			await := awaitInput(in, must(w, w.statuses.SendStatuses, in))
			await.Last = true
			w.pass(11 * time.Minute)
			page := w.page(scope, must(w, w.statuses.AwaitStatuses, await).Page)
			require.Len(t, page.Ended, len(orders))
			for _, e := range page.Ended {
				assert.Equal(t, []any{outcome, books.StatusLate}, []any{e.Outcome, e.Status}, channel)
				assert.Contains(t, e.Reason, "sent 1 times")
			}
		}
	})
	t.Run("one that came while others were still being sent counts", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		in := sendInput(scope)
		await := awaitInput(in, must(w, w.statuses.SendStatuses, in))
		w.pass(30 * time.Minute)
		await.SentAt = w.client.Clock().Now()
		w.pass(time.Minute)
		assert.Equal(t, reported(orders), ids(w.page(scope, must(w, w.statuses.AwaitStatuses, await).Page).Ready))
	})
	t.Run("one that came before it was sent does not", func(t *testing.T) {
		t.Parallel()
		o := newOddHub(t, func(o *oddHub) map[string]any {
			return o.in("linio", "Dropshipping", channels.ReadyToShip, object{
				"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.ReadyToShip], "createdAt": o.ago(48 * time.Hour), "updatedAt": o.ago(47 * time.Hour)})
		}, nil)
		ended := func(began time.Time, sends int) bool {
			reading, err := readStatus(t.Context(), o.client, books.Order{ID: oddOrder, Sends: sends}, channels.ReadyToShip, began)
			require.NoError(t, err)
			return reading.done
		}
		assert.False(t, ended(o.client.Clock().Now().Add(-time.Minute), 1))
		assert.True(t, ended(o.client.Clock().Now().Add(-time.Minute), 0), "nothing was sent: it is there")
		assert.True(t, ended(o.client.Clock().Now().Add(-72*time.Hour), 1))
	})
	t.Run("a link of another status tells nothing", func(t *testing.T) {
		t.Parallel()
		o := newOddHub(t, func(o *oddHub) map[string]any {
			return o.in("linio", "Dropshipping", channels.ReadyToShip, object{"synchronizationStatus": "changed", "DeliveryOrderStatusId": o.ids[channels.Handling]})
		}, nil)
		reading, err := readStatus(t.Context(), o.client, books.Order{ID: oddOrder}, channels.ReadyToShip, time.Time{})
		require.NoError(t, err)
		assert.False(t, reading.done)
	})
	t.Run("one that comes after its window counts, although it was sent again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, StatusDelays: map[string]time.Duration{"linio": 12 * time.Minute}})
		scope := w.scope("linio")
		w.pend(scope, "read-00001", plain(scope, w.unsent(scope))...)
		in := sendInput(scope)
		await := awaitInput(in, must(w, w.statuses.SendStatuses, in))
		w.pass(10*time.Minute + time.Second)
		in.Page, in.Out, in.Again = must(w, w.statuses.AwaitStatuses, await).Page, "status-00001-00003", true
		sent := must(w, w.statuses.SendStatuses, in)
		w.pass(10*time.Minute + time.Second)
		await.Page, await.Out, await.SentAt = sent.Page, "status-00001-00004", sent.SentAt
		page := w.page(scope, must(w, w.statuses.AwaitStatuses, await).Page)
		shown := lo.GroupBy(lo.Map(append(page.Ready, page.Pending...), func(o books.Order, _ int) string { return o.ID }), func(id string) bool {
			return len(must(w, w.client.DeliveryOrder, id).StatusLink.Earlier) > 0
		})
		assert.NotEmpty(t, shown[true])
		assert.ElementsMatch(t, shown[true], ids(page.Ready))
		assert.ElementsMatch(t, shown[false], ids(page.Pending), "where only the second sending is shown, nobody can know")
	})
}

func TestTheSampleOfStatusesIsSpreadAndMoves(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []int{0, 1}, sampleOf(2, 7))
	seen := map[int]bool{}
	for try := range 50 {
		sample := sampleOf(50, try)
		assert.Len(t, sample, sampleSize)
		for _, i := range sample {
			assert.True(t, i >= 0 && i < 50)
			seen[i] = true
		}
	}
	assert.Len(t, seen, 50, "every order has its turn")
}
