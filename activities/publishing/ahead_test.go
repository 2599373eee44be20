package publishing

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	contents := lo.Times(60, func(i int) string { return fmt.Sprintf("^XA^FDlabel %02d%s^FS^XZ\n", i, strings.Repeat(" ", i)) })
	labels := lo.Map(contents, func(content string, _ int) toPrint {
		file, err := store.PutBytes(t.Context(), storage.LabelPrefix("m", "c"), ".zpl", "text/plain", []byte(content))
		require.NoError(t, err)
		return toPrint{Label: books.Label{Key: file.Key, Format: "zpl", Bytes: aheadBytes / 3}}
	})
	read := func(labels []toPrint) (got []string, faults []error) {
		for ready := range (&Publishing{Store: store}).readAhead(t.Context(), &joinedFiles{labels: labels}, nil) {
			require.NoError(t, ready.trouble)
			if ready.fault == nil {
				got = append(got, string(ready.label.Data()))
			}
			faults = append(faults, ready.fault)
		}
		return got, faults
	}

	t.Run("all of them", func(t *testing.T) {
		t.Parallel()
		got, _ := read(labels)
		assert.Equal(t, contents, got)
	})
	t.Run("past those that are unavailable or damaged", func(t *testing.T) {
		t.Parallel()
		broken, err := store.PutBytes(t.Context(), storage.LabelPrefix("m", "c"), ".zpl", "text/plain", []byte("^XA no end"))
		require.NoError(t, err)
		gone := toPrint{Label: books.Label{Key: "labels/m/c/files/gone.zpl", Format: "zpl"}}
		got, faults := read(slices.Concat(labels[:20], []toPrint{gone, {Label: books.Label{Key: broken.Key, Format: "zpl"}}}, labels[20:]))
		assert.Equal(t, contents, got)
		require.ErrorIs(t, faults[20], storage.ErrNotFound)
		assert.ErrorContains(t, faults[21], "prints nothing")
	})
	t.Run("until it is told to stop", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var last error
		for ready := range (&Publishing{Store: store}).readAhead(ctx, &joinedFiles{labels: labels}, nil) {
			n, last = n+1, ready.trouble
			cancel()
		}
		assert.Less(t, n, len(labels))
		assert.ErrorIs(t, last, context.Canceled)
	})
}
