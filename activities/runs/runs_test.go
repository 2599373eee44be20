package runs

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestOpenRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	w.runs.Settings = contract.Settings{HubSpeed: 600, BatchSize: 70}
	request := func(body string) OpenRunInput {
		return OpenRunInput{Merchant: w.Sandbox.Merchant(), Run: "r1", Request: json.RawMessage(body)}
	}
	opened := activitiestest.MustStep(w, w.runs.OpenRun, request(`{"format":"zpl","max":10}`))
	t.Run("it tells the worker's settings, whole", func(t *testing.T) {
		want := contract.DefaultSettings()
		want.HubSpeed = 600
		assert.Equal(t, want, opened.Settings, "a batch has at most 50 orders")
		assert.Nil(t, opened.Result)
	})
	t.Run("the same request again is the same run, however it is written", func(t *testing.T) {
		assert.Equal(t, opened, activitiestest.MustStep(w, w.runs.OpenRun, request(`{ "max": 10, "format": "zpl" }`)))
	})
	t.Run("another request under its key is refused", func(t *testing.T) {
		_, err := activitiestest.TryStep(w, w.runs.OpenRun, request(`{"format":"pdf","max":10}`), nil)
		assert.Contains(t, activitiestest.RequireFinal(t, contract.ErrorRequestDiffers, err).Message(), `"r1"`)
	})
	t.Run("another key is another run", func(t *testing.T) {
		in := request(`{"format":"pdf"}`)
		in.Run = "r2"
		assert.Nil(t, activitiestest.MustStep(w, w.runs.OpenRun, in).Result)
	})
	t.Run("a key that can be none is final", func(t *testing.T) {
		in := request(`{}`)
		in.Run = ""
		_, err := activitiestest.TryStep(w, w.runs.OpenRun, in, nil)
		activitiestest.RequireFinal(t, contract.ErrorStore, err)
	})
	t.Run("a closed run tells what it came to, and nothing changes that", func(t *testing.T) {
		result := contract.RunResult{Run: "r1", Merchant: w.Sandbox.Merchant(), State: contract.RunCompleted, Requested: 3}
		require.NoError(t, w.runs.CloseRun(t.Context(), result))
		changed := result
		changed.Requested = 4
		require.NoError(t, w.runs.CloseRun(t.Context(), changed))
		assert.Equal(t, &result, activitiestest.MustStep(w, w.runs.OpenRun, request(`{"format":"zpl","max":10}`)).Result)
	})
}

func TestRetryOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 30})
	scope := w.Scope("paris")
	leave := func(scope activities.Scope, name string, page books.Page) {
		t.Helper()
		_, err := scope.LeavePage(t.Context(), w.Store, name, page)
		require.NoError(t, err)
	}
	order := func(id string) books.Order {
		return books.Order{ID: id, Listed: true, Asks: 5, Sends: 3, Trouble: contract.Cause{Words: "x"}, Status: contract.StatusLate}
	}
	ended := lo.Map(contract.Outcomes(), func(o contract.Outcome, _ int) books.Entry { return books.Entry{Order: order(string(o)), Outcome: o} })
	leave(scope, "list-00001", books.Page{Pending: []books.Order{order("open")}})
	leave(scope, "batch-00001-00002", books.Page{Ended: ended})
	second := scope
	second.Generation = 2
	leave(second, "batch-00001-00002", books.Page{Ended: []books.Entry{{Order: order("gave_up"), Outcome: contract.Labelled}}})
	leave(scope.LastWord(), books.CancelledPage, books.Page{Ended: []books.Entry{{Order: order("open"), Outcome: contract.Cancelled}}})

	again := scope
	again.Generation = 3
	step := activitiestest.MustStep(w, w.runs.RetryOrders, RetryOrdersInput{Scope: again})
	page := w.Page(again, step.Page)
	assert.Equal(t, books.FoundPage, step.Page)
	assert.ElementsMatch(t, []string{
		"open", "held_back", "not_ready", "status_not_synced", "rejected", "unknown_order", "corrupt_label", "not_authorised",
	}, activitiestest.IDs(page.Pending), "all that have no label and may still get one")
	for _, o := range page.Pending {
		assert.Equal(t, books.Order{ID: o.ID, Listed: true}, o, "with all tries before them")
	}
	assert.Equal(t, step, activitiestest.MustStep(w, w.runs.RetryOrders, RetryOrdersInput{Scope: again}))
}

