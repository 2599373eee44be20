package statuschange

import (
	"context"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/accounts"
	announcesteps "github.com/despacho/despacho/activities/announce"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// of are the world's orders of a channel that can be labelled.
func (w *statusWorld) of(channel string) []sandbox.ReportOrder {
	return lo.Filter(w.hub.Report().Orders, func(o sandbox.ReportOrder, _ int) bool {
		return o.Channel == channel && o.Fate == sandbox.FateLabelable
	})
}

func (w *statusWorld) order(id string) sandbox.ReportOrder {
	o, found := lo.Find(w.hub.Report().Orders, func(o sandbox.ReportOrder) bool { return o.ID == id })
	require.True(w.T, found, id)
	return o
}

// known lets the intake know of orders, so that their channels cost no call.
func (w *statusWorld) known(orders []sandbox.ReportOrder) {
	for _, o := range orders {
		record := map[string]string{"connection": o.Connection, "channel": o.Channel}
		require.NoError(w.T, w.store.Put(w.T.Context(), storage.IntakeOrder(workflowstest.Merchant, o.ID), record))
	}
}

func byOrder(list contract.StatusList) map[string]contract.StatusListRow {
	return lo.KeyBy(list.Rows, func(r contract.StatusListRow) string { return r.Order })
}

func TestTrackingGoesBeforeTheStatus(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	orders := append(w.of("dafiti"), w.of("paris")...)
	expected := w.expected(channels.Shipped)
	w.known(orders)
	rows := lo.Map(orders, func(o sandbox.ReportOrder, i int) contract.StatusRow {
		return contract.StatusRow{Order: o.ID, TrackingNumber: "T-" + o.Code, TrackingURL: "https://carrier.example/" + o.Code}
	})
	_, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rows, Courier: "Starken"})
	w.settledAsExpected(list, expected)
	written := 0
	for id, row := range byOrder(list) {
		o := w.order(id)
		taken, _ := channels.BySlug(o.Channel).TakesTracking(channels.TrackedOrder{ShippingMode: o.Mode})
		if row.Outcome != contract.StatusSynced {
			continue
		}
		if taken {
			written++
			assert.Equal(t, "T-"+o.Code, o.TrackNumber)
			assert.Empty(t, row.Reason.Words)
			continue
		}
		assert.NotEqual(t, "T-"+o.Code, o.TrackNumber, "the channel takes none")
		assert.Contains(t, row.Reason.Words, "the tracking was not written")
	}
	assert.Positive(t, written)
	all, by := w.calls()
	assert.Equal(t, written, by["update-tracking"])
	assert.LessOrEqual(t, all, 3*len(orders)+written+2*pace.Probers+3, "orders that the intake knows cost no call more, but those that find out about two channels")
	assert.Zero(t, by["checkout"]+by["checkouts-light"]+by["connections"])
}

func TestACourierNamesOrdersByTheMarketplacesNumber(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	all := append(w.of("ripley"), w.of("paris")...)
	orders := lo.Filter(all, func(o sandbox.ReportOrder, _ int) bool {
		return lo.CountBy(w.hub.Report().Orders, func(other sandbox.ReportOrder) bool { return other.Number == o.Number }) == 1
	})
	require.NotEmpty(t, orders)
	expected := w.expected(channels.Shipped)
	rows := lo.Map(orders, func(o sandbox.ReportOrder, _ int) contract.StatusRow { return contract.StatusRow{Order: o.Number} })
	_, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: append(rows, contract.StatusRow{Order: "9999999999"})})
	for i, o := range orders {
		assert.Equal(t, o.ID, list.Rows[i].Order)
		assert.Equal(t, o.Number, list.Rows[i].Name)
		assert.Equal(t, expected[o.ID], string(list.Rows[i].Outcome), list.Rows[i].Reason.Words)
	}
	assert.Equal(t, contract.StatusUnknownOrder, list.Rows[len(orders)].Outcome)
	assert.Positive(t, list.Outcomes[contract.StatusSynced])
}

