package door

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/operating.md", "its open page within %v", streamLife)
	promised.Says(t, "docs/architecture.md", "at most %v KiB, %v event streams for a device", MostBody>>10, mostStreams)
}
