package channels

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
)

func TestLabelsAreMadeEarlyOnlyWhereNothingIsBound(t *testing.T) {
	t.Parallel()
	late := lo.FilterMap(All(), func(c Channel, _ int) (string, bool) {
		ok, reason := c.MakesEarly()
		assert.Equal(t, ok, reason.Words == "", c.Slug)
		return c.Slug, !ok
	})
	assert.ElementsMatch(t, []string{"mercadolibre", "linio", "dafiti", "walmart", "liverpool"}, late)
}
