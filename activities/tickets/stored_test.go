package tickets

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestTheAgeOfAnOrderIsToldWhenItsLabelComesIntoTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 60})
	scope := w.Scope("paris")
	orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])
	now := w.Client.Clock().Now()
	orders[0].SoldAt = now.Add(-2 * time.Hour)
	orders[1].SoldAt, orders[1].CreatedAt = time.Time{}, now.Add(-5*time.Hour)
	var told []time.Duration
	var mu sync.Mutex
	w.documents.Stored = func(channel string, age time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		assert.Equal(t, "paris", channel)
		told = append(told, age)
	}

	asked := w.asks(scope, 1, orders...)
	w.Pass(time.Hour)
	activitiestest.MustStep(w, w.documents.CollectLabels, collectInput(scope, 1, asked))
	require.Len(t, told, 2)
	assert.GreaterOrEqual(t, min(told[0], told[1]), 3*time.Hour, "from the sale")
	assert.Less(t, min(told[0], told[1]), 6*time.Hour)
	assert.GreaterOrEqual(t, max(told[0], told[1]), 6*time.Hour, "from the delivery order, where no sale's time is known")

	activitiestest.MustStep(w, w.documents.CollectLabels, collectInput(scope, 1, asked))
	assert.Len(t, told, 2, "a step that is done again tells nothing")
	again := w.asks(scope, 2, orders...)
	w.Pass(time.Hour)
	activitiestest.MustStep(w, w.documents.CollectLabels, collectInput(scope, 2, again))
	assert.Len(t, told, 2, "a label that is there already is not told of again")
}
