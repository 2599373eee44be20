package workflows

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

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestAStuckStatusIsSentThreeTimesInThirtyMinutes(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "ripley", Every: 2, StatusStuck: sandbox.Always}}})
	orders := w.of("ripley")
	w.known(orders)
	result, list := w.change(activities.StatusRequest{To: channels.Shipped, Rows: rowsOf(orders)})
	stuck := 0
	for id, row := range byOrder(list) {
		o := w.order(id)
		if len(o.Faults) == 0 {
			continue
		}
		stuck++
		assert.Equal(t, statusbook.NotSynced, row.Outcome)
		assert.Contains(t, row.Reason, "sent 3 times")
		require.Len(t, o.Statuses, 3)
		for i := range 2 {
			assert.InDelta(t, 10*60, o.Statuses[i+1].At.Sub(o.Statuses[i].At).Seconds(), 20)
		}
	}
	assert.Positive(t, stuck)
	assert.Equal(t, stuck, result.Outcomes[statusbook.NotSynced])
	assert.InDelta(t, 30*60, w.passed().Seconds(), 60)
}

func TestASendingThatComesAfterItsWindowCounts(t *testing.T) {
	t.Parallel()
	const delay = 12 * time.Minute
	w := newStatusWorld(t, sandbox.Options{Orders: 200, StatusDelays: map[string]time.Duration{"ripley": delay}})
	orders := w.of("ripley")
	w.known(orders)
	expected := w.expected(channels.Shipped)
	_, list := w.change(activities.StatusRequest{To: channels.Shipped, Rows: rowsOf(orders)})
	synced := 0
	for id, row := range byOrder(list) {
		require.Equal(t, expected[id], string(row.Outcome), id)
		if row.Outcome != statusbook.Synced {
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
	w.at(20*time.Second, w.CancelWorkflow)
	w.ExecuteWorkflow(StatusChange, StatusChangeInput{Merchant: merchant, StatusRequest: activities.StatusRequest{To: channels.Shipped, Rows: rowsOf(orders)}})
	var cancelled *temporal.CanceledError
	require.ErrorAs(t, w.GetWorkflowError(), &cancelled)
	var result StatusResult
	require.NoError(t, cancelled.Details(&result))
	assert.Equal(t, statusbook.Cancelled, result.State)
	assert.Equal(t, len(orders), lo.Sum(lo.Values(result.Outcomes)), "the books balance")
	assert.Positive(t, result.Outcomes[statusbook.NotSynced])
	assert.Less(t, w.passed(), 2*time.Minute)
}

func TestAHubThatRefusesUsEndsEveryRow(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	orders := w.of("ripley")
	w.OnActivity(statusChanges.AdvanceStatuses, mock.Anything, mock.Anything).Return(
		func(context.Context, activities.AdvanceStatusesInput) (activities.AdvancedStatuses, error) {
			return activities.AdvancedStatuses{}, final(activities.ErrorNotAuthorised, "the hub does not accept the token")
		})
	result, list := w.change(activities.StatusRequest{To: channels.Shipped, Rows: rowsOf(orders)})
	assert.Equal(t, map[statusbook.Outcome]int{statusbook.NotSynced: len(orders)}, result.Outcomes)
	assert.Equal(t, "the hub does not accept the token; it was not sent", list.Rows[0].Reason)
}

func TestALongStatusChangeContinuesAsNew(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 600})
	orders := w.hub.Report().Orders
	expected := w.expected(channels.Shipped)
	w.SetCurrentHistoryLength(statusHistory - 1)
	w.at(30*time.Second, func() { w.SetCurrentHistoryLength(statusHistory) })
	request := activities.StatusRequest{To: channels.Shipped, RowsKey: storage.StatusRowsPrefix(merchant, statusKey) + "rows.json"}
	require.NoError(t, w.store.Put(t.Context(), request.RowsKey, rowsOf(orders)))
	w.ExecuteWorkflow(StatusChange, StatusChangeInput{Merchant: merchant, StatusRequest: request})
	var again *workflow.ContinueAsNewError
	require.True(t, errors.As(w.GetWorkflowError(), &again))
	var in StatusChangeInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(again.Input, &in))
	require.NotNil(t, in.State)
	assert.NotEmpty(t, in.State.Open, "statuses are on their way")
	assert.Equal(t, len(orders), in.State.Result.Requested)
	size := lo.SumBy(again.Input.GetPayloads(), func(p *common.Payload) int { return len(p.GetData()) })
	assert.Less(t, size, 100_000)

	next := w.next(statusKey)
	next.ExecuteWorkflow(StatusChange, in)
	require.NoError(t, next.GetWorkflowError())
	var list statusbook.List
	require.NoError(t, w.store.Get(t.Context(), storage.StatusResult(merchant, statusKey), &list))
	w.settledAsExpected(list, expected)
	late, sent := w.late()
	assert.LessOrEqual(t, late, sent/20)
	assert.True(t, lo.EveryBy(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return len(o.Statuses) <= 1 }), "nothing is sent twice")
}

func TestAStatusChangeWhoseAccountCannotBeUsed(t *testing.T) {
	t.Parallel()
	const reason = "needs_consent: the hub lets us in no more"
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	progress := func() (result StatusResult) {
		answer, err := w.QueryWorkflow(ProgressQuery)
		assert.NoError(t, err)
		assert.NoError(t, answer.Get(&result))
		return result
	}
	w.at(10*time.Second, func() { w.SignalWorkflow(AccountSignal, AccountNews{Paused: reason}) })
	w.at(20*time.Second, func() {
		assert.Equal(t, statusbook.Paused, progress().State)
		assert.Equal(t, reason, progress().Reason)
		assert.Contains(t, w.details(), "**paused**")
		assert.Contains(t, w.details(), reason)
		w.SignalWorkflow(AccountSignal, AccountNews{})
	})
	w.at(30*time.Second, func() {
		assert.Equal(t, statusbook.Running, progress().State)
		assert.Empty(t, progress().Reason)
	})
	result, _ := w.change(activities.StatusRequest{To: channels.Shipped, Rows: rowsOf(w.of("ripley"))})
	assert.Equal(t, statusbook.Completed, result.State)
	assert.Empty(t, result.Reason)
}
