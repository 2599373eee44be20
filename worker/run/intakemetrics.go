package run

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/storage"
)

const (
	// cursorsLook is how often it is read how far the intakes have come, in the hub's time.
	cursorsLook = 5 * time.Minute
	// leastCursorsLook is how long lies between two looks at least, however fast the hub's time runs.
	leastCursorsLook = 5 * time.Second
)

// intakeMetrics tell how far behind each merchant's intake is. The figure grows until the next look.
type intakeMetrics struct {
	behind *prometheus.Desc
	speed  float64

	mu   sync.Mutex
	seen map[string]intakeLook
}

// intakeLook is how far behind an intake was, in the hub's time, and when that was seen.
type intakeLook struct {
	behind time.Duration
	at     time.Time
}

func newIntakeMetrics(registry *prometheus.Registry, speed float64) *intakeMetrics {
	m := &intakeMetrics{
		behind: prometheus.NewDesc("despacho_intake_behind_seconds",
			"Seconds of the hub's time since the moment up to which every changed sale has been taken up.", []string{"merchant"}, nil),
		speed: speed, seen: map[string]intakeLook{},
	}
	registry.MustRegister(m)
	return m
}

// replace takes the figures of a look in place of those of the one before.
func (m *intakeMetrics) replace(seen map[string]intakeLook) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = seen
}

// Describe is [prometheus.Collector]'s.
func (m *intakeMetrics) Describe(into chan<- *prometheus.Desc) { into <- m.behind }

// Collect is [prometheus.Collector]'s.
func (m *intakeMetrics) Collect(into chan<- prometheus.Metric) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for merchant, look := range m.seen {
		behind := look.behind.Seconds() + time.Since(look.at).Seconds()*m.speed
		into <- prometheus.MustNewConstMetric(m.behind, prometheus.GaugeValue, max(behind, 0), merchant)
	}
}

// watchIntakes reads how far the intakes have come until ctx ends.
func (p *process) watchIntakes(ctx context.Context, hubs *hubs) {
	every := max(time.Duration(float64(cursorsLook)/p.settings.HubSpeed), leastCursorsLook)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := p.lookAtIntakes(ctx, hubs); err != nil && ctx.Err() == nil {
			p.log.Warn("how far the intakes have come could not be read; the worker tries again", "after", every, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookAtIntakes reads the cursor of each merchant that this worker serves. Those without one have not taken up
// a whole window yet.
func (p *process) lookAtIntakes(ctx context.Context, hubs *hubs) error {
	merchants, err := (&accounts.Vault{Store: p.servers.Store}).Merchants(ctx)
	if err != nil {
		return err
	}
	if p.settings.hasToken() {
		merchants = lo.Uniq(append(merchants, p.settings.Merchant))
	}
	seen, wrong := map[string]intakeLook{}, []error(nil)
	for _, merchant := range merchants {
		complete, err := intake.Complete(ctx, p.servers.Store, merchant)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			wrong = append(wrong, err)
		}
		if now, known := hubs.now(merchant); err == nil && known {
			seen[merchant] = intakeLook{now.Sub(complete), time.Now()}
		}
	}
	p.metrics.intakes.replace(seen)
	return errors.Join(wrong...)
}

// now is the hub's time as a merchant's calls have shown it; without any, ours where both run alike.
func (h *hubs) now(merchant string) (now time.Time, known bool) {
	if clock := h.clock(merchant); clock != nil && clock.Known() {
		return clock.Now(), true
	}
	return time.Now(), h.settings.HubSpeed == 1
}
