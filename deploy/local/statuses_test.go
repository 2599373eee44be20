package main

import (
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/startertest"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestStatusesOfEveryChannelWithFaults(t *testing.T) {
	t.Parallel()
	// A status takes a fifth of a second to a second and a half to its channel.
	c := openCounter(t, "--orders", "300", "--speed", "120", "--faults", filepath.Join("testdata", "statusfaults.json"))
	before := c.report(t)
	ids := lo.Map(before.Orders, func(o sandbox.ReportOrder, _ int) string { return o.ID })
	file := c.ordersFile(t, ids)
	expected := c.expectedStatuses(t, "shipped")
	require.Subset(t, lo.Values(expected), []string{"synced", "not_needed", "refused", "not_allowed", "not_synced", "unknown_order"}, "the world has every ending")

	// Not every row is synced, and that is what its exit code says.
	set := []string{"status", "set", "--to", "shipped", "--orders-file", file, "--wait", "--json"}
	said := c.says(t, startertest.Incomplete, set...)
	var list contract.StatusList
	require.NoError(t, json.Unmarshal([]byte(said), &list))
	after := c.report(t)
	orders := lo.KeyBy(after.Orders, func(o sandbox.ReportOrder) string { return o.ID })

	t.Run("every row ends once, as the hub expects of a client that does everything right", func(t *testing.T) {
		assert.Equal(t, ids, lo.Map(list.Rows, func(r contract.StatusListRow, _ int) string { return r.Order }))
		assert.Equal(t, list.Outcomes, lo.CountValuesBy(list.Rows, func(r contract.StatusListRow) contract.StatusOutcome { return r.Outcome }))
		for _, row := range list.Rows {
			order := orders[row.Order]
			assert.Equal(t, expected[row.Order], string(row.Outcome), "order %s (%s, %s, %s): %s", row.Order, order.Channel, order.Mode, order.Fate, row.Reason.Words)
			assert.True(t, row.Outcome == contract.StatusSynced || row.Reason.Words != "", "order %s: %s has a reason", row.Order, row.Outcome)
			assert.True(t, row.Outcome != contract.StatusSynced || order.OnChannel == order.Status, "order %s is on its channel", row.Order)
		}
	})
	t.Run("those that did not come are counted, as DespachoStatusesNeverReached wants it", func(t *testing.T) {
		there := exported(t, c.demo.metricsPages(t)[0])
		late := lo.CountBy(list.Rows, func(r contract.StatusListRow) bool { return r.Outcome == contract.StatusLate })
		assert.GreaterOrEqual(t, int(there["despacho_statuses_never_total"].sum()), late, "a step that is tried again counts again")
		assert.Positive(t, late)
		assert.GreaterOrEqual(t, int(there["despacho_statuses_sent_again_total"].sum()), late)
		assert.GreaterOrEqual(t, int(there["despacho_status_seconds_count"].sum()), list.Outcomes[contract.StatusSynced])
	})
	t.Run("nothing forbidden is sent, and nothing more often than it must be", func(t *testing.T) {
		for _, order := range after.Orders {
			stuck := lo.SumBy(order.Faults, func(f sandbox.Fault) int { return int(min(f.StatusStuck, 2)) })
			assert.LessOrEqual(t, len(order.Statuses), 1+stuck, "order %s (%s)", order.ID, order.Channel)
			for _, send := range order.Statuses {
				assert.Empty(t, send.Forbidden, "order %s (%s)", order.ID, order.Channel)
			}
		}
	})
	t.Run("the same request again is the same change", func(t *testing.T) {
		assert.Equal(t, said, c.says(t, startertest.Incomplete, set...))
		assert.Equal(t, sent(after), sent(c.report(t)), "nothing was sent again")
	})
	t.Logf("%d rows: %v", list.Requested, list.Outcomes)
	logKnowing(t, before, after)
}

// ordersFile writes what `status set --orders-file` reads.
func (c counter) ordersFile(t *testing.T, ids []string) string {
	t.Helper()
	content, err := json.Marshal(lo.Map(ids, func(id string, _ int) map[string]string { return map[string]string{"delivery_order_id": id} }))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "orders.json")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	return file
}

// expectedStatuses are the outcomes by order of a client that does everything right.
func (c counter) expectedStatuses(t *testing.T, to string) (outcomes map[string]string) {
	t.Helper()
	response, err := http.Get(c.settings["DESPACHO_HUB"] + "/sandbox/expected?to=" + to)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&outcomes))
	return outcomes
}

// logKnowing tells how long after a status was on its channel an answer showed it, against half of
// the channel's own delay and a minute, in the hub's time; and the calls for it. How fast this
// machine is shows in it: the hub's clock runs many times as fast as ours.
func logKnowing(t *testing.T, before, after sandbox.Report) {
	t.Helper()
	var late []time.Duration
	inTime := 0
	for _, order := range after.Orders {
		for _, send := range order.Statuses {
			if send.OnChannel == nil || send.SeenAt == nil {
				continue
			}
			delay, knowing := send.OnChannel.Sub(send.At), send.SeenAt.Sub(*send.OnChannel)
			late = append(late, knowing)
			inTime += lo.Ternary(knowing <= delay/2+time.Minute, 1, 0)
		}
	}
	slices.SortFunc(late, cmp.Compare[time.Duration])
	require.NotEmpty(t, late)
	calls := func(route string) int { return after.Calls[route].Count - before.Calls[route].Count }
	t.Logf("known within half of the channel's delay and 60 s: %.1f %% of %d; half within %v, 95 of 100 within %v (the hub's time)",
		100*float64(inTime)/float64(len(late)), len(late), late[len(late)/2].Round(time.Second), late[len(late)*95/100].Round(time.Second))
	t.Logf("calls: %d reads of delivery orders, %d statuses sent, %d trackings, %d sales read, %d lists",
		calls("delivery-order"), calls("change-status"), calls("update-tracking"), calls("checkout"), calls("checkouts-light"))
}
