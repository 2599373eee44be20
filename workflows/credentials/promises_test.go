package credentials

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "%v rounds (Credentials) |", credentialRounds)
}
