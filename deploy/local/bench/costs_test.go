package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/bench/tally"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestALabelCostsNoMoreThanItMay(t *testing.T) {
	var figures costFigures
	for _, speed := range []float64{45, 15} { // what a busy machine does late counts as many times: then beside a slower clock
		c := costs{Past: past{Closed: 1000, Open: 100}, Whole: true, PerDay: 10_000, Lone: 6, Apart: time.Duration(112.5 / speed * float64(time.Second)), Runs: 1, ARun: 150, Speed: speed}
		var err error
		figures, err = c.measure(within(t), t.TempDir())
		require.NoError(t, err)
		var shown strings.Builder
		require.NoError(t, table(&shown, "costs", figures.rows()))
		t.Log(shown.String())
		if figures.writes() <= writesALabel && figures.reads() <= readsALabel && figures.actions() <= actionsALabel {
			break
		}
	}
	assert.GreaterOrEqual(t, figures.Labels, 100)
	assert.LessOrEqual(t, figures.writes(), writesALabel, "writes and lists of the store a label")
	assert.LessOrEqual(t, figures.reads(), readsALabel, "reads of the store a label")
	assert.LessOrEqual(t, figures.actions(), actionsALabel, "actions of Temporal a label")
}

// lookCost is what a look asks of the store when nothing has changed since the last.
func lookCost(t *testing.T, orders past) (requests int) {
	t.Helper()
	w := activitiestest.New(t, sandbox.Options{Seed: 1, Orders: 1})
	require.NoError(t, orders.write(t.Context(), w.Store.Put, w.Sandbox.Merchant()))
	counts := tally.New()
	steps := &intake.Intake{Hubs: w, Store: w.Store.Observed(counts.Store("look")), Settings: intake.DefaultIntakeSettings()}
	in := intake.LookOverInput{Merchant: w.Sandbox.Merchant(), Settings: steps.Settings, List: "again", Left: true}
	look := func(ctx context.Context, in intake.LookOverInput) (contract.LookedOver, error) {
		return steps.LookOver(ctx, in)
	}
	var before tally.Figures
	for range 2 { // the first may put things right
		before = counts.Figures()
		looked, err := activitiestest.TryStep(t, look, in, nil)
		require.NoError(t, err)
		assert.Equal(t, orders.Open, looked.Counts[contract.IntakeWaiting])
		w.Pass(15 * time.Minute)
	}
	asked := counts.Figures().Since(before).Requests
	t.Logf("%+v: %v", orders, asked)
	return asked.Sum(func(string, string) bool { return true })
}

func TestALookCostsInProportionToWhatIsOpen(t *testing.T) {
	t.Parallel()
	few := lookCost(t, past{Closed: 100, Open: 20})
	assert.Positive(t, few)
	assert.LessOrEqual(t, lookCost(t, past{Closed: 4100, Open: 20}), few+1, "4,000 more closed orders")
	more := lookCost(t, past{Closed: 100, Open: 120})
	assert.LessOrEqual(t, more, few+100+1, "100 more open orders, one request each")
}
