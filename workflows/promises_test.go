package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| details of a workflow in the UI; a value of a reason | %v kB; 200 characters |", DetailsLimit/1000)
	promised.Says(t, "docs/operating.md", "a killed one is missed within 10 seconds")
	assert.Equal(t, 10*time.Second, heartbeatTimeout)
	promised.Says(t, "docs/operating.md", "(steps of the intake within %v)", int(intakeHeartbeatTimeout.Seconds()))
	promised.Says(t, "docs/troubleshooting.md", "tried again for %v (finding orders: until the run's deadline; where a label or a status is awaited: %v)", patience, int(WaitPatience.Hours()))
}
