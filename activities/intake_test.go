package activities

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// intakeWorld is a world with the steps of the intake.
type intakeWorld struct {
	*world
	intake   *Intake
	settings IntakeSettings
	lists    int
}

func newIntakeWorld(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *intakeWorld {
	t.Helper()
	w := &intakeWorld{world: newWorld(t, options, wraps...), settings: DefaultIntakeSettings()}
	w.intake = &Intake{Hubs: w, Store: w.store}
	return w
}

func (w *intakeWorld) merchant() string { return w.hub.Merchant() }

// poll lists what changed since a time and takes all of it up.
func (w *intakeWorld) poll(since time.Time) Polled {
	w.Helper()
	w.lists++
	polled := must(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: fmt.Sprintf("poll-%d", w.lists), Complete: since})
	for at := 0; at < polled.Count; at += chunkSize {
		must(w.world, w.intake.TakeUpNotices, TakeUpNoticesInput{Merchant: w.merchant(), Source: ByPoll, List: polled.List, From: at, To: at + chunkSize})
	}
	return polled
}

// notice takes up notices as webhooks bring them.
func (w *intakeWorld) notice(ids ...string) TakenNotices {
	w.Helper()
	return must(w.world, w.intake.TakeUpNotices, TakeUpNoticesInput{Merchant: w.merchant(), Source: ByWebhook, IDs: ids})
}

// allCalls is how often the hub was called.
func (w *intakeWorld) allCalls() int {
	return lo.SumBy(lo.Values(w.hub.Report().Calls), func(c sandbox.RouteCalls) int { return c.Count })
}

func (w *intakeWorld) look() LookedOver {
	w.Helper()
	w.lists++
	return must(w.world, w.intake.LookOver, LookOverInput{Merchant: w.merchant(), Settings: w.settings, Left: true, List: w.againList()})
}

// againList is the list of the last look.
func (w *intakeWorld) againList() string { return fmt.Sprintf("again-%d", w.lists) }

func (w *intakeWorld) record(order string) IntakeRecord {
	w.Helper()
	record, err := ReadIntakeRecord(w.Context(), w.store, w.merchant(), order)
	require.NoError(w, err)
	return record
}

func (w *intakeWorld) state(o sandbox.ReportOrder) IntakeState {
	w.Helper()
	return w.record(o.ID).State
}

func (w *intakeWorld) inState(state IntakeState) []string {
	w.Helper()
	names, err := namesInState(w.Context(), w.store, w.merchant(), state)
	require.NoError(w, err)
	return names
}

// settle settles the merchant's policies and pauses.
func (w *intakeWorld) settle(change func(*accounts.Settings)) {
	w.Helper()
	_, err := accounts.ChangeSettings(w.Context(), w.store, w.merchant(), func(s *accounts.Settings) error { change(s); return nil })
	require.NoError(w, err)
}

// orders are those of the hub with a fate, of a provider or, when it is empty, of any.
func (w *intakeWorld) fated(provider string, fate sandbox.Fate) []sandbox.ReportOrder {
	w.Helper()
	found := lo.Filter(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		return o.Fate == fate && (provider == "" || o.Channel == provider)
	})
	require.NotEmpty(w, found, "%s %s", provider, fate)
	return found
}

// post calls one of the sandbox's own routes.
func (w *intakeWorld) post(path string, body any) {
	w.Helper()
	data, err := json.Marshal(body)
	require.NoError(w, err)
	answer := httptest.NewRecorder()
	w.hub.ServeHTTP(answer, httptest.NewRequestWithContext(w.Context(), http.MethodPost, path, bytes.NewReader(data)))
	require.Less(w, answer.Code, 300, answer.Body.String())
}

// publish leaves what a run leaves that printed an order.
func (w *intakeWorld) publish(order, run string) {
	w.Helper()
	_, err := w.store.PutOnce(w.Context(), storage.Published(w.merchant(), order, run), &books.Publication{Run: run})
	require.NoError(w, err)
}

// label leaves a label of an order in the store, unpublished.
func (w *intakeWorld) label(order string) {
	w.Helper()
	record := w.record(order)
	_, err := w.store.PutOnce(w.Context(), storage.Waiting(w.merchant(), record.Connection, order), &books.LabelRecord{Order: record.order()})
	require.NoError(w, err)
}

