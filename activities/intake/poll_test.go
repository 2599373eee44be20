package intake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestSalesThatFailedToRegisterAreHeldBackUntilTheyAreRepaired(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30})
	w.poll(time.Time{})
	w.post("/sandbox/sales", map[string]any{"count": 4, "life": "repaired", "connection": "paris"})
	before := len(w.inState(contract.IntakeHeldBack))
	polled := w.poll(w.Client.Clock().Now())
	assert.GreaterOrEqual(t, polled.WithError, 4)
	held := lo.Filter(w.inState(contract.IntakeHeldBack), func(name string, _ int) bool { return w.record(name).Number != "" && w.record(name).Checkout == "" })
	assert.Len(t, w.inState(contract.IntakeHeldBack), before+4)
	record := w.record(held[0])
	assert.Contains(t, record.Reason.Words, "failed to register")
	assert.NotContains(t, record.Reason.Words, "node_modules")
	assert.NotEmpty(t, record.ConnectionName)

	at := w.Client.Clock().Now()
	w.Pass(4 * time.Hour)
	polled = w.poll(at)
	failures := lo.Filter(w.Sandbox.Report().Failures, func(f sandbox.ReportFailure, _ int) bool { return f.RepairedAs != "" })
	require.Len(t, failures, 4)
	for _, f := range failures {
		closed := w.record(intakebook.UnregisteredOrder(f.Connection, f.ExternalID))
		assert.Equal(t, contract.IntakeClosed, closed.State)
		assert.Equal(t, f.RepairedAs, closed.Checkout)
		assert.Contains(t, lo.Map(w.inState(contract.IntakeWaiting), func(id string, _ int) string { return w.record(id).Checkout }), f.RepairedAs)
	}
	w.Pass(time.Hour)
	assert.Less(t, w.poll(polled.Complete).WithError, polled.WithError+4, "half of them are still in the hub's list, and stay closed")
	assert.Len(t, w.inState(contract.IntakeClosed), 4)
}

// withErrorList answers for the list of the sales that failed to register as its
// answer says, where it has one.
func withErrorList(answer *http.HandlerFunc) func(http.Handler) http.Handler {
	return func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if *answer != nil && strings.Contains(r.URL.Path, "/checkouts/with-error/") {
				(*answer)(rw, r)
				return
			}
			inner.ServeHTTP(rw, r)
		})
	}
}

func answers(status int, kind, body string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}
}

func TestAPollStandsWhateverTheListOfFailedSalesAnswers(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]http.HandlerFunc{
		"a scope is missing":     answers(http.StatusForbidden, "application/json", `{"message":"Forbidden"}`),
		"there is no such route": answers(http.StatusNotFound, "application/json", `{}`),
		"the hub fails at it":    answers(http.StatusInternalServerError, "application/json", `{}`),
		"a page for people":      answers(http.StatusOK, "text/html", "<html><title>Multivende</title></html>"),
		"another envelope":       answers(http.StatusOK, "application/json", `{"data":[]}`),
		"nothing":                answers(http.StatusOK, "application/json", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var list http.HandlerFunc
			w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 30}, withErrorList(&list))
			w.post("/sandbox/sales", map[string]any{"count": 2, "life": "repaired", "connection": "paris"})
			w.poll(w.Client.Clock().Now())
			unregistered := lo.Filter(w.inState(contract.IntakeHeldBack), func(name string, _ int) bool { return strings.HasPrefix(name, intakebook.UnregisteredPrefix) })
			require.GreaterOrEqual(t, len(unregistered), 2)

			list = broken
			polled := w.poll(time.Time{})
			assert.Contains(t, polled.Note, "the list of sales that failed to register cannot be read")
			assert.Positive(t, polled.Count)
			assert.Equal(t, len(unregistered), polled.WithError)
			assert.True(t, polled.Complete.Equal(polled.To))
			assert.NotEmpty(t, w.inState(contract.IntakeWaiting), "what the window shows is taken up")
			assert.Subset(t, w.inState(contract.IntakeHeldBack), unregistered, "none is closed by a list that was not read")
		})
	}
}

func TestAPollWaitsForItsAccountAtTheListOfFailedSales(t *testing.T) {
	t.Parallel()
	list := answers(http.StatusUnauthorized, "application/json", `{}`)
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20}, withErrorList(&list))
	in := PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll"}
	_, err := activitiestest.TryStep(w.world, w.intake.PollSales, in, nil)
	assert.Equal(t, contract.ErrorNotAuthorised, activitiestest.ApplicationError(t, err).Type())
	list = nil
	assert.Positive(t, activitiestest.MustStep(w.world, w.intake.PollSales, in).Count, "a later try finds it all")
}

func TestOnlyTheHubsTroubleWithOneListIsThatListsOwn(t *testing.T) {
	t.Parallel()
	assert.True(t, ofOneList(&multivende.Error{Class: multivende.NotAuthorised, Status: http.StatusForbidden}))
	assert.True(t, ofOneList(&multivende.Error{Class: multivende.Unreachable}))
	for _, err := range []error{
		&multivende.Error{Class: multivende.NeedsConsent}, &multivende.Error{Class: multivende.NotAuthorised, Status: http.StatusUnauthorized},
		context.Canceled, context.DeadlineExceeded, errors.New("the store is away"),
	} {
		assert.False(t, ofOneList(fmt.Errorf("the list: %w", err)), err)
	}
}

