package storage

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "uploaded in parts of %v MiB, three at a time", partBytes>>20)
	assert.Equal(t, 3, uploadConcurrency)
	promised.Says(t, "README.md", "makes links of %v", linkLife)
	promised.Says(t, "docs/partners.md", "or take links of %v from", linkLife)
}
