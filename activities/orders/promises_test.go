package orders

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheLimitsOfReadingOrders(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| orders named in a run's input; in an object | 100; %v |", ordersLimit)
	promised.Says(t, "docs/architecture.md", "| connections of a merchant | %v |", connectionsLimit)
	promised.Says(t, "docs/architecture.md", "| hub calls at a time in a step; store calls | %v, reading sales 4 or 16; %v |", activities.HubParallel, activities.StoreParallel)
	assert.Equal(t, 50, activities.ChunkSize)
	assert.Equal(t, time.Hour, keptFor)
}
