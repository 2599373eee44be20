package tickets

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publications"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// takesUp is what a next run of a connection takes up.
func (w *world) takesUp(scope activities.Scope, run string) books.Page {
	w.Helper()
	scope.Run = run
	find := orders.FindOrdersInput{Scope: scope, Since: contract.Duration(30 * 24 * time.Hour)}
	activitiestest.MustStep(w, w.orders.FindOrders, find)
	activitiestest.MustStep(w, w.orders.TakeUpOrders, orders.TakeUpInput{FindOrdersInput: find})
	return w.Page(scope, books.ListPage)
}

// nextRun goes over a connection as a run does, up to the request for labels, which it leaves.
func (w *world) nextRun(scope activities.Scope, run string) (taken, prepared books.Page) {
	w.Helper()
	taken = w.takesUp(scope, run)
	scope.Run = run
	for n := range (len(taken.Pending) + activities.ChunkSize - 1) / activities.ChunkSize {
		read := activitiestest.MustStep(w, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: n + 1})
		prepared.Ended, prepared.Gone = append(prepared.Ended, w.Page(scope, read.Page).Ended...), append(prepared.Gone, w.Page(scope, read.Page).Gone...)
		if read.Counts.Ready == 0 {
			continue
		}
		in := PrepareBatchInput{Scope: scope, Number: n + 1, Segments: []activities.Segment{{Page: read.Page, To: read.Counts.Ready}}}
		page := w.Page(scope, activitiestest.MustStep(w, w.documents.PrepareBatch, in).Page)
		prepared.Ready, prepared.Ended = append(prepared.Ready, page.Ready...), append(prepared.Ended, page.Ended...)
	}
	return taken, prepared
}

// loses asks for the labels of two orders; the hub makes them, and its answer is lost.
func loses(t *testing.T) (*world, activities.Scope, []sandbox.ReportOrder, AskLabelsInput) {
	t.Helper()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tickets", Answer: "cut_after"}}})
	scope := w.Scope("paris")
	asked := w.Of(scope, sandbox.FateLabelable)[:2]
	prepared := w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, asked)...)
	in := AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before}
	_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
	require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
	return w, scope, asked, in
}

func TestLabelsOfARequestWhoseAnswerWasLostAreFoundByLaterRuns(t *testing.T) {
	t.Parallel()
	w, scope, asked, _ := loses(t) // and the run ends here
	ids := activitiestest.Reported(asked)

	taken, prepared := w.nextRun(scope, "soon")
	assert.Subset(t, activitiestest.IDs(taken.Pending), ids, "the hub lists them no more")
	assert.NotContains(t, activitiestest.IDs(prepared.Ready), ids[0], "it is not asked again while the labels may be in the making")
	outcomes := activitiestest.Outcomes(prepared.Ended)
	for _, id := range ids {
		assert.Equal(t, contract.NotReady, outcomes[id])
	}

	w.Pass(3 * time.Minute)
	w.Cancel(asked[1])
	_, prepared = w.nextRun(scope, "later")
	outcomes = activitiestest.Outcomes(prepared.Ended)
	assert.Equal(t, contract.Labelled, outcomes[ids[0]])
	assert.Empty(t, outcomes[ids[1]], "a cancelled one does not wait")
	assert.Contains(t, prepared.Gone, ids[1])
	assert.Equal(t, all(1, 2), w.asked(asked))

	key := outstandingKey(scope, 1)
	for _, id := range ids {
		there, err := w.Store.Exists(t.Context(), key)
		require.NoError(t, err)
		assert.True(t, there)
		require.NoError(t, publications.Put(t.Context(), w.Store, scope.Merchant, id, books.Publication{Run: "later"}))
	}
	taken, _ = w.nextRun(scope, "last")
	assert.NotContains(t, activitiestest.IDs(taken.Pending), ids[1], "all of them are published")
	there, err := w.Store.Exists(t.Context(), key)
	require.NoError(t, err)
	assert.False(t, there)
}

func TestOutstandingLabelsAreForgottenAfterAWeek(t *testing.T) {
	t.Parallel()
	w, scope, asked, _ := loses(t)
	w.Pass(6 * 24 * time.Hour)
	assert.Subset(t, activitiestest.IDs(w.takesUp(scope, "in time").Pending), activitiestest.Reported(asked))
	w.Pass(25 * time.Hour)
	assert.NotContains(t, activitiestest.IDs(w.takesUp(scope, "too late").Pending), asked[0].ID)
	there, err := w.Store.Exists(t.Context(), outstandingKey(scope, 1))
	require.NoError(t, err)
	assert.False(t, there)
}

func TestANamedOrderWhoseLabelIsOutstandingIsLookedFor(t *testing.T) {
	t.Parallel()
	w, scope, asked, _ := loses(t)
	w.Pass(3 * time.Minute)
	scope.Run = "named"
	_, err := scope.LeavePage(t.Context(), w.Store, books.FoundPage, books.Page{Pending: []books.Order{{ID: asked[0].ID, CheckoutID: asked[0].Checkouts[0], Named: true}}})
	require.NoError(t, err)
	in := orders.TakeUpInput{FindOrdersInput: orders.FindOrdersInput{Scope: scope}, Named: true}
	require.Equal(t, 1, activitiestest.MustStep(w, w.orders.TakeUpOrders, in).Orders, "nothing is added to what was named")
	read := activitiestest.MustStep(w, w.orders.ReadOrders, orders.ReadOrdersInput{Scope: scope, Number: 1})
	require.Equal(t, 1, read.Counts.Ready)
	prepare := PrepareBatchInput{Scope: scope, Number: 1, Segments: []activities.Segment{{Page: read.Page, To: 1}}}
	assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 1}, activitiestest.MustStep(w, w.documents.PrepareBatch, prepare).Counts.Ended)
}

func TestLabelsOfATaskThatDidNotEndAreOutstanding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("paris")
	asked := w.Of(scope, sandbox.FateLabelable)[:2]
	in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, asked)...))
	in.Deadline = in.AskedAt // the hub's clock was set forward
	collected := activitiestest.MustStep(w, w.documents.CollectLabels, in)
	require.Equal(t, 2, collected.Counts.Ready, "to be asked for again, had the run not been cancelled")
	w.Pass(3 * time.Minute)
	_, prepared := w.nextRun(scope, "later")
	assert.Equal(t, contract.Labelled, activitiestest.Outcomes(prepared.Ended)[asked[0].ID])
	assert.Equal(t, all(1, 2), w.asked(asked))
}

func TestALostRequestIsLookedForOnceMoreAfterTheHubWasBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tickets", Answer: "cut_after"}, {Route: "tickets", Answer: "429"}}})
	scope := w.Scope("paris")
	asked := w.Of(scope, sandbox.FateLabelable)[:2]
	prepared := w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, asked)...)
	in := AskLabelsInput{Scope: scope, Number: 1} // the task is not seen at first: it counts as one that was there before
	_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
	require.Error(t, err)
	seen, err := w.tickets.Store.Exists(t.Context(), storage.OutstandingLabels(scope.Merchant, scope.Connection.ID, scope.Run, scope.Generation, 1))
	require.NoError(t, err)
	require.True(t, seen)
	in.Before, in.Try = prepared.Before, 1
	w.Pass(3 * time.Minute)
	found, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
	require.NoError(t, err)
	assert.True(t, found.Found)
	assert.Equal(t, all(1, 2), w.asked(asked))
}
