package announce

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheWebhooksLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/partners.md", "Answer 2xx within 10 seconds")
	assert.Equal(t, 10*time.Second, webhookTimeout)
}
