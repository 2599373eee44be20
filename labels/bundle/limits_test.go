package bundle

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Tests of exceeded limits set small ones; these are the limits of production.
func TestTheLimitsOfABundle(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Limits{Depth: 4, Files: 5_000, TotalBytes: 1 << 30, FileBytes: 64 << 20, Ratio: 64}, Limits{}.withDefaults())
}
