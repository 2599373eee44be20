package service

import (
	"testing"

	"github.com/samber/lo"

	"github.com/despacho/despacho/docs/promised"
)

func TestCompatibilityOfExitCodes(t *testing.T) {
	t.Parallel()
	codes := map[string]int{"orderly": ExitOrderly, "broken": ExitBroken, "settings": ExitSettings}
	promised.Kept(t, "service-exit-codes", lo.MapToSlice(codes, promised.Figure))
}
