package accounts

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
	"github.com/despacho/despacho/multivende"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "(%v for the request and %v)", multivende.TokenTimeout, sendSlack)
	promised.Says(t, "docs/architecture.md", "sleeps until the token has an hour left")
	assert.Equal(t, time.Hour, RenewalMargin)
	promised.Says(t, "docs/architecture.md", "through five minutes of trouble with the store")
	assert.Equal(t, 5*time.Minute, persistPatience)
	promised.Says(t, "docs/architecture.md", "cut so that a last try comes a minute before the end")
	assert.Equal(t, time.Minute, lastTry)
	promised.Says(t, "docs/architecture.md", "waits until that pair is a minute old")
	assert.Equal(t, time.Minute, demandPause)
}
