package tickets

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage/storagetest"
)

// once puts an answer of its own in the place of the first of the calls that it fits.
func once(fits func(*http.Request) bool, instead http.HandlerFunc) func(http.Handler) http.Handler {
	var done atomic.Bool
	return func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if fits(r) && done.CompareAndSwap(false, true) {
				instead(rw, r)
				return
			}
			hub.ServeHTTP(rw, r)
		})
	}
}

func isTaskFile(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/files/tasks/") }

func TestAResultThatCannotBeHad(t *testing.T) {
	t.Parallel()
	t.Run("a link that has expired is renewed by asking for the task again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200}, once(isTaskFile, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusForbidden) }))
		scope := w.Scope("amazon")
		orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:3])
		page := w.collects(scope, 1, orders...)
		assert.Equal(t, 3, page.Counts().Ended[contract.Labelled])
		assert.Equal(t, 2, w.Calls("task"))
		assert.Zero(t, w.Calls("delivery-order"))
	})
	t.Run("a result that is no zip leaves the orders' own documents", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200}, once(isTaskFile, func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = rw.Write([]byte("<!DOCTYPE html><html><body>Service unavailable</body></html>"))
		}))
		scope := w.Scope("paris")
		truth := w.Of(scope, sandbox.FateLabelable)[:3]
		page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
		assert.Equal(t, 3, page.Counts().Ended[contract.Labelled])
		w.requireOwnLabels(page, truth)
	})
	t.Run("a server that is busy is tried again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "task-file", Answer: "503", Times: 2}}})
		scope := w.Scope("paris")
		in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])...))
		w.Pass(3 * time.Minute)
		for range 2 {
			_, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, nil)
			require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
		}
		assert.Equal(t, 2, activitiestest.MustStep(w, w.documents.CollectLabels, in).Counts.Ended[contract.Labelled])
	})
	t.Run("a document that cannot be had holds up its own order alone", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{
			{Channel: "paris", Nth: 1, File: "missing_in_zip"}, {Route: "document-file", Answer: "503", Times: sandbox.AlwaysTimes},
		}})
		scope := w.Scope("paris")
		truth := w.Of(scope, sandbox.FateLabelable)
		bad, _ := lo.Find(truth, func(o sandbox.ReportOrder) bool { return len(o.Faults) > 0 })
		in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, truth)...))
		w.Pass(time.Hour)
		step := &activitiestest.Try{}
		for range documentTries {
			_, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, step)
			require.Equal(t, contract.ErrorHub, activitiestest.ApplicationError(t, err).Type())
			step = &activitiestest.Try{Before: &step.Said}
		}
		collected, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, step)
		require.NoError(t, err)
		assert.Equal(t, len(truth)-1, collected.Counts.Ended[contract.Labelled])
		assert.Equal(t, []string{bad.ID}, activitiestest.IDs(w.Page(scope, collected.Page).Ready))
	})
}

func TestCollectLabelsTwiceGivesTheSamePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("paris")
	in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:3])...))
	w.Pass(5 * time.Minute)
	name := scope.PageKey(books.PageName(books.BatchPage, 1, books.AfterAnswer))
	w.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && strings.HasSuffix(r.URL.Path, name) {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	_, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, nil)
	require.Equal(t, contract.ErrorTrouble, activitiestest.ApplicationError(t, err).Type())
	w.S3.InjectFaults(nil)
	first := activitiestest.MustStep(w, w.documents.CollectLabels, in)
	page := w.Page(scope, first.Page)
	calls := w.Calls("task") + w.Calls("task-file")
	again := activitiestest.MustStep(w, w.documents.CollectLabels, in)
	assert.Equal(t, first.Step, again.Step)
	assert.Equal(t, page, w.Page(scope, again.Page))
	assert.Equal(t, calls, w.Calls("task")+w.Calls("task-file"))
}

func TestALabelThatWaitsAlreadyIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("paris")
	orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])
	w.KeepWaiting(scope, orders[0])
	page := w.collects(scope, 1, orders...)
	assert.Equal(t, "labels/m/c/files/abc.zpl", page.Ended[0].Labels[0].Key)
	assert.NotEqual(t, "labels/m/c/files/abc.zpl", page.Ended[1].Labels[0].Key)
}

