package intake

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// sold sells more on a channel, and returns the orders once the intake knows them.
func (w *intakeWorld) sold(channel string, life sandbox.SaleLife, count int) []sandbox.ReportOrder {
	w.Helper()
	before := activitiestest.Reported(w.Sandbox.Report().Orders)
	w.post("/sandbox/sales", map[string]any{"count": count, "life": life, "connection": channel})
	w.pollLately()
	orders := lo.Reject(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) bool { return lo.Contains(before, o.ID) })
	require.GreaterOrEqual(w, len(orders), count)
	return orders
}

// pollLately polls as an Intake does that has polled five minutes ago.
func (w *intakeWorld) pollLately() contract.Polled {
	w.Helper()
	return w.poll(w.Client.Clock().Now().Add(-5 * time.Minute))
}

// notificationsOf are those that a hub sends of a change of these orders.
func (w *intakeWorld) notificationsOf(orders ...sandbox.ReportOrder) []string {
	return lo.FlatMap(orders, func(o sandbox.ReportOrder, _ int) []string {
		return []string{DeliveryOrderNotification + "/" + o.ID, CheckoutNotification + "/" + w.record(o.ID).Checkout}
	})
}

func TestWhatARunOfLabelsChangesIsNotReadAgain(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	w.settle(func(s *accounts.Settings) {
		s.Policies = map[string]accounts.Policy{"": accounts.WhenStockConfirmed}
	})
	orders := w.sold("ripley", sandbox.LifePlain, 40)
	w.confirm(activitiestest.Reported(orders)...)
	makings := w.prepare("made-1").Makings
	require.Len(t, makings, 1)
	w.makes(makings[0])
	assert.Len(t, orders, makings[0].Orders)
	for _, o := range orders {
		w.ChangeStatus(o, channels.ReadyToShip)
	}

	before := w.allCalls()
	for range 3 { // its label was asked for, came, and its status was set
		for _, chunk := range lo.Chunk(lo.Uniq(w.notificationsOf(orders...)), activities.ChunkSize) {
			assert.Equal(t, len(chunk), w.notification(chunk...).Left)
		}
	}
	assert.Zero(t, w.allCalls()-before, "calls of the notifications")
	w.pollLately()
	assert.Zero(t, w.look().Again)
	assert.LessOrEqual(t, float64(w.allCalls()-before)/float64(len(orders)), 0.1, "calls a label")
}

func TestAPollLeavesSalesPastTheGateUntilTheyAreOff(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	orders := w.sold("ripley", sandbox.LifePlain, 3)
	// forget lets the sales look changed since they were read.
	forget := func() {
		for _, o := range orders {
			key := storage.IntakeSale(w.merchant(), w.record(o.ID).Checkout)
			known, err := intakebook.SaleRecord(t.Context(), w.Store, w.merchant(), w.record(o.ID).Checkout)
			require.NoError(t, err)
			known.UpdatedAt = known.UpdatedAt.Add(-time.Hour)
			require.NoError(t, w.Store.Put(t.Context(), key, known))
		}
	}
	hours := func(n int) contract.Polled { return w.poll(w.Client.Clock().Now().Add(-time.Duration(n) * time.Hour)) }
	forget()
	polled := hours(1)
	assert.Equal(t, []int{0, 3}, []int{polled.Count, polled.Left}, "read lately")

	t.Run("a cancelled one is read", func(t *testing.T) {
		w.publish(orders[0].ID, "morning")
		w.Pass(time.Minute)
		w.Cancel(orders[0])
		assert.Equal(t, 1, hours(1).Count)
		assert.Equal(t, contract.IntakeTakeOut, w.state(orders[0]))
	})
	t.Run("one of which an order is held back again is read", func(t *testing.T) {
		_, err := intakebook.ChangeRecord(t.Context(), w.Store, w.merchant(), orders[1].ID, func(r *contract.IntakeRecord) { r.State = contract.IntakeHeldBack })
		require.NoError(t, err)
		assert.Equal(t, 1, hours(1).Count)
		assert.Equal(t, contract.IntakeWaiting, w.state(orders[1]))
	})
	t.Run("one that could not be read is read again", func(t *testing.T) {
		_, err := intakebook.ChangeRecord(t.Context(), w.Store, w.merchant(), orders[2].ID, func(r *contract.IntakeRecord) { r.Unread = "checkout/x" })
		require.NoError(t, err)
		assert.Equal(t, 1, hours(1).Count)
	})
	t.Run("all are read that were read more than six hours ago", func(t *testing.T) {
		w.Pass(7 * time.Hour)
		forget()
		assert.Equal(t, 3, hours(8).Count)
		assert.Zero(t, hours(8).Count)
	})
}

func TestAnOrderHeldBackIsReadAsSoonAsItIsPaid(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	order := w.sold("ripley", sandbox.LifePaidLater, 1)[0]
	require.Equal(t, contract.IntakeHeldBack, w.state(order))
	w.Pass(3 * time.Hour)
	taken := w.notification(CheckoutNotification + "/" + w.record(order.ID).Checkout)
	assert.Zero(t, taken.Left)
	assert.Equal(t, contract.IntakeWaiting, w.state(order))
}

