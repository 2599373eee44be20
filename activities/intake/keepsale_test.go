package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// TestASaleReadEarlierDoesNotReplaceOneReadLater: two steps may read a sale side by side, under its own
// notification and that of its delivery order.
func TestASaleReadEarlierDoesNotReplaceOneReadLater(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	sale := func(minutes int) intakebook.IntakeSale {
		return intakebook.IntakeSale{UpdatedAt: at.Add(time.Duration(minutes) * time.Minute), Orders: []string{"d-1"}}
	}
	kept := func() time.Duration {
		known, err := intakebook.SaleRecord(t.Context(), store, "m", "s")
		require.NoError(t, err)
		return known.UpdatedAt.Sub(at)
	}
	require.NoError(t, intakebook.KeepSale(t.Context(), store, "m", "s", sale(1), ""))
	_, before, err := intakebook.TaggedSale(t.Context(), store, "m", "s")
	require.NoError(t, err)
	require.NoError(t, store.Put(t.Context(), storage.IntakeSale("m", "s"), sale(5)))
	require.NoError(t, intakebook.KeepSale(t.Context(), store, "m", "s", sale(3), before))
	assert.Equal(t, 5*time.Minute, kept())
	require.NoError(t, intakebook.KeepSale(t.Context(), store, "m", "s", sale(7), before))
	assert.Equal(t, 7*time.Minute, kept())
	require.NoError(t, intakebook.KeepSale(t.Context(), store, "m", "s", sale(8), ""))
	assert.Equal(t, 8*time.Minute, kept(), "of nothing known")
}
