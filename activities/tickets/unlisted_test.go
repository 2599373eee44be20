package tickets

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestAListOfLabelTasksThatIsRefusedCostsNoLabel(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]sandbox.Fault{
		"400":                 {Answer: "400"},
		"403":                 {Answer: "403"},
		"404":                 {Answer: "404"},
		"405":                 {Answer: "405", AnswerAs: "page"},
		"409":                 {Answer: "409"},
		"501":                 {Answer: "501", AnswerAs: "nothing"},
		"a page":              {Answer: "html"},
		"another shape":       {Answer: "wrapped"},
		"a list without list": {Answer: "without", Member: "entries"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault.Route, fault.Times = "tasks", sandbox.AlwaysTimes
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{fault}})
			scope := w.Scope("paris")
			orders := w.Of(scope, sandbox.FateLabelable)[:4]
			prepared := w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders[:2])...)
			if name != "a list without list" { // an envelope with pages and nothing in it is an empty list
				assert.Contains(t, prepared.Unlisted.Words, "label_tasks")
			}
			activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 1, Unlisted: prepared.Unlisted.Words != ""})
			assert.Equal(t, prepared.Unlisted, w.prepares(scope, 2, activitiestest.OrdersOfReport(scope, orders[2:])...).Unlisted)
			activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 2, Unlisted: true})
			assert.Equal(t, all(1, 4), w.asked(orders))
			if prepared.Unlisted.Words != "" {
				assert.Equal(t, 1, w.Calls("tasks"), "it is asked for once")
			}
		})
	}
	t.Run("one that the hub is too busy to give is lived without after some tries, for this batch", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tasks", Answer: "503", Times: 2}}})
		scope := w.Scope("paris")
		_, err := scope.LeavePage(t.Context(), w.Store, "read-00001", books.Page{Ready: activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])})
		require.NoError(t, err)
		in := PrepareBatchInput{Scope: scope, Number: 1, Segments: []activities.Segment{{Page: "read-00001", To: 2}}}
		_, err = activitiestest.TryStep(w, w.documents.PrepareBatch, in, nil)
		require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
		prepared, err := activitiestest.TryStep(w, w.documents.PrepareBatch, in, &activitiestest.Try{Attempt: listTries})
		require.NoError(t, err)
		assert.Contains(t, prepared.Unlisted.Words, "the hub is busy")
		in.Number = 2
		assert.Empty(t, activitiestest.MustStep(w, w.documents.PrepareBatch, in).Unlisted, "the next batch asks for it again")
	})
	t.Run("a token that is refused is no matter of the list", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "tasks", Answer: "401"}}})
		scope := w.Scope("paris")
		_, err := scope.LeavePage(t.Context(), w.Store, "read-00001", books.Page{Ready: activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])})
		require.NoError(t, err)
		_, err = activitiestest.TryStep(w, w.documents.PrepareBatch, PrepareBatchInput{Scope: scope, Number: 1, Segments: []activities.Segment{{Page: "read-00001", To: 2}}}, nil)
		activitiestest.RequireFinal(t, contract.ErrorNotAuthorised, err)
	})
}

func TestALostAnswerWithoutTheListIsLookedForInTheOrders(t *testing.T) {
	t.Parallel()
	lose := func(t *testing.T, answer sandbox.Answer, list sandbox.Fault) (*world, activities.Scope, []sandbox.ReportOrder, AskLabelsInput) {
		t.Helper()
		list.Route, list.Times = "tasks", sandbox.AlwaysTimes
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{list, {Route: "tickets", Answer: answer}}})
		scope := w.Scope("paris")
		orders := w.Of(scope, sandbox.FateLabelable)[:2]
		prepared := w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders)...)
		in := AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before, Unlisted: prepared.Unlisted.Words != ""}
		_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
		require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
		return w, scope, orders, in
	}
	again := func(w *world, scope activities.Scope, asked Asked) PreparedBatch {
		in := PrepareBatchInput{Scope: scope, Number: 2, Segments: []activities.Segment{{Page: asked.Step.Page, To: asked.Step.Counts.Ready}}}
		return activitiestest.MustStep(w, w.documents.PrepareBatch, in)
	}
	for name, list := range map[string]sandbox.Fault{"a list that is refused": {Answer: "403"}, "a list that was lost later": {Answer: "503", After: 1}} {
		t.Run("labels that were made all the same are taken, and not asked for twice: "+name, func(t *testing.T) {
			t.Parallel()
			w, scope, orders, in := lose(t, "cut_after", list)
			for attempt := listTries; attempt < listTries+4; attempt++ {
				_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: attempt})
				activitiestest.RequireWaits(t, err)
			}
			w.Pass(3 * time.Minute)
			asked, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: listTries + 4})
			require.NoError(t, err)
			assert.True(t, asked.Lost)
			prepared := again(w, scope, asked)
			assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2}, prepared.Counts.Ended)
			assert.Zero(t, prepared.Counts.Ready)
			assert.Equal(t, all(1, 2), w.asked(orders))
		})
	}
	t.Run("and so where the list is there and its tasks cannot be read", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{
			{Route: "tickets", Answer: "cut_after"}, {Route: "task", Answer: "405", Times: sandbox.AlwaysTimes},
		}})
		scope := w.Scope("paris")
		orders := w.Of(scope, sandbox.FateLabelable)[:2]
		prepared := w.prepares(scope, 1, activitiestest.OrdersOfReport(scope, orders)...)
		in := AskLabelsInput{Scope: scope, Number: 1, Before: prepared.Before}
		_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, nil)
		require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
		w.Pass(3 * time.Minute)
		asked, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 2})
		require.NoError(t, err)
		assert.True(t, asked.Lost)
		assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2}, again(w, scope, asked).Counts.Ended)
		assert.Equal(t, all(1, 2), w.asked(orders))
	})
	t.Run("labels that were not made are asked for once their time is over", func(t *testing.T) {
		t.Parallel()
		w, scope, orders, in := lose(t, "cut_before", sandbox.Fault{Answer: "405"})
		_, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 2})
		activitiestest.RequireWaits(t, err)
		w.Pass(3 * time.Minute)
		asked, err := activitiestest.TryStep(w, w.tickets.AskLabels, in, &activitiestest.Try{Attempt: 3})
		require.NoError(t, err)
		assert.Equal(t, all(0, 2), w.asked(orders), "their orders are read before")
		prepared := again(w, scope, asked)
		assert.Equal(t, 2, prepared.Counts.Ready)
		activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: 2, Unlisted: true})
		assert.Equal(t, all(1, 2), w.asked(orders))
	})
}
