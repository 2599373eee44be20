package runs

import (
	"net/http"
	"testing"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/multivende/sandbox"
)

// world is a stage with the steps that this package's tests play on it.
type world struct {
	*activitiestest.Stage
	runs *Runs
}

// newWorld makes a world; wraps stand between the hub and its client.
func newWorld(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *world {
	t.Helper()
	s := activitiestest.New(t, options, wraps...)
	return &world{
		Stage: s,
		runs:  &Runs{Store: s.Store},
	}
}
