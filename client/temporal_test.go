package client

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/despacho/despacho/contract"
)

const someRun = "run/m1/k1"

func payload(t *testing.T, value any) *common.Payload {
	t.Helper()
	p, err := converter.GetDefaultDataConverter().ToPayload(value)
	require.NoError(t, err)
	return p
}

func execution(t *testing.T, status enums.WorkflowExecutionStatus, state string) *workflowpb.WorkflowExecutionInfo {
	t.Helper()
	return &workflowpb.WorkflowExecutionInfo{
		Execution:  &common.WorkflowExecution{WorkflowId: someRun, RunId: "latest"},
		FirstRunId: "first",
		Type:       &common.WorkflowType{Name: "LabelRun"},
		Status:     status,
		StartTime:  timestamppb.New(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)),
		SearchAttributes: &common.SearchAttributes{IndexedFields: map[string]*common.Payload{
			"DespachoState": payload(t, state), "DespachoRequested": payload(t, 12), "DespachoFailed": payload(t, 3),
		}},
	}
}

func described(info *workflowpb.WorkflowExecutionInfo) *workflowservice.DescribeWorkflowExecutionResponse {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}
}

func TestTemporalStart(t *testing.T) {
	t.Parallel()
	input := contract.LabelRunInput{Merchant: "m1"}
	options := mock.MatchedBy(func(o sdk.StartWorkflowOptions) bool {
		merchant, _ := o.TypedSearchAttributes.GetKeyword(contract.MerchantAttribute)
		return o.ID == someRun && o.TaskQueue == "despacho" && merchant == "m1" &&
			o.WorkflowIDReusePolicy == enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE && o.WorkflowExecutionErrorWhenAlreadyStarted
	})

	t.Run("starts LabelRun under an id that nobody has had", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("ExecuteWorkflow", mock.Anything, options, "LabelRun", input).Return(&mocks.WorkflowRun{}, nil)
		require.NoError(t, TemporalRuns{c}.Start(t.Context(), someRun, input))
		c.AssertExpectations(t)
	})

	t.Run("says when the id is taken", func(t *testing.T) {
		t.Parallel()
		c := &mocks.Client{}
		c.On("ExecuteWorkflow", mock.Anything, options, "LabelRun", input).
			Return(nil, serviceerror.NewWorkflowExecutionAlreadyStarted("there", "", ""))
		require.ErrorIs(t, TemporalRuns{c}.Start(t.Context(), someRun, input), ErrRunExists)
	})
}

func TestTemporalDescribe(t *testing.T) {
	t.Parallel()
	states := map[string]struct {
		status enums.WorkflowExecutionStatus
		noted  string
		want   contract.RunState
	}{
		"open":                        {enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "running", contract.RunRunning},
		"open and not yet taken up":   {enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "", contract.RunRunning},
		"waiting":                     {enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "waiting", contract.RunWaiting},
		"completed":                   {enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, "completed", contract.RunCompleted},
		"cancelled":                   {enums.WORKFLOW_EXECUTION_STATUS_CANCELED, "running", contract.RunCancelled},
		"failed":                      {enums.WORKFLOW_EXECUTION_STATUS_FAILED, "running", contract.RunFailed},
		"terminated while it ran":     {enums.WORKFLOW_EXECUTION_STATUS_TERMINATED, "running", contract.RunFailed},
		"timed out while it ran":      {enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT, "waiting", contract.RunFailed},
		"with a state nobody has set": {enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "elsewhere", contract.RunRunning},
	}
	for name, c := range states {
		t.Run("a run that is "+name, func(t *testing.T) {
			t.Parallel()
			temporal := &mocks.Client{}
			temporal.On("DescribeWorkflowExecution", mock.Anything, someRun, "").Return(described(execution(t, c.status, c.noted)), nil)
			d, err := TemporalRuns{temporal}.Describe(t.Context(), someRun)
			require.NoError(t, err)
			assert.Equal(t, c.want, d.State)
			assert.Equal(t, []any{"m1", "k1", int64(12), int64(3)}, []any{d.Merchant, d.Run, d.Requested, d.Failed})
		})
	}

	t.Run("a run that nobody knows", func(t *testing.T) {
		t.Parallel()
		temporal := &mocks.Client{}
		temporal.On("DescribeWorkflowExecution", mock.Anything, someRun, "").Return(nil, serviceerror.NewNotFound("no"))
		_, err := TemporalRuns{temporal}.Describe(t.Context(), someRun)
		require.ErrorIs(t, err, ErrNoRun)
	})

	t.Run("another kind of workflow is refused", func(t *testing.T) {
		t.Parallel()
		info := execution(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "")
		info.Type.Name = "ConnectionRun"
		temporal := &mocks.Client{}
		temporal.On("DescribeWorkflowExecution", mock.Anything, someRun, "").Return(described(info), nil)
		_, err := TemporalRuns{temporal}.Describe(t.Context(), someRun)
		var wrong *RequestError
		require.ErrorAs(t, err, &wrong)
	})
}