func TestFalabellaHearsOfTheLabelsThatStandOnTheBatchsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.Scope("fcom")
	scope.Settings.FalabellaReady = contract.ReadyAtLabel
	orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])
	in := collectInput(scope, 1, w.asks(scope, 1, orders...))
	_, err := scope.LeavePage(t.Context(), w.Store, books.PageName(books.BatchPage, 1, books.AfterAnswer), books.Page{
		Ready: orders[1:], Ended: []books.Entry{{Order: orders[0], Outcome: contract.Labelled}},
	})
	require.NoError(t, err)
	activitiestest.MustStep(w, w.documents.CollectLabels, in)
	after := w.Page(scope.LastWord(), books.PageName(books.AfterPage, 0, activities.AfterNumber(scope, 1)))
	assert.Equal(t, activitiestest.IDs(orders[:1]), activitiestest.IDs(after.Pending), "an earlier try ended before it had said so")
}

func TestFalabellaHearsAtTheLabelWhenThatIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "fcom", Nth: 1, LabelFails: 1}}})
	scope := w.Scope("fcom")
	scope.Settings.FalabellaReady = contract.ReadyAtLabel
	truth := w.Of(scope, sandbox.FateLabelable)
	page := w.collects(scope, 7, activitiestest.OrdersOfReport(scope, truth)...)
	after := w.Page(scope.LastWord(), books.PageName(books.AfterPage, 0, activities.AfterNumber(scope, 7)))
	assert.Equal(t, activitiestest.EntryIDs(page.Ended), activitiestest.IDs(after.Pending), "for the labelled ones")
	assert.Len(t, after.Pending, len(truth)-1)

	pages, err := activities.ConnectionPages(t.Context(), w.Store, scope.Merchant, scope.Run, scope.Connection.ID)
	require.NoError(t, err)
	counts := lo.CountValuesBy(books.SettlePages(pages, books.RestOutcome{Outcome: contract.NotReady}).Entries, func(e books.Entry) contract.Outcome { return e.Outcome })
	assert.Equal(t, map[contract.Outcome]int{contract.Labelled: len(truth) - 1, contract.NotReady: 1}, counts, "and stay labelled in the books")
}

func TestLinksOfEachOrderAreAsGoodAsOneForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/api/bulk-actions-task/") {
				hub.ServeHTTP(rw, r)
				return
			}
			task := activitiestest.AnswerOf(hub, r, r.URL.Path)
			output, isObject := task["output"].(map[string]any)
			if text, isText := task["output"].(string); isText {
				isObject = json.Unmarshal([]byte(text), &output) == nil
			}
			if isObject {
				for _, entry := range output["successfulDeliveryOrderDocuments"].([]any) {
					entry := entry.(map[string]any)
					entry["url"] = "http://" + r.Host + "/files/documents/" + entry["deliveryOrderDocumentId"].(string)
				}
				task["output"], task["url"] = output, nil
			}
			_ = json.NewEncoder(rw).Encode(task)
		})
	})
	scope := w.Scope("coppel")
	truth := w.Of(scope, sandbox.FateLabelable)[:3]
	page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
	assert.Equal(t, 3, page.Counts().Ended[contract.Labelled])
	w.requireOwnLabels(page, truth)
	assert.Zero(t, w.Calls("task-file"))
	assert.Zero(t, w.Calls("delivery-order"), "its own documents are not needed")
}

func TestFilesShareTheRoomThatIsLeft(t *testing.T) {
	t.Parallel()
	open := []bundle.File{{Data: make([]byte, 7)}, {Data: make([]byte, 13)}}
	assert.Equal(t, bundle.Limits{TotalBytes: 80, FileBytes: activities.SingleLimit}, roomBeside(open, 100, nil))
	assert.EqualValues(t, 1, roomBeside(open, 20, nil).TotalBytes, "nothing more, which is not the default")
}
