package activities

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
)

// prepares leaves a page of ready orders and gathers a batch of them.
func (w *world) prepares(scope Scope, number int, orders ...books.Order) PreparedBatch {
	w.Helper()
	name := books.PageName(books.ReadPage, number)
	_, err := scope.leave(w.Context(), w.store, name, books.Page{Ready: orders})
	require.NoError(w, err)
	in := PrepareBatchInput{Scope: scope, Number: number, Segments: []Segment{{Page: name, To: len(orders)}}}
	return must(w, w.documents.PrepareBatch, in)
}

// asks gathers a batch and asks for its labels.
func (w *world) asks(scope Scope, number int, orders ...books.Order) Asked {
	w.Helper()
	prepared := w.prepares(scope, number, orders...)
	asked := must(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: number, Before: prepared.Before})
	require.NotEmpty(w, asked.Task)
	return asked
}

// asked counts how often the label of each order was asked for.
func (w *world) asked(orders []sandbox.ReportOrder) []int {
	return lo.Map(orders, func(o sandbox.ReportOrder, _ int) int { return len(w.order(o.ID).Labels) })
}

func all(n, orders int) []int { return lo.Times(orders, func(int) int { return n }) }

func TestPrepareBatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.scope("paris")
	orders := plain(scope, w.of(scope, sandbox.Labelable))
	_, err := scope.leave(t.Context(), w.store, "read-00001", books.Page{Ready: orders[:4]})
	require.NoError(t, err)
	_, err = scope.leave(t.Context(), w.store, "read-00002", books.Page{Ready: orders[4:8]})
	require.NoError(t, err)
	in := PrepareBatchInput{Scope: scope, Number: 1, Segments: []Segment{{"read-00001", 2, 4}, {"read-00002", 0, 3}}}
	prepared := must(w, w.documents.PrepareBatch, in)
	t.Run("pieces of pages make a batch, in their order", func(t *testing.T) {
		assert.Equal(t, ids(orders[2:7]), ids(w.page(scope, prepared.Page).Ready))
		assert.Equal(t, 5, prepared.Counts.Ready)
	})
	t.Run("a first request reads no order", func(t *testing.T) {
		assert.Zero(t, w.calls("delivery-order"))
		assert.Equal(t, 1, w.calls("tasks"))
		assert.Empty(t, prepared.Before)
	})
	t.Run("the tasks that are there stand in its answer", func(t *testing.T) {
		task := must(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1}).Task
		in.Number = 2
		assert.Equal(t, []string{task}, must(w, w.documents.PrepareBatch, in).Before)
	})
	t.Run("a piece that the page does not hold is an error", func(t *testing.T) {
		in := in
		in.Number, in.Segments = 3, []Segment{{"read-00001", 2, 5}}
		_, err := does(w, w.documents.PrepareBatch, in, nil)
		assert.ErrorContains(t, err, "holds 4 ready orders, not 2 to 5")
	})
}

func TestPrepareBatchReadsWhatWasAskedForBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300, Faults: []sandbox.Fault{
		{Channel: "paris", Nth: 5, Unknown: true}, {Channel: "paris", Nth: 6, File: "broken"},
	}})
	scope := w.scope("paris")
	truth := w.of(scope, sandbox.Labelable)
	faulty, truth := lo.FilterReject(truth, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
	unknown, _ := lo.Find(faulty, func(o sandbox.ReportOrder) bool { return o.Faults[0].Unknown })
	broken, _ := lo.Find(faulty, func(o sandbox.ReportOrder) bool { return o.Faults[0].File != "" })
	late, cancelled, shipped, open := truth[0], truth[1], truth[2], truth[3]
	orders := plain(scope, []sandbox.ReportOrder{late, cancelled, shipped, open, unknown, broken})
	must(w, w.tickets.AskLabels, func() AskLabelsInput {
		w.prepares(scope, 1, orders[0], orders[5])
		return AskLabelsInput{Scope: scope, Number: 1}
	}())
	w.pass(3 * time.Minute)
	w.cancel(cancelled)
	w.changeStatus(shipped, "shipped")
	for i := range orders {
		orders[i].Asks = 1
	}
	orders[3].Asks, orders[3].Again = 0, true
	reads := w.calls("delivery-order")
	page := w.page(scope, w.prepares(scope, 2, orders...).Page)

	assert.Equal(t, len(orders), w.calls("delivery-order")-reads)
	assert.Equal(t, []string{open.ID, broken.ID}, ids(page.Ready), "only what is not there, nor ended, is asked for again")
	assert.Equal(t, map[string]books.Outcome{
		late.ID: books.Labelled, cancelled.ID: books.Cancelled, shipped.ID: books.Rejected, unknown.ID: books.UnknownOrder,
	}, outcomes(page.Ended))
	assert.NotEmpty(t, page.Ended[0].Labels, "the label that came late is stored")
}

