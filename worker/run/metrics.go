package run

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
)

// shortestLooks is how long a look at deadlines is reported at least, however fast the hub's time runs.
const shortestLooks = time.Minute

// metrics are those of one worker, on a registry of its own.
type metrics struct {
	service.Metrics

	hubRequests *prometheus.CounterVec
	hubSeconds  *prometheus.HistogramVec

	tokenLife    *prometheus.GaugeVec
	accountState *prometheus.GaugeVec
	statuses     *statusMetrics
	deadlines    *deadlineMetrics
}

func newMetrics(base service.Metrics, speed float64) *metrics {
	m := &metrics{
		Metrics: base,
		hubRequests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_hub_requests_total",
			Help: "Requests to the hub; status 0 means no answer, an empty class means success.",
		}, []string{"route", "method", "status", "class"}),
		hubSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_hub_request_seconds", Buckets: service.Latencies,
			Help: "Seconds that a request to the hub took.",
		}, []string{"route", "method"}),
		tokenLife: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "despacho_token_life_minutes",
			Help: "Minutes of the hub's time until a merchant's token ends; under 30, something is wrong.",
		}, []string{"merchant"}),
		accountState: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "despacho_account_state",
			Help: "1 for the state that a merchant's account is in: alive, or needs_consent.",
		}, []string{"merchant", "state"}),
	}
	m.Registry.MustRegister(m.hubRequests, m.hubSeconds, m.tokenLife, m.accountState)
	m.statuses = newStatusMetrics(m.Registry)
	looks := time.Duration(2 * float64(intake.DefaultIntakeSettings().LookEvery) / speed)
	m.deadlines = newDeadlineMetrics(m.Registry, max(looks, shortestLooks))
	return m
}

// observeHub counts one request to the hub.
func (m *metrics) observeHub(call multivende.Call) {
	m.hubRequests.WithLabelValues(call.Route, call.Method, strconv.Itoa(call.Status), string(call.Class)).Inc()
	m.hubSeconds.WithLabelValues(call.Route, call.Method).Observe(call.Duration.Seconds())
}

// observeAccounts replaces the figures of all accounts.
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
