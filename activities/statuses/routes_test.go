package statuses

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestAStatusChangeNamesTheRouteThatIsNotThere(t *testing.T) {
	t.Parallel()
	for route, setting := range map[string]string{"delivery-order": "delivery_order", "change-status": "change_status", "statuses": "delivery_order_statuses"} {
		for name, fault := range activitiestest.GoneRoute(route) {
			t.Run(route+" "+name, func(t *testing.T) {
				t.Parallel()
				s, orders := newStatusScene(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}}, ripley(2))
				_, err := s.step(nil)
				require.NoError(t, err)
				ended := s.left().Ended
				require.Len(t, ended, 2)
				for _, one := range ended {
					assert.Equal(t, contract.StatusRefused, one.Outcome)
					assert.Contains(t, one.Reason.Words, "set "+setting+" in DESPACHO_HUB_PATHS")
				}
				assert.Equal(t, []int{0, 0}, s.sends(orders))
			})
		}
	}
}

func TestAStatusChangeWaitsForACatalogueThatMakesNoSense(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "statuses", Answer: "html", Times: 4}}}, ripley(2))
	for range 10 {
		if _, err := s.step(nil); err != nil {
			requireTrouble(t, err)
		}
		s.Pass(2 * time.Minute)
	}
	for _, one := range s.left().Ended {
		assert.Equal(t, contract.StatusSynced, one.Outcome, one.Reason.Words)
	}
	assert.Equal(t, []int{1, 1}, s.sends(orders))
}

func TestAStatusRouteThatIsNotThereHoldsBackNoLabelThatIsListed(t *testing.T) {
	t.Parallel()
	faults := activitiestest.GoneRoute("change-status")
	faults["no catalogue"] = activitiestest.GoneRoute("statuses")["404 page"]
	faults["a catalogue that is refused"] = sandbox.Fault{Route: "statuses", Answer: "400", Times: sandbox.AlwaysTimes}
	faults["a catalogue that makes no sense"] = sandbox.Fault{Route: "statuses", Answer: "html", Times: sandbox.AlwaysTimes}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			setting := lo.Ternary(fault.Route == "statuses", "delivery_order_statuses", "change_status")
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{fault}})
			scope := w.Scope("linio")
			orders := activitiestest.OrdersOfReport(scope, w.Unsent(scope)[:6])
			orders[1].Listed, orders[4].Listed = false, false
			w.pend(scope, "read-00001", orders[:3]...)
			page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			assert.Equal(t, []string{orders[0].ID, orders[2].ID}, activitiestest.IDs(page.Ready), "the hub lists their labels")
			assert.Equal(t, contract.StatusRefused, page.Ready[0].Status)
			assert.Equal(t, map[string]contract.Outcome{orders[1].ID: contract.StatusNotSynced}, activitiestest.Outcomes(page.Ended))
			assert.Contains(t, page.Ended[0].Reason.Words, "set "+setting+" in DESPACHO_HUB_PATHS")

			calls := w.Calls("change-status") + w.Calls("statuses")
			assert.LessOrEqual(t, calls, 2, "the catalogue, and the first")
			w.pend(scope, "read-00002", orders[3:]...)
			in := sendInput(scope)
			in.Page, in.Out = "read-00002", "status-00002-00001"
			later := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, in).Page)
			assert.Len(t, later.Ready, 2)
			assert.Equal(t, calls, w.Calls("change-status")+w.Calls("statuses"), "later pages send nothing")
		})
	}
	t.Run("a status after the label ends with the setting, and the label stays", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{activitiestest.GoneRoute("change-status")["404 page"]}})
		scope := w.Scope("fcom").LastWord()
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, w.Unsent(scope)[:1])...)
		page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
		require.Len(t, page.Ended, 1)
		assert.Empty(t, page.Ended[0].Outcome)
		assert.Contains(t, page.Ended[0].Reason.Words, "set change_status")
		assert.Equal(t, channels.ReadyToShip, sendInput(scope).Status)
	})
}

func TestAStatusIsKnownByTheSaleWhereDeliveriesHaveNoRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{activitiestest.GoneRoute("delivery-order")["404 page"]}})
	scope := w.Scope("linio")
	orders := w.Unsent(scope)[:2]
	w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
	in := sendInput(scope)
	sent := activitiestest.MustStep(w, w.statuses.SendStatuses, in)
	w.Pass(4 * 60e9)
	awaited := activitiestest.MustStep(w, w.statuses.AwaitStatuses, awaitInput(in, sent))
	assert.Equal(t, 2, awaited.Counts.Ready)
	assert.Equal(t, []int{1, 1}, w.sends(orders))
}
