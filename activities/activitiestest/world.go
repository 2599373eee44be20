package activitiestest

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// Stage is a sandbox hub on a clock that a test sets forward, with a label store in memory.
type Stage struct {
	*testing.T
	Sandbox *sandbox.Hub
	Client  *multivende.Client
	S3      *storagetest.Server
	Store   *storage.Store
	Time    *wallClock
	HubLog  callLog
	// run and merchant are part of every scope.
	Run    string
	began  time.Time
	config multivende.Config
}

// wallClock is the sandbox's clock; it stands still until it is set forward.
type wallClock struct {
	Mu sync.Mutex
	At time.Time
}

func (c *wallClock) Now() time.Time {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	return c.At
}

// Hub makes the world's client that of its merchant.
func (w *Stage) Hub(merchant string) (*multivende.Client, error) {
	if merchant != w.Sandbox.Merchant() {
		return nil, activities.FinalError(contract.ErrorNotAuthorised, "no such merchant")
	}
	return w.Client, nil
}

// New makes a stage; wraps stand between the hub and its client.
func New(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *Stage {
	t.Helper()
	w := &Stage{T: t, Run: "r1", began: time.Now(), Time: &wallClock{At: time.Date(2031, 1, 2, 12, 0, 0, 0, time.UTC)}, S3: storagetest.NewServer(t)}
	w.Store = openStore(t, w.S3)
	options.Now = w.Time.Now
	var err error
	w.Sandbox, err = sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.Sandbox.Close()) })
	handler := lo.Reduce(wraps, func(inner http.Handler, wrap func(http.Handler) http.Handler, _ int) http.Handler { return wrap(inner) }, http.Handler(w.Sandbox))
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.config = multivende.Config{
		BaseURL: server.URL, Merchant: w.Sandbox.Merchant(), Token: multivende.StaticToken(w.Sandbox.Token()),
		RequestsPerSecond: 1e6, AllowHosts: []string{"127.0.0.1"}, ReadAttempts: 1, Patience: time.Nanosecond,
		Timeouts: multivende.Timeouts{Idle: patienceWith(options.Faults)}, Observe: w.HubLog.note,
	}
	w.Restart()
	w.Pass(0)
	return w
}

// Restart gives the world the client of a worker that has just started: no answer has told it the hub's time yet.
func (w *Stage) Restart() {
	w.Helper()
	client, err := multivende.New(w.config)
	require.NoError(w, err)
	w.Cleanup(client.Close)
	w.Client = client
}

// Pass sets the hub's clock forward, and lets the client see it.
func (w *Stage) Pass(d time.Duration) {
	w.Helper()
	w.Time.Mu.Lock()
	w.Time.At = w.Time.At.Add(d)
	w.Time.Mu.Unlock()
	_, err := w.Client.AppInfo(w.Context())
	require.NoError(w, err)
}

// Try is one try of an activity.
type Try struct {
	// attempt is its number; 0 means the first.
	Attempt int
	// Before is what earlier tries have said of how far they were; nil: nothing.
	Before *activities.Heartbeat
	// Said is what this try said last.
	Said activities.Heartbeat
	// activity is its id, when it is another's than the first's.
	Activity string
}

// TryStep runs one try of an activity as a worker does.
func TryStep[In, Out any](w testing.TB, step func(context.Context, In) (Out, error), in In, as *Try) (Out, error) {
	w.Helper()
	if as == nil {
		as = &Try{}
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&numbered{attempt: max(as.Attempt, 1), activity: as.Activity}, &activities.Errors{}, &activities.Heartbeats{}}})
	env.SetTestTimeout(10 * time.Minute)
	if as.Before != nil {
		env.SetHeartbeatDetails(*as.Before)
	}
	var mu sync.Mutex
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		mu.Lock()
		defer mu.Unlock()
		if details.HasValues() {
			var said activities.Heartbeat
			assert.NoError(w, details.Get(&said))
			as.Said = said
		}
	})
	env.RegisterActivity(step)
	var out Out
	value, err := env.ExecuteActivity(step, in)
	if err == nil {
		require.NoError(w, value.Get(&out))
	}
	return out, err
}

// MustStep runs a step that is to succeed at its first try.
func MustStep[In, Out any](w testing.TB, step func(context.Context, In) (Out, error), in In) Out {
	w.Helper()
	out, err := TryStep(w, step, in, nil)
	require.NoError(w, err)
	return out
}

// numbered tells an activity which try it is, and of which activity.
type numbered struct {
	interceptor.WorkerInterceptorBase
	attempt  int
	activity string
}

func (n *numbered) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &numberedInbound{interceptor.ActivityInboundInterceptorBase{Next: next}, n}
}

type numberedInbound struct {
	interceptor.ActivityInboundInterceptorBase
	*numbered
}

