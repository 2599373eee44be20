package tickets

import (
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

// labelFiles are the keys of a connection's label files.
func (w *world) labelFiles(merchant, connection string) (keys []string) {
	w.Helper()
	require.NoError(w, w.Store.List(w.Context(), storage.LabelPrefix(merchant, connection), func(o storage.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	return keys
}

func TestTheLabelsOfATaskShareOneObject(t *testing.T) {
	t.Parallel()
	for provider, each := range map[string]int{"coppel": 1, "paris": 2} { // the second in two formats
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 300})
			scope := w.Scope(provider)
			truth := lo.Filter(w.Of(scope, sandbox.FateLabelable), func(o sandbox.ReportOrder, _ int) bool { return len(o.Parcels) == 1 })[:3]
			asked := w.asks(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
			w.Pass(time.Hour)
			for range 2 { // a step that is done again, as after its page was lost
				activitiestest.MustStep(w, w.documents.CollectLabels, collectInput(scope, 1, asked))
				files := w.labelFiles(scope.Merchant, scope.Connection.ID)
				require.Len(t, files, 1)
				page := w.Page(scope, books.PageName(books.BatchPage, 1, books.AfterAnswer))
				require.Len(t, page.Ended, 3)
				places := map[int64]bool{}
				for i, e := range page.Ended {
					labels := lo.Reject(e.Labels, func(l books.Label, _ int) bool { return l.Spare })
					require.Len(t, labels, each)
					for _, l := range labels {
						assert.Equal(t, files[0], l.Pack)
						places[l.From] = true
						if l.Format == "zpl" {
							assert.Contains(t, w.LabelText(l), truth[i].Parcels[0].Code)
						} else {
							assert.True(t, strings.HasPrefix(w.LabelText(l), "%PDF"))
						}
					}
				}
				assert.Len(t, places, 3*each)
				require.NoError(t, w.Store.Delete(t.Context(), scope.PageKey(books.PageName(books.BatchPage, 1, books.AfterAnswer))))
			}
		})
	}
}

func TestALabelAloneHasAnObjectOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 300})
	scope := w.Scope("coppel")
	truth := w.Of(scope, sandbox.FateLabelable)[:1]
	page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
	label := page.Ended[0].Labels[0]
	assert.Empty(t, label.Pack)
	assert.Equal(t, []string{label.Key}, w.labelFiles(scope.Merchant, scope.Connection.ID))
	assert.Contains(t, w.LabelText(label), truth[0].Parcels[0].Code)
}
