package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestTheHubsCodesAreKeptOnceSomebodyUsesThem(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	called := func(o sandbox.ReportOrder) []string {
		orders, err := intakebook.OrdersOfParcel(t.Context(), w.Store, w.merchant(), o.Code)
		require.NoError(t, err)
		return orders
	}
	before := w.sold("ripley", sandbox.LifePlain, 1)[0]
	assert.Empty(t, called(before))
	require.NoError(t, intakebook.WantNames(t.Context(), w.Store, w.merchant()))
	after := w.sold("ripley", sandbox.LifePlain, 1)[0]
	assert.Equal(t, []string{after.ID}, called(after))
	assert.Empty(t, called(before), "until its sale is read again")
	w.Pass(7 * time.Hour)
	w.Cancel(before)
	w.pollLately()
	assert.Equal(t, []string{before.ID}, called(before))
}

func TestAnIdlePollWritesWhatItCameToAndNoMore(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	at := w.poll(time.Time{}).Complete
	w.Pass(time.Hour)
	at = w.poll(at).Complete
	dear, _ := w.asked(func() { at = w.poll(at).Complete })
	assert.LessOrEqual(t, dear, 3, "the cursor, its outcome, a list of what failed to register")

	connections := storage.IntakeConnections(w.merchant())
	var known, again []any
	require.NoError(t, w.Store.Get(t.Context(), connections, &known))
	require.NotEmpty(t, known)
	require.NoError(t, w.Store.Put(t.Context(), connections, known[1:]))
	w.poll(at)
	require.NoError(t, w.Store.Get(t.Context(), connections, &again))
	assert.Equal(t, known, again, "connections that are others are kept")
}

func TestAPollPutsTheCursorWhereItsIntakeStands(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	for _, stands := range []time.Time{w.Client.Clock().Now().Add(-48 * time.Hour).UTC().Truncate(time.Second), w.Client.Clock().Now().Add(-24 * time.Hour).UTC().Truncate(time.Second)} {
		w.lists++
		in := PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: w.againList(), Complete: stands}
		require.Positive(t, activitiestest.MustStep(w.world, w.intake.PollSales, in).Count)
		complete, err := Complete(t.Context(), w.Store, w.merchant())
		require.NoError(t, err)
		assert.Equal(t, stands, complete.UTC())
	}
}
