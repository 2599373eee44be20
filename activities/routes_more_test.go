package activities

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestLabelsOfATaskThatNobodyCanReadAreTakenFromTheirOrders(t *testing.T) {
	t.Parallel()
	for name, fault := range gone("task") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.scope("paris")
			orders := w.of(scope, sandbox.Labelable)[:2]
			asked := w.asks(scope, 1, plain(scope, orders)...)
			in := CollectLabelsInput{Scope: scope, Number: 1, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(time.Hour)}
			w.pass(30 * time.Second)
			_, err := does(w, w.documents.CollectLabels, in, nil)
			requireWaits(t, err)
			assert.ErrorContains(t, err, "set task in DESPACHO_HUB_PATHS")
			w.pass(3 * time.Minute)
			collected := must(w, w.documents.CollectLabels, in)
			require.Equal(t, 2, collected.Counts.Ready)
			again := PrepareBatchInput{Scope: scope, Number: 2, Segments: []Segment{{Page: collected.Page, To: 2}}}
			assert.Equal(t, map[books.Outcome]int{books.Labelled: 2}, must(w, w.documents.PrepareBatch, again).Counts.Ended)
			assert.Equal(t, all(1, 2), w.asked(orders), "nothing is asked for twice")
		})
	}
}

func TestAStatusChangeNamesTheRouteThatIsNotThere(t *testing.T) {
	t.Parallel()
	for route, setting := range map[string]string{"delivery-order": "delivery_order", "change-status": "change_status", "statuses": "delivery_order_statuses"} {
		for name, fault := range gone(route) {
			t.Run(route+" "+name, func(t *testing.T) {
				t.Parallel()
				s, orders := newStatusScene(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}}, ripley(2))
				_, err := s.step(nil)
				require.NoError(t, err)
				ended := s.left().Ended
				require.Len(t, ended, 2)
				for _, one := range ended {
					assert.Equal(t, statusbook.Refused, one.Outcome)
					assert.Contains(t, one.Reason, "set "+setting+" in DESPACHO_HUB_PATHS")
				}
				assert.Equal(t, []int{0, 0}, s.sends(orders))
			})
		}
	}
}

func TestNamedOrdersAreFoundInTheirSalesWhereTheyHaveNoRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{gone("delivery-order")["404 page"]}})
	order, _ := lo.Find(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.Channel == "paris" && o.Fate == sandbox.Labelable })
	_, found, unresolved := w.resolves("r1", named(order.ID))
	assert.Empty(t, unresolved.Ended)
	assert.Equal(t, []string{order.ID}, lo.Flatten(lo.Values(found)))
}
