package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// TestTheLabelsOfAnOrderAreThoseThatCountNow: those that wait, else those of the run that published last, and nothing of
// an earlier one is left in them.
func TestTheLabelsOfAnOrderAreThoseThatCountNow(t *testing.T) {
	t.Parallel()
	store := storagetest.NewServer(t).Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	ask := func() []client.StoredLabel {
		labels, err := client.LabelsOfOrder(t.Context(), store, "m-1", "c-1", "d-1")
		require.NoError(t, err)
		return labels
	}
	put := func(key string, record map[string]any) {
		require.NoError(t, store.Put(t.Context(), key, record))
	}
	label := func(values map[string]any) map[string]any { return map[string]any{"labels": []any{values}} }
	assert.Empty(t, ask())

	put(storage.FirstPublication("m-1", "d-1"), map[string]any{"record": label(map[string]any{"key": "a", "format": "zpl", "spare": true, "pack": "p", "from": 5})})
	assert.Equal(t, []client.StoredLabel{{Key: "a", Format: "zpl", Spare: true, Pack: "p", From: 5}}, ask())

	put(storage.PublishedOrder("m-1", "d-1", "later"), map[string]any{"record": label(map[string]any{"key": "b", "format": "pdf"})})
	assert.Equal(t, []client.StoredLabel{{Key: "b", Format: "pdf"}}, ask())

	put(storage.WaitingLabel("m-1", "c-1", "d-1"), label(map[string]any{"key": "c", "format": "zpl"}))
	assert.Equal(t, []client.StoredLabel{{Key: "c", Format: "zpl"}}, ask())
}
