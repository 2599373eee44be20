package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/partners.md", "| %v | done; of a run that is over", ExitComplete)
	promised.Says(t, "docs/partners.md", "| %v | something went wrong that none of the others names |", ExitError)
	promised.Says(t, "docs/partners.md", "| %v | a flag, an argument, a setting or an orders file is wrong", ExitUsage)
	promised.Says(t, "docs/partners.md", "| %v | the run is over and some orders have no label", ExitIncomplete)
	promised.Says(t, "docs/partners.md", "| %v | the run failed or was cancelled |", ExitFailed)
	promised.Says(t, "docs/partners.md", "| %v | a run with this key is there already", ExitConflict)
	promised.Says(t, "docs/partners.md", "| %v | there is no such run, or its files have expired", ExitNotFound)
	promised.Says(t, "docs/partners.md", "| %v | interrupted while waiting", ExitInterrupted)
	promised.Says(t, "docs/operating.md", "is refused (exit code %v) and nothing is stored", ExitConflict)
	promised.Says(t, "docs/operating.md", "setup ends with exit code %v", ExitUsage)
	promised.Says(t, "docs/troubleshooting.md", "the exit code is %v when one fails", ExitIncomplete)
	promised.Says(t, "docs/operating.md", "`starter doctor --probe` looks into twelve")
	assert.Equal(t, 12, probedConnections)
	promised.Says(t, "docs/troubleshooting.md", "days left (a warning under %v)", int(certificateWarn/day))
	promised.Says(t, "docs/troubleshooting.md", "the order's row in the newest %v runs", bundleRuns)
	promised.Says(t, "docs/troubleshooting.md", "with %v workflows of %v merchants", loudWorkflows+quietMerchants, quietMerchants+1)
	promised.Says(t, "docs/troubleshooting.md", "retention (a day at least)")
	assert.Equal(t, 24*time.Hour, leastRetention)
	promised.Says(t, "docs/troubleshooting.md", "who has asked for work in the last two minutes")
	assert.Equal(t, 2*time.Minute, pollsWithin)
}
