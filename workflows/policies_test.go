package workflows

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/tickets"
)

func TestATryOutlastsTheFilesThatItWaitsFor(t *testing.T) {
	t.Parallel()
	assert.Less(t, tickets.FilesTime, stepTimeout-stepTimeout/10, "however many servers send nothing")
}
