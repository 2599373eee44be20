package statuschange

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

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// statusWorld is a StatusChange with the real steps, on a sandbox hub whose clock is the scene's: the
// hub answers at once, and the time that channels take is skipped.
type statusWorld struct {
	*workflowstest.Scene
	key    string
	hub    *sandbox.Hub
	client *multivende.Client
	store  *storage.Store
	ended  []statusbook.EndedRow
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
	options.MerchantID = workflowstest.Merchant
	w.Scene = newScene(t, contract.StatusChangeID(workflowstest.Merchant, statusKey), nil)
	clock := w.clock
	options.Now = func() time.Time { return (*clock).Now() }
	w.hub, err = sandbox.New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.hub.Close()) })
	server := httptest.NewServer(w.hub)
	t.Cleanup(server.Close)
	w.client, err = multivende.New(multivende.Config{
		BaseURL: server.URL, Merchant: workflowstest.Merchant, Token: multivende.StaticToken(w.hub.Token()),
		RequestsPerSecond: 1e6, AllowHosts: []string{"127.0.0.1"}, Patience: 20 * time.Second,
	})
	require.NoError(t, err)
	t.Cleanup(w.client.Close)
	w.ready()
	return w
}

// next is the same world for another status change, with its clock where this one's is.
func (w *statusWorld) next(key string) *statusWorld {
	next := &statusWorld{Scene: newScene(w.T, contract.StatusChangeID(workflowstest.Merchant, key), nil), key: key, hub: w.hub, client: w.client, store: w.store}
	next.SetStartTime(w.Now())
	*w.clock = next
	next.clock = w.clock
	next.ready()
	return next
}

// ready readies the scene for a status change on the world as it is.
func (w *statusWorld) ready() {
	w.SetTestTimeout(10 * time.Minute)
	options := workflowstest.PatientOptions()
	options.Interceptors = []interceptor.WorkerInterceptor{&activities.Errors{}, &activities.Heartbeats{}}
	w.SetWorkerOptions(options)
	w.RegisterActivity(&statuses.StatusChanges{Hubs: w, Store: w.store, Settings: contract.Settings{WebhookOut: true}, Observe: func(e statusbook.EndedRow) {
		w.Mu.Lock()
		defer w.Mu.Unlock()
		w.ended = append(w.ended, e)
	}})
}

// Hub is the world's client, whose clock has seen what the hub's shows: time is skipped between steps.
func (w *statusWorld) Hub(string) (*multivende.Client, error) {
	_, err := w.client.AppInfo(w.T.Context())
	return w.client, err
}

// change runs a status change for some orders.
func (w *statusWorld) change(request contract.StatusRequest) (contract.StatusResult, contract.StatusList) {
	w.T.Helper()
	if len(request.Rows) > contract.StatusRowsInInput {
		request.RowsKey = storage.StatusRowsPrefix(workflowstest.Merchant, w.key) + "rows.json"
		require.NoError(w.T, w.store.Put(w.T.Context(), request.RowsKey, request.Rows))
		request.Rows = nil
	}
	w.ExecuteWorkflow(StatusChange, statusChangeInput{StatusChangeInput: contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: request}})
	require.True(w.T, w.IsWorkflowCompleted())
	require.NoError(w.T, w.GetWorkflowError())
	var result contract.StatusResult
	require.NoError(w.T, w.GetWorkflowResult(&result))
	var list contract.StatusList
	require.NoError(w.T, w.store.Get(w.T.Context(), result.Rows, &list))
	assert.Equal(w.T, result.Requested, list.Requested)
	assert.Equal(w.T, result.Outcomes, list.Outcomes)
	assert.Len(w.T, list.Rows, list.Requested)
	return result, list
}

// expected is how each order ends by the sandbox's own judgement.
func (w *statusWorld) expected(to channels.Status) map[string]string { return w.expectedOf(string(to)) }

func (w *statusWorld) expectedOf(query string) map[string]string {
	w.T.Helper()
	request := httptest.NewRequestWithContext(w.T.Context(), http.MethodGet, "/sandbox/expected?to="+query, nil)
	answer := httptest.NewRecorder()
	w.hub.ServeHTTP(answer, request)
	require.Equal(w.T, http.StatusOK, answer.Code, answer.Body.String())
	var expected map[string]string
	require.NoError(w.T, json.Unmarshal(answer.Body.Bytes(), &expected))
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

func rowsOf(orders []sandbox.ReportOrder) []contract.StatusRow {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) contract.StatusRow { return contract.StatusRow{Order: o.ID} })
}

// late counts by channel the rows that were known too late: later than half of the channel's own delay
// and a minute after the status was there. sent is how many were sent in all.
func (w *statusWorld) late() (late map[string]int, sent int) {
	late = map[string]int{}
	for _, o := range w.hub.Report().Orders {
		for _, send := range o.Statuses {
			if send.OnChannel == nil {
				continue
			}
			sent++
			delay := send.OnChannel.Sub(send.At)
			if send.SeenAt == nil || send.SeenAt.Sub(*send.OnChannel) > delay/2+time.Minute {
				late[o.Channel]++
			}
		}
	}
	return late, sent
}

// settledAsExpected holds every row against the sandbox's own judgement.
func (w *statusWorld) settledAsExpected(list contract.StatusList, expected map[string]string) {
	w.T.Helper()
	wrong := lo.Filter(list.Rows, func(row contract.StatusListRow, _ int) bool { return expected[row.Order] != string(row.Outcome) })
	assert.Empty(w.T, wrong)
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
		{Channel: "linio", Every: 19, StatusStuck: sandbox.AlwaysTimes},
		{Channel: "ripley", Every: 11, StatusRefused: "Pedido sin stock"},
		{Channel: "dafiti", Every: 23, NotRequested: true},
		{Channel: "amazon", Every: 29, Unknown: true},
	}})
	orders := w.hub.Report().Orders
	require.Greater(t, len(orders), 5000)
	expected := w.expected(channels.Shipped)
	var steps atomic.Int64
	w.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { steps.Add(1) })
	result, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)})
	w.settledAsExpected(list, expected)
	assert.Equal(t, len(orders), result.Requested)
	assert.LessOrEqual(t, int(steps.Load()), len(orders)/10, "a step works on many rows")

	all, by := w.calls()
	assert.LessOrEqual(t, all, 3*len(orders), "calls by route: %v", by)
	calls, steady := w.steady()
	assert.Greater(t, steady, 2000)
	assert.LessOrEqual(t, float64(calls)/float64(steady), 3.02, "a read, a sending and a look; a channel is found out about by a few orders")
	late, sent := w.late()
	assert.Greater(t, sent, 2500)
	assert.LessOrEqual(t, lo.Sum(lo.Values(late)), sent/20, "late by channel: %v", late)
	assert.Less(t, w.Passed(), 45*time.Minute, "an order that is stuck holds nobody up")

	figures := lo.KeyBy(result.Channels, func(f contract.ChannelFigures) string { return f.Channel })
	assert.Positive(t, figures["paris"].Again)
	assert.Positive(t, figures["linio"].Never)
	assert.Equal(t, figures["ripley"].Synced, figures["ripley"].InTime)
	assert.Less(t, figures["fcom"].InTime, figures["fcom"].Synced)
	assert.Len(t, w.ended, len(orders), "each is counted once")
	assert.Contains(t, w.Details(), "| fcom |")
}
