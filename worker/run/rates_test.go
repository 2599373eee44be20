package run

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/rates"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestAWorkerSharesTheRateWhileItWorksAndGivesItsShareBack(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	p := &process{settings: validSettings(), log: silent(), metrics: metricsOf(t), servers: &service.Servers{Store: store}}
	keeper := p.newRates()
	stop := p.keepRates(t.Context(), keeper)
	part, err := keeper.Merchant("m-1").Await(t.Context(), multivende.Demand{InLine: 1})
	require.NoError(t, err)
	assert.InDelta(t, 0.875, part, 1e-9)
	assert.Equal(t, map[string]float64{"m-1": part}, gauges(t, p.metrics.Registry, "despacho_hub_rate_share_ratio"))
	holders, err := rates.Holders(t.Context(), store, "m-1")
	require.NoError(t, err)
	require.Len(t, holders, 1)

	stop()
	assert.Zero(t, gauges(t, p.metrics.Registry, "despacho_hub_rate_share_ratio")["m-1"])
	holders, err = rates.Holders(t.Context(), store, "m-1")
	require.NoError(t, err)
	assert.Empty(t, holders)
}

func TestAWorkerTakesTheRateOfAKilledOneOnItsMachineOnly(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	require.NoError(t, err)
	store := storagetest.New(t)
	settings := validSettings()
	settings.Temp = t.TempDir()
	held := map[string]any{"sequence": 1, "term_ms": 75_000, "shares": map[string]any{"m-1": map[string]int{"holds": 500}}}
	require.NoError(t, store.Put(t.Context(), storage.RateShares(), map[string]any{"workers": map[string]any{host + "-1": held, "elsewhere-1": held}}))
	for _, worker := range []string{host + "-1", "elsewhere-1"} { // as a killed process leaves them
		require.NoError(t, os.WriteFile(filepath.Join(settings.Temp, "despacho-alive-"+worker), nil, 0o600))
	}
	p := &process{settings: settings, log: silent(), metrics: metricsOf(t), servers: &service.Servers{Store: store}}
	keeper := p.newRates()
	t.Cleanup(p.keepRates(t.Context(), keeper))
	_, err = keeper.Merchant("m-1").Await(t.Context(), multivende.Demand{InLine: 1})
	require.NoError(t, err)
	holders, err := rates.Holders(t.Context(), store, "m-1")
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"elsewhere-1", keeper.Worker()}, lo.Map(holders, func(h rates.Holder, _ int) string { return h.Worker }))
	assert.FileExists(t, filepath.Join(settings.Temp, "despacho-alive-"+keeper.Worker()))
}

func TestLooksAtSharesAreCounted(t *testing.T) {
	t.Parallel()
	m := metricsOf(t)
	m.rates.observeLook(nil)
	m.rates.observeLook(errors.New("the store is away"))
	for _, line := range []string{`despacho_hub_rate_looks_total{result="ok"} 1`, `despacho_hub_rate_looks_total{result="failed"} 1`} {
		assert.Contains(t, scrape(t, m), line)
	}
}

func TestASettingOfEarlierBuildsIsWarnedAbout(t *testing.T) {
	t.Setenv("DESPACHO_WORKERS", "3")
	var log bytes.Buffer
	(&process{settings: validSettings(), log: logger(&log)}).warn()
	assert.Contains(t, log.String(), "DESPACHO_WORKERS is no setting any more")
	assert.NotContains(t, log.String(), "misspelt")
}
