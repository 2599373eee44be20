package orders

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// speaking is a world whose sales have other words.
func speaking(t *testing.T, words map[string]string) *world {
	t.Helper()
	return newWorld(t, sandbox.Options{Orders: 300, Dialect: sandbox.Dialect{SaleWords: words}})
}

func TestSalesInOtherWords(t *testing.T) {
	t.Parallel()
	spanish, err := sandbox.ParseSaleWords("es")
	require.NoError(t, err)
	for name, words := range map[string]map[string]string{
		"Spanish":                              spanish,
		"without any word of the verification": {"verification/verified": "", "verification/pending": ""},
		"without the good words alone":         {"completed": "", "verified": ""},
		"without any word":                     {"completed": "", "verified": "", "pending": "", "rejected": "", "refunded": "", "cancelled": ""},
		"words that nobody knows":              {"completed": "verde", "verified": "azul"},
	} {
		t.Run(name+", what the hub lists is labelled", func(t *testing.T) {
			t.Parallel()
			w := speaking(t, words)
			scope := w.Scope("paris")
			page := w.readAll(scope, nil)
			assert.Subset(t, activitiestest.IDs(page.Ready), activitiestest.Reported(w.Of(scope, sandbox.FateLabelable)))
			strange := words["completed"] == "verde"
			assert.True(t, lo.EveryBy(page.Ready, func(o books.Order) bool { return (o.Remark.Words != "") == strange }), "a strange word is told")
			if strange {
				assert.Contains(t, page.Ready[0].Remark.Words, "DESPACHO_CHANNELS=payment/verde=good")
				assert.Equal(t, page.Ready[0].Remark.Words, books.RowOf(books.Entry{Order: page.Ready[0], Outcome: contract.Labelled}).Reason.Words)
			}
		})
	}
	t.Run("Spanish words hold back what is not paid, in those words", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, spanish)
		scope := w.Scope("mercadolibre")
		page := w.readAll(scope, nil)
		unpaid := lo.Intersect(activitiestest.Reported(w.Of(scope, sandbox.FateUnpaid)), activitiestest.EntryIDs(page.Ended))
		require.NotEmpty(t, unpaid)
		for _, e := range page.Ended {
			if lo.Contains(unpaid, e.Order.ID) {
				assert.Equal(t, contract.HeldBack, e.Outcome)
				assert.Regexp(t, `is not (paid|verified) yet: the hub says "(pendiente|rechazado)"`, e.Reason.Words)
			}
		}
		assert.Empty(t, lo.Intersect(activitiestest.IDs(page.Ready), activitiestest.Reported(w.Of(scope, sandbox.FateUnpaid, sandbox.FateCancelled))))
	})
}

func TestSalesInOtherWordsWhereTheStatusComesFirst(t *testing.T) {
	t.Parallel()
	// Linio lists nothing before its status is there.
	waiting := func(w *world, settle map[string]string, change func(*ReadOrdersInput)) (scope activities.Scope, page books.Page) {
		scope = w.Scope("linio")
		scope.Connection = activities.ConnectionsUnder([]activities.Connection{scope.Connection}, settle)[0]
		return scope, w.readAll(scope, change)
	}
	pending := func(w *world, scope activities.Scope) []string { return activitiestest.Reported(w.Unsent(scope)) }

	t.Run("a channel that never says whether a sale is verified holds none back", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"verification/verified": "", "verification/pending": ""})
		scope, page := waiting(w, nil, nil)
		assert.Subset(t, activitiestest.IDs(page.Pending), pending(w, scope))
	})
	t.Run("a word that nobody knows waits for somebody who does, and says how", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"payment/completed": "verde"})
		scope, page := waiting(w, nil, nil)
		assert.Empty(t, page.Pending)
		held := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return lo.Contains(pending(w, scope), e.Order.ID) })
		require.NotEmpty(t, held)
		for _, e := range held {
			assert.Equal(t, contract.HeldBack, e.Outcome)
			assert.Contains(t, e.Reason.Words, `"verde"`)
			assert.Contains(t, e.Reason.Words, "DESPACHO_CHANNELS=payment/verde=good")
		}
	})
	t.Run("once it is settled, nothing waits", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"payment/completed": "verde"})
		scope, page := waiting(w, map[string]string{"payment/verde": "good"}, nil)
		assert.Subset(t, activitiestest.IDs(page.Pending), pending(w, scope))
		assert.True(t, lo.EveryBy(page.Pending, func(o books.Order) bool { return o.Remark.Words == "" }))
	})
	t.Run("a person who knows better lifts the verification of orders that are named", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"verification/verified": "pending"})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)[:3]
		list := activitiestest.OrdersOfReport(scope, orders)
		for i := range list {
			list[i].Named, list[i].Listed = true, false
		}
		_, err := scope.LeavePage(t.Context(), w.Store, "list-00001", books.Page{Pending: list})
		require.NoError(t, err)
		read := func(run string, lifted bool) books.Page {
			in := ReadOrdersInput{Scope: scope, Number: 1, NotVerified: lifted}
			in.Run = run
			_, err := in.LeavePage(t.Context(), w.Store, "list-00001", books.Page{Pending: list})
			require.NoError(t, err)
			return w.Page(in.Scope, activitiestest.MustStep(w, w.orders.ReadOrders, in).Page)
		}
		assert.Len(t, read("r2", false).Ended, 3, "held back otherwise")
		page := read("r3", true)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(page.Pending))
		assert.Contains(t, page.Pending[0].Remark.Words, "not-verified")
	})
}

func TestCountriesInOtherWords(t *testing.T) {
	t.Parallel()
	walmarts := func(w *world, overrides map[string]string) map[string]activities.Connection {
		found := activitiestest.MustStep(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.Sandbox.Merchant(), Channels: overrides})
		return lo.KeyBy(lo.Filter(found.Connections, func(c activities.Connection, _ int) bool { return c.Channel == "walmart" }), func(c activities.Connection) string { return c.Name })
	}
	t.Run("names are as good as codes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 30, Dialect: sandbox.Dialect{Countries: "names"}})
		found := walmarts(w, nil)
		assert.Empty(t, found["Walmart"].SkipReason.Words)
		assert.Contains(t, found["Walmart México"].SkipReason.Words, "this connection is in MX")
		assert.Empty(t, found["Walmart"].Note)
	})
	t.Run("without any, the names of connections tell", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 30, Dialect: sandbox.Dialect{Countries: "none"}})
		found := walmarts(w, nil)
		assert.Contains(t, found["Walmart México"].SkipReason.Words, "this connection is in MX")
		assert.NotEmpty(t, found["Walmart México"].Note, "what decided it is said")
		assert.Contains(t, found["Walmart"].SkipReason.Words, "DESPACHO_CHANNELS=country/walmart=cl", "as nothing tells where it is: the others are said to be in two countries")
	})
	t.Run("and an override settles it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 30, Dialect: sandbox.Dialect{Countries: "none"}})
		for _, override := range []string{"country/walmart", "country/" + walmarts(w, nil)["Walmart"].ID} {
			found := walmarts(w, map[string]string{override: "Chile"})
			assert.Empty(t, found["Walmart"].SkipReason.Words, override)
			assert.Equal(t, "cl", found["Walmart"].Country)
		}
	})
}
