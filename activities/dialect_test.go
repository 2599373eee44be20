package activities

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
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
			scope := w.scope("paris")
			page := w.readAll(scope, nil)
			assert.Subset(t, ids(page.Ready), reported(w.of(scope, sandbox.Labelable)))
			strange := words["completed"] == "verde"
			assert.True(t, lo.EveryBy(page.Ready, func(o books.Order) bool { return (o.Remark != "") == strange }), "a strange word is told")
			if strange {
				assert.Contains(t, page.Ready[0].Remark, "DESPACHO_CHANNELS=payment/verde=good")
				assert.Equal(t, page.Ready[0].Remark, books.RowOf(books.Entry{Order: page.Ready[0], Outcome: books.Labelled}).Reason)
			}
		})
	}
	t.Run("Spanish words hold back what is not paid, in those words", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, spanish)
		scope := w.scope("mercadolibre")
		page := w.readAll(scope, nil)
		unpaid := lo.Intersect(reported(w.of(scope, sandbox.Unpaid)), entryIDs(page.Ended))
		require.NotEmpty(t, unpaid)
		for _, e := range page.Ended {
			if lo.Contains(unpaid, e.Order.ID) {
				assert.Equal(t, books.HeldBack, e.Outcome)
				assert.Regexp(t, `is not (paid|verified) yet: the hub says "(pendiente|rechazado)"`, e.Reason)
			}
		}
		assert.Empty(t, lo.Intersect(ids(page.Ready), reported(w.of(scope, sandbox.Unpaid, sandbox.Cancelled))))
	})
}

func TestSalesInOtherWordsWhereTheStatusComesFirst(t *testing.T) {
	t.Parallel()
	// Linio lists nothing before its status is there.
	waiting := func(w *world, settle map[string]string, change func(*ReadOrdersInput)) (scope Scope, page books.Page) {
		scope = w.scope("linio")
		scope.Connection = under([]Connection{scope.Connection}, settle)[0]
		return scope, w.readAll(scope, change)
	}
	pending := func(w *world, scope Scope) []string { return reported(w.unsent(scope)) }

	t.Run("a channel that never says whether a sale is verified holds none back", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"verification/verified": "", "verification/pending": ""})
		scope, page := waiting(w, nil, nil)
		assert.Subset(t, ids(page.Pending), pending(w, scope))
	})
	t.Run("a word that nobody knows waits for somebody who does, and says how", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"payment/completed": "verde"})
		scope, page := waiting(w, nil, nil)
		assert.Empty(t, page.Pending)
		held := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return lo.Contains(pending(w, scope), e.Order.ID) })
		require.NotEmpty(t, held)
		for _, e := range held {
			assert.Equal(t, books.HeldBack, e.Outcome)
			assert.Contains(t, e.Reason, `"verde"`)
			assert.Contains(t, e.Reason, "DESPACHO_CHANNELS=payment/verde=good")
		}
	})
	t.Run("once it is settled, nothing waits", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"payment/completed": "verde"})
		scope, page := waiting(w, map[string]string{"payment/verde": "good"}, nil)
		assert.Subset(t, ids(page.Pending), pending(w, scope))
		assert.True(t, lo.EveryBy(page.Pending, func(o books.Order) bool { return o.Remark == "" }))
	})
	t.Run("a person who knows better lifts the verification of orders that are named", func(t *testing.T) {
		t.Parallel()
		w := speaking(t, map[string]string{"verification/verified": "pending"})
		scope := w.scope("linio")
		orders := w.unsent(scope)[:3]
		list := plain(scope, orders)
		for i := range list {
			list[i].Named, list[i].Listed = true, false
		}
		_, err := scope.leave(t.Context(), w.store, "list-00001", books.Page{Pending: list})
		require.NoError(t, err)
		read := func(run string, lifted bool) books.Page {
			in := ReadOrdersInput{Scope: scope, Number: 1, NotVerified: lifted}
			in.Run = run
			_, err := in.leave(t.Context(), w.store, "list-00001", books.Page{Pending: list})
			require.NoError(t, err)
			return w.page(in.Scope, must(w, w.orders.ReadOrders, in).Page)
		}
		assert.Len(t, read("r2", false).Ended, 3, "held back otherwise")
		page := read("r3", true)
		assert.Equal(t, reported(orders), ids(page.Pending))
		assert.Contains(t, page.Pending[0].Remark, "not-verified")
	})
}

