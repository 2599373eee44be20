package statuses

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// pickedUp is a status change of the pick-ups of a channel, taken to its end.
func pickedUp(t *testing.T, channel string, wraps ...func(http.Handler) http.Handler) (*world, []statusbook.EndedRow) {
	t.Helper()
	w := newWorld(t, sandbox.Options{Orders: 200}, wraps...)
	changes := &StatusChanges{Hubs: w, Store: w.Store}
	scope := StatusScope{Merchant: w.Sandbox.Merchant(), Key: "k", To: channels.ReceivedByStore, PickUp: true, Settings: contract.DefaultSettings()}
	rows := lo.FilterMap(w.Sandbox.Report().PickUps, func(p sandbox.ReportPickUp, _ int) (contract.StatusRow, bool) {
		return contract.StatusRow{Order: p.ID}, p.Channel == channel
	})
	require.NotEmpty(t, rows)
	activitiestest.MustStep(w, changes.OpenStatusChange, OpenStatusChangeInput{
		Merchant: scope.Merchant, Key: "k", Request: contract.StatusRequest{To: string(scope.To), PickUp: true, Rows: rows[:1], TrackingNumber: "T-9", Courier: "Correo Propio"},
	})
	for round := 1; round < 9; {
		if activitiestest.MustStep(w, changes.AdvanceStatuses, AdvanceStatusesInput{StatusScope: scope, Page: 1, Round: round}).Idle {
			w.Pass(5 * time.Minute)
			continue
		}
		page, err := scope.readPage(t.Context(), w.Store, 1, round)
		require.NoError(t, err)
		if len(page.Ended) > 0 {
			return w, page.Ended
		}
		round++
	}
	t.Fatal("it never ends")
	return nil, nil
}

func TestTrackingOfPickUps(t *testing.T) {
	t.Parallel()
	writes := func(w *world, order string) []sandbox.TrackingWrite {
		p, _ := lo.Find(w.Sandbox.Report().PickUps, func(p sandbox.ReportPickUp) bool { return p.ID == order })
		return p.Tracking
	}
	t.Run("VTEX takes it", func(t *testing.T) {
		t.Parallel()
		w, ended := pickedUp(t, "vtex")
		assert.Equal(t, contract.StatusSynced, ended[0].Outcome, ended[0].Reason.Words)
		assert.Empty(t, ended[0].Reason.Words)
		written := writes(w, ended[0].Order)
		require.Len(t, written, 1)
		assert.Equal(t, "T-9", *written[0].Number)
		assert.False(t, written[0].Refused)
	})
	t.Run("no other channel is asked to", func(t *testing.T) {
		t.Parallel()
		w, ended := pickedUp(t, "mercadolibre")
		assert.Equal(t, contract.StatusSynced, ended[0].Outcome)
		assert.Contains(t, ended[0].Reason.Words, "the tracking was not written; Mercado Libre accepts no tracking number for a pick-up order")
		assert.Empty(t, writes(w, ended[0].Order))
	})
	for name, status := range map[string]int{"a route that is not there": http.StatusNotFound, "another method": http.StatusMethodNotAllowed, "a refusedByHub": http.StatusBadRequest} {
		t.Run(name+" is noted, and the status is sent", func(t *testing.T) {
			t.Parallel()
			_, ended := pickedUp(t, "vtex", func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/api/pick-up-orders/") && !strings.HasSuffix(r.URL.Path, "status") {
						http.Error(w, `{"name":"Nope"}`, status)
						return
					}
					inner.ServeHTTP(w, r)
				})
			})
			assert.Equal(t, contract.StatusSynced, ended[0].Outcome, ended[0].Reason.Words)
			assert.Contains(t, ended[0].Reason.Words, "the tracking was not written: the hub refuses it")
		})
	}
}

func TestAmazonTakesTrackingByItsChannel(t *testing.T) {
	t.Parallel()
	easyShip := func(w *world) []sandbox.ReportOrder {
		return lo.Filter(w.Of(w.Scope("amazon"), sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return o.Mode == "std-ez-mx" })[:1]
	}
	s, orders := newStatusScene(t, sandbox.Options{Orders: 300}, easyShip)
	page := s.left()
	page.Open[0].TrackingNumber = "T-9"
	s.scope.Key = "tracked"
	_, err := s.scope.leavePage(t.Context(), s.Store, 1, 0, &page)
	require.NoError(t, err)
	_, err = s.step(nil)
	require.NoError(t, err)
	assert.Equal(t, "T-9", s.Order(orders[0].ID).TrackNumber, "its Channel says MFN, whatever the mode")
	assert.Empty(t, s.left().Open[0].Note)
}
