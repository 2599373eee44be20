package run

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gauges are the figures of a metric by its first label.
func gauges(t *testing.T, registry *prometheus.Registry, name string) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	found := map[string]float64{}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			found[metric.GetLabel()[0].GetValue()] = metric.GetGauge().GetValue()
		}
	}
	return found
}

// told are the orders near their deadline by merchant.
func told(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	return gauges(t, registry, "despacho_orders_near_deadline")
}

func TestOrdersNearTheirDeadlineAreToldUntilTheLookIsOutOfDate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		m := newDeadlineMetrics(registry, 30*time.Minute)
		assert.Empty(t, told(t, registry))
		m.observe("m-1", 4)
		time.Sleep(20 * time.Minute)
		m.observe("m-2", 1)
		m.observe("m-2", 0)
		assert.Equal(t, map[string]float64{"m-1": 4, "m-2": 0}, told(t, registry), "one that is zero is told as well")
		time.Sleep(11 * time.Minute)
		assert.Equal(t, map[string]float64{"m-2": 0}, told(t, registry))
		time.Sleep(20 * time.Minute)
		assert.Empty(t, told(t, registry))
	})
}
