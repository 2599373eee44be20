package run

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// deadlineMetrics tell how many orders of each merchant are near their deadline. A figure is dropped
// when it is out of date, because the next look may be another worker's.
type deadlineMetrics struct {
	near  *prometheus.Desc
	fresh time.Duration

	mu   sync.Mutex
	seen map[string]deadlineLook
}

type deadlineLook struct {
	near int
	at   time.Time
}

func newDeadlineMetrics(registry *prometheus.Registry, fresh time.Duration) *deadlineMetrics {
	m := &deadlineMetrics{
		near: prometheus.NewDesc("despacho_orders_near_deadline",
			"Orders without a label whose deadline is near or past, by the last look.", []string{"merchant"}, nil),
		fresh: fresh, seen: map[string]deadlineLook{},
	}
	registry.MustRegister(m)
	return m
}

// observe records what a look has found.
func (m *deadlineMetrics) observe(merchant string, near int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[merchant] = deadlineLook{near, time.Now()}
}

// Describe is [prometheus.Collector]'s.
func (m *deadlineMetrics) Describe(into chan<- *prometheus.Desc) { into <- m.near }

// Collect is [prometheus.Collector]'s.
func (m *deadlineMetrics) Collect(into chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for merchant, look := range m.seen {
		if time.Since(look.at) > m.fresh {
			delete(m.seen, merchant)
			continue
		}
		into <- prometheus.MustNewConstMetric(m.near, prometheus.GaugeValue, float64(look.near), merchant)
	}
}
