package service

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// scraped is what Prometheus reads, with the header that it sends.
func scraped(t *testing.T, m Metrics) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	request := httptest.NewRequest("GET", "/metrics", nil)
	request.Header.Set("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
	promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{}).ServeHTTP(recorder, request)
	return recorder.Body.String()
}

func TestTemporalsMetricsAreNamedAsItsDashboardAsks(t *testing.T) {
	t.Parallel()
	m, err := NewMetrics(silent())
	require.NoError(t, err)
	tagged := m.Temporal.WithTags(map[string]string{"namespace": "default"})
	tagged.Counter("temporal_workflow_completed").Inc(2)
	tagged.Gauge("temporal_worker_task_slots_available").Update(3)
	tagged.Timer("temporal_request_latency").Record(200 * time.Millisecond)
	page := scraped(t, m)
	for _, line := range []string{
		"# TYPE temporal_workflow_completed counter\n", `temporal_workflow_completed{namespace="default"} 2` + "\n",
		"# TYPE temporal_worker_task_slots_available gauge\n", `temporal_worker_task_slots_available{namespace="default"} 3` + "\n",
		"# TYPE temporal_request_latency_seconds histogram\n", `temporal_request_latency_seconds_bucket{namespace="default",le="0.25"} 1` + "\n",
		`temporal_request_latency_seconds_bucket{namespace="default",le="0.1"} 0` + "\n",
	} {
		assert.Contains(t, page, line)
	}
	for line := range strings.Lines(page) {
		name, _, _ := strings.Cut(line, "{")
		assert.False(t, strings.HasPrefix(name, "temporal_") && strings.HasSuffix(name, "_total"), line)
	}
}

func TestEveryProgramSaysItsBuild(t *testing.T) {
	t.Parallel()
	m, err := NewMetrics(silent())
	require.NoError(t, err)
	assert.Regexp(t, `(?m)^despacho_build_info\{go_version="go1\.\d+[^"]*",revision="[^"]*",version="[^"]+"\} 1$`, scraped(t, m))
}

func TestRequestsToTheStoreAreCountedInAStoreThatIsHandedOver(t *testing.T) {
	t.Parallel()
	m, err := NewMetrics(silent())
	require.NoError(t, err)
	servers := &Servers{Store: storagetest.New(t), wanted: ServerOptions{Log: silent(), Metrics: m}}
	require.NoError(t, servers.openStore(t.Context()))
	require.NoError(t, servers.Store.Put(t.Context(), storage.RunRequest("m", "k"), "x"))
	require.ErrorIs(t, servers.Store.Get(t.Context(), storage.RunRequest("m", "other"), new(string)), storage.ErrNotFound)
	page := scraped(t, m)
	for _, line := range []string{
		`despacho_store_requests_total{class="ok",operation="PutObject"} 1`, `despacho_store_requests_total{class="missing",operation="GetObject"} 1`,
		`despacho_store_request_seconds_count{operation="PutObject"} 1`,
	} {
		assert.Contains(t, page, line)
	}
}

// TestAStoreThatRefusesOrIsAwayIsCounted sees what DespachoStoreErrors fires on.
func TestAStoreThatRefusesOrIsAwayIsCounted(t *testing.T) {
	t.Parallel()
	for class, fault := range map[string]storagetest.Fault{
		"denied":    {Status: http.StatusForbidden, Code: "AccessDenied"},
		"slow_down": {Status: http.StatusServiceUnavailable, Code: "SlowDown"},
		"server":    {Status: http.StatusInternalServerError, Code: "InternalError"},
	} {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			m, err := NewMetrics(silent())
			require.NoError(t, err)
			server := storagetest.NewServer(t)
			server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault { return fault })
			servers := &Servers{Store: server.Open(t, storage.Config{}), wanted: ServerOptions{Log: silent(), Metrics: m}}
			require.NoError(t, servers.openStore(t.Context()))
			require.Error(t, servers.Store.Get(t.Context(), storage.RunRequest("m", "k"), new(string)))
			assert.Regexp(t, `despacho_store_requests_total\{class="`+class+`",operation="GetObject"\} [1-9]`, scraped(t, m))
		})
	}
}
