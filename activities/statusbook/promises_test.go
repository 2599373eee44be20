package statusbook

import (
	"testing"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/partners.md", "`in_time` (%v)", contract.StatusInTime)
	promised.Says(t, "docs/operating.md", "of these, within %v", contract.StatusInTime)
}
