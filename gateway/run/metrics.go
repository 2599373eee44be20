package run

import (
	"strconv"
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

	partnerRequests *prometheus.CounterVec
	partnerSeconds  *prometheus.HistogramVec
}

func newMetrics(base service.Metrics) *metrics {
	m := &metrics{
		Metrics: base,
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_webhook_requests_total",
			Help: "Requests to the gateway, by result.",
		}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "despacho_webhook_request_seconds", Help: "Seconds until a request was answered; the hub waits 6.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 6},
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "despacho_webhook_batch_ids", Help: "Number of ids in one signal to an Intake.",
			Buckets: []float64{1, 2, 5, 10, 25, 50, 100, 250, 500},
		}),
		duplicates: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "despacho_webhook_duplicates_total", Help: "Notifications that repeated an id of the same signal.",
		}),
		rawDropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "despacho_webhook_raw_dropped_total", Help: "Notifications that were accepted, but whose body was not kept.",
		}),
		partnerRequests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_partner_requests_total", Help: "Requests of partners, by route and HTTP status.",
		}, []string{"route", "status"}),
		partnerSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_partner_request_seconds", Help: "Seconds until a partner's request was answered, by route.",
			Buckets: []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
	}
	m.Registry.MustRegister(m.received, m.seconds, m.batches, m.duplicates, m.rawDropped, m.partnerRequests, m.partnerSeconds)
	for _, one := range results {
		m.received.WithLabelValues(one.name)
	}
	return m
}

func (m *metrics) observeRequest(r result, took time.Duration) {
	m.received.WithLabelValues(r.name).Inc()
	m.seconds.Observe(took.Seconds())
}

func (m *metrics) observePartner(route string, status int, took time.Duration) {
	m.partnerRequests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.partnerSeconds.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) observeBatch(b *batch) {
	if b.err != nil {
		return
	}
	m.batches.Observe(float64(len(b.ids)))
	m.duplicates.Add(float64(b.folded()))
}

// watchWaiting registers the number of notifications that wait, read at each scrape.
func (m *metrics) watchWaiting(waiting func() int) {
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_webhook_waiting", Help: "Notifications that wait for their answer.",
	}, func() float64 { return float64(waiting()) }))
}

// watchCertificate registers when the certificate expires, read at each scrape.
func (m *metrics) watchCertificate(expires func() time.Time) {
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_gateway_certificate_expires_timestamp_seconds", Help: "When the gateway's certificate expires, in Unix seconds.",
	}, func() float64 { return float64(expires().Unix()) }))
}
