package tickets

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestOddIDsOfTheHubCostTheirOwnOrdersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 150, OddIDs: true})
	found := activitiestest.MustStep(w, w.connections.FindConnections, orders.FindConnectionsInput{Merchant: w.Sandbox.Merchant()})
	unusable, usable := lo.FilterReject(found.Connections, func(c activities.Connection, _ int) bool { return multivende.WhyUnusable(c.ID) != "" })
	require.NotEmpty(t, unusable)
	for _, c := range unusable {
		assert.Contains(t, c.SkipReason.Words, "the id that the hub gives its connection cannot be used")
	}
	labelled, odd, ended := 0, 0, 0
	for _, c := range usable {
		if c.SkipReason.Words != "" || c.Row().StatusFirst != "" {
			continue
		}
		scope := activities.Scope{Merchant: w.Sandbox.Merchant(), Run: w.Run, Connection: c, Generation: 1, Settings: contract.DefaultSettings()}
		page := w.runsThrough(scope)
		require.NotEmpty(t, w.Of(scope, sandbox.FateLabelable))
		for _, o := range w.Of(scope, sandbox.FateLabelable) {
			entry, there := lo.Find(page.Ended, func(e books.Entry) bool { return e.Order.Code == o.Code })
			require.True(t, there, "%s is in the books", o.Code)
			if multivende.WhyUnusable(o.ID) != "" {
				ended++
				assert.Equal(t, contract.Rejected, entry.Outcome)
				assert.Contains(t, entry.Reason.Words, "the id that the hub gives its order cannot be used")
				continue
			}
			labelled++
			odd += lo.Ternary(entry.Order.ID == o.ID && len(o.ID) != 36, 1, 0)
			assert.Equal(t, contract.Labelled, entry.Outcome, "%q: %s", o.ID, entry.Reason.Words)
		}
	}
	assert.Positive(t, ended)
	assert.Greater(t, odd, labelled/4, "of %d orders with labels", labelled)
}

// runsThrough finds, reads and labels a connection's orders, up to 50 in a batch, and returns how they ended.
func (w *world) runsThrough(scope activities.Scope) books.Page {
	w.Helper()
	find := orders.FindOrdersInput{Scope: scope, Since: contract.Duration(30 * 24 * 3600e9)}
	activitiestest.MustStep(w, w.orders.FindOrders, find)
	taken := activitiestest.MustStep(w, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: find})
	var all books.Page
	for n := 1; n <= taken.Pages; n++ {
		read := w.Page(scope, activitiestest.MustStep(w, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: n}).Page)
		all.Ended = append(all.Ended, read.Ended...)
		if len(read.Ready) > 0 {
			all.Ended = append(all.Ended, w.collects(scope, n, read.Ready...).Ended...)
		}
	}
	return all
}