func TestADeliveryCancelledAloneIsFoundWithinSixHours(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	orders := w.sold("ripley", sandbox.LifePlain, 2)
	gone, other := orders[0], orders[1]
	w.publish(gone.ID, "morning")
	w.look()
	w.ChangeStatus(gone, channels.Cancelled)
	assert.Equal(t, 4, w.notification(w.notificationsOf(gone, other)...).Left)
	w.Pass(4 * time.Hour)
	assert.Equal(t, 1, w.notification(DeliveryOrderNotification+"/"+gone.ID).Left)
	assert.Zero(t, w.look().Again)

	w.Pass(2 * time.Hour)
	require.Equal(t, 2, w.look().Again)
	before := w.allCalls()
	w.takeUpAgain()
	assert.Equal(t, before+2, w.allCalls(), "one call per sale")
	assert.Equal(t, contract.IntakeTakeOut, w.state(gone))
	assert.Equal(t, contract.IntakeWaiting, w.state(other))

	t.Run("and no mark of it is left", func(t *testing.T) {
		w.Pass(6 * time.Hour)
		assert.Zero(t, w.look().Again)
		require.NoError(t, w.Store.List(t.Context(), storage.IntakeLeftPrefix(w.merchant()), func(o storage.Object) error {
			assert.Fail(t, o.Key)
			return nil
		}))
	})
	t.Run("what is over is not read again", func(t *testing.T) {
		assert.Equal(t, 2, w.notification(w.notificationsOf(gone)...).Left)
		w.Pass(7 * time.Hour)
		assert.Zero(t, w.look().Again)
	})
}

func TestASaleThatTheHubKnowsNoMoreIsAskedForOnce(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	order := w.sold("ripley", sandbox.LifePlain, 1)[0]
	lost := "00000000-0000-4000-8000-000000000000"
	known, err := intakebook.SaleRecord(t.Context(), w.Store, w.merchant(), w.record(order.ID).Checkout)
	require.NoError(t, err)
	require.NoError(t, w.Store.Put(t.Context(), storage.IntakeSale(w.merchant(), lost), known))
	assert.Equal(t, 1, w.notification(CheckoutNotification+"/"+lost).Left)
	w.Pass(6 * time.Hour)
	require.Equal(t, 1, w.look().Again)
	w.takeUpAgain()
	assert.Zero(t, w.look().Again)
}

// answersDiffer lets the hub's answers on a path say another word than one, where one is given.
func answersDiffer(path string, one, other *string) func(http.Handler) http.Handler {
	return func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if *one == "" || !strings.Contains(r.URL.Path, path) {
				inner.ServeHTTP(rw, r)
				return
			}
			answer := httptest.NewRecorder()
			inner.ServeHTTP(answer, r)
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(answer.Code)
			_, _ = rw.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte(`"`+*one+`"`), []byte(`"`+*other+`"`)))
		})
	}
}

func TestAnOrderThatWasReadBeforeItsConnectionWasKnownIsReadAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, instead string }{
		"its sale has none yet":        {"/api/checkouts/", ""},
		"the hub does not list it yet": {"/marketplace-connections/", "another"},
	} {
		for by, again := range map[string]func(*intakeWorld, sandbox.ReportOrder){
			"a notification of the sale": func(w *intakeWorld, o sandbox.ReportOrder) {
				assert.Zero(w, w.notification(CheckoutNotification+"/"+o.Checkouts[0]).Left)
			},
			"a notification of the delivery order": func(w *intakeWorld, o sandbox.ReportOrder) {
				assert.Zero(w, w.notification(DeliveryOrderNotification+"/"+o.ID).Left)
			},
			"a poll": func(w *intakeWorld, _ sandbox.ReportOrder) { w.poll(time.Time{}) },
			"a look six hours later": func(w *intakeWorld, _ sandbox.ReportOrder) {
				w.Pass(rereadLeftAfter)
				require.Equal(w, 1, w.look().Again)
				w.takeUpAgain()
			},
		} {
			t.Run(name+", by "+by, func(t *testing.T) {
				t.Parallel()
				var hidden string
				w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4}, answersDiffer(c.path, &hidden, &c.instead))
				w.poll(time.Time{})
				w.post("/sandbox/sales", map[string]any{"count": 1, "life": sandbox.LifePlain, "connection": "ripley"})
				order := w.Sandbox.Report().Orders[len(w.Sandbox.Report().Orders)-1]
				hidden = order.Connection
				require.NoError(t, w.Store.Delete(t.Context(), storage.IntakeConnections(w.merchant())))
				w.notification(CheckoutNotification + "/" + order.Checkouts[0])
				require.Equal(t, contract.IntakeUnsupported, w.state(order))

				hidden = ""
				again(w, order)
				record := w.record(order.ID)
				assert.Equal(t, contract.IntakeWaiting, record.State, record.Reason.Words)
				assert.Equal(t, order.Connection, record.Connection)
				sales, err := intakebook.SalesOfNumber(t.Context(), w.Store, w.merchant(), record.Number)
				require.NoError(t, err)
				assert.Equal(t, []intakebook.NumberedSale{{Connection: order.Connection, Checkout: order.Checkouts[0]}}, sales)
			})
		}
	}
}

func TestAnOrderOfAChannelWithoutLabelsCostsNoCallForEachNotification(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	order := w.fated("", sandbox.FateShop)[0]
	require.Equal(t, contract.IntakeUnsupported, w.state(order))
	before := w.allCalls()
	for range 3 {
		assert.Equal(t, 2, w.notification(w.notificationsOf(order)...).Left)
	}
	assert.Equal(t, before, w.allCalls())
	w.Pass(rereadLeftAfter)
	assert.Equal(t, 1, w.look().Again, "it is read once in six hours")
}

// takeUpAgain takes up what the last look has left.
func (w *intakeWorld) takeUpAgain() {
	w.Helper()
	activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByPoll, List: w.againList(), To: activities.ChunkSize})
}
