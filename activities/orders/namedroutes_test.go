package orders

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestNamedOrdersAreFoundInTheirSalesWhereTheyHaveNoRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{activitiestest.GoneRoute("delivery-order")["404 page"]}})
	order, _ := lo.Find(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Channel == "paris" && o.Fate == sandbox.FateLabelable })
	_, found, unresolved := w.resolves("r1", named(order.ID))
	assert.Empty(t, unresolved.Ended)
	assert.Equal(t, []string{order.ID}, lo.Flatten(lo.Values(found)))
}
