package run

import (
	"github.com/prometheus/client_golang/prometheus"

	deliveries "github.com/despacho/despacho/activities/hooks"
	"github.com/despacho/despacho/hooks"
)

// deliverySeconds are histogram bounds in seconds: from at once to the last try, 75 hours later.
var deliverySeconds = []float64{1, 2, 5, 10, 30, 60, 300, 900, 3600, 10800, 28800, 86400, 172800, 280000}

// partnerMetrics count how messages to partners' webhooks fare.
type partnerMetrics struct {
	tries   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	off     *prometheus.CounterVec
}

func newPartnerMetrics(registry *prometheus.Registry) *partnerMetrics {
	m := &partnerMetrics{
		tries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_partner_webhook_tries_total", Help: "Tries to deliver a message to a partner's webhook, by what came of them.",
		}, []string{"event", "outcome"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_partner_webhook_seconds", Buckets: deliverySeconds,
			Help: "Seconds from an event until a partner's webhook took the message about it.",
		}, []string{"event"}),
		off: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_partner_webhooks_off_total", Help: "Partners' webhooks that were turned off because they could not be delivered to.",
		}, []string{"merchant", "reason"}),
	}
	registry.MustRegister(m.tries, m.seconds, m.off)
	return m
}

// observe counts a try that has ended.
func (m *partnerMetrics) observe(try deliveries.Try) {
	m.tries.WithLabelValues(string(try.Event), try.Outcome).Inc()
	if try.Waited > 0 {
		m.seconds.WithLabelValues(string(try.Event)).Observe(try.Waited.Seconds())
	}
}

func (m *partnerMetrics) turnedOff(merchant string, why hooks.Why) {
	m.off.WithLabelValues(merchant, string(why)).Inc()
}
