package run

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	deliveries "github.com/despacho/despacho/activities/hooks"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
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

	one.hub.observe(multivende.Call{Route: "task", Method: "GET", Status: 200, Duration: time.Second})
	one.hub.observe(multivende.Call{Route: "task", Method: "GET", Class: multivende.Unreachable})
	one.hub.observeWait("m-1", 1500*time.Millisecond)
	one.labels.observeOrder("paris", contract.Labelled)
	one.labels.observeOrder(" WooCommerce ", contract.Unsupported)
	one.labels.observeOrder("wocommerce", contract.Unsupported)
	one.labels.observeOrder("a word of the hub's", contract.Rejected)
	one.labels.observeOrder("", contract.UnknownOrder)
	one.labels.observeLabel("paris", 10*time.Minute)
	one.labels.observeLabel("paris", -time.Minute)
	one.statuses.observe(statusbook.EndedRow{Channel: "fcom", Outcome: contract.StatusSynced, Seconds: 130, Sends: 1})
	one.statuses.observe(statusbook.EndedRow{Channel: "fcom", Outcome: contract.StatusSynced, Seconds: 700, Sends: 2})
	one.statuses.observe(statusbook.EndedRow{Channel: "fcom", Outcome: contract.StatusLate, Sends: 3})
	one.partners.observe(deliveries.Try{Event: contract.LabelReady, Outcome: string(hooks.Retrying)})
	one.partners.observe(deliveries.Try{Event: contract.LabelReady, Outcome: string(hooks.Delivered), Waited: 7 * time.Second})
	one.partners.observe(deliveries.Try{Event: contract.LabelReady, Outcome: string(hooks.Delivered)})
	one.partners.turnedOff("m-1", hooks.Unreachable)
	tagged := one.Temporal.WithTags(map[string]string{"task_queue": "despacho"})
	tagged.Counter("temporal_workflow_completed").Inc(2)
	tagged.Timer("temporal_activity_execution_latency").Record(200 * time.Millisecond)

	page := scrape(t, one)
	for _, line := range []string{
		`despacho_hub_requests_total{class="",method="GET",route="task",status="200"} 1`,
		`despacho_hub_requests_total{class="unreachable",method="GET",route="task",status="0"} 1`,
		`despacho_hub_request_seconds_count{method="GET",route="task"} 2`,
		`despacho_hub_wait_seconds_total{merchant="m-1"} 1.5`,
		`despacho_labels_total{channel="paris",outcome="labelled"} 1`, `despacho_labels_total{channel="woocommerce",outcome="unsupported"} 2`,
		`despacho_labels_total{channel="other",outcome="rejected"} 1`, `despacho_labels_total{channel="other",outcome="unknown_order"} 1`,
		`despacho_order_to_label_seconds_bucket{channel="paris",le="900"} 2`, `despacho_order_to_label_seconds_bucket{channel="paris",le="60"} 1`,
		`temporal_workflow_completed{task_queue="despacho"} 2`,
		`temporal_activity_execution_latency_seconds_bucket{task_queue="despacho",le="0.25"} 1`,
		`temporal_activity_execution_latency_seconds_bucket{task_queue="despacho",le="0.1"} 0`,
		`despacho_status_seconds_bucket{channel="fcom",le="180"} 1`, `despacho_status_seconds_count{channel="fcom"} 2`,
		`despacho_statuses_in_time_total{channel="fcom"} 1`, `despacho_statuses_sent_again_total{channel="fcom"} 2`,
		`despacho_statuses_never_total{channel="fcom"} 1`, `despacho_statuses_ended_total{channel="fcom",outcome="synced"} 2`,
		`despacho_partner_webhook_tries_total{event="label.ready",outcome="delivered"} 2`, `despacho_partner_webhook_tries_total{event="label.ready",outcome="retrying"} 1`,
		`despacho_partner_webhook_seconds_bucket{event="label.ready",le="10"} 1`, `despacho_partner_webhook_seconds_count{event="label.ready"} 1`,
		`despacho_partner_webhooks_off_total{merchant="m-1",reason="unreachable"} 1`,
		"process_cpu_seconds_total", "go_goroutines",
	} {
		assert.Contains(t, page, line)
	}
	assert.NotContains(t, scrape(t, other), "despacho_hub_requests_total{")
}