func TestAPollBringsEveryOrderToWhereTheGateLetsIt(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	polled := w.poll(time.Time{})
	assert.True(t, polled.Complete.Equal(polled.To))
	assert.Empty(t, polled.Note)
	want := map[sandbox.Fate]IntakeState{
		sandbox.Labelable: IntakeWaiting, sandbox.Printed: IntakeWaiting, sandbox.Unpaid: IntakeHeldBack, sandbox.Cancelled: IntakeCancelled,
		sandbox.Shipped: IntakeEnded, sandbox.Unsupported: IntakeUnsupported, sandbox.Shop: IntakeUnsupported,
	}
	seen := map[sandbox.Fate]int{}
	for _, o := range w.hub.Report().Orders {
		if state, ok := want[o.Fate]; ok {
			record := w.record(o.ID)
			assert.Equal(t, state, record.State, "%s of %s: %s", o.Fate, o.Channel, record.Reason)
			assert.Equal(t, o.Connection, record.Connection)
			assert.NotEmpty(t, record.Checkout)
			assert.Equal(t, ByPoll, record.FirstSeen)
			seen[o.Fate]++
		}
	}
	assert.Len(t, seen, len(want), "%v", seen)

	t.Run("and the counts by state are those of the records", func(t *testing.T) {
		counts := w.look().Counts
		for _, state := range IntakeStates() {
			assert.Len(t, w.inState(state), counts[state], state)
		}
		assert.Equal(t, lo.CountBy(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return want[o.Fate] == IntakeEnded }), counts[IntakeEnded])
	})
	t.Run("and the next poll finds nothing to read", func(t *testing.T) {
		before := w.calls("checkout")
		assert.Zero(t, w.poll(time.Time{}).Count)
		assert.Equal(t, before, w.calls("checkout"))
	})
}

func TestWebhooksAndPollsTellTheSameOnce(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	order := w.fated("paris", sandbox.Labelable)[0]
	sale := CheckoutNotice + "/" + w.record(order.ID).Checkout

	t.Run("notices of what may have its label are left to the poll, however often they come", func(t *testing.T) {
		before := w.allCalls()
		assert.Equal(t, TakenNotices{Left: 2}, w.notice(sale, DeliveryOrderNotice+"/"+order.ID, sale))
		assert.Equal(t, before, w.allCalls())
		assert.Equal(t, ByPoll, w.record(order.ID).FirstSeen)
	})
	held := w.fated("paris", sandbox.Unpaid)[0]
	t.Run("a notice of what is held back lets the sale be read again, once", func(t *testing.T) {
		sale := CheckoutNotice + "/" + w.record(held.ID).Checkout
		before := w.calls("checkout")
		taken := w.notice(sale, sale, sale)
		assert.Equal(t, before+1, w.calls("checkout"))
		assert.Positive(t, taken.Orders)
		assert.Zero(t, taken.New, "the poll has told it before")
	})
	t.Run("a notice of a delivery order held back that is as it was reads no sale", func(t *testing.T) {
		before := w.calls("checkout")
		w.notice(DeliveryOrderNotice + "/" + held.ID)
		assert.Equal(t, before, w.calls("checkout"))
	})
	t.Run("a notice of a delivery order held back that changed reads its sale", func(t *testing.T) {
		w.pass(time.Minute)
		w.changeStatus(held, "shipped")
		w.notice(DeliveryOrderNotice + "/" + held.ID)
		assert.Equal(t, IntakeEnded, w.state(held))
	})
	t.Run("a poll reads only the sales that changed", func(t *testing.T) {
		w.pass(2 * time.Hour)
		changed := w.fated("ripley", sandbox.Labelable)[0]
		w.cancel(changed)
		w.pass(time.Minute)
		before := w.calls("checkout")
		polled := w.poll(w.client.Clock().Now().Add(-time.Hour))
		assert.Equal(t, 1, polled.Count)
		assert.Equal(t, before+1, w.calls("checkout"))
		assert.Equal(t, IntakeCancelled, w.state(changed))
	})
	t.Run("junk is ignored", func(t *testing.T) {
		taken := w.notice("checkout/11111111-1111-4111-8111-111111111111", "delivery-order/..", "delivery-order/x y", "pick-up-order/7", "nonsense", "")
		assert.Equal(t, TakenNotices{Ignored: 6}, taken)
	})
}

func TestASaleSeenBeforeItsWebhookIsNotTakenTwice(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 5, Orders: 30})
	order := w.fated("mercadolibre", sandbox.Labelable)[0]
	sale := w.order(order.ID).Checkouts
	require.NotEmpty(t, sale)
	taken := w.notice(lo.Map(sale, func(id string, _ int) string { return CheckoutNotice + "/" + id })...)
	assert.Positive(t, taken.New)
	first := w.record(order.ID)
	assert.Equal(t, ByWebhook, first.FirstSeen)
	w.poll(time.Time{})
	assert.Equal(t, first, w.record(order.ID), "the poll changes nothing")
}

