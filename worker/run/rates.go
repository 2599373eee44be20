package run

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/despacho/despacho/rates"
	"github.com/despacho/despacho/rates/lifelock"
)

// givingBack is how long an ending worker tries to give its shares back; others take over later what it could not.
const givingBack = 10 * time.Second

// rateMetrics tell which part of the hub's rate this worker may use.
type rateMetrics struct {
	share *prometheus.Desc
	looks *prometheus.CounterVec

	mu     sync.Mutex
	shares func() map[string]float64
}

func newRateMetrics(registry *prometheus.Registry) *rateMetrics {
	m := &rateMetrics{
		share: prometheus.NewDesc("despacho_hub_rate_share_ratio",
			"The part of what the hub grants a merchant that this worker may use now, 0 to 1; over all workers at most 1.", []string{"merchant"}, nil),
		looks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_hub_rate_looks_total",
			Help: "Times that this worker renewed or looked at its shares of the hub's rate, by how that went: ok or failed.",
		}, []string{"result"}),
	}
	registry.MustRegister(m, m.looks)
	return m
}

// Describe is [prometheus.Collector]'s.
func (m *rateMetrics) Describe(into chan<- *prometheus.Desc) { into <- m.share }

// Collect is [prometheus.Collector]'s.
func (m *rateMetrics) Collect(into chan<- prometheus.Metric) {
	m.mu.Lock()
	shares := m.shares
	m.mu.Unlock()
	if shares == nil {
		return
	}
	for merchant, share := range shares() {
		into <- prometheus.MustNewConstMetric(m.share, prometheus.GaugeValue, share, merchant)
	}
}

func (m *rateMetrics) observeLook(err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	m.looks.WithLabelValues(result).Inc()
}

// newRates makes what shares the hub's rate with other workers.
func (p *process) newRates() *rates.Keeper {
	host, _ := os.Hostname()
	keeper := rates.New(rates.Config{
		Store: p.servers.Store, Worker: host, PerSecond: p.settings.HubRequestsPerSecond * p.settings.HubSpeed,
		Log: p.log, Looked: p.metrics.rates.observeLook,
		Ended: func(worker string) bool {
			return strings.HasPrefix(worker, host+"-") && lifelock.Ended(p.settings.Temp, worker)
		},
	})
	p.metrics.rates.mu.Lock()
	defer p.metrics.rates.mu.Unlock()
	p.metrics.rates.shares = keeper.Shares
	return keeper
}

// keepRates renews the shares until stop is called, which gives them back: once no step calls the hub any more.
func (p *process) keepRates(ctx context.Context, keeper *rates.Keeper) (stop func()) {
	release, err := lifelock.Hold(p.settings.Temp, keeper.Worker())
	if err != nil {
		p.log.Warn("if this worker is killed, another one on this machine waits for the end of its lease before it uses its shares of the hub's rate", "error", err)
		release = func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { keeper.Run(ctx) })
	return func() {
		defer release()
		cancel()
		running.Wait()
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), givingBack)
		defer cancel()
		if err := keeper.Close(within); err != nil {
			p.log.Warn("this worker's shares of the hub's rate could not be given back; others take them over when its lease has ended", "error", err)
		}
	}
}
