package activities

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestCatchingUpGivesWayAndWhatSomebodyWaitsForDoesNot(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60, History: 120})
	var polled Polled
	calls := w.log.during(func() { polled = w.poll(time.Time{}) })
	require.Greater(t, polled.Count, 180)
	assert.Greater(t, len(calls), 180)
	assert.Empty(t, goingFirst(calls), "a poll, and all that it takes up")

	order := w.record(w.inState(IntakeHeldBack)[0])
	few := []string{CheckoutNotice + "/" + order.Checkout}
	storm := lo.Times(chunkSize, func(n int) string {
		return CheckoutNotice + "/" + lo.Ternary(n == 0, order.Checkout, "none-"+string(rune('a'+n)))
	})
	for name, c := range map[string]struct {
		do    func()
		first bool
	}{
		"a few notices":                      {func() { w.notice(few...) }, true},
		"a storm of them":                    {func() { w.notice(storm...) }, false},
		"notices that were left for later":   {func() { takeUpList(w, ByWebhook, few) }, false},
		"what is asked again":                {func() { takeUpList(w, ByPoll, few) }, false},
		"a confirmation of an unknown order": {func() { w.post("/sandbox/sales", map[string]any{"count": 1}); w.confirm(w.hub.Report().Orders[0].ID) }, true},
	} {
		calls := w.log.during(c.do)
		if c.first {
			assert.Len(t, goingFirst(calls), len(calls), name)
		} else {
			assert.NotEmpty(t, calls, name)
			assert.Empty(t, goingFirst(calls), name)
		}
	}
}

// takeUpList takes up a list of notices from the store.
func takeUpList(w *intakeWorld, source IntakeSource, ids []string) {
	w.Helper()
	w.lists++
	list := w.againList()
	require.NoError(w, w.intake.SpillNotices(w.Context(), SpillNoticesInput{Merchant: w.merchant(), List: list, IDs: ids}))
	must(w.world, w.intake.TakeUpNotices, TakeUpNoticesInput{Merchant: w.merchant(), Source: source, List: list, To: len(ids)})
}

func TestAWeekIsTakenUpFromItsNewestSaleOn(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20, History: 40})
	polled := w.poll(time.Time{})
	var ids []string
	require.NoError(t, w.store.Get(t.Context(), storage.IntakeList(w.merchant(), polled.List), &ids))
	require.Len(t, ids, polled.Count)
	changes := lo.Map(ids, func(id string, _ int) time.Time {
		known, err := saleRecord(t.Context(), w.store, w.merchant(), id[len(CheckoutNotice)+1:])
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
	_, err := does(w.world, w.intake.PollSales, in, nil)
	require.Error(t, err)
	polled := must(w.world, w.intake.PollSales, in)
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
	var polled Polled
	steps := 0
	for ; polled.To.IsZero() && steps < 20; steps++ {
		polled = must(w.world, w.intake.PollSales, in)
	}
	assert.Equal(t, 7, steps, "a step for each day of the week")
	assert.Equal(t, 7, w.calls("checkouts-light"), "and each is walked once")

	first := TakeUpNoticesInput{Merchant: w.merchant(), Source: ByPoll, List: polled.List, To: chunkSize}
	taken := must(w.world, w.intake.TakeUpNotices, first)
	require.Positive(t, taken.Through)
	require.Less(t, taken.Through, chunkSize)
	assert.Equal(t, taken.Through, w.calls("checkout"))
	for first.From = taken.Through; first.From < polled.Count; first.From += taken.Through {
		first.To = min(first.From+chunkSize, polled.Count)
		if taken = must(w.world, w.intake.TakeUpNotices, first); taken.Through == 0 {
			break
		}
	}
	assert.Equal(t, polled.Count, w.calls("checkout"), "all of it, each once")

	order := w.record(w.inState(IntakeHeldBack)[0])
	urgent := w.notice(CheckoutNotice+"/"+order.Checkout, CheckoutNotice+"/none-1", CheckoutNotice+"/none-2")
	assert.Zero(t, urgent.Through, "a few notices are taken up to their end")
}
