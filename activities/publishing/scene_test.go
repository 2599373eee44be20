package publishing

import (
	"net/http"
	"testing"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/activities/tickets"
	"github.com/despacho/despacho/multivende/sandbox"
)

// world is a stage with the steps that this package's tests play on it.
type world struct {
	*activitiestest.Stage
	orders     *orders.Orders
	statuses   *statuses.Statuses
	tickets    *tickets.Tickets
	documents  *tickets.Documents
	publishing *Publishing
}

// newWorld makes a world; wraps stand between the hub and its client.
func newWorld(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *world {
	t.Helper()
	s := activitiestest.New(t, options, wraps...)
	return &world{
		Stage:      s,
		orders:     &orders.Orders{Hubs: s, Store: s.Store},
		statuses:   &statuses.Statuses{Hubs: s, Store: s.Store},
		tickets:    &tickets.Tickets{Hubs: s, Store: s.Store},
		documents:  &tickets.Documents{Hubs: s, Store: s.Store, TempDir: t.TempDir()},
		publishing: &Publishing{Hubs: s, Store: s.Store, TempDir: t.TempDir()},
	}
}
