package run

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const behindMetric = "despacho_intake_behind_seconds"

func TestHowFarAnIntakeIsBehindGrowsUntilTheNextLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		m := newIntakeMetrics(registry, 2)
		assert.Empty(t, gauges(t, registry, behindMetric))
		m.replace(map[string]intakeLook{"m-1": {time.Minute, time.Now()}, "m-2": {-time.Second, time.Now()}})
		assert.Equal(t, map[string]float64{"m-1": 60, "m-2": 0}, gauges(t, registry, behindMetric))
		time.Sleep(5 * time.Minute)
		assert.Equal(t, map[string]float64{"m-1": 660, "m-2": 599}, gauges(t, registry, behindMetric), "the hub's time runs twice as fast")
		m.replace(map[string]intakeLook{"m-2": {0, time.Now()}})
		assert.Equal(t, map[string]float64{"m-2": 0}, gauges(t, registry, behindMetric), "a merchant that has gone is dropped")
	})
}

func TestTheCursorsOfAllMerchantsAreLookedAt(t *testing.T) {
	t.Parallel()
	keeper, _ := newKeeper(t, "http://127.0.0.1:1", &credentialsTemporal{})
	p, store := keeper.process, keeper.process.servers.Store
	for _, merchant := range []string{"m-1", "m-2", "m-3"} {
		keeper.connect(t, merchant, "token", time.Hour)
	}
	keep := func(merchant string, complete time.Time) {
		require.NoError(t, store.Put(t.Context(), storage.IntakeCursor(merchant), map[string]time.Time{"complete": complete}))
	}
	keep("m-1", time.Now().Add(-time.Hour))
	keep("m-2", time.Now().Add(time.Hour))
	keep(p.settings.Merchant, time.Now().Add(-48*time.Hour))
	require.NoError(t, p.lookAtIntakes(t.Context(), keeper.hubs))
	behind := gauges(t, p.metrics.Registry, behindMetric)
	assert.Len(t, behind, 3, "m-3 has no cursor yet")
	assert.GreaterOrEqual(t, behind["m-1"], time.Hour.Seconds())
	assert.Zero(t, behind["m-2"])
	assert.GreaterOrEqual(t, behind[p.settings.Merchant], (48 * time.Hour).Seconds(), "the one whose token stands in the settings counts as well")
}

func TestTheHubsTimeIsNotGuessedWhereItRunsFaster(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.HubSpeed = 600
	hubs := newHubs(settings, func(context.Context, multivende.Call) {}, func(string, time.Duration) {}, onlyWorker(t, storagetest.New(t)))
	_, known := hubs.now("m-1")
	assert.False(t, known)
}

func TestCursorsThatCannotBeReadAreSaid(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	store := storagetest.New(t)
	p := &process{settings: validSettings(), log: logger(&log), metrics: metricsOf(t), servers: &service.Servers{Store: store}}
	require.NoError(t, store.Put(t.Context(), storage.IntakeCursor(p.settings.Merchant), "no cursor"))
	require.ErrorContains(t, p.lookAtIntakes(t.Context(), newHubs(p.settings, p.observeHub, p.metrics.hub.observeWait, onlyWorker(t, store))), "cursor.json")
}