func TestPickUps(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 300})
	pickUps := w.hub.Report().PickUps
	require.NotEmpty(t, pickUps)
	expected := w.expectedOf("received_by_store&pick_ups=true")
	rows := lo.Map(pickUps, func(p sandbox.ReportPickUp, _ int) contract.StatusRow {
		return contract.StatusRow{Order: p.ID, Comment: "en tienda"}
	})
	from := workflowstest.SceneStart.Add(time.Hour)
	result, list := w.change(contract.StatusRequest{
		To: string(channels.ReceivedByStore), PickUp: true, From: from, Until: from.Add(48 * time.Hour), Rows: append(rows, contract.StatusRow{Order: "nobody"}),
	})
	expected["nobody"] = "unknown_order"
	w.settledAsExpected(list, expected)
	assert.Positive(t, result.Outcomes[contract.StatusSynced])
	told := lo.Filter(w.hub.Report().PickUps, func(p sandbox.ReportPickUp, _ int) bool { return len(p.Statuses) > 0 })
	require.NotEmpty(t, told)
	assert.Equal(t, from.Format(time.DateTime), told[0].Told["estimatedPickUpDateFrom"])
	assert.Equal(t, "en tienda", told[0].Told["comment"])
}

func TestEachRequestIsDoneOnce(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	orders := w.of("ripley")[:3]
	rows := rowsOf(orders)
	first, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: append(rows, rows...)})
	assert.Equal(t, 3, list.Requested, "the same row twice is done once")
	assert.Len(t, w.order(orders[0].ID).Statuses, 1)

	again := w.next(statusKey)
	second, _ := again.change(contract.StatusRequest{To: string(channels.Shipped), Rows: append(rows, rows...)})
	assert.Equal(t, first, second, "the same request answers with what was")
	assert.Len(t, w.order(orders[0].ID).Statuses, 1)

	other := w.next(statusKey)
	other.ExecuteWorkflow(StatusChange, statusChangeInput{StatusChangeInput: contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: contract.StatusRequest{To: string(channels.Delivered), Rows: rows}}})
	assert.Equal(t, contract.ErrorRequestDiffers, workflows.ErrorType(other.GetWorkflowError()))
}

func TestWrongRequestsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   contract.StatusChangeInput
		says []string
	}{
		"rows that nobody could work on": {contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: contract.StatusRequest{To: string(channels.Shipped), Rows: []contract.StatusRow{
			{Order: "a\u200bb"}, {Order: "good"}, {Order: "c", TrackingURL: "x"}, {Order: "d", Comment: "1"}, {Order: "d", Comment: "2"},
		}}}, []string{"3 rows are wrong", "row 1 (a", "row 3 (c): tracking_url", "order d stands more than once"}},
		"a status that cannot be set, and no rows": {contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: contract.StatusRequest{To: "pending"}},
			[]string{`to "pending"`, "either rows or rows_key"}},
		"an object of somebody else": {contract.StatusChangeInput{Merchant: workflowstest.Merchant, StatusRequest: contract.StatusRequest{To: string(channels.Shipped), RowsKey: "runs/m-1/x/request.json"}},
			[]string{"rows_key must lie under statuses/m-1/k-1/"}},
		"another merchant than the id's": {contract.StatusChangeInput{Merchant: "m-2", StatusRequest: contract.StatusRequest{To: string(channels.Shipped)}}, []string{`"m-2"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newStatusWorld(t, sandbox.Options{Orders: 200})
			w.ExecuteWorkflow(StatusChange, statusChangeInput{StatusChangeInput: c.in})
			err := w.GetWorkflowError()
			require.Equal(t, contract.ErrorRequest, workflows.ErrorType(err))
			for _, words := range c.says {
				assert.Contains(t, workflows.ErrorWords(err), words)
			}
			all, _ := w.calls()
			assert.Zero(t, all)
		})
	}
}

func TestOnlyWhatTheSellerPermitsIsSent(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	paris, ripley := w.of("paris")[:2], w.of("ripley")[:2]
	_, err := accounts.ChangeSettings(t.Context(), w.store, workflowstest.Merchant, func(s *accounts.Settings) error {
		s.PausedConnections = []string{paris[0].Connection}
		return nil
	})
	require.NoError(t, err)
	_, list := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: append(rowsOf(paris), rowsOf(ripley)...)})
	rows := byOrder(list)
	assert.Equal(t, contract.StatusNotAllowed, rows[paris[0].ID].Outcome)
	assert.Contains(t, rows[paris[0].ID].Reason.Words, "paused")
	assert.NotEqual(t, contract.StatusNotAllowed, rows[ripley[0].ID].Outcome)
	assert.Empty(t, w.order(paris[0].ID).Statuses)
}

func TestWhatAChannelTakesIsLearntForTheNextChange(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 300})
	orders := w.of("fcom")
	w.known(orders)
	half := len(orders) / 2
	w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders[:half])})
	before, _ := w.calls()
	next := w.next("k-2")
	result, _ := next.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders[half:])})
	after, _ := w.calls()
	sent := lo.SumBy(result.Channels, func(f contract.ChannelFigures) int { return f.Sent })
	assert.Positive(t, sent)
	assert.LessOrEqual(t, after-before, len(orders)-half+2*sent, "nothing has to be found out any more")
}

func TestFalabellaReadyIsTold(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	orders := w.of("fcom")
	expected := w.expected(channels.ReadyToShip)
	var told []string
	w.OnActivity((*announcesteps.Announcements)(nil).Announce, mock.Anything, mock.Anything).Return(func(_ context.Context, in contract.Announcement) error {
		w.Mu.Lock()
		defer w.Mu.Unlock()
		assert.Equal(t, "ready_to_ship_verified", in.Event)
		assert.Equal(t, "fcom", in.Channel)
		assert.Equal(t, orders[0].Connection, in.Connection)
		told = append(told, in.Orders...)
		return nil
	})
	events := 0
	w.OnUpsertTypedSearchAttributes(mock.Anything).Return(nil).Run(func(args mock.Arguments) {
		if event, is := args.Get(0).(temporal.SearchAttributes).GetKeyword(contract.EventAttribute); is {
			events++
			assert.Equal(t, "ready_to_ship_verified", event)
		}
	})
	_, list := w.change(contract.StatusRequest{To: string(channels.ReadyToShip), Rows: append(rowsOf(orders), rowsOf(w.of("linio"))...)})
	w.settledAsExpected(list, expected)
	synced := lo.FilterMap(list.Rows, func(r contract.StatusListRow, _ int) (string, bool) {
		return r.Order, r.Outcome == contract.StatusSynced && w.order(r.Order).Channel == "fcom"
	})
	require.NotEmpty(t, synced)
	assert.ElementsMatch(t, synced, told, "each once, and no other channel's")
	assert.Equal(t, 1, events)
}

func TestOrdersThatARunHasPublishedAreKnown(t *testing.T) {
	t.Parallel()
	w := newStatusWorld(t, sandbox.Options{Orders: 200})
	orders := w.of("ripley")[:2]
	for _, o := range orders {
		publication := books.Publication{Run: "r", Record: books.LabelRecord{Order: books.Order{ID: o.ID, ConnectionID: o.Connection, Channel: o.Channel}}}
		require.NoError(t, publications.Put(t.Context(), w.store, workflowstest.Merchant, o.ID, publication))
	}
	result, _ := w.change(contract.StatusRequest{To: string(channels.Shipped), Rows: rowsOf(orders)})
	assert.Equal(t, "ripley", result.Channels[0].Channel)
	_, by := w.calls()
	assert.Zero(t, by["checkout"]+by["checkouts-light"]+by["connections"])
}