func TestAskLabels(t *testing.T) {
	t.Parallel()
	answers := func(answers ...sandbox.Fault) []sandbox.Fault {
		return lo.Map(answers, func(f sandbox.Fault, _ int) sandbox.Fault { f.Route = "tickets"; return f })
	}
	world := func(t *testing.T, faults ...sandbox.Fault) (*world, Scope, []sandbox.ReportOrder, AskLabelsInput) {
		t.Helper()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: faults})
		scope := w.scope("paris")
		orders := w.of(scope, sandbox.Labelable)[:4]
		prepared := w.prepares(scope, 1, plain(scope, orders)...)
		return w, scope, orders, AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before}
	}
	t.Run("the first try asks once, and says when", func(t *testing.T) {
		t.Parallel()
		w, _, orders, in := world(t)
		asked := must(w, w.tickets.AskLabels, in)
		assert.NotEmpty(t, asked.Task)
		assert.False(t, asked.Found)
		assert.WithinDuration(t, w.hub.Now(), asked.AskedAt, 3*time.Second)
		assert.Equal(t, all(1, 4), w.asked(orders))
		assert.Equal(t, 1, w.calls("tasks"), "that of the batch")
	})
	t.Run("a busy hub is an answer: nothing was asked, come back later", func(t *testing.T) {
		t.Parallel()
		w, _, orders, in := world(t, answers(sandbox.Fault{Answer: "429", RetryAfter: 20})...)
		asked := must(w, w.tickets.AskLabels, in)
		assert.Empty(t, asked.Task)
		assert.GreaterOrEqual(t, asked.Busy, 19*time.Second)
		assert.Equal(t, all(0, 4), w.asked(orders))
	})
	t.Run("a request that is refused as a whole goes into smaller ones", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := world(t, answers(sandbox.Fault{Answer: "400"})...)
		asked := must(w, w.tickets.AskLabels, in)
		assert.Equal(t, "a fault of the plan", asked.Refused)
		assert.Equal(t, reported(orders), ids(w.page(scope, asked.Step.Page).Ready))
		assert.Equal(t, books.PageName(books.BatchPage, 1, books.AfterAnswer), asked.Step.Page)
	})
	t.Run("a single order that is refused ends with the hub's words", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, _ := world(t, answers(sandbox.Fault{Answer: "422"})...)
		w.prepares(scope, 2, plain(scope, orders[:1])...)
		asked := must(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 2})
		page := w.page(scope, asked.Step.Page)
		assert.Empty(t, page.Ready)
		assert.Equal(t, map[string]books.Outcome{orders[0].ID: books.Rejected}, outcomes(page.Ended))
		assert.Equal(t, "a fault of the plan", page.Ended[0].Reason)
	})
	t.Run("a token that is refused is final", func(t *testing.T) {
		t.Parallel()
		w, _, _, in := world(t, answers(sandbox.Fault{Answer: "401"})...)
		_, err := does(w, w.tickets.AskLabels, in, nil)
		requireFinal(t, ErrorNotAuthorised, err)
	})
	for _, lost := range []string{"cut_after", "500", "html", "cut_before"} {
		t.Run("after an answer that was lost ("+lost+") the next try looks first", func(t *testing.T) {
			t.Parallel()
			w, _, orders, in := world(t, answers(sandbox.Fault{Answer: sandbox.Answer(lost)})...)
			_, err := does(w, w.tickets.AskLabels, in, nil)
			require.Equal(t, ErrorHub, applicationError(t, err).Type())
			made := w.asked(orders)[0]
			_, err = does(w, w.tickets.AskLabels, in, &try{attempt: 2})
			requireWaits(t, err)
			assert.Equal(t, all(made, 4), w.asked(orders), "nothing is asked for while that is not sure")
		})
	}
}

func TestAskLabelsWhenItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	lose := func(t *testing.T, answer sandbox.Answer) (*world, Scope, []sandbox.ReportOrder, AskLabelsInput) {
		t.Helper()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tickets", Answer: answer, After: 1}}})
		scope := w.scope("paris")
		orders := w.of(scope, sandbox.Labelable)
		w.asks(scope, 1, plain(scope, orders[:2])...) // a task of before, ours
		prepared := w.prepares(scope, 2, plain(scope, orders[2:4])...)
		require.Len(t, prepared.Before, 1)
		in := AskLabelsInput{Scope: scope, Number: 2, Before: prepared.Before}
		_, err := does(w, w.tickets.AskLabels, in, nil)
		require.Equal(t, ErrorHub, applicationError(t, err).Type())
		return w, scope, orders[2:4], in
	}
	t.Run("its task is found in the list, once that names the orders", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := lose(t, "cut_after")
		for attempt := 2; attempt <= 6; attempt++ {
			_, err := does(w, w.tickets.AskLabels, in, &try{attempt: attempt})
			requireWaits(t, err)
		}
		assert.Equal(t, all(1, 2), w.asked(orders), "however often it looks")
		w.pass(3 * time.Minute)
		asked, err := does(w, w.tickets.AskLabels, in, &try{attempt: 7})
		require.NoError(t, err)
		assert.True(t, asked.Found)
		assert.Equal(t, w.order(orders[0].ID).Labels[0].Task, asked.Task)
		assert.WithinDuration(t, w.order(orders[0].ID).Labels[0].At, asked.AskedAt, time.Second)
		assert.Equal(t, all(1, 2), w.asked(orders))
		collected := must(w, w.documents.CollectLabels, CollectLabelsInput{Scope: scope, Number: 2, Task: asked.Task, AskedAt: asked.AskedAt})
		assert.Equal(t, 2, collected.Counts.Ended[books.Labelled])
	})
	t.Run("after three looks that find none it asks again, once", func(t *testing.T) {
		t.Parallel()
		w, _, orders, in := lose(t, "cut_before")
		for attempt := 2; attempt <= 4; attempt++ {
			_, err := does(w, w.tickets.AskLabels, in, &try{attempt: attempt})
			requireWaits(t, err)
		}
		assert.Equal(t, all(0, 2), w.asked(orders))
		asked, err := does(w, w.tickets.AskLabels, in, &try{attempt: 5})
		require.NoError(t, err)
		assert.False(t, asked.Found)
		assert.Equal(t, all(1, 2), w.asked(orders))
	})
	t.Run("another's task is waited for, and not taken for ours", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := lose(t, "cut_before")
		stranger := w.of(scope, sandbox.Labelable)[6]
		_, err := w.client.GenerateTickets(t.Context(), scope.Connection.Provider, scope.Connection.ID, []string{stranger.ID})
		require.NoError(t, err)
		_, err = does(w, w.tickets.AskLabels, in, &try{attempt: 5})
		assert.Contains(t, applicationError(t, err).Message(), "may be ours")
		w.pass(2 * time.Minute)
		asked, err := does(w, w.tickets.AskLabels, in, &try{attempt: 9})
		require.NoError(t, err)
		assert.NotEqual(t, w.order(stranger.ID).Labels[0].Task, asked.Task)
		assert.Equal(t, all(1, 2), w.asked(orders))
	})
}

func TestAskLabelsOfAWorkflowThatWasReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200})
	scope := w.scope("paris")
	orders := w.of(scope, sandbox.Labelable)[:2]
	in := AskLabelsInput{Scope: scope, Number: 1, Before: w.prepares(scope, 1, plain(scope, orders)...).Before}
	first := must(w, w.tickets.AskLabels, in)
	_, err := does(w, w.tickets.AskLabels, in, &try{activity: "another"})
	requireWaits(t, err)
	w.pass(3 * time.Minute)
	again, err := does(w, w.tickets.AskLabels, in, &try{activity: "another", attempt: 2})
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
