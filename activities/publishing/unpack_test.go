package publishing

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestALabelOfAPackIsReadWhereItStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 1})
	a := &Publishing{Hubs: w, Store: w.Store}
	prefix, data := storage.LabelPrefix("m", "c"), []byte("^XA^FDtwo^FS^XZ")
	pack, err := w.Store.PutBytes(t.Context(), prefix, ".pack", "application/octet-stream", append([]byte("one"), data...))
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	file, err := storage.FileOf(prefix, ".zpl", hex.EncodeToString(sum[:]), int64(len(data)))
	require.NoError(t, err)
	label := books.Label{Key: file.Key, Format: "zpl", SHA256: file.SHA256, Bytes: file.Bytes, Pack: pack.Key, From: 3}
	got, err := a.labelData(t.Context(), label)
	require.NoError(t, err)
	assert.Equal(t, data, got)

	row, _ := laidRow(books.Entry{Labels: []books.Label{label}}, 0, "zpl")
	printed := row.Labels[0]
	read, err := w.Store.ReadPlace(t.Context(), storage.Place{Key: printed.Key, From: printed.From, Bytes: printed.Bytes}, 100)
	require.NoError(t, err, "the manifest says where it stands")
	assert.Equal(t, data, read)

	label.From = 1
	_, err = a.labelData(t.Context(), label)
	require.ErrorIs(t, err, storage.ErrNotFound, "what stands there is another's")
	label.From = 4
	_, err = a.labelData(t.Context(), label)
	assert.ErrorIs(t, err, storage.ErrNotFound, "the pack ends before")
}
