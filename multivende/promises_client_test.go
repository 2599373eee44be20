package multivende

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheClientsManners(t *testing.T) {
	t.Parallel()
	config := Config{}.withDefaults()
	promised.Says(t, "docs/hub-api.md", "no token, no `Referer`, %v MiB, %v, at least %v KiB in %v", config.MaxDownload>>20, config.Timeouts.Download, leastPace>>10, config.Timeouts.Idle)
	promised.Says(t, "docs/hub-api.md", "Up to %v are waited out", config.Patience)
	promised.Says(t, "docs/hub-api.md", "a GET is tried three times within a second or so")
	assert.Equal(t, 3, config.ReadAttempts)
	promised.Says(t, "docs/hub-api.md", "Ours: %v, halved when the hub is busy", config.RequestsPerSecond)
	promised.Says(t, "docs/hub-api.md", "A request for tokens is sent once, on a new connection, within %v", config.Timeouts.Headers)
	assert.Equal(t, time.Minute, config.Timeouts.Request)
}
