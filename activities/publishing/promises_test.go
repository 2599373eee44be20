package publishing

import (
	"testing"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheLimitsOfPublishing(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| a single label's file | %v MiB |", activities.SingleLimit>>20)
	promised.Says(t, "docs/architecture.md", "stamps and opens them (at most %v and %v MiB ahead)", activities.StoreParallel, aheadBytes>>20)
	promised.Says(t, "docs/architecture.md", "in a run's result | 5; %v |", controlsShown)
	promised.Says(t, "docs/partners.md", "At most %v stand here", controlsShown)
	promised.Says(t, "docs/partners.md", "at most %v SKUs and %v MiB", contract.MaxBins, maxBinsBytes>>20)
}
