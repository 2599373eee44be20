package intake

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// pickUps are the pick-ups that wait, by id.
func (w *intakeWorld) pickUps() map[string]contract.PickUpRecord {
	w.Helper()
	listed, err := ListPickUps(w.Context(), w.Store, w.merchant())
	require.NoError(w, err)
	return lo.KeyBy(listed, func(r contract.PickUpRecord) string { return r.PickUp })
}

// changePickUp reports a status of a pick-up, as a partner's tool would.
func (w *intakeWorld) changePickUp(id string, to channels.Status) {
	w.Helper()
	require.NoError(w, w.Client.ChangePickUpStatus(w.Context(), id, multivende.PickUpChange{StatusCode: to.PickUpCode()}))
	w.Pass(10 * time.Minute)
}

// fails answers with an error, at the hub's time.
func (w *intakeWorld) fails(rw http.ResponseWriter, status int) {
	rw.Header().Set("Date", w.Time.Now().UTC().Format(http.TimeFormat))
	http.Error(rw, "{}", status)
}

func TestPickUpsAreKeptFromTheSalesThatAreReadAnyway(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	polled := w.poll(time.Time{})
	wanted := w.Sandbox.Report().PickUps
	require.NotEmpty(t, wanted)
	waiting := w.pickUps()
	assert.Len(t, waiting, len(wanted))
	for _, p := range wanted {
		record := waiting[p.ID]
		assert.Equal(t, []any{p.Code, p.Checkout, p.Connection, p.Channel, string(channels.Pending)}, []any{record.Code, record.Checkout, record.Connection, record.Channel, record.Status})
		assert.NotEmpty(t, record.Number)
		assert.NotEmpty(t, record.ConnectionName)
		assert.Equal(t, record.Sold, record.Since, "from when it was sold it waits")
	}
	calls := w.Sandbox.Report().Calls
	assert.Zero(t, calls["pick-up-order"].Count)
	assert.Equal(t, polled.Count, calls["checkout"].Count, "one call per sale, as without them")
	assert.LessOrEqual(t, calls["pick-up-statuses"].Count, 1, "for those that name their status by its id")
}

func TestANotificationOfAPickUpCostsACallAndMovesItOn(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	p := w.Sandbox.Report().PickUps[0]
	before := w.pickUps()[p.ID]

	w.changePickUp(p.ID, channels.ReceivedByStore)
	calls := w.HubLog.During(func() { assert.Equal(t, 1, w.notification(PickUpOrderNotification+"/"+p.ID).PickUps) })
	assert.Len(t, calls, 1)
	record := w.pickUps()[p.ID]
	assert.Equal(t, string(channels.ReceivedByStore), record.Status)
	assert.True(t, record.Since.After(before.Since))

	calls = w.HubLog.During(func() { w.notification(PickUpOrderNotification+"/"+p.ID, CheckoutNotification+"/"+p.Checkout) })
	assert.Len(t, calls, 1, "the notification of its sale costs no second one")
	assert.Equal(t, record, w.pickUps()[p.ID])

	w.changePickUp(p.ID, channels.Completed)
	w.notification(PickUpOrderNotification + "/" + p.ID)
	assert.NotContains(t, w.pickUps(), p.ID, "one that was fetched waits no more")
	over, err := readPickUp(t.Context(), w.Store, w.merchant(), p.ID)
	require.NoError(t, err)
	assert.Equal(t, string(channels.Completed), over.Status)
}

func TestAPickUpIsHeardOfByItsNotificationAlone(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.post("/sandbox/sales", map[string]any{"count": 1, "connection": "paris", "life": "plain", "pick_up": true})
	w.Pass(0)
	p := lo.LastOrEmpty(w.Sandbox.Report().PickUps)
	calls := w.HubLog.During(func() { w.notification(PickUpOrderNotification + "/" + p.ID) })
	assert.Subset(t, []string{"connections", "pick_up_order", "pick_up_order_statuses", "checkout"}, lo.Map(calls, func(c multivende.Call, _ int) string { return c.Route }))
	record := w.pickUps()[p.ID]
	assert.Equal(t, []any{p.Code, p.Checkout, "paris", string(channels.Pending)}, []any{record.Code, record.Checkout, record.Channel, record.Status})
	assert.NotEmpty(t, record.Number)
}

