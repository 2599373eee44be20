package workflows

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// statusWorld is a StatusChange with the real steps, on a sandbox hub whose clock is the scene's: the
// hub answers at once, and the time that channels take is skipped.
type statusWorld struct {
	*scene
	key    string
	hub    *sandbox.Hub
	client *multivende.Client
	store  *storage.Store
	ended  []statusbook.Ended
	// clock is whose scene shows the hub's time.
	clock **statusWorld
}

const statusKey = "k-1"

func newStatusWorld(t *testing.T, options sandbox.Options) *statusWorld {
	t.Helper()
	w := &statusWorld{key: statusKey, store: storagetest.New(t), clock: new(*statusWorld)}
	*w.clock = w
	_, err := w.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	options.MerchantID = merchant
	w.scene = newScene(t, StatusChangeID(merchant, statusKey), nil)
	clock := w.clock
	options.Now = func() time.Time { return (*clock).Now() }
	w.hub, err = sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.hub.Close()) })
	server := httptest.NewServer(w.hub)
	t.Cleanup(server.Close)
	w.client, err = multivende.New(multivende.Config{
		BaseURL: server.URL, Merchant: merchant, Token: multivende.StaticToken(w.hub.Token()),
		RequestsPerSecond: 1e6, AllowHosts: []string{"127.0.0.1"}, Patience: 20 * time.Second,
	})
	require.NoError(t, err)
	t.Cleanup(w.client.Close)
	w.ready()
	return w
}

// next is the same world for another status change, with its clock where this one's is.
func (w *statusWorld) next(key string) *statusWorld {
	next := &statusWorld{scene: newScene(w.t, StatusChangeID(merchant, key), nil), key: key, hub: w.hub, client: w.client, store: w.store}
	next.SetStartTime(w.Now())
	*w.clock = next
	next.clock = w.clock
	next.ready()
	return next
}

// ready readies the scene for a status change on the world as it is.
func (w *statusWorld) ready() {
	w.SetTestTimeout(5 * time.Minute)
	w.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&activities.Heartbeats{}}})
	w.RegisterActivity(&activities.StatusChanges{Hubs: w, Store: w.store, Settings: activities.Settings{WebhookOut: true}, Observe: func(e statusbook.Ended) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ended = append(w.ended, e)
	}})
}

// Hub is the world's client, whose clock has seen what the hub's shows: time is skipped between steps.
func (w *statusWorld) Hub(string) (*multivende.Client, error) {
	_, err := w.client.AppInfo(w.t.Context())
	return w.client, err
}

// change runs a status change for some orders.
func (w *statusWorld) change(request activities.StatusRequest) (StatusResult, statusbook.List) {
	w.t.Helper()
	if len(request.Rows) > activities.StatusRowsInInput {
		request.RowsKey = storage.StatusRowsPrefix(merchant, w.key) + "rows.json"
		require.NoError(w.t, w.store.Put(w.t.Context(), request.RowsKey, request.Rows))
		request.Rows = nil
	}
	w.ExecuteWorkflow(StatusChange, StatusChangeInput{Merchant: merchant, StatusRequest: request})
	require.True(w.t, w.IsWorkflowCompleted())
	require.NoError(w.t, w.GetWorkflowError())
	var result StatusResult
	require.NoError(w.t, w.GetWorkflowResult(&result))
	var list statusbook.List
	require.NoError(w.t, w.store.Get(w.t.Context(), result.Rows, &list))
	assert.Equal(w.t, result.Requested, list.Requested)
	assert.Equal(w.t, result.Outcomes, list.Outcomes)
	assert.Len(w.t, list.Rows, list.Requested)
	return result, list
}

// expected is how each order ends by the sandbox's own judgement.
func (w *statusWorld) expected(to channels.Status) map[string]string { return w.expectedOf(string(to)) }

func (w *statusWorld) expectedOf(query string) map[string]string {
	w.t.Helper()
	request := httptest.NewRequestWithContext(w.t.Context(), http.MethodGet, "/sandbox/expected?to="+query, nil)
	answer := httptest.NewRecorder()
	w.hub.ServeHTTP(answer, request)
	require.Equal(w.t, http.StatusOK, answer.Code, answer.Body.String())
	var expected map[string]string
	require.NoError(w.t, json.Unmarshal(answer.Body.Bytes(), &expected))
	return expected
}

