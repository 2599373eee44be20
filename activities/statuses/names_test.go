package statuses

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// opens opens a status change for rows by name and returns its rows by what the request calls them.
func (w *world) opens(key string, rows ...contract.StatusRow) map[string]statusbook.OpenRow {
	w.Helper()
	changes := &StatusChanges{Hubs: w, Store: w.Store}
	in := OpenStatusChangeInput{Merchant: w.Sandbox.Merchant(), Key: key, Request: contract.StatusRequest{To: string(channels.Shipped), Rows: rows}}
	opened := activitiestest.MustStep(w, changes.OpenStatusChange, in)
	require.Equal(w, 1, opened.Pages)
	page, err := StatusScope{Merchant: in.Merchant, Key: key}.readPage(w.Context(), w.Store, 1, 0)
	require.NoError(w, err)
	return lo.KeyBy(page.Open, func(o statusbook.OpenRow) string { return cmp.Or(o.Name, o.Order) })
}

// taken notes an order's sale as the intake would.
func (w *world) taken(o sandbox.ReportOrder) {
	w.Helper()
	checkout, err := w.Client.Checkout(w.Context(), o.Checkouts[0])
	require.NoError(w, err)
	require.NoError(w, intakebook.NoteNumbers(w.Context(), w.Store, w.Sandbox.Merchant(), checkout))
	for range 2 {
		require.NoError(w, intakebook.NoteNames(w.Context(), w.Store, w.Sandbox.Merchant(), nil, checkout))
	}
	orders := lo.Map(checkout.DeliveryOrders, func(d multivende.DeliveryOrder, _ int) string { return d.ID })
	sale := intakebook.IntakeSale{Connection: checkout.ConnectionID, Orders: orders, Named: true}
	sale.NamesIn(checkout, nil)
	require.NoError(w, w.Store.Put(w.Context(), storage.IntakeSale(w.Sandbox.Merchant(), checkout.ID), sale))
	for _, id := range orders {
		require.NoError(w, w.Store.Put(w.Context(), storage.IntakeOrder(w.Sandbox.Merchant(), id),
			contract.IntakeRecord{Order: id, Connection: o.Connection, Channel: o.Channel, Checkout: checkout.ID}))
	}
}

func row(name string) contract.StatusRow { return contract.StatusRow{Order: name} }

func (w *world) allCallsSoFar() (all int) {
	for _, calls := range w.Sandbox.Report().Calls {
		all += calls.Count
	}
	return all
}

func TestANameThatTheIntakeKnowsCostsNoCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	some := ripley(3)(w)
	for _, o := range some {
		w.taken(o)
	}
	before := w.allCallsSoFar()
	open := w.opens("known", row(some[0].Number), row(some[1].Code), row(some[2].ID))
	assert.Equal(t, some[0].ID, open[some[0].Number].Order)
	assert.Equal(t, some[1].ID, open[some[1].Code].Order)
	assert.Equal(t, some[2].ID, open[some[2].ID].Order)
	assert.Empty(t, open[some[2].ID].Name)
	assert.Equal(t, "ripley", open[some[1].Code].Channel)
	assert.Equal(t, before, w.allCallsSoFar())
}

func TestAHubIDIsAskedForNoName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	o := ripley(1)(w)[0]
	before := w.allCallsSoFar()
	open := w.opens("ids", row(o.ID))
	assert.Equal(t, o.ID, open[o.ID].Order)
	assert.Equal(t, before+1, w.allCallsSoFar(), "the connections, as for any order that the store does not know")
	there, err := w.Store.Exists(t.Context(), storage.StatusNames(w.Sandbox.Merchant(), "ids"))
	require.NoError(t, err)
	assert.False(t, there)
}

func TestANameIsLookedForInTheHub(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	some := lo.Filter(w.Of(w.Scope("ripley"), sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Parcels) == 1 })[:3]
	delivery, err := w.Client.DeliveryOrder(t.Context(), some[2].ID)
	require.NoError(t, err)
	require.NotEmpty(t, delivery.TrackingNumber)
	rows := []contract.StatusRow{row(some[0].Number), row(some[1].Code), row(delivery.TrackingNumber), row("#1/nobody"), row("2000000000000001")}
	wanted := func() bool {
		wanted, err := intakebook.WantsNames(t.Context(), w.Store, w.Sandbox.Merchant())
		require.NoError(t, err)
		return wanted
	}
	w.opens("nothing", row("#1/nobody"))
	assert.False(t, wanted(), "a name that nobody has says nothing of how orders are called")
	open := w.opens("searched", rows...)
	assert.True(t, wanted(), "from now on the intake keeps such names")
	assert.Equal(t, some[0].ID, open[some[0].Number].Order)
	assert.Equal(t, some[1].ID, open[some[1].Code].Order)
	assert.Equal(t, some[2].ID, open[delivery.TrackingNumber].Order)
	assert.Equal(t, contract.StatusUnknownOrder, open["#1/nobody"].Verdict)
	assert.Equal(t, "2000000000000001", open["2000000000000001"].Order, "the hub will say that it is none of its ids")

	before := w.allCallsSoFar()
	require.NoError(t, w.Store.Delete(t.Context(), storage.StatusPage(w.Sandbox.Merchant(), "searched", 1, 0)))
	assert.Equal(t, open, w.opens("searched", rows...))
	assert.Equal(t, before, w.allCallsSoFar(), "a later try searches nothing")
}

