package pace

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "an eighth of that (a quarter, after few) and %v later", margin)
	assert.Equal(t, 8, shareOver)
	promised.Says(t, "docs/architecture.md", "three orders (one alone may be stuck) at %v, then at 1.5", FirstLook)
	assert.Equal(t, 3, Probers)
	promised.Says(t, "docs/architecture.md", "as a line through its last %v tasks", tasksRemembered)
	promised.Says(t, "docs/architecture.md", "| nothing | at %v, then at four times its age", firstTaskLook)
	assert.Equal(t, 4, taskGrowth)
	promised.Says(t, "docs/architecture.md", "once, a twentieth of its time and %v after it should be done", taskMargin)
	assert.Equal(t, 20, taskShare)
	promised.Says(t, "docs/architecture.md", "| tasks that took hours | all the same at %v min", int(longestBlind.Minutes()))
}
