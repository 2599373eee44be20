package activities

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func collectInput(scope Scope, number int, asked Asked) CollectLabelsInput {
	return CollectLabelsInput{Scope: scope, Number: number, Task: asked.Task, AskedAt: asked.AskedAt, Deadline: asked.AskedAt.Add(time.Hour)}
}

// collects asks for the labels of orders, waits until the task is done, and takes them.
func (w *world) collects(scope Scope, number int, orders ...books.Order) books.Page {
	w.Helper()
	asked := w.asks(scope, number, orders...)
	w.pass(time.Duration(len(orders)+1) * time.Minute)
	collected := must(w, w.documents.CollectLabels, collectInput(scope, number, asked))
	page := w.page(scope, collected.Page)
	assert.Equal(w, page.Counts(), collected.Counts)
	return page
}

// text is what a stored label says, when it is ZPL.
func (w *world) text(key string) string {
	w.Helper()
	data, err := w.store.ReadAll(w.Context(), key, 1<<20)
	require.NoError(w, err)
	return string(data)
}

func TestCollectLabelsOfEveryChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	for provider, formats := range map[string][]string{
		"mercadolibre": {"zpl"}, "ripley": {"pdf"}, "paris": {"pdf", "zpl"}, "fcom": {"pdf"}, "amazon": {"pdf"}, "coppel": {"zpl"}, "totalplay": {"pdf"},
	} {
		scope := w.scope(provider)
		truth := lo.Subset(w.of(scope, sandbox.Labelable), 0, 7)
		page := w.collects(scope, 1, plain(scope, truth)...)
		assert.Equal(t, reported(truth), entryIDs(page.Ended), "%s: in the order of the batch", provider)
		assert.NotEmpty(t, page.Raw, "as it came")
		for i, e := range page.Ended {
			require.Equal(t, books.Labelled, e.Outcome, "%s: %s", provider, e.Reason)
			for _, format := range formats {
				good := lo.Filter(e.Labels, func(l books.Label, _ int) bool { return l.Format == format && !l.Spare })
				assert.Equal(t, len(truth[i].Parcels), lo.SumBy(good, func(l books.Label) int { return l.Count }), "%s: one label a parcel", provider)
			}
			for _, l := range e.Labels {
				assert.Contains(t, l.Key, l.SHA256[:12])
				for _, parcel := range truth[i].Parcels {
					if l.Format == "zpl" && !l.Spare && len(truth[i].Parcels) == 1 {
						assert.Contains(t, w.text(l.Key), parcel.Code)
					}
				}
			}
			var record books.LabelRecord
			require.NoError(t, w.store.Get(t.Context(), storage.Waiting(scope.Merchant, scope.Connection.ID, e.Order.ID), &record))
			assert.Equal(t, e.Labels, record.Labels)
			assert.Equal(t, scope.Run, record.Run)
		}
	}
}

func TestEachOrderOfATaskEndsByItself(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		fault sandbox.Fault
		// last is its outcome when no try is left; empty when the label is there.
		last   books.Outcome
		reason string
	}{
		"failed":                       {sandbox.Fault{LabelFails: 1}, books.Rejected, "failed"},
		"unavailable":                  {sandbox.Fault{Unavailable: 1}, books.GaveUp, "no label of it yet"},
		"only available":               {sandbox.Fault{OnlyAvailable: 1}, books.GaveUp, "did not hand it out"},
		"in no list, as it is unknown": {sandbox.Fault{Unknown: true}, books.UnknownOrder, "does not know"},
		"a broken file":                {sandbox.Fault{File: "broken"}, books.CorruptLabel, ""},
		"an empty file":                {sandbox.Fault{File: "empty"}, books.CorruptLabel, ""},
		"a locked file":                {sandbox.Fault{File: "encrypted"}, books.CorruptLabel, "password"},
		"another's label":              {sandbox.Fault{File: "mislabelled"}, books.CorruptLabel, "names order"},
		"missing everywhere":           {sandbox.Fault{File: "missing"}, books.GaveUp, "neither do its documents"},
		"missing in the zip":           {sandbox.Fault{File: "missing_in_zip"}, "", ""},
	}
	for name, c := range cases {
		for _, last := range []bool{false, true} {
			t.Run(name+lo.Ternary(last, ", at the last try", ", with tries left"), func(t *testing.T) {
				t.Parallel()
				fault := c.fault
				fault.Channel, fault.Nth = "paris", 3
				w := newWorld(t, sandbox.Options{Orders: 60, Faults: []sandbox.Fault{fault}})
				scope := w.scope("paris")
				scope.Settings.Asks = lo.Ternary(last, 1, 2)
				truth := w.of(scope, sandbox.Labelable)
				orders := plain(scope, truth)
				bad, _ := lo.Find(truth, func(o sandbox.ReportOrder) bool { return len(o.Faults) > 0 })
				page := w.collects(scope, 1, orders...)

				ended := outcomes(page.Ended)
				labelled := lo.Keys(lo.PickByValues(ended, []books.Outcome{books.Labelled}))
				assert.Subset(t, labelled, lo.Without(reported(truth), bad.ID), "the others have their labels")
				var reason string
				switch final := last || c.last == books.UnknownOrder; {
				case c.last == "":
					assert.Equal(t, books.Labelled, ended[bad.ID])
				case final:
					require.Equal(t, c.last, ended[bad.ID])
					assert.Empty(t, page.Ready)
					e, _ := lo.Find(page.Ended, func(e books.Entry) bool { return e.Order.ID == bad.ID })
					assert.Empty(t, e.Labels)
					reason = e.Reason
				default:
					require.Equal(t, []string{bad.ID}, ids(page.Ready), "it alone is asked for again")
					assert.Equal(t, 1, page.Ready[0].Asks)
					reason = page.Ready[0].Trouble
				}
				assert.Contains(t, reason, c.reason)
				assert.Equal(t, c.last != "", reason != "", "it says why")
				w.requireOwnLabels(page, truth)
			})
		}
	}
}