func TestOpenIntakeTellsWhetherTheMerchantIsConnected(t *testing.T) {
	t.Parallel()
	broken := errors.New("the store is away")
	for name, c := range map[string]struct {
		serves bool
		err    error
		gone   bool
	}{
		"one who is":               {serves: true},
		"one who is not":           {gone: true},
		"one of whom nobody knows": {err: broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			intake := &Intake{Store: activitiestest.NewStore(t), Serves: func(_ context.Context, merchant string) (bool, error) {
				assert.Equal(t, "m-1", merchant)
				return c.serves, c.err
			}}
			opened, err := intake.OpenIntake(t.Context(), OpenIntakeInput{Merchant: "m-1"})
			if c.err != nil {
				assert.False(t, activitiestest.ApplicationError(t, err).NonRetryable(), "it is asked again")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.gone, opened.Gone)
		})
	}
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
	made.Time.Mu.Lock()
	made.Time.At = made.Time.At.Add(30 * time.Second)
	made.Time.Mu.Unlock()
	victims = lo.Filter(made.fated("", sandbox.FateLabelable), func(o sandbox.ReportOrder, i int) bool { return o.Channel != "mercadolibre" && i%9 == 0 })
	changing := lo.FlatMap(victims, func(o sandbox.ReportOrder, _ int) []string { return o.Checkouts })
	w = made
	all := lo.Without(lo.Uniq(lo.FlatMap(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) []string {
		return lo.Ternary(o.Fate == sandbox.FateLabelable, o.Checkouts, nil)
	})), changing...)
	polled := activitiestest.MustStep(w.world, w.intake.PollSales, PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "shifting"})
	var ids []string
	require.NoError(t, w.Store.Get(t.Context(), storage.IntakeList(w.merchant(), "shifting"), &ids))
	assert.Subset(t, ids, lo.Map(all, func(id string, _ int) string { return CheckoutNotification + "/" + id }))
	assert.True(t, polled.Complete.Equal(polled.To), polled.Note)
	assert.Less(t, len(victims), 5, "the pages did shift")
}

func TestAPollThatIsTriedAgainFindsTheSame(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 20})
	in := PollSalesInput{Merchant: w.merchant(), Settings: w.settings, List: "poll"}
	first := activitiestest.MustStep(w.world, w.intake.PollSales, in)
	calls := w.Calls("checkouts-light")
	w.Pass(time.Hour)
	again := activitiestest.MustStep(w.world, w.intake.PollSales, in)
	assert.Equal(t, first, again)
	assert.Equal(t, calls, w.Calls("checkouts-light"))
	assert.Zero(t, activitiestest.MustStep(w.world, w.intake.OpenIntake, OpenIntakeInput{Merchant: w.merchant()}).Cursor, "not all of it was taken up")
	in.List, in.Complete = "next", first.Complete
	next := activitiestest.MustStep(w.world, w.intake.PollSales, in)
	cursor := activitiestest.MustStep(w.world, w.intake.OpenIntake, OpenIntakeInput{Merchant: w.merchant()}).Cursor
	assert.True(t, next.Complete.After(first.Complete))
	assert.True(t, next.Complete.Equal(cursor), "nothing has changed since, so there is nothing to take up")
}

func TestAHubThatAnswersAboutNothingIsTriedAgain(t *testing.T) {
	t.Parallel()
	down := true
	wrap := func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if down && strings.HasPrefix(r.URL.Path, "/api/checkouts/") {
				rw.WriteHeader(http.StatusBadGateway)
				return
			}
			inner.ServeHTTP(rw, r)
		})
	}
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60}, wrap)
	one := w.fated("paris", sandbox.FateLabelable)[0]
	in := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByWebhook, IDs: []string{CheckoutNotification + "/" + one.Checkouts[0]}}
	_, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, in, nil)
	assert.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
	taken, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, in, &activitiestest.Try{Attempt: aloneAfter})
	require.NoError(t, err, "one that is never answered about holds up no other for ever")
	assert.Equal(t, 1, taken.Unread)
	down = false
	require.Equal(t, 1, w.look().Again)
	w.takeUpAgain()
	assert.Equal(t, contract.IntakeWaiting, w.state(one))
}

func TestALaterTryTellsWhatTheFirstHasCounted(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 60})
	orders := w.fated("paris", sandbox.FateLabelable)[:2]
	ids := lo.Map(orders, func(o sandbox.ReportOrder, _ int) string { return CheckoutNotification + "/" + o.Checkouts[0] })
	in := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByWebhook, IDs: ids[:1]}
	killed := &activitiestest.Try{}
	_, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, in, killed)
	require.NoError(t, err)
	require.Equal(t, activities.Heartbeat{TakenUp: ids[:1], Figures: &intakebook.TakenNotifications{Orders: 1, New: 1}}, killed.Said)
	before := w.allCalls()
	in.IDs = ids
	taken, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, in, &activitiestest.Try{Attempt: 2, Before: &killed.Said})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 2}, []int{taken.Orders, taken.New})
	assert.Equal(t, 1, w.allCalls()-before, "what was taken up is not read again")
}
