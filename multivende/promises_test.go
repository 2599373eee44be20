package multivende

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| orders of a request for labels | %v |", MaxTicketOrders)
	promised.Says(t, "docs/hub-api.md", "%v to 50 of one connection", 1)
	assert.Equal(t, 50, MaxTicketOrders)
	promised.Says(t, "docs/hub-api.md", "and give up after %v", maxPages)
	promised.Says(t, "docs/hub-api.md", "up to %v bytes of printable characters", MaxID)
	promised.Says(t, "docs/hub-api.md", "(checked where the connection is made, for every redirect, at most five)")
	assert.Equal(t, 5, maxRedirects)
	promised.Says(t, "docs/hub-api.md", "at least %v KiB in 30 s", leastPace>>10)
	promised.Says(t, "docs/hub-api.md", "A `Retry-After` of a file's server is kept up to %v", longestFileWait)
	promised.Says(t, "docs/hub-api.md", "Without a time a 429 asks for %v, doubled up to a minute", firstPause)
	assert.Equal(t, time.Minute, longestPause)
	promised.Says(t, "docs/hub-api.md", "token %v; refresh token %v and once", tokenLife, refreshLife)
	promised.Says(t, "docs/hub-api.md", "have a tenth of the rate beside them")
	assert.Equal(t, 10, givenShare)
	promised.Says(t, "docs/architecture.md", "for the request and %v)", 20*time.Second)
	assert.Equal(t, time.Minute, TokenTimeout)
}
