package intake

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestAPollBringsEveryOrderToWhereTheGateLetsIt(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	polled := w.poll(time.Time{})
	assert.True(t, polled.Complete.Equal(polled.To))
	assert.Empty(t, polled.Note)
	want := map[sandbox.Fate]contract.IntakeOrderState{
		sandbox.FateLabelable: contract.IntakeWaiting, sandbox.FatePrinted: contract.IntakeWaiting, sandbox.FateUnpaid: contract.IntakeHeldBack, sandbox.FateCancelled: contract.IntakeCancelled,
		sandbox.FateShipped: contract.IntakeEnded, sandbox.FateUnsupported: contract.IntakeUnsupported, sandbox.FateShop: contract.IntakeUnsupported,
	}
	seen := map[sandbox.Fate]int{}
	for _, o := range w.Sandbox.Report().Orders {
		if state, ok := want[o.Fate]; ok {
			record := w.record(o.ID)
			assert.Equal(t, state, record.State, "%s of %s: %s", o.Fate, o.Channel, record.Reason.Words)
			assert.Equal(t, o.Connection, record.Connection)
			assert.NotEmpty(t, record.Checkout)
			assert.Equal(t, contract.ByPoll, record.FirstSeen)
			seen[o.Fate]++
		}
	}
	assert.Len(t, seen, len(want), "%v", seen)

	t.Run("and the counts by state are those of the records", func(t *testing.T) {
		counts := w.look().Counts
		for _, state := range contract.IntakeOrderStates() {
			assert.Len(t, w.inState(state), counts[state], state)
		}
		assert.Equal(t, lo.CountBy(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder) bool { return want[o.Fate] == contract.IntakeEnded }), counts[contract.IntakeEnded])
	})
	t.Run("and the next poll finds nothing to read", func(t *testing.T) {
		before := w.Calls("checkout")
		assert.Zero(t, w.poll(time.Time{}).Count)
		assert.Equal(t, before, w.Calls("checkout"))
	})
}

func TestWebhooksAndPollsTellTheSameOnce(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	order := w.fated("paris", sandbox.FateLabelable)[0]
	sale := CheckoutNotification + "/" + w.record(order.ID).Checkout

	t.Run("notifications of what may have its label are left to the poll, however often they come", func(t *testing.T) {
		before := w.allCalls()
		assert.Equal(t, intakebook.TakenNotifications{Left: 2}, w.notification(sale, DeliveryOrderNotification+"/"+order.ID, sale))
		assert.Equal(t, before, w.allCalls())
		assert.Equal(t, contract.ByPoll, w.record(order.ID).FirstSeen)
	})
	held := w.fated("paris", sandbox.FateUnpaid)[0]
	t.Run("a notification of what is held back lets the sale be read again, once", func(t *testing.T) {
		sale := CheckoutNotification + "/" + w.record(held.ID).Checkout
		before := w.Calls("checkout")
		taken := w.notification(sale, sale, sale)
		assert.Equal(t, before+1, w.Calls("checkout"))
		assert.Positive(t, taken.Orders)
		assert.Zero(t, taken.New, "the poll has told it before")
	})
	t.Run("a notification of a delivery order held back that is as it was reads no sale", func(t *testing.T) {
		before := w.Calls("checkout")
		w.notification(DeliveryOrderNotification + "/" + held.ID)
		assert.Equal(t, before, w.Calls("checkout"))
	})
	t.Run("a notification of a delivery order held back that changed reads its sale", func(t *testing.T) {
		w.Pass(time.Minute)
		w.ChangeStatus(held, "shipped")
		w.notification(DeliveryOrderNotification + "/" + held.ID)
		assert.Equal(t, contract.IntakeEnded, w.state(held))
	})
	t.Run("a poll reads only the sales that changed", func(t *testing.T) {
		w.Pass(2 * time.Hour)
		changed := w.fated("ripley", sandbox.FateLabelable)[0]
		w.Cancel(changed)
		w.Pass(time.Minute)
		before := w.Calls("checkout")
		polled := w.poll(w.Client.Clock().Now().Add(-time.Hour))
		assert.Equal(t, 1, polled.Count)
		assert.Equal(t, before+1, w.Calls("checkout"))
		assert.Equal(t, contract.IntakeCancelled, w.state(changed))
	})
	t.Run("junk is ignored", func(t *testing.T) {
		taken := w.notification("checkout/11111111-1111-4111-8111-111111111111", "delivery-order/..", "delivery-order/x y", "pick-up-order/7", "nonsense", "")
		assert.Equal(t, intakebook.TakenNotifications{Ignored: 6}, taken)
	})
}

func TestASaleSeenBeforeItsWebhookIsNotTakenTwice(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 5, Orders: 30})
	order := w.fated("mercadolibre", sandbox.FateLabelable)[0]
	sale := w.Order(order.ID).Checkouts
	require.NotEmpty(t, sale)
	taken := w.notification(lo.Map(sale, func(id string, _ int) string { return CheckoutNotification + "/" + id })...)
	assert.Positive(t, taken.New)
	first := w.record(order.ID)
	assert.Equal(t, contract.ByWebhook, first.FirstSeen)
	w.poll(time.Time{})
	assert.Equal(t, first, w.record(order.ID), "the poll changes nothing")
}

