package people

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/operating.md", "refused within ten seconds")
	assert.Equal(t, 10*time.Second, bookAge)
	promised.Says(t, "docs/operating.md", "the fifth wrong one in a row locks that person at that device for %v, each further one for twice as long", firstLock)
	assert.Equal(t, 5, freeTries)
}
