package intake

import (
	"fmt"
	"math/rand/v2"
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
	"github.com/despacho/despacho/storage/storagetest"
)

// truth counts the records of orders by state.
func (w *intakeWorld) truth(orders map[string]bool) map[contract.IntakeOrderState]int {
	counts := map[contract.IntakeOrderState]int{}
	for order := range orders {
		counts[w.record(order).State]++
	}
	return counts
}

// without are counts without those of states in which nobody stands.
func without(counts map[contract.IntakeOrderState]int) map[contract.IntakeOrderState]int {
	left := map[contract.IntakeOrderState]int{}
	for state, n := range counts {
		if n != 0 {
			left[state] = n
		}
	}
	return left
}

func TestCountsAreThoseOfTheRecordsHoweverOrdersMove(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 1}).trusting()
			chance := rand.New(rand.NewPCG(seed, 7))
			orders, states := map[string]bool{}, contract.IntakeOrderStates()
			for round := range 14 {
				for range chance.IntN(9) {
					order, state := fmt.Sprintf("order-%d", chance.IntN(25)), states[chance.IntN(len(states))]
					_, err := intakebook.ChangeRecord(t.Context(), w.Store, w.merchant(), order, func(r *contract.IntakeRecord) { r.State = state })
					require.NoError(t, err)
					orders[order] = true
				}
				if round%4 == 1 { // a look that comes to its end but for its memory, or that cannot tidy up behind itself
					mend := w.failing(storagetest.PutObject, "/look.json")
					if round == 5 {
						mend = w.failing(storagetest.DeleteObjects, "")
					}
					w.lists++
					_, err := activitiestest.TryStep(w.world, w.intake.LookOver, LookOverInput{Merchant: w.merchant(), Settings: w.settings, List: w.againList()}, nil)
					mend()
					require.True(t, err != nil || round == 5)
				}
				if round == 9 {
					w.intake.every = time.Nanosecond
				}
				looked := w.look()
				w.intake.every = 0
				require.Equal(t, w.truth(orders), without(looked.Counts), "round %d", round)
				for _, state := range states {
					if intakebook.IsOpen(state) {
						assert.Len(t, w.inState(state), looked.Counts[state], "round %d: marks of %s", round, state)
					}
				}
			}
		})
	}
}

func TestALabelPublishedBeforeItsSaleWasReadIsFound(t *testing.T) {
	t.Parallel()
	for name, age := range map[string]time.Duration{"a sale of this minute": 0, "a sale of yesterday": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4}).trusting()
			w.look()
			before := activitiestest.Reported(w.Sandbox.Report().Orders)
			w.post("/sandbox/sales", map[string]any{"count": 1, "life": sandbox.LifePlain, "connection": "ripley"})
			order, ok := lo.Find(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder) bool { return !lo.Contains(before, o.ID) })
			require.True(t, ok)
			w.publish(order.ID, "morning")
			w.look()
			w.Pass(age)
			w.notification(CheckoutNotification + "/" + order.Checkouts[0])
			w.look()
			assert.Equal(t, contract.IntakeLabelled, w.state(order))
			assert.Equal(t, "morning", w.record(order.ID).Run)
		})
	}
}

func TestTheDailyLookMendsWhatAKilledWorkerLeftOfClosedOrders(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 1}).trusting()
	w.past(contract.IntakeLabelled, 6)
	w.past(contract.IntakeWaiting, 2)
	w.look()
	mark := func(state contract.IntakeOrderState, order string) string {
		return storage.IntakeInState(w.merchant(), string(state), order)
	}
	require.NoError(t, w.Store.Delete(t.Context(), mark(contract.IntakeLabelled, "past-labelled-0001"), mark(contract.IntakeWaiting, "past-waiting-0001")))
	require.NoError(t, w.Store.Put(t.Context(), mark(contract.IntakeTakeOut, "past-labelled-0002"), struct{}{}))
	require.NoError(t, w.Store.Delete(t.Context(), storage.IntakeLook(w.merchant())))
	assert.Equal(t, map[contract.IntakeOrderState]int{contract.IntakeLabelled: 6, contract.IntakeWaiting: 2}, w.look().Counts)
	counts, err := CountIntake(t.Context(), w.Store, w.merchant())
	require.NoError(t, err)
	assert.Equal(t, map[contract.IntakeOrderState]int{contract.IntakeLabelled: 6, contract.IntakeWaiting: 2}, counts)
}
