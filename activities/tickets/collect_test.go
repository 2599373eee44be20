package tickets

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestALookAtATaskByAWorkerThatHasJustStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200}) // its hub is years ahead
	scope := w.Scope("paris")
	asked := w.Of(scope, sandbox.FateLabelable)[:2]
	in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, asked)...))
	w.Pass(3 * time.Minute)
	w.Restart()
	assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 2}, activitiestest.MustStep(w, w.documents.CollectLabels, in).Counts.Ended)
}

func TestCollectLabelsOfEveryChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	for provider, formats := range map[string][]string{
		"mercadolibre": {"zpl"}, "ripley": {"pdf"}, "paris": {"pdf", "zpl"}, "fcom": {"pdf"}, "amazon": {"pdf"}, "coppel": {"zpl"}, "totalplay": {"pdf"},
	} {
		scope := w.Scope(provider)
		truth := lo.Subset(w.Of(scope, sandbox.FateLabelable), 0, 7)
		page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
		assert.Equal(t, activitiestest.Reported(truth), activitiestest.EntryIDs(page.Ended), "%s: in the order of the batch", provider)
		assert.NotEmpty(t, page.Raw, "as it came")
		for i, e := range page.Ended {
			require.Equal(t, contract.Labelled, e.Outcome, "%s: %s", provider, e.Reason.Words)
			for _, format := range formats {
				good := lo.Filter(e.Labels, func(l books.Label, _ int) bool { return l.Format == format && !l.Spare })
				assert.Equal(t, len(truth[i].Parcels), lo.SumBy(good, func(l books.Label) int { return l.Count }), "%s: one label a parcel", provider)
			}
			for _, l := range e.Labels {
				if l.Spare {
					assert.Empty(t, l.Key, "a copy is in the hub's file")
					continue
				}
				assert.Contains(t, l.Key, l.SHA256[:12])
				for _, parcel := range truth[i].Parcels {
					if l.Format == "zpl" && !l.Spare && len(truth[i].Parcels) == 1 {
						assert.Contains(t, w.LabelText(l), parcel.Code)
					}
				}
			}
			var record books.LabelRecord
			require.NoError(t, w.Store.Get(t.Context(), storage.WaitingLabel(scope.Merchant, scope.Connection.ID, e.Order.ID), &record))
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
		last   contract.Outcome
		reason string
	}{
		"failed":                       {sandbox.Fault{LabelFails: 1}, contract.Rejected, "failed"},
		"unavailable":                  {sandbox.Fault{Unavailable: 1}, contract.GaveUp, "no label for it yet"},
		"only available":               {sandbox.Fault{OnlyAvailable: 1}, contract.GaveUp, "did not deliver it"},
		"in no list, as it is unknown": {sandbox.Fault{Unknown: true}, contract.UnknownOrder, "does not know"},
		"a broken file":                {sandbox.Fault{File: "broken"}, contract.CorruptLabel, ""},
		"an empty file":                {sandbox.Fault{File: "empty"}, contract.CorruptLabel, ""},
		"a locked file":                {sandbox.Fault{File: "encrypted"}, contract.CorruptLabel, "password"},
		"another's label":              {sandbox.Fault{File: "mislabelled"}, contract.CorruptLabel, "names order"},
		"missing everywhere":           {sandbox.Fault{File: "missing"}, contract.GaveUp, "neither the result nor the order's documents"},
		"missing in the zip":           {sandbox.Fault{File: "missing_in_zip"}, "", ""},
	}
	for name, c := range cases {
		for _, last := range []bool{false, true} {
			t.Run(name+lo.Ternary(last, ", at the last try", ", with tries left"), func(t *testing.T) {
				t.Parallel()
				fault := c.fault
				fault.Channel, fault.Nth = "paris", 3
				w := newWorld(t, sandbox.Options{Orders: 60, Faults: []sandbox.Fault{fault}})
				scope := w.Scope("paris")
				scope.Settings.Asks = lo.Ternary(last, 1, 2)
				truth := w.Of(scope, sandbox.FateLabelable)
				orders := activitiestest.OrdersOfReport(scope, truth)
				bad, _ := lo.Find(truth, func(o sandbox.ReportOrder) bool { return len(o.Faults) > 0 })
				page := w.collects(scope, 1, orders...)

				ended := activitiestest.Outcomes(page.Ended)
				labelled := lo.Keys(lo.PickByValues(ended, []contract.Outcome{contract.Labelled}))
				assert.Subset(t, labelled, lo.Without(activitiestest.Reported(truth), bad.ID), "the others have their labels")
				var reason string
				switch final := last || c.last == contract.UnknownOrder; {
				case c.last == "":
					assert.Equal(t, contract.Labelled, ended[bad.ID])
				case final:
					require.Equal(t, c.last, ended[bad.ID])
					assert.Empty(t, page.Ready)
					e, _ := lo.Find(page.Ended, func(e books.Entry) bool { return e.Order.ID == bad.ID })
					assert.Empty(t, e.Labels)
					reason = e.Reason.Words
				default:
					require.Equal(t, []string{bad.ID}, activitiestest.IDs(page.Ready), "it alone is asked for again")
					assert.Equal(t, 1, page.Ready[0].Asks)
					reason = page.Ready[0].Trouble.Words
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
			text := w.LabelText(l)
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
	scope := w.Scope("paris")
	truth := w.Of(scope, sandbox.FateLabelable)
	bad, rest := lo.FilterReject(truth, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
	_, err := scope.LeavePage(t.Context(), w.Store, "read-00099", books.Page{Ready: activitiestest.OrdersOfReport(scope, rest)})
	require.NoError(t, err)
	page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, bad)...)
	assert.Empty(t, page.Ended, "the label of an order that is in no batch yet")
	assert.Contains(t, page.Ready[0].Trouble.Words, "names order")
	for _, o := range rest {
		there, err := w.Store.Exists(t.Context(), storage.WaitingLabel(scope.Merchant, scope.Connection.ID, o.ID))
		require.NoError(t, err)
		assert.False(t, there)
	}
}

func TestATaskThatGivesNothing(t *testing.T) {
	t.Parallel()
	again := func(t *testing.T, page books.Page, orders []books.Order, trouble string) {
		t.Helper()
		assert.Equal(t, activitiestest.IDs(orders), activitiestest.IDs(page.Ready))
		assert.Empty(t, page.Ended)
		for _, o := range page.Ready {
			assert.Contains(t, o.Trouble.Words, trouble)
		}
	}
	t.Run("failed without output", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "paris", TaskFails: 1}}})
		scope := w.Scope("paris")
		orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:3])
		again(t, w.collects(scope, 1, orders...), orders, "task failed")
		assert.Equal(t, 3, w.collects(scope, 2, orders...).Counts().Ended[contract.Labelled])
	})
	t.Run("past its deadline", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 100})
		scope := w.Scope("paris")
		orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:3])
		in := collectInput(scope, 1, w.asks(scope, 1, orders...))
		in.Deadline = w.Sandbox.Now() // by the client's clock never in the future; AskedAt may be, until that clock is put back
		again(t, w.Page(scope, activitiestest.MustStep(w, w.documents.CollectLabels, in).Page), orders, "did not finish in time")
	})
	t.Run("not known any more", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 100})
		scope := w.Scope("paris")
		orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:3])
		in := collectInput(scope, 1, w.asks(scope, 1, orders...))
		in.Task = "2b6bd7a9-4a5c-4f0e-8d53-000000000000"
		w.Pass(time.Minute)
		again(t, w.Page(scope, activitiestest.MustStep(w, w.documents.CollectLabels, in).Page), orders, "")
	})
}

