package statuses

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheLimitsOfStatusChanges(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| rows of a status change; in its input | %v; %v |", contract.StatusRowsLimit, contract.StatusRowsInInput)
	promised.Says(t, "docs/partners.md", "up to %v of `{\"delivery_order_id\"", contract.StatusRowsInInput)
	promised.Says(t, "docs/partners.md", "a JSON array of up to %v such rows", contract.StatusRowsLimit)
	promised.Says(t, "docs/partners.md", "the sales of the last %v with at most %v calls", walkBack, walkLimit)
	promised.Says(t, "docs/architecture.md", "| times a label is asked for; a status is sent | %v; %v |", contract.DefaultSettings().Asks, contract.DefaultSettings().StatusSends)
	promised.Says(t, "docs/operating.md", "`batch_size` (%v), `batch_age` (`2m`), `label_time` (`1m`), `asks` (%v), `ask_pause` (`1m`), `status_window` (`10m`), `status_sends` (%v), `status_time` (`45s`)", contract.DefaultSettings().BatchSize, contract.DefaultSettings().Asks, contract.DefaultSettings().StatusSends)
	assert.Equal(t, []contract.Duration{contract.Duration(2 * time.Minute), contract.Duration(time.Minute), contract.Duration(time.Minute), contract.Duration(10 * time.Minute), contract.Duration(45 * time.Second)},
		[]contract.Duration{contract.DefaultSettings().BatchAge, contract.DefaultSettings().LabelTime, contract.DefaultSettings().AskPause, contract.DefaultSettings().StatusWindow, contract.DefaultSettings().StatusTime})
}
