package door

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

func TestALabelIsReadWhereItStands(t *testing.T) {
	t.Parallel()
	const first, second = "^XA^FDone^FS^XZ", "^XA^FDtwo^FS^XZ"
	s := published(t)
	s.addOrder(t, merchant, "d1", contract.IntakeLabelled)
	prefix := storage.LabelPrefix(merchant, "c1")
	pack, err := s.store.PutBytes(t.Context(), prefix, ".pack", "application/octet-stream", []byte(first+second))
	require.NoError(t, err)
	waits := func(from, bytes int) {
		require.NoError(t, s.store.Put(t.Context(), storage.WaitingLabel(merchant, "c1", "d1"), map[string]any{"labels": []map[string]any{
			{"key": prefix + "files/none.zpl", "format": "zpl", "sha256": digestOf(second), "bytes": bytes, "pack": pack.Key, "from": from},
		}}))
	}
	waits(len(first), len(second))
	came := s.get("/v1/orders/d1/label.zpl")
	require.Equal(t, http.StatusOK, came.Status, string(came.Body))
	assert.Equal(t, second, string(came.Body))
	for name, place := range map[string][2]int{
		"another's label stands there": {0, len(first)}, "the pack ends before": {len(first) + 1, len(second)}, "it is too large": {0, mostLabel + 1},
	} {
		waits(place[0], place[1])
		assert.NotEqual(t, http.StatusOK, s.get("/v1/orders/d1/label.zpl").Status, name)
	}
}
