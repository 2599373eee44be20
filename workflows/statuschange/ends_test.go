package statuschange

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows/workflowstest"
)

func TestAStuckStatusIsSentThreeTimesInThirtyMinutes(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "ripley", Every: 2, StatusStuck: sandbox.AlwaysTimes}}})
	orders := w.of("ripley")
	w.known(orders)
	result, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)})
	stuck := 0
	for id, row := range byOrder(list) {
		o := w.order(id)
		if len(o.Faults) == 0 {
			continue
		}
		stuck++
		assert.Equal(t, contract.StatusLate, row.Outcome)
		assert.Contains(t, row.Reason.Words, "sent 3 times")
		require.Len(t, o.Statuses, 3)
		for i := range 2 {
			assert.InDelta(t, 10*60, o.Statuses[i+1].At.Sub(o.Statuses[i].At).Seconds(), 20)
		}
	}
	assert.Positive(t, stuck)
	assert.Equal(t, stuck, result.Outcomes[contract.StatusLate])
	assert.InDelta(t, 30*60, w.Passed().Seconds(), 60)
}

func TestStuckOrdersHideNothingOfTheirChannel(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "linio", Every: 3, StatusStuck: sandbox.AlwaysTimes}}})
	steady, stuck := lo.FilterReject(w.of("linio"), func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) == 0 })
	orders := append(stuck[:2], steady[0])
	w.known(orders)
	w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)})
	late, sent := w.late()
	assert.Equal(t, 1, sent)
	assert.Empty(t, late, "the third order is looked at together with those that are stuck")
}

func TestASendingThatComesAfterItsWindowCounts(t *testing.T) {
	t.Parallel()
	const delay = 12 * time.Minute
	w := newStatusWorld(t, sandbox.Options{Orders: 200, StatusDelays: map[string]time.Duration{"ripley": delay}})
	orders := w.of("ripley")
	w.known(orders)
	expected := w.expected(channels.Shipped)
	_, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)})
	synced := 0
	for id, row := range byOrder(list) {
		require.Equal(t, expected[id], string(row.Outcome), id)
		if row.Outcome != contract.StatusSynced {
			continue
		}
		synced++
		sent := w.order(id).Statuses
		require.Len(t, sent, 2, "the second is sent after the window, the third never")
		assert.InDelta(t, sent[0].OnChannel.Sub(sent[0].At).Seconds(), row.Seconds, 5, "from the first sending to the channel")
		assert.LessOrEqual(t, sent[0].SeenAt.Sub(*sent[0].OnChannel), delay/2+time.Minute)
	}
	assert.Positive(t, synced)
}

func TestAStatusChangeIsCancelled(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 300})
	orders := w.of("amazon")
	w.CallAt(20*time.Second, w.CancelWorkflow)
	w.ExecuteWorkflow(StatusChange, statusChangeInput{StatusChangeInput: contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)}}})
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, w.GetWorkflowError(), &cancelled)
	var result contract.StatusResult
	require.NoError(t, cancelled.Details(&result))
	assert.Equal(t, contract.RunCancelled, result.State)
	assert.Equal(t, len(orders), lo.Sum(lo.Values(result.Outcomes)), "the books balance")
	assert.Positive(t, result.Outcomes[contract.StatusLate])
	assert.Less(t, w.Passed(), 2*time.Minute)
}

func TestAHubThatRefusesUsEndsEveryRow(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	orders := w.of("ripley")
	w.OnActivity(changeSteps.AdvanceStatuses, mock.Anything, mock.Anything).Return(
		func(context.Context, statuses.AdvanceStatusesInput) (statuses.AdvancedStatuses, error) {
			return statuses.AdvancedStatuses{}, workflowstest.FinalError(contract.ErrorNotAuthorised, "the hub does not accept the token")
		})
	result, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)})
	assert.Equal(t, map[contract.StatusOutcome]int{contract.StatusLate: len(orders)}, result.Outcomes)
	assert.Equal(t, "the hub does not accept the token; it was not sent", list.Rows[0].Reason.Words)
}

func TestALongStatusChangeContinuesAsNew(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 600})
	orders := w.hub.Report().Orders
	expected := w.expected(channels.Shipped)
	w.SetCurrentHistoryLength(statusHistory - 1)
	w.CallAt(30*time.Second, func() { w.SetCurrentHistoryLength(statusHistory) })
	request := contract.StatusRequest{To: string(channels.Shipped), RowsKey: storage.StatusRowsPrefix(workflowstest.Merchant, statusKey) + "rows.json"}
	require.NoError(t, w.store.Put(t.Context(), request.RowsKey, rowsOf(orders)))
	w.ExecuteWorkflow(StatusChange, statusChangeInput{StatusChangeInput: contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: request}})
	var again *workflow.ContinueAsNewError
	require.True(t, errors.As(w.GetWorkflowError(), &again))
	var in statusChangeInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
	require.NotNil(t, in.State)
	assert.NotEmpty(t, in.State.Open, "statuses are on their way")
	assert.Equal(t, len(orders), in.State.Result.Requested)
	size := lo.SumBy(again.Input.GetPayloads(), func(p *common.Payload) int { return len(p.GetData()) })
	assert.Less(t, size, 100_000)

	next := w.next(statusKey)
	next.ExecuteWorkflow(StatusChange, in)
	require.NoError(t, next.GetWorkflowError())
	var list contract.StatusList
	require.NoError(t, w.store.Get(t.Context(), storage.StatusResult(workflowstest.Merchant, statusKey), &list))
	w.settledAsExpected(list, expected)
	late, sent := w.late()
	assert.LessOrEqual(t, lo.Sum(lo.Values(late)), sent/20, "late by channel: %v", late)
	assert.True(t, lo.EveryBy(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return len(o.Statuses) <= 1 }), "nothing is sent twice")
}

func TestAStatusChangeWhoseAccountCannotBeUsed(t *testing.T) {
	t.Parallel()
	reason := wording.Reason(contract.WhyAccountPaused).Words
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	progress := func() (result contract.StatusResult) {
		answer, err := w.QueryWorkflow(contract.ProgressQuery)
		assert.NoError(t, err)
		assert.NoError(t, answer.Get(&result))
		return result
	}
	w.CallAt(10*time.Second, func() { w.SignalWorkflow(contract.AccountSignal, contract.AccountNews{Paused: reason}) })
	w.CallAt(20*time.Second, func() {
		assert.Equal(t, contract.RunPaused, progress().State)
		assert.Equal(t, reason, progress().Reason.Words)
		assert.Contains(t, w.Details(), "**paused**")
		assert.Contains(t, w.Details(), reason)
		w.SignalWorkflow(contract.AccountSignal, contract.AccountNews{})
	})
	w.CallAt(30*time.Second, func() {
		assert.Equal(t, contract.RunRunning, progress().State)
		assert.Empty(t, progress().Reason.Words)
	})
	result, _ := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(w.of("ripley"))})
	assert.Equal(t, contract.RunCompleted, result.State)
	assert.Empty(t, result.Reason.Words)
}
