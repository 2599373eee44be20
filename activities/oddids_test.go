package activities

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestOddIDsOfTheHubCostTheirOwnOrdersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 150, OddIDs: true})
	found := must(w, w.connections.FindConnections, FindConnectionsInput{Merchant: w.hub.Merchant()})
	unusable, usable := lo.FilterReject(found.Connections, func(c Connection, _ int) bool { return multivende.WhyUnusable(c.ID) != "" })
	require.NotEmpty(t, unusable)
	for _, c := range unusable {
		assert.Contains(t, c.SkipReason, "the id that the hub gives its connection cannot be used")
	}
	labelled, odd, ended := 0, 0, 0
	for _, c := range usable {
		if c.SkipReason != "" || c.channel().StatusFirst != "" {
			continue
		}
		scope := Scope{Merchant: w.hub.Merchant(), Run: w.run, Connection: c, Generation: 1, Settings: DefaultSettings()}
		page := w.runsThrough(scope)
		for _, o := range w.of(scope, sandbox.Labelable) {
			entry, there := lo.Find(page.Ended, func(e books.Entry) bool { return e.Order.Code == o.Code })
			require.True(t, there, "%s is in the books", o.Code)
			if multivende.WhyUnusable(o.ID) != "" {
				ended++
				assert.Equal(t, books.Rejected, entry.Outcome)
				assert.Contains(t, entry.Reason, "the id that the hub gives its order cannot be used")
				continue
			}
			labelled++
			odd += lo.Ternary(entry.Order.ID == o.ID && len(o.ID) != 36, 1, 0)
			assert.Equal(t, books.Labelled, entry.Outcome, "%q: %s", o.ID, entry.Reason)
		}
	}
	assert.Positive(t, ended)
	assert.Greater(t, odd, labelled/4, "of %d orders with labels", labelled)
}

// runsThrough finds, reads and labels a connection's orders, up to 50 in a batch, and returns how they ended.
func (w *world) runsThrough(scope Scope) books.Page {
	w.Helper()
	find := FindOrdersInput{Scope: scope, Since: Duration(30 * 24 * 3600e9)}
	must(w, w.orders.FindOrders, find)
	taken := must(w, w.orders.TakeUpOrders, TakeUpInput{FindOrdersInput: find})
	var all books.Page
	for n := 1; n <= taken.Pages; n++ {
		read := w.page(scope, must(w, w.orders.ReadOrders, ReadOrdersInput{Scope: scope, Number: n}).Page)
		all.Ended = append(all.Ended, read.Ended...)
		if len(read.Ready) > 0 {
			all.Ended = append(all.Ended, w.collects(scope, n, read.Ready...).Ended...)
		}
	}
	return all
}
