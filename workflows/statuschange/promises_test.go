package statuschange

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "The workflow holds two permits for sending and four for looking")
	assert.Equal(t, [2]int{2, 4}, [2]int{senders, lookers})
	promised.Says(t, "docs/architecture.md", "has at most %v pages on their way", openPages)
	promised.Says(t, "docs/architecture.md", "before it continues as new | %v (Intake, StatusChange);", statusHistory)
}
