package run

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
)

// hubMetrics count the calls of the hub, and how long they waited for their turn.
type hubMetrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	waits    *prometheus.CounterVec
}

func newHubMetrics(registry *prometheus.Registry) *hubMetrics {
	m := &hubMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_hub_requests_total",
			Help: "Requests to the hub; status 0 means no answer, an empty class means success.",
		}, []string{"route", "method", "status", "class"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_hub_request_seconds", Buckets: service.Latencies,
			Help: "Seconds that a request to the hub took.",
		}, []string{"route", "method"}),
		waits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_hub_wait_seconds_total",
			Help: "Seconds that calls of the hub waited for their turn: the hub's rate, the pauses that it asks for, and calls that go first.",
		}, []string{"merchant"}),
	}
	registry.MustRegister(m.requests, m.seconds, m.waits)
	return m
}

func (m *hubMetrics) observe(call multivende.Call) {
	m.requests.WithLabelValues(call.Route, call.Method, strconv.Itoa(call.Status), string(call.Class)).Inc()
	m.seconds.WithLabelValues(call.Route, call.Method).Observe(call.Duration.Seconds())
}

func (m *hubMetrics) observeWait(merchant string, waited time.Duration) {
	m.waits.WithLabelValues(merchant).Add(waited.Seconds())
}

// observeHub counts a call of the hub, and adds it to the trace that it belongs to.
func (p *process) observeHub(ctx context.Context, call multivende.Call) {
	p.metrics.hub.observe(call)
	p.tracing.Ended(ctx, hubSpan(ctx, call))
}

// hubSpan describes a call by its route: its address holds ids.
func hubSpan(ctx context.Context, call multivende.Call) tracing.Call {
	failure := string(call.Class)
	if call.Status == 0 && failure == "" && ctx.Err() != nil {
		failure = "cancelled"
	}
	attributes := []attribute.KeyValue{attribute.String("http.request.method", call.Method), attribute.String("despacho.hub.route", call.Route)}
	if call.Template != "" {
		attributes = append(attributes, attribute.String("url.template", call.Template))
	}
	if call.Status != 0 {
		attributes = append(attributes, attribute.Int("http.response.status_code", call.Status))
	}
	return tracing.Call{Name: "hub " + call.Route, Took: call.Duration, Failure: failure, Attributes: attributes}
}
