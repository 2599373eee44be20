package activities

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestLabelsAreReadAheadInOrder(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	contents := lo.Times(60, func(i int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%02d", i), 1+i) })
	labels := lo.Map(contents, func(content []byte, _ int) toPrint {
		file, err := store.PutBytes(t.Context(), storage.LabelPrefix("m", "c"), ".zpl", "text/plain", content)
		require.NoError(t, err)
		return toPrint{Label: books.Label{Key: file.Key, Bytes: aheadBytes / 3}}
	})

	t.Run("all of them", func(t *testing.T) {
		t.Parallel()
		var got [][]byte
		for data, err := range readAhead(t.Context(), store, labels) {
			require.NoError(t, err)
			got = append(got, data)
		}
		assert.Equal(t, contents, got)
	})
	t.Run("up to the one that cannot be had", func(t *testing.T) {
		t.Parallel()
		with := append(append([]toPrint{}, labels[:20]...), toPrint{Label: books.Label{Key: "labels/m/c/files/gone.zpl"}})
		n := 0
		for _, err := range readAhead(t.Context(), store, append(with, labels[20:]...)) {
			if n++; n <= 20 {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, storage.ErrNotFound)
			}
		}
		assert.Equal(t, 21, n)
	})
	t.Run("until it is told to stop", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var last error
		for _, err := range readAhead(ctx, store, labels) {
			n, last = n+1, err
			cancel()
		}
		assert.Less(t, n, len(labels))
		assert.ErrorIs(t, last, context.Canceled)
	})
}
