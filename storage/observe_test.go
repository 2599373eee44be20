package storage_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

type marked struct{}

// requests notes what a store asks its server for, while something is done.
type requests struct {
	mu    sync.Mutex
	all   []storage.Request
	marks []any
}

func (r *requests) note(ctx context.Context, request storage.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.marks = append(r.all, request), append(r.marks, ctx.Value(marked{}))
}

// during are the requests of an action: operation, class and kind of each.
func (r *requests) during(t *testing.T, do func(context.Context)) []string {
	t.Helper()
	r.mu.Lock()
	r.all, r.marks = nil, nil
	r.mu.Unlock()
	do(context.WithValue(t.Context(), marked{}, "the caller's"))
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, mark := range r.marks {
		assert.Equal(t, "the caller's", mark, "the context is the caller's")
	}
	return lo.Map(r.all, func(one storage.Request, _ int) string {
		return strings.TrimSpace(one.Operation + " " + string(one.Class) + " " + one.Kind)
	})
}

func TestEachRequestIsObserved(t *testing.T) {
	t.Parallel()
	server, plain := started(t)
	var seen requests
	store := plain.Observed(seen.note)
	key := storage.RunRequest("m", "k")

	assert.Equal(t, []string{"PutObject ok runs"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, store.Put(ctx, key, note{Text: "one"}))
	}))
	assert.Equal(t, []string{"PutObject precondition runs", "GetObject ok runs"}, seen.during(t, func(ctx context.Context) {
		existed, err := store.PutOnce(ctx, key, &note{Text: "two"})
		require.NoError(t, err)
		assert.True(t, existed)
	}))
	assert.Equal(t, []string{"GetObject missing labels"}, seen.during(t, func(ctx context.Context) {
		require.ErrorIs(t, store.Get(ctx, storage.TaskTimes("m", "c"), &note{}), storage.ErrNotFound)
	}))
	assert.Equal(t, []string{"HeadObject ok runs"}, seen.during(t, func(ctx context.Context) {
		there, err := store.Exists(ctx, key)
		require.NoError(t, err)
		assert.True(t, there)
	}))
	assert.Equal(t, []string{"ListObjectsV2 ok accounts"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, store.List(ctx, storage.AccountsPrefix("m"), func(storage.Object) error { return nil }))
	}))
	assert.Equal(t, []string{"DeleteObjects ok runs"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, store.Delete(ctx, key))
	}))
	assert.Equal(t, []string{"HeadObject ok runs"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, plain.Put(t.Context(), key, note{}))
		_, err := store.Link(ctx, key, "request.json")
		require.NoError(t, err)
	}), "a link is made without a request")

	server.InjectFaults(firstOf(storagetest.PutObject, storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}))
	assert.Equal(t, []string{"PutObject slow_down runs", "PutObject ok runs"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, store.Put(ctx, key, note{}))
	}), "each try counts")
	server.InjectFaults(firstOf(storagetest.PutObject, storagetest.Fault{CutAfter: true}))
	assert.Equal(t, []string{"PutObject network runs", "PutObject ok runs"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, store.Put(ctx, key, note{}))
	}))
	server.InjectFaults(each(storagetest.GetObject, storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}))
	assert.Equal(t, []string{"GetObject denied runs"}, seen.during(t, func(ctx context.Context) {
		require.Error(t, store.Get(ctx, key, &note{}))
	}))
	server.InjectFaults(firstOf(storagetest.GetObject, storagetest.Fault{Status: http.StatusInternalServerError, Code: "InternalError"}))
	assert.Equal(t, []string{"GetObject server runs", "GetObject ok runs"}, seen.during(t, func(ctx context.Context) {
		require.NoError(t, store.Get(ctx, key, &note{}))
	}))
	assert.Equal(t, []string{"GetObject other runs"}, seen.during(t, func(ctx context.Context) {
		ended, cancel := context.WithCancel(ctx)
		server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
			cancel()
			return storagetest.Fault{CutAfter: true}
		})
		require.ErrorIs(t, store.Get(ended, key, &note{}), context.Canceled)
	}), "who gives up is no trouble of the network")
}

func TestUploadsInPartsAreObserved(t *testing.T) {
	t.Parallel()
	_, plain := started(t)
	var seen requests
	store := plain.Observed(seen.note)
	large := strings.NewReader(strings.Repeat("0123456789abcdef", 20<<16))
	asked := seen.during(t, func(ctx context.Context) {
		_, err := store.PutStream(ctx, storage.RawPrefix("m", "c"), ".zip", "application/zip", large)
		require.NoError(t, err)
	})
	assert.Equal(t, map[string]int{
		"HeadObject missing raw": 1, "CreateMultipartUpload ok raw": 1, "UploadPart ok raw": 3, "CompleteMultipartUpload ok raw": 1,
	}, lo.CountValues(asked))
}
