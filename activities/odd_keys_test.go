package activities

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
)

// oddIDs are ids that a key cannot hold as they are, beside those that they were mistaken for.
var oddIDs = []string{"ord:1", "ord-1", "ord 2", "ord/3", "ñandú", "ord!4", strings.Repeat("x", 200), strings.Repeat("x", 201)}

func TestAStoredLabelIsTakenUpForItsOwnOrderOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 20})
	scope := w.scope("ripley")
	for _, id := range oddIDs {
		if id != "ord-1" {
			w.keepWaiting(scope, books.Order{ID: id, CheckoutID: "sale of " + id})
		}
	}
	w.find(scope)
	taken := w.takeUp(scope)
	var stored []string
	for n := range taken.Pages {
		for _, o := range w.page(scope, books.PageName(books.ListPage, n+1)).Pending {
			if o.Stored {
				stored = append(stored, o.ID)
				assert.Equal(t, "sale of "+o.ID, o.CheckoutID)
			}
		}
	}
	assert.ElementsMatch(t, lo.Without(oddIDs, "ord-1"), stored)
}

func TestTheIntakeKeepsOrdersWithOddIDsApart(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 5})
	for _, id := range oddIDs {
		_, err := changeRecord(t.Context(), w.store, w.merchant(), id, func(r *IntakeRecord) {
			require.Empty(t, r.State, id)
			r.State, r.Checkout, r.FirstSeenAt = IntakeWaiting, "sale of "+id, time.Now()
		})
		require.NoError(t, err)
	}
	assert.ElementsMatch(t, oddIDs, w.inState(IntakeWaiting))
	w.publish("ord:1", "morning")
	looked := w.look()
	assert.Equal(t, 1, looked.Counts[IntakeLabelled])
	assert.ElementsMatch(t, lo.Without(oddIDs, "ord:1"), w.inState(IntakeWaiting))
}

func TestASaleWithAnOddIDIsReadAgainWhenItsChangeWasLeft(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 5})
	early, err := w.intake.taking(t.Context(), w.merchant(), ByPoll)
	require.NoError(t, err)
	for _, id := range oddIDs {
		require.NoError(t, early.readLater(t.Context(), id))
	}
	marks, err := early.leftSales(t.Context(), "99990101T00")
	require.NoError(t, err)
	assert.ElementsMatch(t, oddIDs, lo.Map(marks, func(m leftMark, _ int) string { return m.checkout }))
}
