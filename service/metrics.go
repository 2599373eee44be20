package service

import (
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/otlptranslator"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"github.com/despacho/despacho/service/version"
)

// Latencies are histogram bounds in seconds: from a local step to a slow marketplace.
var Latencies = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300}

// Metrics are one program's registry, which holds the metrics of its process and of its requests to the label
// store, and the handler that adds those of Temporal's SDK.
type Metrics struct {
	Registry *prometheus.Registry
	Temporal client.MetricsHandler
	store    *storeMetrics
}

// NewMetrics makes a new registry, so that several programs can run in one process.
func NewMetrics(log *slog.Logger) (Metrics, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(version.Read()))
	// Temporal's dashboard for this SDK wants counters without _total and seconds with _seconds.
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(registry), otelprometheus.WithoutScopeInfo(), otelprometheus.WithoutTargetInfo(),
		otelprometheus.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithoutSuffixes))
	if err != nil {
		return Metrics{}, fmt.Errorf("cannot register Temporal's metrics: %w", err)
	}
	provider := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(inSeconds))
	return Metrics{Registry: registry, store: newStoreMetrics(registry), Temporal: opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter: provider.Meter("temporal-sdk-go"), UseMonotonicCounters: true,
		OnError: func(err error) { log.Error("a metric of Temporal's SDK is left out", "error", err) },
	})}, nil
}

// inSeconds is the view of what Temporal's SDK times: its unit in its name, and our bounds.
func inSeconds(instrument metric.Instrument) (metric.Stream, bool) {
	if instrument.Kind != metric.InstrumentKindHistogram || instrument.Unit != "s" {
		return metric.Stream{}, false
	}
	return metric.Stream{
		Name: instrument.Name + "_seconds", Description: instrument.Description, Unit: instrument.Unit,
		Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: Latencies},
	}, true
}

// buildInfo is 1, and says in its labels which build this is.
func buildInfo(build version.Info) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_build_info", Help: "1; its labels say which build of despacho this is.",
		ConstLabels: prometheus.Labels{"version": build.Release, "revision": build.Revision, "go_version": build.Go},
	}, func() float64 { return 1 })
}