// requireOwnLabels holds that no label of a page is another order's.
func (w *world) requireOwnLabels(page books.Page, truth []sandbox.ReportOrder) {
	w.Helper()
	byID := lo.KeyBy(truth, func(o sandbox.ReportOrder) string { return o.ID })
	for _, e := range page.Ended {
		for _, l := range e.Labels {
			if l.Format != "zpl" {
				continue
			}
			text := w.text(l.Key)
			for _, other := range truth {
				if other.ID != e.Order.ID {
					assert.False(w, strings.Contains(text, other.Shipment), "the label of %s names %s", e.Order.Code, other.Code)
				}
			}
			assert.True(w, strings.Contains(text, byID[e.Order.ID].Shipment), "the label of %s", e.Order.Code)
		}
	}
}

func TestAStrangersLabelIsNeverTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "paris", Nth: 2, File: "mislabelled"}}})
	scope := w.scope("paris")
	truth := w.of(scope, sandbox.Labelable)
	bad, rest := lo.FilterReject(truth, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
	_, err := scope.leave(t.Context(), w.store, "read-00099", books.Page{Ready: plain(scope, rest)})
	require.NoError(t, err)
	page := w.collects(scope, 1, plain(scope, bad)...)
	assert.Empty(t, page.Ended, "the label of an order that is in no batch yet")
	assert.Contains(t, page.Ready[0].Trouble, "names order")
	for _, o := range rest {
		there, err := w.store.Exists(t.Context(), storage.Waiting(scope.Merchant, scope.Connection.ID, o.ID))
		require.NoError(t, err)
		assert.False(t, there)
	}
}

func TestATaskThatGivesNothing(t *testing.T) {
	t.Parallel()
	again := func(t *testing.T, page books.Page, orders []books.Order, trouble string) {
		t.Helper()
		assert.Equal(t, ids(orders), ids(page.Ready))
		assert.Empty(t, page.Ended)
		for _, o := range page.Ready {
			assert.Contains(t, o.Trouble, trouble)
		}
	}
	t.Run("failed without output", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "paris", TaskFails: 1}}})
		scope := w.scope("paris")
		orders := plain(scope, w.of(scope, sandbox.Labelable)[:3])
		again(t, w.collects(scope, 1, orders...), orders, "task failed")
		assert.Equal(t, 3, w.collects(scope, 2, orders...).Counts().Ended[books.Labelled])
	})
	t.Run("past its deadline", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 100})
		scope := w.scope("paris")
		orders := plain(scope, w.of(scope, sandbox.Labelable)[:3])
		in := collectInput(scope, 1, w.asks(scope, 1, orders...))
		in.Deadline = in.AskedAt
		again(t, w.page(scope, must(w, w.documents.CollectLabels, in).Page), orders, "did not end in time")
	})
	t.Run("not known any more", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 100})
		scope := w.scope("paris")
		orders := plain(scope, w.of(scope, sandbox.Labelable)[:3])
		in := collectInput(scope, 1, w.asks(scope, 1, orders...))
		in.Task = "2b6bd7a9-4a5c-4f0e-8d53-000000000000"
		w.pass(time.Minute)
		again(t, w.page(scope, must(w, w.documents.CollectLabels, in).Page), orders, "")
	})
}

func TestHowTheTryOfALabelEnds(t *testing.T) {
	t.Parallel()
	hint := Connection{Channel: "ripley"}
	cases := map[string]struct {
		asks       int
		connection Connection
		ending     ending
		again      bool
		reason     string
	}{
		"tries are left":                      {1, Connection{}, ending{outcome: books.Rejected, reason: "busy"}, true, "busy"},
		"none is left":                        {4, Connection{}, ending{outcome: books.Rejected, reason: "busy"}, false, "busy"},
		"the words are final":                 {0, Connection{}, ending{outcome: books.Rejected, reason: "delivered", final: true}, false, "delivered"},
		"what the merchant must do is said":   {4, hint, ending{outcome: books.GaveUp, reason: "no label"}, false, "no label; Ripley hands out labels only after"},
		"but not when the marketplace speaks": {4, hint, ending{outcome: books.Rejected, reason: "no"}, false, "no"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var page books.Page
			c.ending.into(&page, books.Order{ID: "a", Asks: c.asks}, Scope{Connection: c.connection, Settings: DefaultSettings()})
			if c.again {
				require.Len(t, page.Ready, 1)
				assert.Equal(t, []any{c.asks + 1, c.reason}, []any{page.Ready[0].Asks, page.Ready[0].Trouble})
				return
			}
			require.Len(t, page.Ended, 1)
			assert.Equal(t, c.ending.outcome, page.Ended[0].Outcome)
			assert.Contains(t, page.Ended[0].Reason, c.reason)
		})
	}
}

func TestNotesOfALabelAreBounded(t *testing.T) {
	t.Parallel()
	few := []string{"removed ^MMT ×2", "turned\nby 90°"}
	assert.Equal(t, []string{"removed ^MMT ×2", "turned by 90°"}, notesOf(labels.Label{Notes: few}))
	many := notesOf(labels.Label{Notes: lo.Times(100, func(i int) string { return strings.Repeat("x", 1000) })})
	assert.Len(t, many, mostNotes+1)
	assert.Equal(t, "and 80 changes more", many[mostNotes])
	assert.LessOrEqual(t, len([]rune(many[0])), 200)
}