func TestCountriesInOtherWords(t *testing.T) {
	t.Parallel()
	walmarts := func(w *world, overrides map[string]string) map[string]Connection {
		found := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant(), Channels: overrides})
		return lo.KeyBy(lo.Filter(found.Connections, func(c Connection, _ int) bool { return c.Channel == "walmart" }), func(c Connection) string { return c.Name })
	}
	t.Run("names are as good as codes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 30, Dialect: sandbox.Dialect{Countries: "names"}})
		found := walmarts(w, nil)
		assert.Empty(t, found["Walmart"].SkipReason)
		assert.Contains(t, found["Walmart México"].SkipReason, "this connection is in MX")
		assert.Empty(t, found["Walmart"].Note)
	})
	t.Run("without any, the names of connections tell", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 30, Dialect: sandbox.Dialect{Countries: "none"}})
		found := walmarts(w, nil)
		assert.Contains(t, found["Walmart México"].SkipReason, "this connection is in MX")
		assert.NotEmpty(t, found["Walmart México"].Note, "what decided it is said")
		assert.Contains(t, found["Walmart"].SkipReason, "DESPACHO_CHANNELS=country/walmart=cl", "as nothing tells where it is: the others are said to be in two countries")
	})
	t.Run("and an override settles it", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 30, Dialect: sandbox.Dialect{Countries: "none"}})
		for _, override := range []string{"country/walmart", "country/" + walmarts(w, nil)["Walmart"].ID} {
			found := walmarts(w, map[string]string{override: "Chile"})
			assert.Empty(t, found["Walmart"].SkipReason, override)
			assert.Equal(t, "cl", found["Walmart"].Country)
		}
	})
}

