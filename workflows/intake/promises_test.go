package intake

import (
	"testing"
	"time"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "**Continue as new** after %v signals, %v steps or %v events. A step under way gets %v. At most %v notifications go along", signalsAtMost, stepsAtMost, lengthAtMost, stepGrace, takenAlong)
	promised.Says(t, "docs/architecture.md", "gathered for %v, and taken up %v at a time", gatherNotificationsFor, notificationsAtOnce)
	promised.Says(t, "docs/architecture.md", "| reading | batches of notifications, parts of a list | %v, of which %v catch up", readersAtOnce, widthAtMost)
	promised.Says(t, "docs/architecture.md", "are gathered for %v of the hub's time", time.Duration(gatherRepeatsFor))
	promised.Says(t, "docs/architecture.md", "while another such one is younger than %v", holdsUpFor)
	promised.Says(t, "docs/architecture.md", "was through within %v, one less after each that took more than %v", quickRead, slowRead)
	promised.Says(t, "docs/architecture.md", "holds its place for %v", catchesUpFor)
	promised.Says(t, "docs/architecture.md", "one that ended without a word is found after %v", lostRunAfter)
	promised.Says(t, "docs/architecture.md", "| events of a history before it continues as new | %v (Intake, StatusChange);", lengthAtMost)
}
