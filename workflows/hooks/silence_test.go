package hooks

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestWhereNobodyListensNothingIsWritten(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	before := server.Calls()
	outbox := &book.Outbox{Store: store}
	for i := range 100 {
		require.NoError(t, outbox.Tell(t.Context(), merchant, book.News{Event: contract.LabelReady, ID: fmt.Sprint(i), Orders: []book.Order{{ID: "d"}}}))
	}
	after := server.Calls()
	assert.Equal(t, before[storagetest.PutObject], after[storagetest.PutObject])
	assert.LessOrEqual(t, after[storagetest.GetObject]-before[storagetest.GetObject], 2)
}
