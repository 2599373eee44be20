package intake

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestTheCursorMovesOnWhenAllOfAWindowIsTakenUp(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 120})
	complete := func() time.Time {
		at, err := Complete(t.Context(), w.Store, w.merchant())
		if !errors.Is(err, storage.ErrNotFound) {
			require.NoError(t, err)
		}
		return at
	}
	assert.Zero(t, complete(), "nothing has been read yet")

	polled := activitiestest.MustStep(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll-a"})
	require.Greater(t, polled.Count, activities.ChunkSize, "more than one part")
	assert.Zero(t, complete(), "the window was listed, and is still to be read")
	for from := 0; from < polled.Count; from += activities.ChunkSize {
		assert.Zero(t, complete(), "from %d", from)
		activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{
			Merchant: w.merchant(), Source: contract.ByPoll, List: polled.List, From: from, To: min(from+activities.ChunkSize, polled.Count),
		})
	}
	assert.True(t, polled.Complete.Equal(complete()), "its last part was read")

	w.Pass(time.Hour)
	empty := activitiestest.MustStep(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll-b", Complete: polled.Complete})
	require.Zero(t, empty.Count)
	assert.True(t, empty.Complete.Equal(complete()), "there was nothing to read in it")

	require.NoError(t, w.Store.Put(t.Context(), storage.IntakeList(w.merchant(), "again-a"), []string{}))
	activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByPoll, List: "again-a", To: 1})
	assert.True(t, empty.Complete.Equal(complete()), "the list of a look says nothing about a window")
}