func TestCancelledOrdersAreTakenOutOfThePileOnceTheyArePublished(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.poll(time.Time{})
	orders := lo.Filter(w.fated("ripley", sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return w.state(o) == IntakeWaiting })
	require.GreaterOrEqual(t, len(orders), 3)
	printed, stored, unlabelled := orders[0], orders[1], orders[2]
	w.publish(printed.ID, "morning")
	w.label(stored.ID)
	assert.Equal(t, 2, w.look().Counts[IntakeLabelled], "labels that are there by now are noted")
	for _, o := range orders[:3] {
		w.cancel(o)
		assert.Equal(t, 1, w.notice(DeliveryOrderNotice+"/"+o.ID).Left)
	}
	assert.Equal(t, 3, w.poll(w.client.Clock().Now().Add(-5*time.Minute)).Count, "the light list tells of the cancellation")
	assert.Equal(t, IntakeTakeOut, w.state(printed))
	assert.Equal(t, "morning", w.record(printed.ID).Run)
	assert.Equal(t, IntakeCancelled, w.state(stored))
	assert.Equal(t, IntakeCancelled, w.state(unlabelled))

	t.Run("also when the run published it after the cancellation was heard of", func(t *testing.T) {
		w.publish(stored.ID, "noon")
		w.publish(unlabelled.ID, "noon")
		looked := w.look()
		assert.Equal(t, IntakeTakeOut, w.state(stored))
		assert.Equal(t, 2, looked.Counts[IntakeTakeOut])
		assert.Len(t, looked.TakeOut, 2)
		assert.Equal(t, IntakeCancelled, w.state(unlabelled), "no label of it was in the store")
	})
}

func TestSalesThatFailedToRegisterAreHeldBackUntilTheyAreRepaired(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.poll(time.Time{})
	w.post("/sandbox/sales", map[string]any{"count": 4, "life": "repaired", "connection": "paris"})
	before := len(w.inState(IntakeHeldBack))
	polled := w.poll(w.client.Clock().Now())
	assert.GreaterOrEqual(t, polled.WithError, 4)
	held := lo.Filter(w.inState(IntakeHeldBack), func(name string, _ int) bool { return w.record(name).Number != "" && w.record(name).Checkout == "" })
	assert.Len(t, w.inState(IntakeHeldBack), before+4)
	record := w.record(held[0])
	assert.Contains(t, record.Reason, "failed to register")
	assert.NotContains(t, record.Reason, "node_modules")
	assert.NotEmpty(t, record.ConnectionName)

	at := w.client.Clock().Now()
	w.pass(4 * time.Hour)
	polled = w.poll(at)
	failures := lo.Filter(w.hub.Report().Failures, func(f sandbox.ReportFailure, _ int) bool { return f.RepairedAs != "" })
	require.Len(t, failures, 4)
	for _, f := range failures {
		closed := w.record(unregisteredOrder(f.Connection, f.ExternalID))
		assert.Equal(t, IntakeClosed, closed.State)
		assert.Equal(t, f.RepairedAs, closed.Checkout)
		assert.Contains(t, lo.Map(w.inState(IntakeWaiting), func(id string, _ int) string { return w.record(id).Checkout }), f.RepairedAs)
	}
	w.pass(time.Hour)
	assert.Less(t, w.poll(polled.Complete).WithError, polled.WithError+4, "half of them are still in the hub's list, and stay closed")
	assert.Len(t, w.inState(IntakeClosed), 4)
}

func TestAllChangedSalesAreFoundWhilePagesShift(t *testing.T) {
	t.Parallel()
	var w *intakeWorld
	var victims []sandbox.ReportOrder
	// Behind every third page, a sale changes and so leaves the window: the pages behind it shift.
	served := 0
	shift := func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			inner.ServeHTTP(rw, r)
			if w == nil || !isLight(r.URL.Path) {
				return
			}
			if served++; served%3 == 1 && len(victims) > 0 {
				w.post("/sandbox/cancel/"+victims[0].ID, nil)
				victims = victims[1:]
			}
		})
	}
	made := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60, PageSize: 7}, shift)
	// On the window's last second nothing may change: the clock stands still.
	made.time.mu.Lock()
	made.time.now = made.time.now.Add(30 * time.Second)
	made.time.mu.Unlock()
	victims = lo.Filter(made.fated("", sandbox.Labelable), func(o sandbox.ReportOrder, i int) bool { return o.Channel != "mercadolibre" && i%9 == 0 })
	changing := lo.FlatMap(victims, func(o sandbox.ReportOrder, _ int) []string { return o.Checkouts })
	w = made
	all := lo.Without(lo.Uniq(lo.FlatMap(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) []string {
		return lo.Ternary(o.Fate == sandbox.Labelable, o.Checkouts, nil)
	})), changing...)
	polled := must(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "shifting"})
	var ids []string
	require.NoError(t, w.store.Get(t.Context(), storage.IntakeList(w.merchant(), "shifting"), &ids))
	assert.Subset(t, ids, lo.Map(all, func(id string, _ int) string { return CheckoutNotice + "/" + id }))
	assert.True(t, polled.Complete.Equal(polled.To), polled.Note)
	assert.Less(t, len(victims), 5, "the pages did shift")
}

