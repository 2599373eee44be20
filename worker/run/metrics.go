package run

import (
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/samber/lo"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"

	"github.com/despacho/despacho/accounts"
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

	tokenLife    *prometheus.GaugeVec
	accountState *prometheus.GaugeVec
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
		tokenLife: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "despacho_token_life_minutes",
			Help: "Minutes, on the hub's clock, that a merchant's token still lives; under 30 something is wrong.",
		}, []string{"merchant"}),
		accountState: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "despacho_account_state",
			Help: "1 for the state that a merchant's account is in: alive, or needs_consent.",
		}, []string{"merchant", "state"}),
	}
	m.registry.MustRegister(m.hubRequests, m.hubSeconds, m.tokenLife, m.accountState, collectors.NewGoCollector(),
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

// observeAccounts takes the figures of all accounts there are.
func (m *metrics) observeAccounts(all []accounts.Account, life func(accounts.Account) time.Duration) {
	m.tokenLife.Reset()
	m.accountState.Reset()
	for _, account := range all {
		m.tokenLife.WithLabelValues(account.Merchant).Set(life(account).Minutes())
		for _, state := range []accounts.State{accounts.Alive, accounts.NeedsConsent} {
			m.accountState.WithLabelValues(account.Merchant, string(state)).Set(lo.Ternary(account.State == state, 1.0, 0.0))
		}
	}
}
