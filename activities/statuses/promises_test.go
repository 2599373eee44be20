package statuses

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheLimitsOfAwaitedStatuses(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "when that channel's usual time in this run is over, then after %v to %v", int(firstStatusPause.Seconds()), lastStatusPause)
	promised.Says(t, "docs/architecture.md", "*AwaitStatuses* reads three orders of a page")
	assert.Equal(t, 3, activities.SampleSize)
}
