package tickets

import (
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
)

func collectInput(scope activities.Scope, number int, asked Asked) CollectLabelsInput {
	return CollectLabelsInput{Scope: scope, Number: number, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(time.Hour)}
}

// collects asks for the labels of orders, waits until the task is done, and takes them.
func (w *world) collects(scope activities.Scope, number int, orders ...books.Order) books.Page {
	w.Helper()
	asked := w.asks(scope, number, orders...)
	w.Pass(time.Duration(len(orders)+1) * time.Minute)
	collected := activitiestest.MustStep(w, w.documents.CollectLabels, collectInput(scope, number, asked))
	page := w.Page(scope, collected.Page)
	assert.Equal(w, page.Counts(), collected.Counts)
	return page
}

// asks gathers a batch and asks for its labels.
func (w *world) asks(scope activities.Scope, number int, orders ...books.Order) Asked {
	w.Helper()
	prepared := w.prepares(scope, number, orders...)
	asked := activitiestest.MustStep(w, w.tickets.AskLabels, AskLabelsInput{Scope: scope, Number: number, Before: prepared.Before})
	require.NotEmpty(w, asked.Task)
	return asked
}

// prepares leaves a page of ready orders and gathers a batch of them.
func (w *world) prepares(scope activities.Scope, number int, orders ...books.Order) PreparedBatch {
	w.Helper()
	name := books.PageName(books.ReadPage, number)
	_, err := scope.LeavePage(w.Context(), w.Store, name, books.Page{Ready: orders})
	require.NoError(w, err)
	in := PrepareBatchInput{Scope: scope, Number: number, Segments: []activities.Segment{{Page: name, To: len(orders)}}}
	return activitiestest.MustStep(w, w.documents.PrepareBatch, in)
}