func TestCancelledOrdersAreTakenOutOfThePileOnceTheyArePublished(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.poll(time.Time{})
	orders := lo.Filter(w.fated("ripley", sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == contract.IntakeWaiting })
	require.GreaterOrEqual(t, len(orders), 3)
	printed, stored, unlabelled := orders[0], orders[1], orders[2]
	w.publish(printed.ID, "morning")
	w.label(stored.ID)
	assert.Equal(t, 2, w.look().Counts[contract.IntakeLabelled], "labels that are there by now are noted")
	for _, o := range orders[:3] {
		w.Cancel(o)
		assert.Equal(t, 1, w.notification(DeliveryOrderNotification+"/"+o.ID).Left)
	}
	assert.Equal(t, 3, w.poll(w.Client.Clock().Now().Add(-5*time.Minute)).Count, "the light list tells of the cancellation")
	assert.Equal(t, contract.IntakeTakeOut, w.state(printed))
	assert.Equal(t, "morning", w.record(printed.ID).Run)
	assert.Equal(t, contract.IntakeCancelled, w.state(stored))
	assert.Equal(t, contract.IntakeCancelled, w.state(unlabelled))

	t.Run("also when the run published it after the cancellation was heard of", func(t *testing.T) {
		w.publish(stored.ID, "noon")
		w.publish(unlabelled.ID, "noon")
		looked := w.look()
		assert.Equal(t, contract.IntakeTakeOut, w.state(stored))
		assert.Equal(t, 2, looked.Counts[contract.IntakeTakeOut])
		assert.Len(t, looked.TakeOut, 2)
		assert.Equal(t, contract.IntakeCancelled, w.state(unlabelled), "no label of it was in the store")
	})
}

func isLight(path string) bool { return bytes.Contains([]byte(path), []byte("/checkouts/light/")) }

func TestOrdersNearTheirDeadlineAreRaised(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	now := w.Client.Clock().Now()
	near := lo.Filter(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		record, err := intakebook.ReadIntakeRecord(t.Context(), w.Store, w.merchant(), o.ID)
		open := slices.Contains([]contract.IntakeOrderState{contract.IntakeWaiting, contract.IntakeHeldBack}, record.State)
		return err == nil && open && !record.Deadline.IsZero() && record.Deadline.Before(now.Add(4*time.Hour))
	})
	require.NotEmpty(t, near)
	looked := w.look()
	assert.Equal(t, len(near), looked.Near)
	require.NotEmpty(t, looked.NearOrders)
	assert.LessOrEqual(t, len(looked.NearOrders), nearShown)
	assert.True(t, slices.IsSortedFunc(looked.NearOrders, func(a, b contract.NearOrder) int { return a.Deadline.Compare(b.Deadline) }))

	first := looked.NearOrders[0]
	w.publish(first.Order, "morning")
	after := w.look()
	assert.Equal(t, looked.Near-1, after.Near, "an order with its label is not raised")
}

func TestMarksThatAKilledWorkerLeftAreMended(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20})
	w.poll(time.Time{})
	counts := w.look().Counts
	waiting := w.inState(contract.IntakeWaiting)
	require.NoError(t, w.Store.Put(t.Context(), storage.IntakeInState(w.merchant(), string(contract.IntakeHeldBack), waiting[0]), struct{}{}))
	require.NoError(t, w.Store.Delete(t.Context(), storage.IntakeInState(w.merchant(), string(contract.IntakeWaiting), waiting[1])))
	assert.Equal(t, counts, w.look().Counts)
	assert.ElementsMatch(t, waiting, w.inState(contract.IntakeWaiting))
	assert.NotContains(t, w.inState(contract.IntakeHeldBack), waiting[0])
}

func TestOneSaleThatCannotBeReadFailsNoOther(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"its answer is broken": http.StatusOK, "the hub fails at it": http.StatusInternalServerError} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			oneSaleThatCannotBeRead(t, status)
		})
	}
}

func oneSaleThatCannotBeRead(t *testing.T, status int) {
	t.Helper()
	broken := ""
	wrap := func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if broken != "" && r.URL.Path == "/api/checkouts/"+broken {
				rw.Header().Set("Content-Type", "application/json")
				rw.WriteHeader(status)
				_, _ = rw.Write([]byte(`{"name":`))
				return
			}
			inner.ServeHTTP(rw, r)
		})
	}
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60}, wrap)
	orders := w.fated("paris", sandbox.FateLabelable)
	require.GreaterOrEqual(t, len(orders), 2)
	bad, good := orders[0].Checkouts[0], orders[1].Checkouts[0]
	broken = bad
	in := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByPoll, IDs: []string{CheckoutNotification + "/" + bad, CheckoutNotification + "/" + good}}
	taken := activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, in)
	assert.Equal(t, 1, taken.Unread)
	assert.Equal(t, contract.IntakeWaiting, w.state(orders[1]))
	assert.Equal(t, contract.IntakeHeldBack, w.record(bad).State)
	broken = ""
	looked := w.look()
	require.Equal(t, 1, looked.Again)
	w.takeUpAgain()
	assert.Equal(t, contract.IntakeWaiting, w.state(orders[0]))
	assert.Equal(t, contract.IntakeClosed, w.record(bad).State)
}
