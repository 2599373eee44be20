package storage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestAnObjectWhoseLengthIsNotToldIsBoundedAllTheSame(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		_, _ = w.Write([]byte(strings.Repeat("x", 100)))
	}))
	t.Cleanup(server.Close)
	settings := storagetest.NewServer(t).AWS()
	settings.BaseEndpoint = aws.String(server.URL)
	store, err := storage.Open(t.Context(), storage.Config{Bucket: storagetest.Bucket, AWS: settings})
	require.NoError(t, err)

	_, err = store.ReadAll(t.Context(), storage.RunRequest("m", "k"), 99)
	require.ErrorIs(t, err, storage.ErrTooLarge)
	data, err := store.ReadAll(t.Context(), storage.RunRequest("m", "k"), 100)
	require.NoError(t, err)
	assert.Len(t, data, 100)
}
