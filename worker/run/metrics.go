package run

import (
	"fmt"
	"log/slog"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"github.com/despacho/despacho/multivende"
)

// latencies are histogram bounds in seconds: from a local step to a slow marketplace.
var latencies = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300}

// metrics are those of one worker, on a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	temporal client.MetricsHandler

	hubRequests *prometheus.CounterVec
	hubSeconds  *prometheus.HistogramVec
	statuses    *statusMetrics
}

func newMetrics(log *slog.Logger) (*metrics, error) {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		hubRequests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_hub_requests_total",
			Help: "Requests to the hub; status 0 had no answer, an empty class worked.",
		}, []string{"route", "method", "status", "class"}),
		hubSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_hub_request_seconds", Buckets: latencies,
			Help: "Seconds that a request to the hub took.",
		}, []string{"route", "method"}),
	}
	m.registry.MustRegister(m.hubRequests, m.hubSeconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.statuses = newStatusMetrics(m.registry)
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(m.registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics of Temporal cannot be registered: %w", err)
	}
	provider := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(metric.NewView(
		metric.Instrument{Name: "temporal_*", Kind: metric.InstrumentKindHistogram},
		metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: latencies}},
	)))
	m.temporal = opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: provider.Meter("temporal-sdk-go"), UseMonotonicCounters: true,
		OnError: func(err error) { log.Error("a metric of Temporal's SDK is left out", "error", err) },
	})
	return m, nil
}

// observeHub counts one request to the hub.
func (m *metrics) observeHub(call multivende.Call) {
	m.hubRequests.WithLabelValues(call.Route, call.Method, strconv.Itoa(call.Status), string(call.Class)).Inc()
	m.hubSeconds.WithLabelValues(call.Route, call.Method).Observe(call.Duration.Seconds())
}
