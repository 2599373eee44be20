package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/operating.md", "deletes by age itself, at its start and daily")
	assert.Equal(t, 24*time.Hour, expiryPause)
	promised.Says(t, "docs/operating.md", "A worker runs up to four times `DESPACHO_HUB_PARALLEL` hub steps")
	assert.Equal(t, 4, merchantsAtATime)
	promised.Says(t, "docs/architecture.md", "Every worker looks at the accounts once a minute")
	assert.Equal(t, time.Minute, accountsLook)
	promised.Says(t, "docs/operating.md", "a running worker starts those of connected merchants within five minutes")
	assert.Equal(t, 5*time.Minute, lookAfter*accountsLook)
}