func (n *numberedInbound) Init(outbound interceptor.ActivityOutboundInterceptor) error {
	return n.Next.Init(&numberedOutbound{interceptor.ActivityOutboundInterceptorBase{Next: outbound}, n.numbered})
}

type numberedOutbound struct {
	interceptor.ActivityOutboundInterceptorBase
	*numbered
}

func (n *numberedOutbound) GetInfo(ctx context.Context) activity.Info {
	info := n.Next.GetInfo(ctx)
	info.Attempt = int32(n.attempt)
	info.ActivityID = cmp.Or(n.activity, info.ActivityID)
	return info
}

// ApplicationError is the error that Temporal sees of a try, or of a step that was called by itself.
func ApplicationError(t *testing.T, err error) *temporal.ApplicationError {
	t.Helper()
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application
	}
	require.ErrorAs(t, activities.Translate(err), &application)
	return application
}

// RequireWaits holds a try against what a wait looks like: benign, tried again after a pause in our time.
func RequireWaits(t *testing.T, err error) time.Duration {
	t.Helper()
	application := ApplicationError(t, err)
	require.Equal(t, contract.ErrorWaiting, application.Type(), application.Message())
	assert.False(t, application.NonRetryable())
	assert.Equal(t, temporal.ApplicationErrorCategoryBenign, application.Category())
	assert.Positive(t, application.NextRetryDelay())
	return application.NextRetryDelay()
}

// RequireFinal holds an error against a type that no further try mends.
func RequireFinal(t *testing.T, kind string, err error) *temporal.ApplicationError {
	t.Helper()
	application := ApplicationError(t, err)
	require.Equal(t, kind, application.Type(), application.Message())
	assert.True(t, application.NonRetryable())
	return application
}

// Scope is that of the first connection of a provider.
func (w *Stage) Scope(provider string) activities.Scope {
	w.Helper()
	listed, err := w.Client.Connections(w.Context())
	require.NoError(w, err)
	c, ok := lo.Find(activities.ConnectionsOf(listed, nil), func(c activities.Connection) bool { return c.Provider == provider })
	require.True(w, ok, provider)
	return activities.Scope{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connection: c, Generation: 1, Settings: contract.DefaultSettings()}
}

// Page reads a page that a step has left.
func (w *Stage) Page(scope activities.Scope, name string) books.Page {
	w.Helper()
	page, err := scope.ReadPage(w.Context(), w.Store, name)
	require.NoError(w, err)
	return page
}

// Of are the hub's orders of a connection with one of these fates.
func (w *Stage) Of(scope activities.Scope, fates ...sandbox.Fate) []sandbox.ReportOrder {
	return lo.Filter(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		return o.Connection == scope.Connection.ID && lo.Contains(fates, o.Fate)
	})
}

// Order is what the sandbox knows of an order.
func (w *Stage) Order(id string) sandbox.ReportOrder {
	w.Helper()
	o, ok := lo.Find(w.Sandbox.Report().Orders, func(o sandbox.ReportOrder) bool { return o.ID == id })
	require.True(w, ok, id)
	return o
}

// Calls is how often a route was called.
func (w *Stage) Calls(route string) int { return w.Sandbox.Report().Calls[route].Count }

// Reported are the ids of the sandbox's orders.
func Reported(orders []sandbox.ReportOrder) []string {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) string { return o.ID })
}

// IDs are those of orders, in order.
func IDs(orders []books.Order) []string {
	return lo.Map(orders, func(o books.Order, _ int) string { return o.ID })
}

// EntryIDs are the ids of entries' orders, in order.
func EntryIDs(entries []books.Entry) []string {
	return lo.Map(entries, func(e books.Entry, _ int) string { return e.Order.ID })
}

// Outcomes are those of entries by order id.
func Outcomes(entries []books.Entry) map[string]contract.Outcome {
	return lo.SliceToMap(entries, func(e books.Entry) (string, contract.Outcome) { return e.Order.ID, e.Outcome })
}

// Cancel cancels the sale of an order, as its buyer would.
func (w *Stage) Cancel(o sandbox.ReportOrder) {
	w.Helper()
	request := httptest.NewRequestWithContext(w.Context(), http.MethodPost, "/sandbox/cancel/"+o.ID, nil)
	answer := httptest.NewRecorder()
	w.Sandbox.ServeHTTP(answer, request)
	require.Equal(w, http.StatusOK, answer.Code, answer.Body.String())
}

// ChangeStatus reports a status of an order, as another tool would.
func (w *Stage) ChangeStatus(o sandbox.ReportOrder, status channels.Status) {
	w.Helper()
	require.NoError(w, w.Client.ChangeStatus(w.Context(), o.ID, multivende.StatusChange{StatusCode: status.Code()}))
}
