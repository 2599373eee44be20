package run

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/service"
)

// shortestLooks is how long a look at deadlines is reported at least, however fast the hub's time runs.
const shortestLooks = time.Minute

// metrics are those of one worker, on a registry of its own.
type metrics struct {
	service.Metrics

	tokenEnds    *prometheus.GaugeVec
	accountState *prometheus.GaugeVec
	hub          *hubMetrics
	rates        *rateMetrics
	labels       *labelMetrics
	statuses     *statusMetrics
	deadlines    *deadlineMetrics
	intakes      *intakeMetrics
	partners     *partnerMetrics
}

func newMetrics(base service.Metrics, speed float64) *metrics {
	m := &metrics{
		Metrics: base,
		tokenEnds: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "despacho_token_expires_timestamp_seconds",
			Help: "When a merchant's token ends, in Unix seconds of our time; less than half an hour ahead, something is wrong.",
		}, []string{"merchant"}),
		accountState: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "despacho_account_state",
			Help: "1 for the state that a merchant's account is in: alive, or needs_consent.",
		}, []string{"merchant", "state"}),
	}
	m.Registry.MustRegister(m.tokenEnds, m.accountState)
	m.hub, m.labels, m.statuses = newHubMetrics(m.Registry), newLabelMetrics(m.Registry), newStatusMetrics(m.Registry)
	m.rates = newRateMetrics(m.Registry)
	m.partners = newPartnerMetrics(m.Registry)
	m.intakes = newIntakeMetrics(m.Registry, speed)
	looks := time.Duration(2 * float64(intake.DefaultIntakeSettings().LookEvery) / speed)
	m.deadlines = newDeadlineMetrics(m.Registry, max(looks, shortestLooks))
	return m
}

// observeAccounts replaces the figures of all accounts; ends says when an account's token does.
func (m *metrics) observeAccounts(all []accounts.Account, ends func(accounts.Account) time.Time) {
	m.tokenEnds.Reset()
	m.accountState.Reset()
	for _, account := range all {
		m.tokenEnds.WithLabelValues(account.Merchant).Set(float64(ends(account).Unix()))
		for _, state := range []accounts.State{accounts.Alive, accounts.NeedsConsent} {
			m.accountState.WithLabelValues(account.Merchant, string(state)).Set(lo.Ternary(account.State == state, 1.0, 0.0))
		}
	}
}
