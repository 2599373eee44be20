package activities

import (
	"context"
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

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// world is a sandbox hub on a clock that a test sets forward, a label store in
// memory, and the activities that work with both.
type world struct {
	*testing.T
	hub    *sandbox.Hub
	client *multivende.Client
	s3     *storagetest.Server
	store  *storage.Store
	time   *wallClock
	log    callLog
	// run and merchant are part of every scope.
	run string

	connections *Connections
	orders      *Orders
	statuses    *Statuses
	tickets     *Tickets
	documents   *Documents
	publishing  *Publishing
	runs        *Runs
}

// wallClock is the sandbox's clock; it stands still until it is set forward.
type wallClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *wallClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Hub makes the world's client that of its merchant.
func (w *world) Hub(merchant string) (*multivende.Client, error) {
	if merchant != w.hub.Merchant() {
		return nil, final(ErrorNotAuthorised, "no such merchant")
	}
	return w.client, nil
}

// newWorld makes a world; wraps stand between the hub and its client.
func newWorld(t *testing.T, options sandbox.Options, wraps ...func(http.Handler) http.Handler) *world {
	t.Helper()
	w := &world{T: t, run: "r1", time: &wallClock{now: time.Date(2031, 1, 2, 12, 0, 0, 0, time.UTC)}, s3: storagetest.NewServer(t)}
	w.store = w.s3.Open(t, storage.Config{})
	_, err := w.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	options.Now = w.time.Now
	w.hub, err = sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.hub.Close()) })
	handler := lo.Reduce(wraps, func(inner http.Handler, wrap func(http.Handler) http.Handler, _ int) http.Handler { return wrap(inner) }, http.Handler(w.hub))
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.client, err = multivende.New(multivende.Config{
		BaseURL: server.URL, Merchant: w.hub.Merchant(), Token: multivende.StaticToken(w.hub.Token()),
		RequestsPerSecond: 1e6, AllowHosts: []string{"127.0.0.1"}, ReadAttempts: 1, Patience: time.Nanosecond,
		Timeouts: multivende.Timeouts{Idle: 300 * time.Millisecond, Headers: 10 * time.Second}, Observe: w.log.note,
	})
	require.NoError(t, err)
	t.Cleanup(w.client.Close)
	w.connections, w.orders = &Connections{Hubs: w, Store: w.store}, &Orders{Hubs: w, Store: w.store}
	w.statuses, w.tickets = &Statuses{Hubs: w, Store: w.store}, &Tickets{Hubs: w, Store: w.store}
	w.documents = &Documents{Hubs: w, Store: w.store, TempDir: t.TempDir()}
	w.publishing = &Publishing{Hubs: w, Store: w.store, TempDir: t.TempDir()}
	w.runs = &Runs{Store: w.store}
	w.pass(0)
	return w
}

// pass sets the hub's clock forward, and lets the client see it.
func (w *world) pass(d time.Duration) {
	w.Helper()
	w.time.mu.Lock()
	w.time.now = w.time.now.Add(d)
	w.time.mu.Unlock()
	_, err := w.client.AppInfo(w.Context())
	require.NoError(w, err)
}

// try is one try of an activity.
type try struct {
	// attempt is its number; 0 means the first.
	attempt int
	// details are what an earlier try said of its progress.
	details []string
	// said are the details that this try gave last.
	said []string
	// activity is its id, when it is another's than the first's.
	activity string
}

