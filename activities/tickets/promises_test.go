package tickets

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheLimitsOfDownloads(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "| a task's result, as it comes and unpacked; all own documents of an order | %v MiB; %v MiB |", resultUnpacked>>20, documentsUnpacked>>20)
	promised.Says(t, "docs/architecture.md", "| documents of an order that are looked at | %v |", documentsLimit)
	promised.Says(t, "docs/architecture.md", "| time for a result, for the documents of an order, in one try | %v; 1 minute |", resultTime)
	assert.Equal(t, time.Minute, documentsTime)
	promised.Says(t, "docs/architecture.md", "| control files of a request; in a run's result | %v;", controlsAtMost)
}
