package storage

import (
	"testing"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsSayWhatIsKeptHowLong(t *testing.T) {
	t.Parallel()
	const operating = "docs/operating.md"
	ages := DefaultAges
	promised.Says(t, operating, "| files as the hub handed them out, notifications as they came | `raw/` | %v |", ages.Raw)
	promised.Says(t, operating, "| what the intake knows of orders | `intake/` | %v |", ages.Intake)
	promised.Says(t, operating, "| requests and outcomes of status changes | `statuses/` | %v |", ages.Statuses)
	promised.Says(t, operating, "| single labels, and which of them wait for a run | `labels/` | %v |", ages.Labels)
	promised.Says(t, operating, "| requests, outcomes, joined files, manifests | `runs/` | %v |", ages.Runs)
	promised.Says(t, operating, "| which run printed which order | `published/` | %v |", ages.Published)
	promised.Says(t, operating, "| what printers were asked for, and what came out of them | `prints/` | %v |", ages.Prints)
	promised.Says(t, operating, "| partners' requests under an `Idempotency-Key`, and their answers | `requests/` | %v |", ages.Requests)
	promised.Says(t, "docs/partners.md", "1 to 255 characters of yours, good for %v per merchant", ages.Requests)
	promised.Says(t, operating, "A file of `--bins` is kept for %v", ages.Runs)
	promised.Says(t, "docs/partners.md", "They expire (%v unless set otherwise)", ages.Runs)
	promised.Says(t, "docs/partners.md", "it is kept for %v after its last change", ages.Intake)
}
