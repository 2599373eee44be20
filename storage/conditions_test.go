package storage_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestAServerThatIgnoresAConditionIsFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ignored  []string
		says     string
		silentOn string
	}{
		"for a new object":            {[]string{"If-None-Match"}, "honour If-None-Match when", "If-Match"},
		"for an object that was read": {[]string{"If-Match"}, "honour If-Match when", "If-None-Match"},
		"both":                        {[]string{"If-None-Match", "If-Match"}, "honour If-None-Match and If-Match when", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, store := started(t)
			server.Ignore(test.ignored...)
			note, err := store.CheckConditions(t.Context())
			require.ErrorIs(t, err, storage.ErrUnconditional)
			assert.Empty(t, note)
			assert.False(t, storage.IsTransient(err))
			assert.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "use one that does")
			assert.NotContains(t, err.Error(), test.silentOn)
			found, err := store.Examine(t.Context())
			require.NoError(t, err)
			assert.ErrorIs(t, found.Unconditional, storage.ErrUnconditional)
		})
	}
}

func TestATryOfConditionsLeavesNothingAndIsCheap(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	before := server.Calls()
	note, err := store.CheckConditions(t.Context())
	require.NoError(t, err)
	assert.Empty(t, note)
	after := server.Calls()
	assert.Equal(t, 3, after[storagetest.PutObject]-before[storagetest.PutObject])
	assert.Equal(t, 1, after[storagetest.DeleteObjects]-before[storagetest.DeleteObjects])
	require.NoError(t, store.List(t.Context(), storage.NotificationsPrefix("m"), func(o storage.Object) error {
		assert.Fail(t, o.Key)
		return nil
	}))
	require.NoError(t, store.List(t.Context(), "raw/", func(o storage.Object) error {
		assert.Fail(t, o.Key)
		return nil
	}))
}

func TestSeveralProgramsMayTryConditionsAtOnce(t *testing.T) {
	t.Parallel()
	_, store := started(t)
	var tries errgroup.Group
	for range 8 {
		tries.Go(func() error {
			note, err := store.CheckConditions(t.Context())
			assert.Empty(t, note)
			return err
		})
	}
	require.NoError(t, tries.Wait())
}

func TestAnOddAnswerToAConditionIsNeverTakenForGood(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]storagetest.Fault{
		"that it is wrong":                {Status: http.StatusBadRequest, Code: "InvalidArgument"},
		"that the method is not allowed":  {Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed"},
		"of a proxy that names no reason": {Status: http.StatusForbidden},
		"that the object is not there":    {Status: http.StatusNotFound, Code: "NoSuchKey"},
	} {
		for _, condition := range []string{"If-None-Match", "If-Match"} {
			t.Run(condition+" "+name, func(t *testing.T) {
				t.Parallel()
				server, store := started(t)
				server.InjectFaults(func(_ storagetest.Call, r *http.Request) storagetest.Fault {
					if r.Header.Get(condition) != "" {
						return fault
					}
					return storagetest.Fault{}
				})
				note, err := store.CheckConditions(t.Context())
				require.ErrorContains(t, err, "test conditional writes at raw/!probe/")
				assert.Empty(t, note)
				assert.False(t, storage.IsTransient(err))
			})
		}
	}
}

func TestATryOfConditionsThatIsRefusedIsNotedOnly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault storagetest.Fault
		note  string
	}{
		"by a missing permission": {storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}, "raw/!probe/*"},
		"because it is full":      {storagetest.Fault{Status: http.StatusInsufficientStorage, Code: "InsufficientStorage"}, "the label store is full"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, store := started(t)
			server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
				if r.Header.Get("If-Match") != "" {
					return test.fault
				}
				return storagetest.Fault{}
			})
			note, err := store.CheckConditions(t.Context())
			require.NoError(t, err)
			assert.Contains(t, note, test.note)
		})
	}
	t.Run("and a condition that the server does not implement counts as one that it ignores", func(t *testing.T) {
		t.Parallel()
		server, store := started(t)
		server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
			if r.Header.Get("If-Match") != "" {
				return storagetest.Fault{Status: http.StatusNotImplemented, Code: "NotImplemented"}
			}
			return storagetest.Fault{}
		})
		_, err := store.CheckConditions(t.Context())
		require.ErrorIs(t, err, storage.ErrUnconditional)
	})
	t.Run("and a busy server is asked again later", func(t *testing.T) {
		t.Parallel()
		server, store := started(t)
		server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
			return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
		})
		_, err := store.CheckConditions(t.Context())
		require.Error(t, err)
		assert.True(t, storage.IsTransient(err))
	})
}
