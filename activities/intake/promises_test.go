package intake

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheLimitsOfTheIntake(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| pick-ups of a sale; listed | %v; %v |", pickUpsOfSale, PickUpsAtMost)
	promised.Says(t, "docs/architecture.md", "| orders of a confirmation; of a run that an intake starts | %v; %v |", contract.ConfirmLimit, makingSize)
	promised.Says(t, "docs/partners.md", "takes `{\"orders\": [\"…\"]}`, 1 to %v names", contract.ConfirmLimit)
	promised.Says(t, "docs/architecture.md", "| sales with an error that are kept in view | %v |", withErrorLimit)
	promised.Says(t, "docs/architecture.md", "leaves the rest for later after %v of our time", stretch)
	promised.Says(t, "docs/architecture.md", "at most six times, until a walk held still")
	assert.Equal(t, 6, windowWalks)
	promised.Says(t, "docs/architecture.md", "in pieces of a day")
	assert.Equal(t, 24*time.Hour, windowPiece)
	promised.Says(t, "docs/architecture.md", "Else a look reads the sale six hours after it was read last")
	assert.Equal(t, 6*time.Hour, rereadLeftAfter)
	promised.Says(t, "docs/operating.md", "is tried again after %v, growing to %v", makingPause, makingPause<<makingPauses)
}
