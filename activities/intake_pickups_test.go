package activities

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// pickUps are the pick-ups that wait, by id.
func (w *intakeWorld) pickUps() map[string]PickUpRecord {
	w.Helper()
	listed, err := ListPickUps(w.Context(), w.store, w.merchant())
	require.NoError(w, err)
	return lo.KeyBy(listed, func(r PickUpRecord) string { return r.PickUp })
}

// changePickUp reports a status of a pick-up, as a partner's tool would.
func (w *intakeWorld) changePickUp(id string, to channels.Status) {
	w.Helper()
	require.NoError(w, w.client.ChangePickUpStatus(w.Context(), id, multivende.PickUpChange{StatusCode: to.PickUpCode()}))
	w.pass(10 * time.Minute)
}

// fails answers with an error, at the hub's time.
func (w *intakeWorld) fails(rw http.ResponseWriter, status int) {
	rw.Header().Set("Date", w.time.Now().UTC().Format(http.TimeFormat))
	http.Error(rw, "{}", status)
}

func TestPickUpsAreKeptFromTheSalesThatAreReadAnyway(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	polled := w.poll(time.Time{})
	wanted := w.hub.Report().PickUps
	require.NotEmpty(t, wanted)
	waiting := w.pickUps()
	assert.Len(t, waiting, len(wanted))
	for _, p := range wanted {
		record := waiting[p.ID]
		assert.Equal(t, []any{p.Code, p.Checkout, p.Connection, p.Channel, channels.Pending}, []any{record.Code, record.Checkout, record.Connection, record.Channel, record.Status})
		assert.NotEmpty(t, record.Number)
		assert.NotEmpty(t, record.ConnectionName)
		assert.Equal(t, record.Sold, record.Since, "from when it was sold it waits")
	}
	calls := w.hub.Report().Calls
	assert.Zero(t, calls["pick-up-order"].Count)
	assert.Equal(t, polled.Count, calls["checkout"].Count, "a call a sale, as without them")
	assert.LessOrEqual(t, calls["pick-up-statuses"].Count, 1, "for those that name their status by its id")
}

func TestANoticeOfAPickUpCostsACallAndMovesItOn(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	p := w.hub.Report().PickUps[0]
	before := w.pickUps()[p.ID]

	w.changePickUp(p.ID, channels.ReceivedByStore)
	calls := w.log.during(func() { assert.Equal(t, 1, w.notice(PickUpOrderNotice+"/"+p.ID).PickUps) })
	assert.Len(t, calls, 1)
	record := w.pickUps()[p.ID]
	assert.Equal(t, channels.ReceivedByStore, record.Status)
	assert.True(t, record.Since.After(before.Since))

	calls = w.log.during(func() { w.notice(PickUpOrderNotice+"/"+p.ID, CheckoutNotice+"/"+p.Checkout) })
	assert.Len(t, calls, 1, "the notice of its sale costs no second one")
	assert.Equal(t, record, w.pickUps()[p.ID])

	w.changePickUp(p.ID, channels.Completed)
	w.notice(PickUpOrderNotice + "/" + p.ID)
	assert.NotContains(t, w.pickUps(), p.ID, "one that was fetched waits no more")
	over, err := readPickUp(t.Context(), w.store, w.merchant(), p.ID)
	require.NoError(t, err)
	assert.Equal(t, channels.Completed, over.Status)
}

func TestAPickUpIsHeardOfByItsNoticeAlone(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.post("/sandbox/sales", map[string]any{"count": 1, "connection": "paris", "life": "plain", "pick_up": true})
	w.pass(0)
	p := lo.LastOrEmpty(w.hub.Report().PickUps)
	calls := w.log.during(func() { w.notice(PickUpOrderNotice + "/" + p.ID) })
	assert.Subset(t, []string{"connections", "pick_up_order", "pick_up_order_statuses", "checkout"}, lo.Map(calls, func(c multivende.Call, _ int) string { return c.Route }))
	record := w.pickUps()[p.ID]
	assert.Equal(t, []any{p.Code, p.Checkout, "paris", channels.Pending}, []any{record.Code, record.Checkout, record.Channel, record.Status})
	assert.NotEmpty(t, record.Number)
}

func TestAPickUpWhoseSaleIsCancelledWaitsNoMore(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.post("/sandbox/sales", map[string]any{"count": 1, "connection": "paris", "life": "cancelled_later", "pick_up": true})
	w.pass(0)
	p := lo.LastOrEmpty(w.hub.Report().PickUps)
	w.notice(CheckoutNotice + "/" + p.Checkout)
	require.Contains(t, w.pickUps(), p.ID)
	w.pass(5 * time.Hour)
	w.notice(CheckoutNotice + "/" + p.Checkout)
	assert.NotContains(t, w.pickUps(), p.ID)
}

func TestNoticesOfPickUpsThatTheHubDoesNotGiveAreIgnored(t *testing.T) {
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
			w.pass(time.Minute)
			p := lo.LastOrEmpty(w.hub.Report().PickUps)
			taken := w.notice(PickUpOrderNotice+"/"+p.ID, PickUpOrderNotice+"/no such id", CheckoutNotice+"/"+w.hub.Report().Orders[0].ID)
			assert.GreaterOrEqual(t, taken.Ignored, 2)
			assert.Empty(t, w.inState(IntakeHeldBack), "none of them is an order that is held back")
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
	w.pass(0)
	p := lo.LastOrEmpty(w.hub.Report().PickUps)
	broken = true
	_, err := does(w.world, w.intake.TakeUpNotices, TakeUpNoticesInput{Merchant: w.merchant(), Source: ByWebhook, IDs: []string{PickUpOrderNotice + "/" + p.ID}}, &try{attempt: aloneAfter})
	require.NoError(t, err)
	require.Equal(t, []string{p.Checkout}, w.inState(IntakeHeldBack))
	broken = false
	assert.Equal(t, 1, w.look().Again)
	takeUpAgain := TakeUpNoticesInput{Merchant: w.merchant(), Source: ByPoll, List: w.againList(), To: 1}
	must(w.world, w.intake.TakeUpNotices, takeUpAgain)
	assert.Empty(t, w.inState(IntakeHeldBack))
	assert.Contains(t, w.pickUps(), p.ID)
}

func TestARecordOfAPickUpHoldsNothingOfItsBuyer(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.poll(time.Time{})
	for id := range w.pickUps() {
		text := w.text(storage.IntakePickUp(w.merchant(), true, id))
		for _, buyers := range []string{"example.invalid", "Ficticia", "+00"} {
			assert.NotContains(t, text, buyers)
		}
	}
}
