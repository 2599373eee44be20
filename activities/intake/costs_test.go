package intake

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// asked are the requests to the store while something is done: what is dear (writes and lists), and reads.
func (w *intakeWorld) asked(do func()) (dear, reads int) {
	w.Helper()
	before := w.S3.Calls()
	do()
	for call, n := range w.S3.Calls() {
		if call == storagetest.GetObject || call == storagetest.HeadObject {
			reads += n - before[call]
		} else {
			dear += n - before[call]
		}
	}
	return dear, reads
}

// past leaves orders in the store as an intake does.
func (w *intakeWorld) past(state contract.IntakeOrderState, count int) {
	w.Helper()
	for n := range count {
		id := fmt.Sprintf("past-%s-%04d", state, n)
		record := contract.IntakeRecord{Order: id, State: state, Checkout: "sale-" + id, Connection: "c-of-the-past", ChangedAt: time.Now().Add(-72 * time.Hour)}
		require.NoError(w, w.Store.Put(w.Context(), storage.IntakeInState(w.merchant(), string(state), id), struct{}{}))
		require.NoError(w, w.Store.Put(w.Context(), storage.IntakeOrder(w.merchant(), id), record))
	}
}

// trusting lets looks believe marks that have just been put.
func (w *intakeWorld) trusting() *intakeWorld {
	w.intake.trust = time.Nanosecond
	return w
}

func TestALookAsksForWhatIsOpenAndWhatHasChanged(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4}).trusting()
	w.past(contract.IntakeLabelled, 300)
	w.past(contract.IntakeWaiting, 10)
	first := w.look().Counts
	assert.Equal(t, map[contract.IntakeOrderState]int{contract.IntakeLabelled: 300, contract.IntakeWaiting: 10}, first, "it goes through all")
	w.look()

	quiet := func(why string) {
		dear, reads := w.asked(func() { assert.Equal(t, first, w.look().Counts, why) })
		assert.LessOrEqual(t, dear, 12, "%s: four open states, moved, published, left, waiting labels, its memory", why)
		assert.LessOrEqual(t, reads, 3, "%s: settings, its memory", why)
	}
	quiet("nothing has happened")
	w.past(contract.IntakeEnded, 300) // as if they had been there before
	quiet("whatever was sold before")
	_, err := intakebook.ChangeRecord(t.Context(), w.Store, w.merchant(), "past-waiting-0003", func(r *contract.IntakeRecord) { r.Deadline = w.Client.Clock().Now().Add(time.Hour) })
	require.NoError(t, err)
	var near int
	dear, reads := w.asked(func() { near = w.look().Near })
	assert.Equal(t, 1, near, "a change is seen though the state is the same")
	assert.LessOrEqual(t, dear, 12)
	assert.LessOrEqual(t, reads, 4, "and one order is read for it")

	w.intake.every = time.Nanosecond
	assert.Equal(t, 300, w.look().Counts[contract.IntakeEnded], "once a day all are gone through")
}

func TestALookMovesOnAsManyOrdersAsARunHasPublished(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4}).trusting()
	w.past(contract.IntakeWaiting, 60)
	w.look()
	w.look()
	for n := range 40 {
		w.publish(fmt.Sprintf("past-waiting-%04d", n), "morning")
	}
	dear, reads := w.asked(func() { assert.Equal(t, 40, w.look().Counts[contract.IntakeLabelled]) })
	assert.LessOrEqual(t, dear, 2*40+16, "a mark and a record each")
	assert.LessOrEqual(t, reads, 40+6)
	assert.Equal(t, "morning", w.record("past-waiting-0007").Run)
	assert.Len(t, w.inState(contract.IntakeWaiting), 20)
	dear, reads = w.asked(func() { assert.Equal(t, 40, w.look().Counts[contract.IntakeLabelled]) })
	assert.LessOrEqual(t, dear, 13)
	assert.LessOrEqual(t, reads, 4, "what it has heard of once is taken away")
}

func TestASaleCostsSoManyRequests(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	w.intake.SettingsFor = time.Hour
	w.poll(time.Time{})
	known := w.Sandbox.Report().Orders
	w.post("/sandbox/sales", map[string]any{"count": 20, "life": sandbox.LifePlain, "connection": "ripley"})
	orders := lo.Reject(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		return lo.ContainsBy(known, func(k sandbox.ReportOrder) bool { return k.ID == o.ID })
	})
	require.Len(t, orders, 20)
	each := func(what string, dearest, mostRead float64, do func()) {
		dear, reads := w.asked(do)
		assert.LessOrEqual(t, float64(dear)/20, dearest, "%s: writes and lists", what)
		assert.LessOrEqual(t, float64(reads)/20, mostRead, "%s: reads", what)
	}
	w.notification("checkout/none")
	each("a sale that is new", 8.3, 6.5, func() {
		for _, o := range orders {
			w.notification(CheckoutNotification+"/"+o.Checkouts[0], DeliveryOrderNotification+"/"+o.ID)
		}
	})
	each("the two polls after it", 0.7, 0.6, func() { w.pollLately(); w.pollLately() })
	for _, o := range orders {
		w.publish(o.ID, "morning")
	}
	w.look()
	for _, o := range orders {
		w.ChangeStatus(o, channels.ReadyToShip)
	}
	told := func() {
		for _, o := range orders {
			w.notification(w.notificationsOf(o)...)
		}
	}
	each("what its label changes, two notifications side by side", 2, 6, told)
	w.Pass(2 * time.Hour)
	each("what its label changes, two hours later", 0, 6, told)
	w.Pass(5 * time.Hour)
	require.Equal(t, 20, w.look().Again)
	each("reading it again", 2.2, 2.5, func() { w.takeUpAgain() })
	w.ChangeStatus(orders[0], channels.Shipped)
	each("a change after that is left anew", 0.1, 0.5, func() { w.notification(w.notificationsOf(orders[0])...) })
	w.Pass(6 * time.Hour)
	assert.Equal(t, 1, w.look().Again)
}

func TestAPauseHoldsAtOnceWhatNotificationsHaveQueued(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	w.intake.SettingsFor = time.Hour
	w.settle(func(s *accounts.Settings) { s.Policies = map[string]accounts.Policy{"": accounts.AsOrdersCome} })
	order := w.fated("paris", sandbox.FateLabelable)[0]
	w.notification("checkout/none")
	w.settle(func(s *accounts.Settings) { s.Paused = true })
	assert.Equal(t, 1, w.notification(CheckoutNotification+"/"+order.Checkouts[0]).Queued)
	assert.Empty(t, w.prepare("made-1").Makings)
	assert.Equal(t, contract.IntakeWaiting, w.state(order))
}

// failing lets one kind of request about some keys fail, until the returned function is called.
func (w *intakeWorld) failing(call storagetest.Call, part string) (mend func()) {
	w.S3.InjectFaults(func(c storagetest.Call, r *http.Request) storagetest.Fault {
		if c == call && (part == "" || strings.Contains(r.URL.Path, part)) {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	return func() { w.S3.InjectFaults(nil) }
}