// calls is how often the hub was called, but for what this world asks to set its clock.
func (w *statusWorld) calls() (all int, by map[string]int) {
	by = map[string]int{}
	for route, calls := range w.hub.Report().Calls {
		if route != "info" {
			by[route] = calls.Count
			all += calls.Count
		}
	}
	return all, by
}

func rowsOf(orders []sandbox.ReportOrder) []statusbook.Row {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) statusbook.Row { return statusbook.Row{Order: o.ID} })
}

// late says of the rows that were sent which share was known too late: later than half of the
// channel's own delay and a minute after it was there.
func (w *statusWorld) late() (late, sent int) {
	for _, o := range w.hub.Report().Orders {
		for _, send := range o.Statuses {
			if send.OnChannel == nil {
				continue
			}
			sent++
			delay := send.OnChannel.Sub(send.At)
			if send.SeenAt == nil || send.SeenAt.Sub(*send.OnChannel) > delay/2+time.Minute {
				late++
			}
		}
	}
	return late, sent
}

// settledAsExpected holds every row against the sandbox's own judgement.
func (w *statusWorld) settledAsExpected(list statusbook.List, expected map[string]string) {
	w.t.Helper()
	wrong := lo.Filter(list.Rows, func(row statusbook.ListRow, _ int) bool { return expected[row.Order] != string(row.Outcome) })
	assert.Empty(w.t, wrong)
}

// steady are the calls for the orders that nothing went wrong with and that were sent, and how many these are.
func (w *statusWorld) steady() (calls, orders int) {
	for _, o := range w.hub.Report().Orders {
		if len(o.Faults) == 0 && len(o.Statuses) == 1 {
			calls += o.OrderReads + len(o.Statuses)
			orders++
		}
	}
	return calls, orders
}

func TestStatusesOfAllChannelsWithFaults(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 4500, Faults: []sandbox.Fault{
		{Route: "change-status", Answer: "cut_after", After: 40, Every: 97, Times: 5},
		{Route: "change-status", Answer: "503", After: 70, Every: 131, Times: 5},
		{Route: "delivery-order", Answer: "html", After: 90, Every: 301, Times: 5},
		{Route: "delivery-order", Answer: "429", After: 200, Every: 401, Times: 2, RetryAfter: 1},
		{Channel: "paris", Every: 17, StatusStuck: 1},
		{Channel: "fcom", Every: 13, StatusStuck: 2},
		{Channel: "linio", Every: 19, StatusStuck: sandbox.Always},
		{Channel: "ripley", Every: 11, StatusRefused: "Pedido sin stock"},
		{Channel: "dafiti", Every: 23, NotRequested: true},
		{Channel: "amazon", Every: 29, Unknown: true},
	}})
	orders := w.hub.Report().Orders
	require.Greater(t, len(orders), 5000)
	expected := w.expected(channels.Shipped)
	var steps atomic.Int64
	w.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { steps.Add(1) })
	result, list := w.change(activities.StatusRequest{To: channels.Shipped, Rows: rowsOf(orders)})
	w.settledAsExpected(list, expected)
	assert.Equal(t, len(orders), result.Requested)
	assert.LessOrEqual(t, int(steps.Load()), len(orders)/10, "a step works on many rows")

	all, by := w.calls()
	assert.LessOrEqual(t, all, 3*len(orders), "calls by route: %v", by)
	calls, steady := w.steady()
	assert.Greater(t, steady, 2000)
	assert.LessOrEqual(t, float64(calls)/float64(steady), 3.02, "a read, a sending and a look; a channel is found out about by single orders")
	late, sent := w.late()
	assert.Greater(t, sent, 2500)
	assert.LessOrEqual(t, late, sent/20)
	assert.Less(t, w.passed(), 45*time.Minute, "an order that is stuck holds nobody up")

	figures := lo.KeyBy(result.Channels, func(f statusbook.Figures) string { return f.Channel })
	assert.Positive(t, figures["paris"].Again)
	assert.Positive(t, figures["linio"].Never)
	assert.Equal(t, figures["ripley"].Synced, figures["ripley"].InTime)
	assert.Less(t, figures["fcom"].InTime, figures["fcom"].Synced)
	assert.Len(t, w.ended, len(orders), "each is counted once")
	assert.Contains(t, w.details(), "| fcom |")
}
