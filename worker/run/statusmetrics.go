package run

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/contract"
)

// statusSeconds are histogram bounds in seconds: from a quick channel to three sendings.
var statusSeconds = []float64{5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800}

// statusMetrics count how the rows of status changes end, by channel.
type statusMetrics struct {
	ended   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	inTime  *prometheus.CounterVec
	again   *prometheus.CounterVec
	never   *prometheus.CounterVec
}

func newStatusMetrics(registry *prometheus.Registry) *statusMetrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"channel"}, labels...))
	}
	m := &statusMetrics{
		ended: counter("despacho_statuses_ended_total", "Orders whose status change has ended, by outcome.", "outcome"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_status_seconds", Buckets: statusSeconds,
			Help: "Seconds of the hub's time from a status's first sending until it was on its channel.",
		}, []string{"channel"}),
		inTime: counter("despacho_statuses_in_time_total", "Statuses that were on their channel within 10 minutes."),
		again:  counter("despacho_statuses_sent_again_total", "Statuses that were sent more than once."),
		never:  counter("despacho_statuses_never_total", "Statuses that never reached their channel."),
	}
	registry.MustRegister(m.ended, m.seconds, m.inTime, m.again, m.never)
	return m
}

// observe counts a row that has ended.
func (m *statusMetrics) observe(row statusbook.EndedRow) {
	channel := channelLabel(row.Channel)
	m.ended.WithLabelValues(channel, string(row.Outcome)).Inc()
	if row.Sends > 1 {
		m.again.WithLabelValues(channel).Inc()
	}
	switch row.Outcome {
	case contract.StatusSynced:
		m.seconds.WithLabelValues(channel).Observe(row.Seconds)
		if row.Seconds <= contract.StatusInTime.Seconds() {
			m.inTime.WithLabelValues(channel).Inc()
		}
	case contract.StatusLate:
		m.never.WithLabelValues(channel).Inc()
	case contract.StatusNone, contract.StatusNotNeeded, contract.StatusRefused, contract.StatusNotAllowed, contract.StatusUnknownOrder:
	}
}
