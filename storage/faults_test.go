package storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

type note struct {
	Text string `json:"text"`
}

// started returns a server and a store on it whose bucket exists.
func started(t *testing.T) (*storagetest.Server, *storage.Store) {
	t.Helper()
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return server, store
}

// firstOf applies the fault to the first request of a call only.
func firstOf(call storagetest.Call, fault storagetest.Fault) func(storagetest.Call, *http.Request) storagetest.Fault {
	var seen atomic.Bool
	return func(asked storagetest.Call, _ *http.Request) storagetest.Fault {
		if asked == call && !seen.Swap(true) {
			return fault
		}
		return storagetest.Fault{}
	}
}

// each applies the fault to every request of a call.
func each(call storagetest.Call, fault storagetest.Fault) func(storagetest.Call, *http.Request) storagetest.Fault {
	return func(asked storagetest.Call, _ *http.Request) storagetest.Fault {
		if asked == call {
			return fault
		}
		return storagetest.Fault{}
	}
}

func TestALostAnswerDoesNoHarm(t *testing.T) {
	t.Parallel()
	t.Run("an object put once reads as this writer put it", func(t *testing.T) {
		t.Parallel()
		server, store := started(t)
		server.InjectFaults(firstOf(storagetest.PutObject, storagetest.Fault{CutAfter: true}))
		mine := note{Text: "mine"}
		existed, err := store.PutOnce(t.Context(), storage.RunRequest("m", "k"), &mine)
		require.NoError(t, err)
		assert.True(t, existed)
		assert.Equal(t, note{Text: "mine"}, mine)
		assert.Equal(t, 2, server.Calls()[storagetest.PutObject])
	})
	t.Run("a conditional write has happened", func(t *testing.T) {
		t.Parallel()
		server, store := started(t)
		key := storage.RunRequest("m", "k")
		etag, err := store.PutIf(t.Context(), key, note{Text: "first"}, "")
		require.NoError(t, err)
		server.InjectFaults(firstOf(storagetest.PutObject, storagetest.Fault{CutAfter: true}))
		second, err := store.PutIf(t.Context(), key, note{Text: "second"}, etag)
		require.NoError(t, err)
		_, err = store.PutIf(t.Context(), key, note{Text: "third"}, second)
		assert.NoError(t, err)
	})
	t.Run("a file is stored", func(t *testing.T) {
		t.Parallel()
		server, store := started(t)
		server.InjectFaults(firstOf(storagetest.PutObject, storagetest.Fault{CutAfter: true}))
		file, err := store.PutBytes(t.Context(), storage.RawPrefix("m", "c"), ".zip", "application/zip", []byte("zip"))
		require.NoError(t, err)
		read, err := store.ReadAll(t.Context(), file.Key, 3)
		require.NoError(t, err)
		assert.Equal(t, "zip", string(read))
	})
}

func TestABusyServerIsAskedAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]storagetest.Fault{
		"slow down":               {Status: http.StatusServiceUnavailable, Code: "SlowDown"},
		"two conditional writes":  {Status: http.StatusConflict, Code: "ConditionalRequestConflict"},
		"a folder that went":      {Status: http.StatusConflict, Code: "ExistingObjectIsDirectory"},
		"an internal error of S3": {Status: http.StatusInternalServerError, Code: "InternalError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, store := started(t)
			server.InjectFaults(firstOf(storagetest.PutObject, fault))
			require.NoError(t, store.Put(t.Context(), storage.RunRequest("m", "k"), note{}))

			server.InjectFaults(each(storagetest.PutObject, fault))
			err := store.Put(t.Context(), storage.RunRequest("m", "k"), note{})
			require.Error(t, err)
			assert.True(t, storage.IsTransient(err))
			assert.ErrorContains(t, err, "try again later")
		})
	}
}

func TestAnObjectCutWithinIsReadAgain(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	key := storage.RunRequest("m", "k")
	require.NoError(t, store.Put(t.Context(), key, note{Text: strings.Repeat("long ", 1000)}))
	server.InjectFaults(firstOf(storagetest.GetObject, storagetest.Fault{CutWithin: true}))
	var read note
	require.NoError(t, store.Get(t.Context(), key, &read))
	assert.Len(t, read.Text, 5000)

	server.InjectFaults(each(storagetest.GetObject, storagetest.Fault{CutWithin: true}))
	err := store.Get(t.Context(), key, &read)
	require.Error(t, err)
	assert.True(t, storage.IsTransient(err))

	body, _, err := store.Reader(t.Context(), key)
	require.NoError(t, err)
	defer body.Close()
	_, err = io.ReadAll(body)
	assert.True(t, storage.IsTransient(err), "a stream that is cut off must fail: %v", err)
}

