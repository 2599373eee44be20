package run

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
	"github.com/despacho/despacho/station/people"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/operating.md", "for one tablet, once, for %v", people.CodeLife)
	promised.Says(t, "docs/operating.md", "At most %v per site", people.MostDevices)
	promised.Says(t, "docs/operating.md", "at most %v per site. A name attributes", people.MostPeople)
	promised.Says(t, "docs/operating.md", "After %v without a request nobody works at a device any more", people.IdleEnd)
}
