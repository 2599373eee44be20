package intake

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestTheIntakeKeepsOrdersWithOddIDsApart(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 5})
	for _, id := range activitiestest.OddIDs {
		_, err := intakebook.ChangeRecord(t.Context(), w.Store, w.merchant(), id, func(r *contract.IntakeRecord) {
			require.Empty(t, r.State, id)
			r.State, r.Checkout, r.FirstSeenAt = contract.IntakeWaiting, "sale of "+id, time.Now()
		})
		require.NoError(t, err)
	}
	assert.ElementsMatch(t, activitiestest.OddIDs, w.inState(contract.IntakeWaiting))
	w.publish("ord:1", "morning")
	looked := w.look()
	assert.Equal(t, 1, looked.Counts[contract.IntakeLabelled])
	assert.ElementsMatch(t, lo.Without(activitiestest.OddIDs, "ord:1"), w.inState(contract.IntakeWaiting))
}

func TestASaleWithAnOddIDIsReadAgainWhenItsChangeWasLeft(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 5})
	early, err := w.intake.taking(t.Context(), w.merchant(), contract.ByPoll)
	require.NoError(t, err)
	for _, id := range activitiestest.OddIDs {
		require.NoError(t, early.readLater(t.Context(), id))
	}
	marks, err := early.markedAsLeft(t.Context(), "99990101T00")
	require.NoError(t, err)
	assert.ElementsMatch(t, activitiestest.OddIDs, lo.Map(marks, func(m leftMark, _ int) string { return m.checkout }))
}
