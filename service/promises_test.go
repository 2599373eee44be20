package service

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/operating.md", "They name every wrong one at once and end with %v", ExitSettings)
}