// does runs one try of an activity as a worker does.
func does[In, Out any](w *world, step func(context.Context, In) (Out, error), in In, as *try) (Out, error) {
	w.Helper()
	if as == nil {
		as = &try{}
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&numbered{attempt: max(as.attempt, 1), activity: as.activity}, &Heartbeats{}}})
	env.SetTestTimeout(time.Minute)
	if as.details != nil {
		env.SetHeartbeatDetails(as.details)
	}
	var mu sync.Mutex
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
		mu.Lock()
		defer mu.Unlock()
		if details.HasValues() {
			assert.NoError(w, details.Get(&as.said))
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

// must runs a step that is to succeed at its first try.
func must[In, Out any](w *world, step func(context.Context, In) (Out, error), in In) Out {
	w.Helper()
	out, err := does(w, step, in, nil)
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
	info.ActivityID = lo.CoalesceOrEmpty(n.activity, info.ActivityID)
	return info
}

// applicationError is the error that Temporal sees of a try.
func applicationError(t *testing.T, err error) *temporal.ApplicationError {
	t.Helper()
	var application *temporal.ApplicationError
	require.ErrorAs(t, err, &application)
	return application
}

// requireWaits holds a try against what a wait looks like: benign, tried again after a pause in our time.
func requireWaits(t *testing.T, err error) time.Duration {
	t.Helper()
	application := applicationError(t, err)
	require.Equal(t, ErrorWaiting, application.Type(), application.Message())
	assert.False(t, application.NonRetryable())
	assert.Equal(t, temporal.ApplicationErrorCategoryBenign, application.Category())
	assert.Positive(t, application.NextRetryDelay())
	return application.NextRetryDelay()
}

func requireFinal(t *testing.T, kind string, err error) *temporal.ApplicationError {
	t.Helper()
	application := applicationError(t, err)
	require.Equal(t, kind, application.Type(), application.Message())
	assert.True(t, application.NonRetryable())
	return application
}

// scope is that of the first connection of a provider.
func (w *world) scope(provider string) Scope {
	w.Helper()
	found := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant()})
	c, ok := lo.Find(found.Connections, func(c Connection) bool { return c.Provider == provider })
	require.True(w, ok, provider)
	return Scope{Merchant: w.hub.Merchant(), Run: w.run, Connection: c, Generation: 1, Settings: DefaultSettings()}
}

func (w *world) page(scope Scope, name string) books.Page {
	w.Helper()
	page, err := scope.page(w.Context(), w.store, name)
	require.NoError(w, err)
	return page
}

// of are the hub's orders of a connection with one of these fates.
func (w *world) of(scope Scope, fates ...sandbox.Fate) []sandbox.ReportOrder {
	return lo.Filter(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		return o.Connection == scope.Connection.ID && lo.Contains(fates, o.Fate)
	})
}

func (w *world) order(id string) sandbox.ReportOrder {
	w.Helper()
	o, ok := lo.Find(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.ID == id })
	require.True(w, ok, id)
	return o
}

// calls is how often a route was called.
func (w *world) calls(route string) int { return w.hub.Report().Calls[route].Count }

func reported(orders []sandbox.ReportOrder) []string {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) string { return o.ID })
}

func ids(orders []books.Order) []string {
	return lo.Map(orders, func(o books.Order, _ int) string { return o.ID })
}

func entryIDs(entries []books.Entry) []string {
	return lo.Map(entries, func(e books.Entry, _ int) string { return e.Order.ID })
}

func outcomes(entries []books.Entry) map[string]books.Outcome {
	return lo.SliceToMap(entries, func(e books.Entry) (string, books.Outcome) { return e.Order.ID, e.Outcome })
}

// cancel cancels the sale of an order, as its buyer would.
func (w *world) cancel(o sandbox.ReportOrder) {
	w.Helper()
	request := httptest.NewRequestWithContext(w.Context(), http.MethodPost, "/sandbox/cancel/"+o.ID, nil)
	answer := httptest.NewRecorder()
	w.hub.ServeHTTP(answer, request)
	require.Equal(w, http.StatusOK, answer.Code, answer.Body.String())
}

// changeStatus reports a status of an order, as another tool would.
func (w *world) changeStatus(o sandbox.ReportOrder, status channels.Status) {
	w.Helper()
	require.NoError(w, w.client.ChangeStatus(w.Context(), o.ID, multivende.StatusChange{StatusCode: status.Code()}))
}
