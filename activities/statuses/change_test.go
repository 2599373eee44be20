package statuses

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// statusScene is a status change that a test takes through its steps by hand.
type statusScene struct {
	*world
	changes *StatusChanges
	scope   StatusScope
	round   int
}

func newStatusScene(t *testing.T, options sandbox.Options, orders func(w *world) []sandbox.ReportOrder, wraps ...func(http.Handler) http.Handler) (*statusScene, []sandbox.ReportOrder) {
	t.Helper()
	w := newWorld(t, options, wraps...)
	s := &statusScene{world: w, changes: &StatusChanges{Hubs: w, Store: w.Store}}
	chosen := orders(w)
	s.scope = StatusScope{Merchant: w.Sandbox.Merchant(), Key: "k", To: channels.Shipped, Settings: contract.DefaultSettings()}
	rows := lo.Map(chosen, func(o sandbox.ReportOrder, _ int) contract.StatusRow { return contract.StatusRow{Order: o.ID} })
	opened := activitiestest.MustStep(w, s.changes.OpenStatusChange, OpenStatusChangeInput{
		Merchant: s.scope.Merchant, Key: "k", Request: contract.StatusRequest{To: string(channels.Shipped), Rows: rows},
	})
	require.Equal(t, 1, opened.Pages)
	return s, chosen
}

func (s *statusScene) input() AdvanceStatusesInput {
	return AdvanceStatusesInput{StatusScope: s.scope, Page: 1, Round: s.round + 1, First: map[string]time.Duration{"ripley": time.Minute}}
}

// step makes one try of the next round; one that leaves a page ends the round.
func (s *statusScene) step(as *activitiestest.Try) (AdvancedStatuses, error) {
	s.Helper()
	advanced, err := activitiestest.TryStep(s.world, s.changes.AdvanceStatuses, s.input(), as)
	if err == nil && !advanced.Idle {
		s.round++
	}
	return advanced, err
}

func (s *statusScene) left() statusbook.Page {
	s.Helper()
	page, err := s.scope.readPage(s.Context(), s.Store, 1, s.round)
	require.NoError(s, err)
	return page
}

func ripley(n int) func(w *world) []sandbox.ReportOrder {
	return func(w *world) []sandbox.ReportOrder {
		return lo.Filter(w.Of(w.Scope("ripley"), sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool {
			return o.Status == channels.Pending.Code() || o.Status == channels.Handling.Code()
		})[:n]
	}
}

func TestAnAnswerThatWasLostIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]bool{"with what the dead worker had told": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(5))
			lost := &activitiestest.Try{}
			_, err := s.step(lost)
			require.NoError(t, err)
			require.NotEmpty(t, lost.Said.Sent, "sendings are told")
			// The page that the try has left is taken away, as if its worker had died before.
			require.NoError(t, s.Store.Delete(t.Context(), "statuses/"+s.scope.Merchant+"/k/pages/00001-00001.json"))
			s.round = 0
			again := &activitiestest.Try{Attempt: 2}
			if kept {
				again.Before = &lost.Said
			}
			s.Pass(5 * time.Second)
			_, err = s.step(again)
			require.NoError(t, err)
			assert.Len(t, s.left().Open, len(orders))
			s.Pass(2 * time.Minute)
			advanced, err := s.step(nil)
			require.NoError(t, err)
			assert.Equal(t, map[contract.StatusOutcome]int{contract.StatusSynced: len(orders)}, advanced.Ended)
			for _, o := range orders {
				assert.Len(t, s.Order(o.ID).Statuses, 1)
			}
		})
	}
}

func TestWhatAnEarlierTryHasSentIsNotSentAgainWithoutALink(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200, Dialect: sandbox.Dialect{StatusLinks: "never"}}, ripley(1))
	sent := []activities.SentStatus{{Order: orders[0].ID, At: s.Client.Clock().Now()}}
	_, err := s.step(&activitiestest.Try{Attempt: 2, Before: &activities.Heartbeat{Sent: sent}})
	require.NoError(t, err)
	assert.Equal(t, []int{0}, s.sends(orders))
	assert.Equal(t, 1, s.left().Open[0].Sends)
}

func TestAStepThatIsDoneAnswersWithItsPage(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(3))
	var counted atomic.Int64
	s.changes.Observe = func(statusbook.EndedRow) { counted.Add(1) }
	_, err := s.step(nil)
	require.NoError(t, err)
	idle, err := s.step(nil)
	require.NoError(t, err)
	assert.True(t, idle.Idle, "nothing is due yet")
	s.Pass(2 * time.Minute)
	first, err := s.step(nil)
	require.NoError(t, err)
	s.round--
	calls := s.Calls("delivery-order")
	second, err := s.step(&activitiestest.Try{Attempt: 2})
	require.NoError(t, err)
	assert.Equal(t, first.Ended, second.Ended)
	assert.Equal(t, first.Figures, second.Figures)
	assert.Equal(t, calls, s.Calls("delivery-order"))
	assert.Equal(t, int64(len(orders)), counted.Load(), "each is counted once")
}

// failing answers calls about one order with a status, for as long as the switch is on.
func failing(on *atomic.Bool, order *atomic.Value, status int) func(http.Handler) http.Handler {
	return func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, _ := order.Load().(string)
			if on.Load() && (id == "" || strings.Contains(r.URL.Path, id)) {
				http.Error(w, "broken", status)
				return
			}
			hub.ServeHTTP(w, r)
		})
	}
}

