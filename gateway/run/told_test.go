package run

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheGatewayKnowsWhatItHasToldBefore(t *testing.T) {
	t.Parallel()
	sort := func(known *told, merchant string, ids ...string) ([]string, int) { return known.sort(merchant, ids) }
	known := newTold()
	known.note("m", []string{"a", "b"})
	sorted, repeats := sort(known, "m", "a", "c", "b", "d")
	assert.Equal(t, []string{"c", "d", "a", "b"}, sorted)
	assert.Equal(t, 2, repeats)
	_, repeats = sort(known, "other", "a", "b")
	assert.Zero(t, repeats, "another merchant's ids are others")
}

func TestTheGatewayRemembersSoManyIDsAndNoMore(t *testing.T) {
	t.Parallel()
	known := newTold()
	known.most = 100
	for _, id := range numbered(0, 1000) {
		known.note("m", []string{id})
		assert.LessOrEqual(t, len(known.young)+len(known.old), 2*known.most)
	}
	sorted, repeats := known.sort("m", numbered(0, 1000))
	assert.Equal(t, 100, repeats)
	assert.Equal(t, numbered(900, 1000), sorted[900:], "the newest are remembered")
}
