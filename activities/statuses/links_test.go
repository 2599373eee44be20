package statuses

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestStatusLinksThatComeLateOrNever(t *testing.T) {
	t.Parallel()
	// bring sends Linio's status as often as a run may, and returns the page that is left at last.
	bring := func(w *world, scope activities.Scope, sends int) books.Page {
		in := sendInput(scope)
		for n := 1; ; n++ {
			in.Again, in.Out = n > 1, books.PageName(books.StatusPage, 1, 2*n)
			await := awaitInput(in, activitiestest.MustStep(w, w.statuses.SendStatuses, in))
			await.Out, await.Last = books.PageName(books.StatusPage, 1, 2*n+1), n == sends
			w.Pass(11 * time.Minute)
			awaited := activitiestest.MustStep(w, w.statuses.AwaitStatuses, await)
			page := w.Page(scope, awaited.Page)
			if len(page.Pending) == 0 {
				return page
			}
			in.Page = awaited.Page
		}
	}
	t.Run("late ones are waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Dialect: sandbox.Dialect{StatusLinks: "late"}})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)
		w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
		page := bring(w, scope, 3)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(page.Ready))
		assert.True(t, lo.EveryBy(page.Ready, func(o books.Order) bool { return o.Status == contract.StatusSynced }))
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
			scope := w.Scope("linio")
			orders := w.Unsent(scope)
			w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
			page := bring(w, scope, 3)
			assert.ElementsMatch(t, activitiestest.Reported(orders), activitiestest.IDs(page.Ready), name)
			assert.Empty(t, page.Ended)
			for _, o := range page.Ready {
				assert.Equal(t, contract.StatusLate, o.Status)
				assert.Contains(t, o.Remark.Words, c.remark)
			}
			assert.True(t, lo.EveryBy(w.sends(orders), func(n int) bool { return n == c.sends }), name)
		}
	})
	t.Run("an order that has the status already is sent it only without a link", func(t *testing.T) {
		t.Parallel()
		for links, sends := range map[string]int{"shown": 0, "never": 1} {
			w := newWorld(t, sandbox.Options{Orders: 600, Dialect: sandbox.Dialect{StatusLinks: links}})
			scope := w.Scope("linio")
			orders := lo.Filter(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return o.Status == channels.ReadyToShip.Code() })
			require.NotEmpty(t, orders)
			before := w.sends(orders)
			w.pend(scope, "read-00001", activitiestest.OrdersOfReport(scope, orders)...)
			page := w.Page(scope, activitiestest.MustStep(w, w.statuses.SendStatuses, sendInput(scope)).Page)
			for i, n := range w.sends(orders) {
				assert.Equal(t, sends, n-before[i], links)
			}
			assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(lo.Ternary(links == "shown", page.Ready, page.Pending)))
		}
	})
	t.Run("one that changed just now may have been sent it, and is waited for", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 300, Dialect: sandbox.Dialect{StatusLinks: "late"}})
		scope := w.Scope("linio")
		orders := w.Unsent(scope)[:3]
		list := activitiestest.OrdersOfReport(scope, orders)
		for i, o := range orders {
			w.ChangeStatus(o, channels.ReadyToShip)
			list[i].HubStatus = channels.ReadyToShip
		}
		w.pend(scope, "read-00001", list...)
		page := bring(w, scope, 3)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(page.Ready))
		assert.Equal(t, []int{1, 1, 1}, w.sends(orders), "by the other tool alone")
	})
}

func TestAStatusChangeOfAnOrderThatHasItWithoutALink(t *testing.T) {
	t.Parallel()
	shipped := func(provider string) func(*world) []sandbox.ReportOrder {
		return func(w *world) []sandbox.ReportOrder { return w.Of(w.Scope(provider), sandbox.FateShipped)[:1] }
	}
	end := func(s *statusScene) statusbook.EndedRow {
		for range 12 {
			_, err := s.step(nil)
			require.NoError(s, err)
			if page := s.left(); len(page.Ended) == 1 {
				return page.Ended[0]
			}
			s.Pass(11 * time.Minute)
		}
		s.Fatal("it never ends")
		return statusbook.EndedRow{}
	}
	t.Run("it is sent once, and proven", func(t *testing.T) {
		t.Parallel()
		s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, shipped("ripley"))
		assert.Equal(t, contract.StatusSynced, end(s).Outcome)
		assert.Len(t, s.Order(orders[0].ID).Statuses, 1)
	})
	t.Run("where a rule forbids that, it is the channel's own", func(t *testing.T) {
		t.Parallel()
		s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, shipped("mercadolibre"))
		ended := end(s)
		assert.Equal(t, contract.StatusNotNeeded, ended.Outcome)
		assert.Contains(t, ended.Reason.Words, "shipped already")
		assert.Empty(t, s.Order(orders[0].ID).Statuses)
	})
	t.Run("where links never come, it is not said to be there", func(t *testing.T) {
		t.Parallel()
		s, orders := newStatusScene(t, sandbox.Options{Orders: 200, Dialect: sandbox.Dialect{StatusLinks: "never"}}, shipped("ripley"))
		ended := end(s)
		assert.Equal(t, contract.StatusLate, ended.Outcome)
		assert.Contains(t, ended.Reason.Words, "the hub does not show whether it reached the channel")
		assert.Len(t, s.Order(orders[0].ID).Statuses, 3)
	})
}