func TestAPickUpWhoseSaleIsCancelledWaitsNoMore(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.post("/sandbox/sales", map[string]any{"count": 1, "connection": "paris", "life": "cancelled_later", "pick_up": true})
	w.Pass(0)
	p := lo.LastOrEmpty(w.Sandbox.Report().PickUps)
	w.notification(CheckoutNotification + "/" + p.Checkout)
	require.Contains(t, w.pickUps(), p.ID)
	w.Pass(5 * time.Hour)
	w.notification(CheckoutNotification + "/" + p.Checkout)
	assert.NotContains(t, w.pickUps(), p.ID)
}

func TestNotificationsOfPickUpsThatTheHubDoesNotGiveAreIgnored(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"there is no such route": 404, "or another one": 405, "a scope is missing": 403, "the hub fails at it": 500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w *intakeWorld
			w = newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 12}, func(inner http.Handler) http.Handler {
				return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
					if strings.HasPrefix(r.URL.Path, "/api/pick-up-orders/") {
						w.fails(rw, status)
						return
					}
					inner.ServeHTTP(rw, r)
				})
			})
			w.post("/sandbox/sales", map[string]any{"count": 1, "connection": "paris", "life": "plain", "pick_up": true})
			w.Pass(time.Minute)
			p := lo.LastOrEmpty(w.Sandbox.Report().PickUps)
			taken := w.notification(PickUpOrderNotification+"/"+p.ID, PickUpOrderNotification+"/no such id", CheckoutNotification+"/"+w.Sandbox.Report().Orders[0].ID)
			assert.GreaterOrEqual(t, taken.Ignored, 2)
			assert.Empty(t, w.inState(contract.IntakeHeldBack), "none of them is an order that is held back")
			w.poll(time.Time{})
			assert.Contains(t, w.pickUps(), p.ID, "its sale shows it")
		})
	}
}

func TestASaleOfAPickUpThatCannotBeReadIsHeldBackAsASale(t *testing.T) {
	t.Parallel()
	broken := false
	var w *intakeWorld
	w = newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 12}, func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if broken && strings.HasPrefix(r.URL.Path, "/api/checkouts/") {
				w.fails(rw, http.StatusInternalServerError)
				return
			}
			inner.ServeHTTP(rw, r)
		})
	})
	w.post("/sandbox/sales", map[string]any{"count": 1, "connection": "paris", "life": "plain", "pick_up": true})
	w.Pass(0)
	p := lo.LastOrEmpty(w.Sandbox.Report().PickUps)
	broken = true
	_, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByWebhook, IDs: []string{PickUpOrderNotification + "/" + p.ID}}, &activitiestest.Try{Attempt: aloneAfter})
	require.NoError(t, err)
	require.Equal(t, []string{p.Checkout}, w.inState(contract.IntakeHeldBack))
	broken = false
	assert.Equal(t, 1, w.look().Again)
	takeUpAgain := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByPoll, List: w.againList(), To: 1}
	activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, takeUpAgain)
	assert.Empty(t, w.inState(contract.IntakeHeldBack))
	assert.Contains(t, w.pickUps(), p.ID)
}

func TestARecordOfAPickUpHoldsNothingOfItsBuyer(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.poll(time.Time{})
	require.NotEmpty(t, w.pickUps())
	for id := range w.pickUps() {
		text := w.Text(storage.IntakePickUp(w.merchant(), true, id))
		for _, buyers := range []string{"example.invalid", "Ficticia", "+00"} {
			assert.NotContains(t, text, buyers)
		}
	}
}
