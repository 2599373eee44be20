package run

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func processOn(t *testing.T, server *storagetest.Server, out *bytes.Buffer) *process {
	t.Helper()
	settings := validSettings()
	return &process{
		settings: settings, log: NewLogger(out, settings), ready: service.NewReadiness("worker"),
		options: Options{Store: server.Open(t, storage.Config{})},
	}
}

func TestOpenStoreMakesTheBucketAndSaysWhatItCannotDo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := processOn(t, storagetest.NewServer(t), &out)
	require.Error(t, p.options.Store.List(t.Context(), "runs/", func(storage.Object) error { return nil }), "there is no bucket yet")
	require.NoError(t, p.openStore(t.Context()))
	require.NoError(t, p.checkStore(t.Context()))
	assert.Contains(t, out.String(), "old objects are deleted by despacho itself")
}

func TestOpenStoreDoesNotWaitForWhatIsForbidden(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	server.Fail(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch"}
	})
	var out bytes.Buffer
	err := processOn(t, server, &out).openStore(t.Context())
	require.ErrorContains(t, err, "the label store is not ready after 0s")
	assert.NotContains(t, out.String(), "again_in")
}

func TestReadinessSeesThatTheStoreIsGone(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	var out bytes.Buffer
	p := processOn(t, server, &out)
	require.NoError(t, p.openStore(t.Context()))
	server.Fail(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
	})
	p.ready.Begin([]service.Check{{Name: "label store", Run: p.checkStore}})
	problems := p.ready.Look(t.Context())
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "label store: ")
}

func TestExpireEndsWithTheWorker(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := processOn(t, storagetest.NewServer(t), &out)
	require.NoError(t, p.openStore(t.Context()))
	ctx, end := context.WithCancel(t.Context())
	end()
	p.expire(ctx)
	assert.NotContains(t, out.String(), "could not be deleted")
}
