package labelrun

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "four pages side by side")
	assert.Equal(t, 4, readParallel)
	promised.Says(t, "docs/architecture.md", "every %v *RunIsOpen* looks", checkRunEvery)
	promised.Says(t, "docs/operating.md", "its connections notice within %v and let go", checkRunEvery)
}
