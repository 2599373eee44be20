package raw

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	const architecture = "docs/architecture.md"
	promised.Says(t, architecture, "%v bytes a frame at most; an answer is waited for %v, and a look takes %v at most",
		longestFrame, answerPatience, answersOfLook*answerPatience)
	promised.Says(t, architecture, "nothing is wrong, and that lasts %v", idleFor)
	promised.Says(t, "docs/decisions.md", "an empty buffer for %v", idleFor)
	promised.Says(t, architecture, "makes it `InDoubt` %v after its last move", idleAfter+stallFor)
}
