package intake

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestCatchingUpGivesWayAndWhatSomebodyWaitsForDoesNot(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60, History: 120})
	var polled contract.Polled
	calls := w.HubLog.During(func() { polled = w.poll(time.Time{}) })
	require.Greater(t, polled.Count, 180)
	assert.Greater(t, len(calls), 180)
	assert.Empty(t, activitiestest.GoingFirst(calls), "a poll, and all that it takes up")

	order := w.record(w.inState(contract.IntakeHeldBack)[0])
	few := []string{CheckoutNotification + "/" + order.Checkout}
	storm := lo.Times(activities.ChunkSize, func(n int) string {
		return CheckoutNotification + "/" + lo.Ternary(n == 0, order.Checkout, "none-"+string(rune('a'+n)))
	})
	for name, c := range map[string]struct {
		do    func()
		first bool
	}{
		"a few notifications":                    {func() { w.notification(few...) }, true},
		"a storm of them":                        {func() { w.notification(storm...) }, false},
		"notifications that were left for later": {func() { takeUpList(w, contract.ByWebhook, few) }, false},
		"what is asked again":                    {func() { takeUpList(w, contract.ByPoll, few) }, false},
		"a confirmation of an unknown order": {func() {
			w.post("/sandbox/sales", map[string]any{"count": 1})
			w.confirm(w.Sandbox.Report().Orders[0].ID)
		}, true},
	} {
		calls := w.HubLog.During(c.do)
		if c.first {
			assert.Len(t, activitiestest.GoingFirst(calls), len(calls), name)
		} else {
			assert.NotEmpty(t, calls, name)
			assert.Empty(t, activitiestest.GoingFirst(calls), name)
		}
	}
}

// takeUpList takes up a list of notifications from the store.
func takeUpList(w *intakeWorld, source contract.IntakeSource, ids []string) {
	w.Helper()
	w.lists++
	list := w.againList()
	require.NoError(w, w.intake.SpillNotifications(w.Context(), SpillNotificationsInput{Merchant: w.merchant(), List: list, IDs: ids}))
	activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{Merchant: w.merchant(), Source: source, List: list, To: len(ids)})
}

func TestAWeekIsTakenUpFromItsNewestSaleOn(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20, History: 40})
	polled := w.poll(time.Time{})
	var ids []string
	require.NoError(t, w.Store.Get(t.Context(), storage.IntakeList(w.merchant(), polled.List), &ids))
	require.Len(t, ids, polled.Count)
	changes := lo.Map(ids, func(id string, _ int) time.Time {
		known, err := intakebook.SaleRecord(t.Context(), w.Store, w.merchant(), id[len(CheckoutNotification)+1:])
		require.NoError(t, err)
		return known.UpdatedAt
	})
	assert.True(t, slices.IsSortedFunc(changes, func(a, b time.Time) int { return b.Compare(a) }))
}

func TestAPollGoesOnWhereAnEarlierTryWasKilled(t *testing.T) {
	t.Parallel()
	listed := 0
	var w *intakeWorld
	w = newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20, History: 40}, func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if isLight(r.URL.Path) {
				if listed++; listed == 5 {
					w.fails(rw, http.StatusServiceUnavailable)
					return
				}
			}
			inner.ServeHTTP(rw, r)
		})
	})
	in := PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll"}
	_, err := activitiestest.TryStep(w.world, w.intake.PollSales, in, nil)
	require.Error(t, err)
	polled := activitiestest.MustStep(w.world, w.intake.PollSales, in)
	assert.Equal(t, 8, listed, "four pieces of the week and the one that failed, then the three that were left")
	fresh := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20, History: 40})
	whole := fresh.poll(time.Time{})
	assert.Equal(t, whole.Listed, polled.Listed)
	assert.Equal(t, whole.Count, polled.Count)
}

func TestCatchingUpLetsOthersHaveTheirTurn(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20, History: 20})
	w.intake.Stretch = time.Nanosecond
	in := PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll"}
	var polled contract.Polled
	steps := 0
	for ; polled.To.IsZero() && steps < 20; steps++ {
		polled = activitiestest.MustStep(w.world, w.intake.PollSales, in)
	}
	assert.Equal(t, 7, steps, "a step for each day of the week")
	assert.Equal(t, 7, w.Calls("checkouts-light"), "and each is walked once")

	first := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByPoll, List: polled.List, To: activities.ChunkSize}
	taken := activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, first)
	require.Positive(t, taken.Through)
	require.Less(t, taken.Through, activities.ChunkSize)
	assert.Equal(t, taken.Through, w.Calls("checkout"))
	for first.From = taken.Through; first.From < polled.Count; first.From += taken.Through {
		first.To = min(first.From+activities.ChunkSize, polled.Count)
		if taken = activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, first); taken.Through == 0 {
			break
		}
	}
	assert.Equal(t, polled.Count, w.Calls("checkout"), "all of it, each once")

	order := w.record(w.inState(contract.IntakeHeldBack)[0])
	urgent := w.notification(CheckoutNotification+"/"+order.Checkout, CheckoutNotification+"/none-1", CheckoutNotification+"/none-2")
	assert.Zero(t, urgent.Through, "a few notifications are taken up to their end")
}