func TestOneOrderFailsNoOther(t *testing.T) {
	t.Parallel()
	var on atomic.Bool
	var order atomic.Value
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(5), failing(&on, &order, 500))
	order.Store(orders[2].ID)
	on.Store(true)
	for range 40 {
		if _, err := s.step(nil); err != nil {
			requireTrouble(t, err)
		}
		s.Pass(time.Minute)
	}
	ended := lo.KeyBy(s.left().Ended, func(e statusbook.EndedRow) string { return e.Order })
	require.Len(t, ended, len(orders))
	assert.Equal(t, contract.StatusLate, ended[orders[2].ID].Outcome)
	assert.Contains(t, ended[orders[2].ID].Reason.Words, "no answer about this order")
	for _, o := range lo.Without(lo.Map(orders, func(o sandbox.ReportOrder, _ int) string { return o.ID }), orders[2].ID) {
		assert.Equal(t, contract.StatusSynced, ended[o].Outcome)
		assert.Less(t, ended[o].Seconds, 120.0)
	}
}

// requireTrouble holds an error against what passes by itself.
func requireTrouble(t *testing.T, err error) {
	t.Helper()
	assert.False(t, activitiestest.ApplicationError(t, err).NonRetryable(), err)
}

func TestAHubThatIsAwayIsWaitedFor(t *testing.T) {
	t.Parallel()
	var on atomic.Bool
	var order atomic.Value
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(5), failing(&on, &order, 502))
	on.Store(true)
	_, err := s.step(nil)
	assert.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
	assert.Zero(t, s.round, "no row has ended for it")
	on.Store(false)
	_, err = s.step(&activitiestest.Try{Attempt: 2})
	require.NoError(t, err)
	assert.Len(t, s.left().Open, len(orders))
}

func TestAnOrderThatWeMayNotTouchIsRefused(t *testing.T) {
	t.Parallel()
	var on atomic.Bool
	var order atomic.Value
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(3), failing(&on, &order, 403))
	order.Store(orders[0].ID)
	on.Store(true)
	_, err := s.step(nil)
	require.NoError(t, err)
	page := s.left()
	require.Len(t, page.Ended, 1)
	assert.Equal(t, contract.StatusRefused, page.Ended[0].Outcome)
	assert.Len(t, page.Open, 2)
}

func TestAStatusThatSomebodyElseHasSentIsWaitedFor(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(2))
	for _, o := range orders {
		s.ChangeStatus(o, channels.Shipped)
	}
	s.Pass(20 * time.Second) // picked up, and on its way
	_, err := s.step(nil)
	require.NoError(t, err)
	assert.Len(t, s.left().Open, 2)
	s.Pass(2 * time.Minute)
	advanced, err := s.step(nil)
	require.NoError(t, err)
	assert.Equal(t, map[contract.StatusOutcome]int{contract.StatusSynced: 2}, advanced.Ended)
	for _, o := range orders {
		assert.Len(t, s.Order(o.ID).Statuses, 1)
	}
}

func TestAPageThatIsGivenUpTellsWhatWasSent(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(2))
	var failed *temporal.ApplicationError
	require.ErrorAs(t, withSent(activities.FinalError(contract.ErrorNotAuthorised, "why"), []activities.SentStatus{{Order: orders[0].ID, At: s.Time.Now()}}), &failed)
	assert.True(t, failed.NonRetryable())
	assert.Equal(t, contract.ErrorNotAuthorised, failed.Type())
	var sent []activities.SentStatus
	require.NoError(t, failed.Details(&sent))
	activitiestest.MustStep(s.world, s.changes.GiveUpStatuses, GiveUpStatusesInput{StatusScope: s.scope, Page: 1, Round: 1, Reason: contract.Reason{Words: "why"}, Sent: sent})
	s.round++
	reasons := lo.SliceToMap(s.left().Ended, func(e statusbook.EndedRow) (string, string) { return e.Order, e.Reason.Words })
	assert.Equal(t, map[string]string{
		orders[0].ID: "why; it was sent, and nobody has looked whether it is on the channel", orders[1].ID: "why; it was not sent",
	}, reasons)
}

func TestClosingHoldsTheBooks(t *testing.T) {
	t.Parallel()
	s, orders := newStatusScene(t, sandbox.Options{Orders: 200}, ripley(2))
	in := CloseStatusChangeInput{StatusScope: s.scope, Pages: 1, Requested: 2, State: contract.RunCompleted, Delays: pace.Delays{"ripley": {{Until: time.Minute}}}}
	_, err := activitiestest.TryStep(s.world, s.changes.CloseStatusChange, in, nil)
	activitiestest.RequireFinal(t, contract.ErrorBooks, err)
	activitiestest.MustStep(s.world, s.changes.GiveUpStatuses, GiveUpStatusesInput{StatusScope: s.scope, Page: 1, Round: 1, Reason: contract.Reason{Words: "why"}})
	closed := activitiestest.MustStep(s.world, s.changes.CloseStatusChange, in)
	assert.Equal(t, map[contract.StatusOutcome]int{contract.StatusLate: len(orders)}, closed.Outcomes)
	in.State = contract.RunCancelled
	assert.Equal(t, closed, activitiestest.MustStep(s.world, s.changes.CloseStatusChange, in), "closed once")
	opened := activitiestest.MustStep(s.world, s.changes.OpenStatusChange, OpenStatusChangeInput{Merchant: s.scope.Merchant, Key: "k", Request: contract.StatusRequest{
		To: string(channels.Shipped), Rows: lo.Map(orders, func(o sandbox.ReportOrder, _ int) contract.StatusRow { return contract.StatusRow{Order: o.ID} }),
	}})
	require.NotNil(t, opened.Result)
	assert.Equal(t, closed, *opened.Result)
}