func TestTemporalRequestReadsTheFirstEventOfTheFirstExecution(t *testing.T) {
	t.Parallel()
	want := contract.LabelRunInput{Merchant: "m1", Warehouse: "w1"}
	events := &mocks.HistoryEventIterator{}
	events.On("HasNext").Return(true)
	events.On("Next").Return(&history.HistoryEvent{Attributes: &history.HistoryEvent_WorkflowExecutionStartedEventAttributes{
		WorkflowExecutionStartedEventAttributes: &history.WorkflowExecutionStartedEventAttributes{
			Input: &common.Payloads{Payloads: []*common.Payload{payload(t, want)}},
		},
	}}, nil)
	temporal := &mocks.Client{}
	temporal.On("DescribeWorkflowExecution", mock.Anything, someRun, "").
		Return(described(execution(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "")), nil)
	temporal.On("GetWorkflowHistory", mock.Anything, someRun, "first", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT).Return(events)
	got, err := TemporalRuns{temporal}.Request(t.Context(), someRun)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestTemporalProgress(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ given, want error }{
		"no worker polls":                  {serviceerror.NewFailedPrecondition("no poller seen for task queue recently"), ErrNoAnswer},
		"no worker answers in time":        {context.DeadlineExceeded, ErrNoAnswer},
		"the server's own deadline passes": {serviceerror.NewDeadlineExceeded("late"), ErrNoAnswer},
		"the worker does not know it yet":  {serviceerror.NewQueryFailed("unknown queryType progress"), ErrNoAnswer},
		"the run is not there":             {serviceerror.NewNotFound("no"), ErrNoRun},
		"Temporal is away":                 {assert.AnError, assert.AnError},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			temporal := &mocks.Client{}
			temporal.On("QueryWorkflow", mock.Anything, someRun, "", "progress").Return(nil, c.given)
			_, err := TemporalRuns{temporal}.Progress(t.Context(), someRun)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestTemporalListReadsPagesUpToTheLimit(t *testing.T) {
	t.Parallel()
	info := execution(t, enums.WORKFLOW_EXECUTION_STATUS_COMPLETED, "completed")
	page := func(next string) *workflowservice.ListWorkflowExecutionsResponse {
		return &workflowservice.ListWorkflowExecutionsResponse{Executions: []*workflowpb.WorkflowExecutionInfo{info, info}, NextPageToken: []byte(next)}
	}
	temporal := &mocks.Client{}
	temporal.On("ListWorkflow", mock.Anything, mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return r.GetQuery() == "q" && len(r.GetNextPageToken()) == 0
	})).Return(page("more"), nil).Once()
	temporal.On("ListWorkflow", mock.Anything, mock.MatchedBy(func(r *workflowservice.ListWorkflowExecutionsRequest) bool {
		return string(r.GetNextPageToken()) == "more"
	})).Return(page("even more"), nil).Once()
	found, err := TemporalRuns{temporal}.List(t.Context(), "q", 3)
	require.NoError(t, err)
	assert.Len(t, found, 3)
	temporal.AssertExpectations(t)
}
