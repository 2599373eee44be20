package credentials

import (
	"testing"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameThePauseOfConsent(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "`NeedsConsent` every %v", activities.ConsentPause)
}
