package run

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// labelAges are histogram bounds in seconds: from a minute to a week.
var labelAges = []float64{60, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800, 259200, 604800}

// otherChannel stands for channels that are not in the table, so that no word of the hub's makes a series.
const otherChannel = "other"

// channelLabel is a channel as it stands in metrics.
func channelLabel(slug string) string {
	channel := channels.BySlug(slug)
	if !channels.Known(channel.Slug) {
		return otherChannel
	}
	return channel.Slug
}

// labelMetrics count how orders end in runs, and how long their labels took.
type labelMetrics struct {
	ended *prometheus.CounterVec
	ages  *prometheus.HistogramVec
}

func newLabelMetrics(registry *prometheus.Registry) *labelMetrics {
	m := &labelMetrics{
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_labels_total", Help: "Orders of runs that have published, by channel and outcome.",
		}, []string{"channel", "outcome"}),
		ages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_order_to_label_seconds", Buckets: labelAges, Help: "Seconds of the hub's time from a sale until its label was in the store.",
		}, []string{"channel"}),
	}
	registry.MustRegister(m.ended, m.ages)
	return m
}

func (m *labelMetrics) observeOrder(channel string, outcome contract.Outcome) {
	m.ended.WithLabelValues(channelLabel(channel), string(outcome)).Inc()
}

func (m *labelMetrics) observeLabel(channel string, age time.Duration) {
	m.ages.WithLabelValues(channelLabel(channel)).Observe(max(age, 0).Seconds())
}
