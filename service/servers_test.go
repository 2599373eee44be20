package service

import (
	"bytes"
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// wanted are servers of which Temporal is well; what is logged comes into out.
func wanted(t *testing.T, server *storagetest.Server, out *bytes.Buffer) ServerOptions {
	t.Helper()
	return ServerOptions{
		Log: slog.New(slog.NewTextHandler(out, nil)), Temporal: namespace{attributes: contract.SearchAttributes()}, Store: server.Open(t, storage.Config{}),
		MakeBucket: true, Probe: "runs/no-such-merchant/",
	}
}

func TestConnectMakesTheBucketAndSaysWhatItCannotDo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	servers := wanted(t, storagetest.NewServer(t), &out)
	require.Error(t, servers.Store.List(t.Context(), "runs/", func(storage.Object) error { return nil }), "there is no bucket yet")
	connected, err := Connect(t.Context(), servers)
	require.NoError(t, err)
	for _, check := range connected.Checks() {
		require.NoError(t, check.Run(t.Context()), check.Name)
	}
	assert.Equal(t, "default", connected.Namespace)
	assert.Contains(t, out.String(), "despacho itself deletes old objects")
}

func TestConnectMakesNoBucketWhereItIsNotWanted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	servers := wanted(t, storagetest.NewServer(t), &out)
	servers.MakeBucket = false
	_, err := Connect(t.Context(), servers)
	require.ErrorContains(t, err, "the label store is not ready")
	require.Error(t, servers.Store.List(t.Context(), "runs/", func(storage.Object) error { return nil }), "there is still no bucket")
}

func TestConnectDoesNotWaitForWhatIsForbidden(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusForbidden, Code: "SignatureDoesNotMatch"}
	})
	var out bytes.Buffer
	_, err := Connect(t.Context(), wanted(t, server, &out))
	require.ErrorContains(t, err, "the label store is not ready after 0s")
	assert.NotContains(t, out.String(), "again_in")
}

func TestNothingStartsOnAStoreWithoutConditionalWrites(t *testing.T) {
	t.Parallel()
	for _, condition := range []string{"If-None-Match", "If-Match"} {
		t.Run(condition, func(t *testing.T) {
			t.Parallel()
			server := storagetest.NewServer(t)
			server.Ignore(condition)
			var out bytes.Buffer
			_, err := Connect(t.Context(), wanted(t, server, &out))
			require.ErrorIs(t, err, storage.ErrUnconditional)
			require.ErrorContains(t, err, "honour "+condition)
			assert.NotContains(t, out.String(), "again_in", "waiting does not mend it")
		})
	}
}

func TestAGatewayThatMayNotTryConditionsSaysSoAndStarts(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	server.InjectFaults(func(call storagetest.Call, _ *http.Request) storagetest.Fault {
		if call == storagetest.PutObject {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	var out bytes.Buffer
	_, err := Connect(t.Context(), wanted(t, server, &out))
	require.NoError(t, err)
	assert.Contains(t, out.String(), "raw/!probe/*")
}

func TestReadinessSeesThatTheStoreIsGone(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	var out bytes.Buffer
	connected, err := Connect(t.Context(), wanted(t, server, &out))
	require.NoError(t, err)
	server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
	})
	ready := NewReadiness("worker")
	ready.BeginChecks(connected.Checks())
	problems := ready.Look(t.Context())
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "label store: ")
}

func TestConnectNamesEveryWrongVariable(t *testing.T) {
	t.Setenv("TEMPORAL_CONFIG_FILE", "/no/such/file.toml")
	t.Setenv("TEMPORAL_PROFILE", "no-such-profile")
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/no/such/file")
	_, err := Connect(t.Context(), ServerOptions{Log: silent(), Bucket: "despacho"})
	require.ErrorContains(t, err, "TEMPORAL_*")
	require.ErrorContains(t, err, "AWS_REGION")
}

func TestOnlyWhatConnectHasOpenedIsClosed(t *testing.T) {
	t.Parallel()
	lent, own := &closing{}, &closing{}
	(&Servers{Temporal: lent, wanted: ServerOptions{Temporal: lent}}).Close()
	(&Servers{Temporal: own}).Close()
	assert.False(t, lent.closed)
	assert.True(t, own.closed)
}

// closing is a Temporal that notes when it is closed.
type closing struct {
	namespace
	closed bool
}

func (c *closing) Close() { c.closed = true }