func TestStatusLinksThatComeLateOrNever(t *testing.T) {
	t.Parallel()
	// bring sends Linio's status as often as a run may, and returns the page that is left at last.
	bring := func(w *world, scope Scope, sends int) books.Page {
		in := sendInput(scope)
		for n := 1; ; n++ {
			in.Again, in.Out = n > 1, books.PageName(books.StatusPage, 1, 2*n)
			await := awaitInput(in, must(w, w.statuses.SendStatuses, in))
			await.Out, await.Last = books.PageName(books.StatusPage, 1, 2*n+1), n == sends
			w.pass(11 * time.Minute)
			awaited := must(w, w.statuses.AwaitStatuses, await)
			page := w.page(scope, awaited.Page)
			if len(page.Pending) == 0 {
				return page
			}
			in.Page = awaited.Page
		}
	}
	t.Run("late ones are waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Dialect: sandbox.Dialect{StatusLinks: "late"}})
		scope := w.scope("linio")
		orders := w.unsent(scope)
		w.pend(scope, "read-00001", plain(scope, orders)...)
		page := bring(w, scope, 3)
		assert.Equal(t, reported(orders), ids(page.Ready))
		assert.True(t, lo.EveryBy(page.Ready, func(o books.Order) bool { return o.Status == books.StatusSynced }))
		assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == 1 }))
	})
	t.Run("without any, the list of labels tells, nothing is called synced and no label is lost", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			late   string
			sends  int
			remark string
		}{
			"listed":     {"", 1, "the hub lists its label"},
			"not listed": {"9h", 3, "its label was asked for all the same"},
		} {
			faults := []sandbox.Fault{}
			if c.late != "" {
				faults = append(faults, sandbox.Fault{Channel: "linio", Every: 1, Late: c.late})
			}
			w := newWorld(t, sandbox.Options{Orders: 300, Faults: faults, Dialect: sandbox.Dialect{StatusLinks: "never"}})
			scope := w.scope("linio")
			orders := w.unsent(scope)
			w.pend(scope, "read-00001", plain(scope, orders)...)
			page := bring(w, scope, 3)
			assert.ElementsMatch(t, reported(orders), ids(page.Ready), name)
			assert.Empty(t, page.Ended)
			for _, o := range page.Ready {
				assert.Equal(t, books.StatusLate, o.Status)
				assert.Contains(t, o.Remark, c.remark)
			}
			assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == c.sends }), name)
		}
	})
	t.Run("an order that has the status already is sent it only without a link", func(t *testing.T) {
		t.Parallel()
		for links, sends := range map[string]int{"shown": 0, "never": 1} {
			w := newWorld(t, sandbox.Options{Orders: 600, Dialect: sandbox.Dialect{StatusLinks: links}})
			scope := w.scope("linio")
			orders := lo.Filter(w.of(scope, sandbox.Labelable), func(o sandbox.ReportOrder, _ int) bool { return o.Status == channels.ReadyToShip.Code() })
			require.NotEmpty(t, orders)
			before := w.sends(orders)
			w.pend(scope, "read-00001", plain(scope, orders)...)
			page := w.page(scope, must(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			for i, n := range w.sends(orders) {
				assert.Equal(t, sends, n-before[i], links)
			}
			assert.Equal(t, reported(orders), ids(lo.Ternary(links == "shown", page.Ready, page.Pending)))
		}
	})
	t.Run("one that changed just now may have been sent it, and is waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Dialect: sandbox.Dialect{StatusLinks: "late"}})
		scope := w.scope("linio")
		orders := w.unsent(scope)[:3]
		list := plain(scope, orders)
		for i, o := range orders {
			w.changeStatus(o, channels.ReadyToShip)
			list[i].HubStatus = channels.ReadyToShip
		}
		w.pend(scope, "read-00001", list...)
		page := bring(w, scope, 3)
		assert.Equal(t, reported(orders), ids(page.Ready))
		assert.Equal(t, []int{1, 1, 1}, w.sends(orders), "by the other tool alone")
	})
}

func TestAStatusChangeOfAnOrderThatHasItWithoutALink(t *testing.T) {
	t.Parallel()
	shipped := func(provider string) func(*world) []sandbox.ReportOrder {
		return func(w *world) []sandbox.ReportOrder { return w.of(w.scope(provider), sandbox.Shipped)[:1] }
	}
	end := func(s *statusScene) statusbook.Ended {
		for range 12 {
			_, err := s.step(nil)
			require.NoError(s, err)
			if page := s.left(); len(page.Ended) == 1 {
				return page.Ended[0]
			}
			s.pass(11 * time.Minute)
		}
		s.Fatal("it never ends")
		return statusbook.Ended{}
	}
	t.Run("it is sent once, and proven", func(t *testing.T) {
		t.Parallel()
		s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, shipped("ripley"))
		assert.Equal(t, statusbook.Synced, end(s).Outcome)
		assert.Len(t, s.order(orders[0].ID).Statuses, 1)
	})
	t.Run("where a rule forbids that, it is the channel's own", func(t *testing.T) {
		t.Parallel()
		s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, shipped("mercadolibre"))
		ended := end(s)
		assert.Equal(t, statusbook.NotNeeded, ended.Outcome)
		assert.Contains(t, ended.Reason, "shipped already")
		assert.Empty(t, s.order(orders[0].ID).Statuses)
	})
	t.Run("where links never come, it is not said to be there", func(t *testing.T) {
		t.Parallel()
		s, orders := newStatusScene(t, sandbox.Options{Orders: 200, Dialect: sandbox.Dialect{StatusLinks: "never"}}, shipped("ripley"))
		ended := end(s)
		assert.Equal(t, statusbook.NotSynced, ended.Outcome)
		assert.Contains(t, ended.Reason, "the hub does not show whether it reached the channel")
		assert.Len(t, s.order(orders[0].ID).Statuses, 3)
	})
}
