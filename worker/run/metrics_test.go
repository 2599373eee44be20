package run

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
)

func scrape(t *testing.T, m *metrics) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{}).ServeHTTP(recorder, httptest.NewRequest("GET", "/metrics", nil))
	return recorder.Body.String()
}

func metricsOf(t *testing.T) *metrics {
	t.Helper()
	base, err := service.NewMetrics(silent())
	require.NoError(t, err)
	return newMetrics(base, 1)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	one, other := metricsOf(t), metricsOf(t) // two workers in one process have a registry each

	one.observeHub(multivende.Call{Route: "task", Method: "GET", Status: 200, Duration: time.Second})
	one.observeHub(multivende.Call{Route: "task", Method: "GET", Class: multivende.Unreachable})
	one.statuses.observe(statusbook.EndedRow{Channel: "fcom", Outcome: contract.StatusSynced, Seconds: 130, Sends: 1})
	one.statuses.observe(statusbook.EndedRow{Channel: "fcom", Outcome: contract.StatusSynced, Seconds: 700, Sends: 2})
	one.statuses.observe(statusbook.EndedRow{Channel: "fcom", Outcome: contract.StatusLate, Sends: 3})
	tagged := one.Temporal.WithTags(map[string]string{"task_queue": "despacho"})
	tagged.Counter("temporal_workflow_completed").Inc(2)
	tagged.Timer("temporal_activity_execution_latency").Record(200 * time.Millisecond)

	page := scrape(t, one)
	for _, line := range []string{
		`despacho_hub_requests_total{class="",method="GET",route="task",status="200"} 1`,
		`despacho_hub_requests_total{class="unreachable",method="GET",route="task",status="0"} 1`,
		`despacho_hub_request_seconds_count{method="GET",route="task"} 2`,
		`temporal_workflow_completed_total{task_queue="despacho"} 2`,
		`temporal_activity_execution_latency_seconds_bucket{task_queue="despacho",le="0.25"} 1`,
		`temporal_activity_execution_latency_seconds_bucket{task_queue="despacho",le="0.1"} 0`,
		`despacho_status_seconds_bucket{channel="fcom",le="180"} 1`, `despacho_status_seconds_count{channel="fcom"} 2`,
		`despacho_statuses_in_time_total{channel="fcom"} 1`, `despacho_statuses_sent_again_total{channel="fcom"} 2`,
		`despacho_statuses_never_total{channel="fcom"} 1`, `despacho_statuses_ended_total{channel="fcom",outcome="synced"} 2`,
		"process_cpu_seconds_total", "go_goroutines",
	} {
		assert.Contains(t, page, line)
	}
	assert.NotContains(t, scrape(t, other), "despacho_hub_requests_total{")
}
