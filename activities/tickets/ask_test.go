package tickets

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

// asked counts how often the label of each order was asked for.
func (w *world) asked(orders []sandbox.ReportOrder) []int {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) int { return len(w.Order(o.ID).Labels) })
}

func all(n, orders int) []int { return lo.Times(orders, func(int) int { return n }) }

func TestPrepareBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("paris")
	orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable))
	_, err := scope.LeavePage(t.Context(), w.Store, "read-00001", books.Page{Ready: orders[:4]})
	require.NoError(t, err)
	_, err = scope.LeavePage(t.Context(), w.Store, "read-00002", books.Page{Ready: orders[4:8]})
	require.NoError(t, err)
	in := PrepareBatchInput{Scope: scope, Number: 1, Segments: []activities.Segment{{Page: "read-00001", From: 2, To: 4}, {Page: "read-00002", From: 0, To: 3}}}
	prepared := activitiestest.MustStep(w, w.documents.PrepareBatch, in)
	t.Run("pieces of pages make a batch, in their order", func(t *testing.T) {
		assert.Equal(t, activitiestest.IDs(orders[2:7]), activitiestest.IDs(w.Page(scope, prepared.Page).Ready))
		assert.Equal(t, 5, prepared.Counts.Ready)
	})
	t.Run("a first request reads no order", func(t *testing.T) {
		assert.Zero(t, w.Calls("delivery-order"))
		assert.Equal(t, 1, w.Calls("tasks"))
		assert.Empty(t, prepared.Before)
	})
	t.Run("the tasks that are there stand in its answer", func(t *testing.T) {
		task := activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1}).Task
		in.Number = 2
		assert.Equal(t, []string{task}, activitiestest.MustStep(w, w.documents.PrepareBatch, in).Before)
	})
	t.Run("a piece that the page does not hold is an error", func(t *testing.T) {
		in := in
		in.Number, in.Segments = 3, []activities.Segment{{Page: "read-00001", From: 2, To: 5}}
		_, err := activitiestest.TryStep(w, w.documents.PrepareBatch, in, nil)
		assert.ErrorContains(t, err, "holds 4 ready orders; 2 to 5 were asked for")
	})
}

func TestPrepareBatchReadsWhatWasAskedForBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{
		{Channel: "paris", Nth: 5, Unknown: true}, {Channel: "paris", Nth: 6, File: "broken"},
	}})
	scope := w.Scope("paris")
	truth := w.Of(scope, sandbox.FateLabelable)
	faulty, truth := lo.FilterReject(truth, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
	unknown, _ := lo.Find(faulty, func(o sandbox.ReportOrder) bool { return o.Faults[0].Unknown })
	broken, _ := lo.Find(faulty, func(o sandbox.ReportOrder) bool { return o.Faults[0].File != "" })
	late, cancelled, shipped, open := truth[0], truth[1], truth[2], truth[3]
	orders := activitiestest.OrdersOfReport(scope, []sandbox.ReportOrder{late, cancelled, shipped, open, unknown, broken})
	activitiestest.MustStep(w, w.tickets.AskLabels, func() AskLabelsInput {
		w.prepares(scope, 1, orders[0], orders[5])
		return AskLabelsInput{Scope: scope, Number: 1}
	}())
	w.Pass(3 * time.Minute)
	w.Cancel(cancelled)
	w.ChangeStatus(shipped, "shipped")
	for i := range orders {
		orders[i].Asks = 1
	}
	orders[3].Asks, orders[3].Again = 0, true
	reads := w.Calls("delivery-order")
	page := w.Page(scope, w.prepares(scope, 2, orders...).Page)

	assert.Equal(t, len(orders), w.Calls("delivery-order")-reads)
	assert.Equal(t, []string{open.ID, broken.ID}, activitiestest.IDs(page.Ready), "only what is not there, nor ended, is asked for again")
	assert.Equal(t, map[string]contract.Outcome{
		late.ID: contract.Labelled, cancelled.ID: contract.Cancelled, shipped.ID: contract.Rejected, unknown.ID: contract.UnknownOrder,
	}, activitiestest.Outcomes(page.Ended))
	assert.NotEmpty(t, page.Ended[0].Labels, "the label that came late is stored")
}

