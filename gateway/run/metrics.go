package run

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/despacho/despacho/service"
)

// metrics are those of one gateway, on a registry of its own.
type metrics struct {
	service.Metrics

	received   *prometheus.CounterVec
	seconds    prometheus.Histogram
	batches    prometheus.Histogram
	duplicates prometheus.Counter
	rawDropped prometheus.Counter
}

func newMetrics(base service.Metrics) *metrics {
	m := &metrics{
		Metrics: base,
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_webhook_requests_total",
			Help: "Requests to the gateway by what came of them.",
		}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "despacho_webhook_request_seconds", Help: "Seconds until a request was answered; the hub waits 6.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 6},
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "despacho_webhook_batch_ids", Help: "Ids in a signal to an Intake.",
			Buckets: []float64{1, 2, 5, 10, 25, 50, 100, 250, 500},
		}),
		duplicates: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "despacho_webhook_duplicates_total", Help: "Notices that named what another one of the same signal names.",
		}),
		rawDropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "despacho_webhook_raw_dropped_total", Help: "Notices that were taken but not kept as they came.",
		}),
	}
	m.Registry.MustRegister(m.received, m.seconds, m.batches, m.duplicates, m.rawDropped)
	for _, one := range results {
		m.received.WithLabelValues(one.name)
	}
	return m
}

func (m *metrics) observeRequest(r result, took time.Duration) {
	m.received.WithLabelValues(r.name).Inc()
	m.seconds.Observe(took.Seconds())
}

func (m *metrics) observeBatch(b *batch) {
	if b.err != nil {
		return
	}
	m.batches.Observe(float64(len(b.ids)))
	m.duplicates.Add(float64(b.folded()))
}

// watchWaiting asks how many notices wait when somebody looks.
func (m *metrics) watchWaiting(waiting func() int) {
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_webhook_waiting", Help: "Notices that are not yet answered.",
	}, func() float64 { return float64(waiting()) }))
}

// watchCertificate asks when the certificate ends when somebody looks.
func (m *metrics) watchCertificate(expires func() time.Time) {
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_gateway_certificate_expires_timestamp_seconds", Help: "When the gateway's certificate ends, in Unix seconds.",
	}, func() float64 { return float64(expires().Unix()) }))
}