func TestErrorsSayWhatToDoAndNoSecret(t *testing.T) {
	t.Parallel()
	key := storage.RunRequest("m", "k")
	tests := map[string]struct {
		fault  storagetest.Fault
		advice string
	}{
		"the bucket is missing":        {storagetest.Fault{Status: http.StatusNotFound, Code: "NoSuchBucket"}, "starter setup"},
		"the permission is missing":    {storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}, "do not permit"},
		"the key is wrong":             {storagetest.Fault{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch"}, "AWS_SECRET_ACCESS_KEY"},
		"the bucket is far away":       {storagetest.Fault{Status: http.StatusMovedPermanently, Code: "PermanentRedirect"}, "AWS_REGION"},
		"the disk is full":             {storagetest.Fault{Status: http.StatusInsufficientStorage, Code: "InsufficientStorage"}, "the label store is full: make room"},
		"the quota is used up":         {storagetest.Fault{Status: http.StatusForbidden, Code: "QuotaExceeded"}, "the label store is full: make room"},
		"the server does not offer it": {storagetest.Fault{Status: http.StatusNotImplemented, Code: "NotImplemented"}, "501"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, store := started(t)
			server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault { return test.fault })
			put := store.Put(t.Context(), key, note{})
			_, _, read := store.Reader(t.Context(), key)
			for _, err := range []error{put, read} {
				require.ErrorContains(t, err, test.advice)
				assert.ErrorContains(t, err, key)
				assert.False(t, storage.IsTransient(err))
				assert.NotErrorIs(t, err, storage.ErrNotFound)
				assert.NotContains(t, err.Error(), "test-key")
				assert.NotContains(t, err.Error(), "test-secret")
			}
		})
	}
}

func TestAServerOutOfReachIsTransient(t *testing.T) {
	t.Parallel()
	settings := storagetest.NewServer(t).AWS()
	settings.BaseEndpoint = aws.String("http://user:password@127.0.0.1:1")
	store, err := storage.Open(t.Context(), storage.Config{Bucket: storagetest.Bucket, AWS: settings})
	require.NoError(t, err)

	err = store.Put(t.Context(), storage.RunRequest("m", "k"), note{})
	require.ErrorContains(t, err, "127.0.0.1:1")
	assert.ErrorContains(t, err, "AWS_ENDPOINT_URL_S3")
	assert.NotContains(t, err.Error(), "password")
	assert.True(t, storage.IsTransient(err))

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	err = store.Put(cancelled, storage.RunRequest("m", "k"), note{})
	require.ErrorIs(t, err, context.Canceled)
	assert.False(t, storage.IsTransient(err))
}

func TestAKeyOfAnotherMakeNeverReachesTheServer(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	before := server.Calls()
	const key = "elsewhere/object"
	_, exists := store.Exists(t.Context(), key)
	_, once := store.PutOnce(t.Context(), key, &note{})
	_, ifTag := store.PutIf(t.Context(), key, note{}, "")
	_, link := store.Link(t.Context(), key, "name")
	_, all := store.ReadAll(t.Context(), key, 1)
	_, file := store.PutBytes(t.Context(), "elsewhere/", ".pdf", "application/pdf", nil)
	for _, err := range []error{
		exists, once, ifTag, link, all, file, store.Put(t.Context(), key, note{}), store.Get(t.Context(), key, &note{}),
		store.Delete(t.Context(), key), store.List(t.Context(), "elsewhere/", nil),
	} {
		assert.ErrorIs(t, err, storage.ErrKey)
		assert.False(t, storage.IsTransient(err))
	}
	assert.Equal(t, before, server.Calls())
}

func TestAStreamThatBreaksStoresNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the hub closed the connection")
	for name, size := range map[string]int{"at its beginning": 10, "after what fits in memory": 3 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, store := started(t)
			source := io.MultiReader(bytes.NewReader(make([]byte, size)), iotest.ErrReader(broken))
			_, err := store.PutStream(t.Context(), storage.RawPrefix("m", "c"), ".zip", "application/zip", source)
			require.ErrorIs(t, err, broken)
			assert.Zero(t, server.Calls()[storagetest.PutObject])
		})
	}
}
