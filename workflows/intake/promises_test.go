package intake

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "**Continue as new** after %v signals, %v steps or %v events. A step under way gets %v. At most %v notifications go along", signalsAtMost, stepsAtMost, lengthAtMost, stepGrace, takenAlong)
	promised.Says(t, "docs/architecture.md", "gathered for %v, and taken up %v at a time", gatherNotificationsFor, notificationsAtOnce)
	promised.Says(t, "docs/architecture.md", "one that ended without a word is found after %v", lostRunAfter)
	promised.Says(t, "docs/architecture.md", "| events of a history before it continues as new | %v (Intake, StatusChange);", lengthAtMost)
}
