package contract

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "`notifications` | signal | gateway → intake | ids of what changed, at most %v", NotificationsInSignal)
	promised.Says(t, "docs/architecture.md", "| orders named in a run's input; in an object | %v;", OrdersInInput)
	promised.Says(t, "docs/architecture.md", "| orders of a run without `--max` | %v |", DefaultMax)
	promised.Says(t, "docs/partners.md", "| `max` | number | 2000 |")
	assert.Equal(t, 168*time.Hour, DefaultSince)
	promised.Says(t, "docs/partners.md", "| `since` | length of time | `\"168h\"` |")
	promised.Says(t, "docs/partners.md", "| `within` | length of time | `\"2h\"` |")
	assert.Equal(t, 2*time.Hour, DefaultWithin)
	promised.Says(t, "docs/architecture.md", "a reason | 18 kB; %v characters |", reasonLimit)
}