func TestAskLabels(t *testing.T) {
	t.Parallel()
	answers := func(answers ...sandbox.Fault) []sandbox.Fault {
		return lo.Map(answers, func(f sandbox.Fault, _ int) sandbox.Fault { f.Route = "tickets"; return f })
	}
	world := func(t *testing.T, faults ...sandbox.Fault) (*world, activities.Scope, []sandbox.ReportOrder, AskLabelsInput) {
		t.Helper()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: faults})
		scope := w.Scope("paris")
		orders := w.Of(scope, sandbox.FateLabelable)[:4]
		prepared := w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders)...)
		return w, scope, orders, AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before}
	}
	t.Run("the first try asks once, and says when", func(t *testing.T) {
		t.Parallel()
		w, _, orders, in := world(t)
		asked := activitiestest.MustStep(w, w.tickets.AskLabels, in)
		assert.NotEmpty(t, asked.Task)
		assert.False(t, asked.Found)
		w.AssertNow(asked.AskedAt)
		assert.Equal(t, all(1, 4), w.asked(orders))
		assert.Equal(t, 1, w.Calls("tasks"), "that of the batch")
	})
	t.Run("a busy hub is an answer: nothing was asked, come back later", func(t *testing.T) {
		t.Parallel()
		w, _, orders, in := world(t, answers(sandbox.Fault{Answer: "429", RetryAfter: 20})...)
		asked := activitiestest.MustStep(w, w.tickets.AskLabels, in)
		assert.Empty(t, asked.Task)
		assert.GreaterOrEqual(t, asked.Busy, 19*time.Second)
		assert.Equal(t, all(0, 4), w.asked(orders))
	})
	t.Run("a request that is refused as a whole goes into smaller ones", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := world(t, answers(sandbox.Fault{Answer: "400"})...)
		asked := activitiestest.MustStep(w, w.tickets.AskLabels, in)
		assert.Equal(t, `the hub says: "a fault of the plan"`, asked.Refused.Words)
		assert.Equal(t, activitiestest.Reported(orders), activitiestest.IDs(w.Page(scope, asked.Step.Page).Ready))
		assert.Equal(t, books.PageName(books.BatchPage, 1, books.AfterAnswer), asked.Step.Page)
	})
	t.Run("a single order that is refused ends with the hub's words", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, _ := world(t, answers(sandbox.Fault{Answer: "422"})...)
		w.prepares(scope, 2, activitiestest.OrdersOfReport(scope, orders[:1])...)
		asked := activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 2})
		page := w.Page(scope, asked.Step.Page)
		assert.Empty(t, page.Ready)
		assert.Equal(t, map[string]contract.Outcome{orders[0].ID: contract.Rejected}, activitiestest.Outcomes(page.Ended))
		assert.Equal(t, `the hub says: "a fault of the plan"`, page.Ended[0].Reason.Words)
	})
	t.Run("a token that is refused is final", func(t *testing.T) {
		t.Parallel()
		w, _, _, in := world(t, answers(sandbox.Fault{Answer: "401"})...)
		_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
		activitiestest.RequireFinal(t, contract.ErrorNotAuthorised, err)
	})
	for _, lost := range []string{"cut_after", "500", "html", "cut_before"} {
		t.Run("after an answer that was lost ("+lost+") the next try looks first", func(t *testing.T) {
			t.Parallel()
			w, _, orders, in := world(t, answers(sandbox.Fault{Answer: sandbox.Answer(lost)})...)
			_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
			require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
			made := w.asked(orders)[0]
			_, err = activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 2})
			activitiestest.RequireWaits(t, err)
			assert.Equal(t, all(made, 4), w.asked(orders), "nothing is asked for while that is not sure")
		})
	}
}

func TestAskLabelsWhenItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	lose := func(t *testing.T, answer sandbox.Answer) (*world, activities.Scope, []sandbox.ReportOrder, AskLabelsInput) {
		t.Helper()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tickets", Answer: answer, After: 1}}})
		scope := w.Scope("paris")
		orders := w.Of(scope, sandbox.FateLabelable)
		w.asks(scope, 1, activitiestest.OrdersOfReport(scope, orders[:2])...) // a task of before, ours
		prepared := w.prepares(scope, 2, activitiestest.OrdersOfReport(scope, orders[2:4])...)
		require.Len(t, prepared.Before, 1)
		in := AskLabelsInput{Scope: scope, Number: 2, Before: prepared.Before}
		_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
		require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
		return w, scope, orders[2:4], in
	}
	t.Run("its task is found in the list, once that names the orders", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := lose(t, "cut_after")
		for attempt := 2; attempt <= 6; attempt++ {
			_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: attempt})
			activitiestest.RequireWaits(t, err)
		}
		assert.Equal(t, all(1, 2), w.asked(orders), "however often it looks")
		w.Pass(3 * time.Minute)
		asked, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 7})
		require.NoError(t, err)
		assert.True(t, asked.Found)
		assert.Equal(t, w.Order(orders[0].ID).Labels[0].Task, asked.Task)
		assert.WithinDuration(t, w.Order(orders[0].ID).Labels[0].At, asked.AskedAt, time.Second)
		assert.Equal(t, all(1, 2), w.asked(orders))
		collected := activitiestest.MustStep(w, w.documents.CollectLabels, CollectLabelsInput{Scope: scope, Number: 2, Task: asked.Task, AskedAt: asked.AskedAt})
		assert.Equal(t, 2, collected.Counts.Ended[contract.Labelled])
	})
	t.Run("after three looks that find none it asks again, once", func(t *testing.T) {
		t.Parallel()
		w, _, orders, in := lose(t, "cut_before")
		for attempt := 2; attempt <= 4; attempt++ {
			_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: attempt})
			activitiestest.RequireWaits(t, err)
		}
		assert.Equal(t, all(0, 2), w.asked(orders))
		asked, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 5})
		require.NoError(t, err)
		assert.False(t, asked.Found)
		assert.Equal(t, all(1, 2), w.asked(orders))
	})
	t.Run("another's task is waited for, and not taken for ours", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := lose(t, "cut_before")
		stranger := w.Of(scope, sandbox.FateLabelable)[6]
		_, err := w.Client.GenerateTickets(t.Context(), scope.Connection.Provider, scope.Connection.ID, []string{stranger.ID})
		require.NoError(t, err)
		_, err = activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 5})
		assert.Contains(t, activitiestest.ApplicationError(t, err).Message(), "may be ours")
		w.Pass(2 * time.Minute)
		asked, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 9})
		require.NoError(t, err)
		assert.NotEqual(t, w.Order(stranger.ID).Labels[0].Task, asked.Task)
		assert.Equal(t, all(1, 2), w.asked(orders))
	})
}

func TestAskLabelsOfAWorkflowThatWasReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.Scope("paris")
	orders := w.Of(scope, sandbox.FateLabelable)[:2]
	in := AskLabelsInput{Scope: scope, Number: 1, Before: w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders)...).Before}
	first := activitiestest.MustStep(w, w.tickets.AskLabels, in)
	_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Activity: "another"})
	activitiestest.RequireWaits(t, err)
	w.Pass(3 * time.Minute)
	again, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Activity: "another", Attempt: 2})
	require.NoError(t, err)
	assert.Equal(t, first.Task, again.Task)
	assert.Equal(t, all(1, 2), w.asked(orders))
}

func TestATaskNamesAnOrderInAnyOfItsLists(t *testing.T) {
	t.Parallel()
	list := []multivende.TaskOrder{{DeliveryOrderID: "a"}}
	for name, output := range map[string]multivende.TaskOutput{
		"available": {Available: list}, "successful": {Successful: list}, "unavailable": {Unavailable: list}, "failed": {Failed: list},
	} {
		assert.True(t, names(multivende.Task{Output: output}, []string{"b", "a"}), name)
		assert.False(t, names(multivende.Task{Output: output}, []string{"b"}), name)
	}
}