// describes makes a Temporal that tells one state of a workflow.
func describes(t *testing.T, w *world, id string, status enums.WorkflowExecutionStatus, run string, err error) {
	t.Helper()
	client := &mocks.Client{}
	t.Cleanup(func() { client.AssertExpectations(t) })
	w.runs.Temporal = client
	info := &workflow.WorkflowExecutionInfo{Status: status}
	if run != "" {
		payload, err := converter.GetDefaultDataConverter().ToPayload(run)
		require.NoError(t, err)
		info.SearchAttributes = &common.SearchAttributes{IndexedFields: map[string]*common.Payload{"DespachoRun": payload}}
	}
	client.On("DescribeWorkflowExecution", mock.Anything, id, "").
		Return(&workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, err)
}

func TestAwaitConnection(t *testing.T) {
	t.Parallel()
	const running, closed = enums.WORKFLOW_EXECUTION_STATUS_RUNNING, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED
	cases := map[string]struct {
		status enums.WorkflowExecutionStatus
		run    string
		err    error
		until  time.Duration
		once   bool
		waits  bool
		holder string
	}{
		"nobody has ever worked on it":          {err: serviceerror.NewNotFound("no"), until: time.Hour},
		"the last run is through":               {status: closed, run: "r1", until: time.Hour},
		"a run works on it":                     {status: running, run: "r1", until: time.Hour, waits: true},
		"a run works on it, at the deadline":    {status: running, run: "r1", until: -time.Second, holder: "r1"},
		"a run works on it, only asked":         {status: running, run: "r1", until: time.Hour, once: true, holder: "r1"},
		"a run that does not tell its key":      {status: running, until: -time.Second, holder: "(unknown)"},
		"nobody works on it, at the deadline":   {status: closed, until: -time.Second},
		"nobody works on it, and only asked":    {status: closed, until: time.Hour, once: true},
		"a run of another key, at the deadline": {status: running, run: "noon", until: -time.Minute, holder: "noon"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{Stage: &activitiestest.Stage{T: t}, runs: &Runs{}}
			describes(t, w, "connection/m/ripley/c", c.status, c.run, c.err)
			in := AwaitConnectionInput{Merchant: "m", Channel: "ripley", Connection: "c", Until: time.Now().Add(c.until), Once: c.once}
			holder, err := activitiestest.TryStep(w, w.runs.AwaitConnection, in, nil)
			if c.waits {
				pause := activitiestest.RequireWaits(t, err)
				assert.LessOrEqual(t, pause, 15*time.Second)
				assert.Contains(t, activitiestest.ApplicationError(t, err).Message(), "run r1")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.holder, holder.Run)
		})
	}
	t.Run("Temporal out of reach is tried again", func(t *testing.T) {
		t.Parallel()
		w := &world{Stage: &activitiestest.Stage{T: t}, runs: &Runs{}}
		describes(t, w, "connection/m/ripley/c", running, "", errors.New("unreachable"))
		_, err := activitiestest.TryStep(w, w.runs.AwaitConnection, AwaitConnectionInput{Merchant: "m", Channel: "ripley", Connection: "c"}, nil)
		assert.Equal(t, contract.ErrorTrouble, activitiestest.ApplicationError(t, err).Type())
	})
}

func TestRunIsOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status enums.WorkflowExecutionStatus
		err    error
		open   bool
	}{
		"it runs":         {enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil, true},
		"it is through":   {enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, nil, false},
		"it was ended":    {enums.WORKFLOW_EXECUTION_STATUS_TERMINATED, nil, false},
		"it is forgotten": {enums.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, serviceerror.NewNotFound("no"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{Stage: &activitiestest.Stage{T: t}, runs: &Runs{}}
			describes(t, w, "run/m/r1", c.status, "", c.err)
			assert.Equal(t, c.open, activitiestest.MustStep(w, w.runs.RunIsOpen, RunIsOpenInput{WorkflowID: "run/m/r1", RunID: "x"}))
		})
	}
}