func TestHowTheTryOfALabelEnds(t *testing.T) {
	t.Parallel()
	hint := activities.Connection{Channel: "ripley"}
	cases := map[string]struct {
		asks       int
		connection activities.Connection
		ending     orderEnding
		again      bool
		reason     string
	}{
		"tries are left":                      {1, activities.Connection{}, orderEnding{outcome: contract.Rejected, reason: contract.Reason{Words: "busy"}}, true, "busy"},
		"none is left":                        {4, activities.Connection{}, orderEnding{outcome: contract.Rejected, reason: contract.Reason{Words: "busy"}}, false, "busy"},
		"the words are final":                 {0, activities.Connection{}, orderEnding{outcome: contract.Rejected, reason: contract.Reason{Words: "delivered"}, final: true}, false, "delivered"},
		"what the merchant must do is said":   {4, hint, orderEnding{outcome: contract.GaveUp, reason: contract.Reason{Words: "no label"}}, false, "no label; Ripley delivers labels only after"},
		"but not when the marketplace speaks": {4, hint, orderEnding{outcome: contract.Rejected, reason: contract.Reason{Words: "no"}}, false, "no"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var page books.Page
			c.ending.into(&page, books.Order{ID: "a", Asks: c.asks}, activities.Scope{Connection: c.connection, Settings: contract.DefaultSettings()})
			if c.again {
				require.Len(t, page.Ready, 1)
				assert.Equal(t, []any{c.asks + 1, c.reason}, []any{page.Ready[0].Asks, page.Ready[0].Trouble.Words})
				return
			}
			require.Len(t, page.Ended, 1)
			assert.Equal(t, c.ending.outcome, page.Ended[0].Outcome)
			assert.Contains(t, page.Ended[0].Reason.Words, c.reason)
		})
	}
}

func TestNotesOfALabelAreBounded(t *testing.T) {
	t.Parallel()
	few := []string{"removed ^MMT ×2", "turned\nby 90°"}
	assert.Equal(t, []string{"removed ^MMT ×2", "turned by 90°"}, notesOf(labels.Label{Notes: few}))
	many := notesOf(labels.Label{Notes: lo.Times(100, func(i int) string { return strings.Repeat("x", 1000) })})
	assert.Len(t, many, mostNotes+1)
	assert.Equal(t, "and 80 more changes", many[mostNotes])
	assert.LessOrEqual(t, len([]rune(many[0])), 200)
}