func TestAHubThatCannotBeAskedForWhatIsNoID(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusInternalServerError} {
		w := newWorld(t, sandbox.Options{Orders: 100}, func(hub http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/2000000000000001") {
					http.Error(w, "invalid input syntax for type uuid", status)
					return
				}
				hub.ServeHTTP(w, r)
			})
		})
		changes := &StatusChanges{Hubs: w, Store: w.Store}
		in := OpenStatusChangeInput{Merchant: w.Sandbox.Merchant(), Key: "k", Request: contract.StatusRequest{To: string(channels.Shipped), Rows: []contract.StatusRow{row("2000000000000001")}}}
		_, err := activitiestest.TryStep(w, changes.OpenStatusChange, in, &activitiestest.Try{Attempt: searchTries})
		require.NoError(t, err)
		page, err := StatusScope{Merchant: in.Merchant, Key: "k"}.readPage(t.Context(), w.Store, 1, 0)
		require.NoError(t, err)
		assert.Equal(t, contract.StatusUnknownOrder, page.Open[0].Verdict, status)
	}
}

func TestASearchIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 400})
	for _, calls := range []int{1, 20, 100} {
		before := w.allCallsSoFar()
		s := &nameSearch{hub: w.Client, store: w.Store, merchant: w.Sandbox.Merchant(), calls: calls, found: map[string][]string{"2000000000000001": nil}, read: map[string]bool{}}
		require.NoError(t, s.findOrders(t.Context()))
		made := w.allCallsSoFar() - before
		assert.LessOrEqual(t, made, calls+4, "the probe, the connections, and the page with which it ends")
		assert.GreaterOrEqual(t, made, calls/2)
	}
}

func TestASearchReadsASaleOnceWhateverListsShowIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 60, IgnoreFilter: activitiestest.NoFilter})
	before := w.Calls("checkout")
	assert.Equal(t, contract.StatusUnknownOrder, w.opens("searched", row("#1/nobody"))["#1/nobody"].Verdict)
	sales := lo.Uniq(lo.FlatMap(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) []string { return o.Checkouts }))
	assert.LessOrEqual(t, w.Calls("checkout")-before, len(sales)+10)
}

func TestANameOfSeveralOrdersIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	some := ripley(3)(w)
	for _, o := range some {
		w.taken(o)
		key := storage.IntakeNumber(w.Sandbox.Merchant(), intakebook.Digest("1001"))
		one := intakebook.NumberedSale{Connection: o.Connection, Checkout: o.Checkouts[0]}
		if o.ID != some[2].ID {
			require.NoError(t, intakebook.NoteName(t.Context(), w.Store, key, one, func(intakebook.NumberedSale) bool { return false }))
		}
	}
	changes := &StatusChanges{Hubs: w, Store: w.Store}
	request := contract.StatusRequest{To: string(channels.Shipped), Rows: []contract.StatusRow{
		row("1001"), row(some[2].Number), row(some[2].Code), {Order: some[0].Number, TrackingNumber: "1"}, {Order: some[0].ID, TrackingNumber: "2"},
	}}
	activitiestest.MustStep(w, changes.OpenStatusChange, OpenStatusChangeInput{Merchant: w.Sandbox.Merchant(), Key: "k", Request: request})
	scope := StatusScope{Merchant: w.Sandbox.Merchant(), Key: "k", To: channels.Shipped, Settings: contract.DefaultSettings()}
	s := &statusScene{world: w, changes: changes, scope: scope}
	_, err := s.step(nil)
	require.NoError(t, err)
	s.Pass(2 * time.Minute)
	_, err = s.step(nil)
	require.NoError(t, err)
	left := s.left()
	require.Empty(t, left.Open)
	ended := lo.SliceToMap(left.Ended, func(e statusbook.EndedRow) (int, statusbook.EndedRow) { return e.Place, e })
	assert.Equal(t, contract.StatusNotAllowed, ended[0].Outcome)
	for _, words := range []string{`"1001" fits 2 delivery orders`, some[0].ID, some[1].ID} {
		assert.Contains(t, ended[0].Reason.Words, words)
	}
	assert.Equal(t, contract.StatusSynced, ended[1].Outcome)
	assert.Equal(t, some[2].ID, ended[1].Order)
	assert.Equal(t, some[2].Number, ended[1].Name)
	assert.Equal(t, contract.StatusNotNeeded, ended[2].Outcome, "it is done once")
	for place := 3; place < 5; place++ {
		assert.Equal(t, contract.StatusNotAllowed, ended[place].Outcome)
		assert.Contains(t, ended[place].Reason.Words, "names the same delivery order and has other texts")
	}
	assert.Empty(t, s.Order(some[0].ID).Statuses)
	assert.Len(t, s.Order(some[2].ID).Statuses, 1)
	_, err = activitiestest.TryStep(w, changes.CloseStatusChange, CloseStatusChangeInput{StatusScope: scope, Pages: 1, Requested: 5, State: contract.RunCompleted}, nil)
	require.NoError(t, err)
}