func isLight(path string) bool { return bytes.Contains([]byte(path), []byte("/checkouts/light/")) }

func TestAPollThatIsTriedAgainFindsTheSame(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20})
	in := PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll"}
	first := must(w.world, w.intake.PollSales, in)
	calls := w.calls("checkouts-light")
	w.pass(time.Hour)
	again := must(w.world, w.intake.PollSales, in)
	assert.Equal(t, first, again)
	assert.Equal(t, calls, w.calls("checkouts-light"))
	assert.Zero(t, must(w.world, w.intake.OpenIntake, OpenIntakeInput{Merchant: w.merchant()}).Cursor, "not all of it was taken up")
	in.List, in.Complete = "next", first.Complete
	must(w.world, w.intake.PollSales, in)
	assert.True(t, first.Complete.Equal(must(w.world, w.intake.OpenIntake, OpenIntakeInput{Merchant: w.merchant()}).Cursor))
}

func TestOrdersNearTheirDeadlineAreRaised(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 40})
	w.poll(time.Time{})
	now := w.client.Clock().Now()
	near := lo.Filter(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		record, err := ReadIntakeRecord(t.Context(), w.store, w.merchant(), o.ID)
		open := slices.Contains([]IntakeState{IntakeWaiting, IntakeHeldBack}, record.State)
		return err == nil && open && !record.Deadline.IsZero() && record.Deadline.Before(now.Add(4*time.Hour))
	})
	require.NotEmpty(t, near)
	looked := w.look()
	assert.Equal(t, len(near), looked.Near)
	require.NotEmpty(t, looked.NearOrders)
	assert.LessOrEqual(t, len(looked.NearOrders), nearShown)
	assert.True(t, slices.IsSortedFunc(looked.NearOrders, func(a, b NearOrder) int { return a.Deadline.Compare(b.Deadline) }))

	first := looked.NearOrders[0]
	w.publish(first.Order, "morning")
	after := w.look()
	assert.Equal(t, looked.Near-1, after.Near, "an order with its label is not raised")
}

func TestMarksThatAKilledWorkerLeftAreMended(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20})
	w.poll(time.Time{})
	counts := w.look().Counts
	waiting := w.inState(IntakeWaiting)
	require.NoError(t, w.store.Put(t.Context(), storage.IntakeInState(w.merchant(), string(IntakeHeldBack), waiting[0]), struct{}{}))
	require.NoError(t, w.store.Delete(t.Context(), storage.IntakeInState(w.merchant(), string(IntakeWaiting), waiting[1])))
	assert.Equal(t, counts, w.look().Counts)
	assert.ElementsMatch(t, waiting, w.inState(IntakeWaiting))
	assert.NotContains(t, w.inState(IntakeHeldBack), waiting[0])
}

func TestOneSaleThatCannotBeReadFailsNoOther(t *testing.T) {
	t.Parallel()
	broken := ""
	wrap := func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if broken != "" && r.URL.Path == "/api/checkouts/"+broken {
				rw.Header().Set("Content-Type", "application/json")
				_, _ = rw.Write([]byte(`{"name":`))
				return
			}
			inner.ServeHTTP(rw, r)
		})
	}
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60}, wrap)
	orders := w.fated("paris", sandbox.Labelable)
	require.GreaterOrEqual(t, len(orders), 2)
	bad, good := orders[0].Checkouts[0], orders[1].Checkouts[0]
	broken = bad
	in := TakeUpNoticesInput{Merchant: w.merchant(), Source: ByPoll, IDs: []string{CheckoutNotice + "/" + bad, CheckoutNotice + "/" + good}}
	taken := must(w.world, w.intake.TakeUpNotices, in)
	assert.Equal(t, 1, taken.Unread)
	assert.Equal(t, IntakeWaiting, w.state(orders[1]))
	assert.Equal(t, IntakeHeldBack, w.record(bad).State)
	broken = ""
	looked := w.look()
	require.Equal(t, 1, looked.Again)
	w.takeUpAgain()
	assert.Equal(t, IntakeWaiting, w.state(orders[0]))
	assert.Equal(t, IntakeClosed, w.record(bad).State)
}
