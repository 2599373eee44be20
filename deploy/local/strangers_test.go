package main

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestARunOverListsThatHeedNoFilter(t *testing.T) {
	t.Parallel()
	run := runToEnd(t, "--orders", "200", "--ignore-filter", "labels,sales", "--warehouses", "items", "--run-only")

	t.Run("every order ends once, on its own connection, as it should", func(t *testing.T) {
		assert.Equal(t, contract.RunCompleted, run.result.State)
		requireBalancedBooks(t, run.result, run.manifest)
		requireExpectedOutcomes(t, run)
		orders := run.orders()
		for _, row := range run.manifest.Rows {
			if orders[row.ID].Fate != sandbox.FateUnregistered { // of those nobody can tell
				assert.Equal(t, orders[row.ID].Connection, row.ConnectionID, row.ID)
			}
		}
	})
	t.Run("no status is sent and no label asked for on another's connection", func(t *testing.T) {
		requireAskedOnce(t, run.report.Orders)
		for _, order := range run.report.Orders {
			channel := channels.BySlug(order.Channel)
			if channel.StatusFirst == "" && channel.StatusAfter == "" {
				assert.Empty(t, order.Statuses, "order %s of %s", order.ID, order.Channel)
			}
		}
	})
	t.Run("with at most twice the usual calls", func(t *testing.T) {
		calls := lo.SumBy(lo.Values(run.report.Calls), func(c sandbox.RouteCalls) int { return c.Count })
		usual := lo.SumBy(run.result.Connections, func(c contract.ConnectionResult) float64 {
			channel := channels.BySlug(c.Channel)
			each := lo.Ternary(channel.StatusFirst != "" || channel.StatusAfter != "", 3.6, 1.25)
			return each * float64(c.Outcomes[contract.Labelled])
		})
		t.Logf("%d calls, usually %.0f at most", calls, usual)
		assert.LessOrEqual(t, float64(calls), 2*usual)
	})
	t.Run("the strangers are counted and told", func(t *testing.T) {
		assert.Greater(t, run.result.Strangers, 100)
		assert.Contains(t, run.shown, "orders listed that belong to other connections: the hub does not heed the filter")
		assert.NotEmpty(t, run.manifest.Notes)
	})
	t.Run("the warehouses are those of the items, and orders in several say which", func(t *testing.T) {
		orders, several := run.orders(), 0
		for _, row := range run.manifest.Rows {
			if row.Outcome != contract.Labelled {
				continue
			}
			if all := orders[row.ID].Warehouses; len(all) > 1 {
				several++
				assert.ElementsMatch(t, all, row.Warehouses)
			} else {
				assert.Equal(t, all, []string{row.WarehouseID})
			}
		}
		assert.NotZero(t, several)
	})
}
