package activities

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

	"github.com/despacho/despacho/activities/books"
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
		scope := w.scope("amazon")
		orders := plain(scope, w.of(scope, sandbox.Labelable)[:3])
		page := w.collects(scope, 1, orders...)
		assert.Equal(t, 3, page.Counts().Ended[books.Labelled])
		assert.Equal(t, 2, w.calls("task"))
		assert.Zero(t, w.calls("delivery-order"))
	})
	t.Run("a result that is no zip leaves the orders' own documents", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200}, once(isTaskFile, func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = rw.Write([]byte("<!DOCTYPE html><html><body>Service unavailable</body></html>"))
		}))
		scope := w.scope("paris")
		truth := w.of(scope, sandbox.Labelable)[:3]
		page := w.collects(scope, 1, plain(scope, truth)...)
		assert.Equal(t, 3, page.Counts().Ended[books.Labelled])
		w.requireOwnLabels(page, truth)
	})
	t.Run("a server that is busy is tried again", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "task-file", Answer: "503", Times: 2}}})
		scope := w.scope("paris")
		in := collectInput(scope, 1, w.asks(scope, 1, plain(scope, w.of(scope, sandbox.Labelable)[:2])...))
		w.pass(3 * time.Minute)
		for range 2 {
			_, err := does(w, w.documents.CollectLabels, in, nil)
			require.Equal(t, ErrorHub, applicationError(t, err).Type())
		}
		assert.Equal(t, 2, must(w, w.documents.CollectLabels, in).Counts.Ended[books.Labelled])
	})
	t.Run("a document that cannot be had holds up its own order alone", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{
			{Channel: "paris", Nth: 1, File: "missing_in_zip"}, {Route: "document-file", Answer: "503", Times: sandbox.Always},
		}})
		scope := w.scope("paris")
		truth := w.of(scope, sandbox.Labelable)
		bad, _ := lo.Find(truth, func(o sandbox.ReportOrder) bool { return len(o.Faults) > 0 })
		in := collectInput(scope, 1, w.asks(scope, 1, plain(scope, truth)...))
		w.pass(time.Hour)
		step := &try{}
		for range documentTries {
			_, err := does(w, w.documents.CollectLabels, in, step)
			require.Equal(t, ErrorHub, applicationError(t, err).Type())
			step = &try{details: step.said}
		}
		collected, err := does(w, w.documents.CollectLabels, in, step)
		require.NoError(t, err)
		assert.Equal(t, len(truth)-1, collected.Counts.Ended[books.Labelled])
		assert.Equal(t, []string{bad.ID}, ids(w.page(scope, collected.Page).Ready))
	})
}

func TestCollectLabelsTwiceGivesTheSamePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.scope("paris")
	in := collectInput(scope, 1, w.asks(scope, 1, plain(scope, w.of(scope, sandbox.Labelable)[:3])...))
	w.pass(5 * time.Minute)
	name := scope.pageKey(books.PageName(books.BatchPage, 1, books.AfterAnswer))
	w.s3.Fail(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && strings.HasSuffix(r.URL.Path, name) {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	_, err := does(w, w.documents.CollectLabels, in, nil)
	require.Equal(t, ErrorTrouble, applicationError(t, err).Type())
	w.s3.Fail(nil)
	first := must(w, w.documents.CollectLabels, in)
	page := w.page(scope, first.Page)
	calls := w.calls("task") + w.calls("task-file")
	again := must(w, w.documents.CollectLabels, in)
	assert.Equal(t, first.Step, again.Step)
	assert.Equal(t, page, w.page(scope, again.Page))
	assert.Equal(t, calls, w.calls("task")+w.calls("task-file"))
}

func TestALabelThatWaitsAlreadyIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.scope("paris")
	orders := plain(scope, w.of(scope, sandbox.Labelable)[:2])
	w.keepWaiting(scope, orders[0])
	page := w.collects(scope, 1, orders...)
	assert.Equal(t, "labels/m/c/files/abc.zpl", page.Ended[0].Labels[0].Key)
	assert.NotEqual(t, "labels/m/c/files/abc.zpl", page.Ended[1].Labels[0].Key)
}

func TestFalabellaHearsOfTheLabelsThatStandOnTheBatchsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100})
	scope := w.scope("fcom")
	scope.Settings.FalabellaReady = ReadyAtLabel
	orders := plain(scope, w.of(scope, sandbox.Labelable)[:2])
	in := collectInput(scope, 1, w.asks(scope, 1, orders...))
	_, err := scope.leave(t.Context(), w.store, books.PageName(books.BatchPage, 1, books.AfterAnswer), books.Page{
		Ready: orders[1:], Ended: []books.Entry{{Order: orders[0], Outcome: books.Labelled}},
	})
	require.NoError(t, err)
	must(w, w.documents.CollectLabels, in)
	after := w.page(scope.Last(), books.PageName(books.AfterPage, 0, AfterNumber(scope, 1)))
	assert.Equal(t, ids(orders[:1]), ids(after.Pending), "an earlier try ended before it had said so")
}

func TestFalabellaHearsAtTheLabelWhenThatIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 100, Faults: []sandbox.Fault{{Channel: "fcom", Nth: 1, LabelFails: 1}}})
	scope := w.scope("fcom")
	scope.Settings.FalabellaReady = ReadyAtLabel
	truth := w.of(scope, sandbox.Labelable)
	page := w.collects(scope, 7, plain(scope, truth)...)
	after := w.page(scope.Last(), books.PageName(books.AfterPage, 0, AfterNumber(scope, 7)))
	assert.Equal(t, entryIDs(page.Ended), ids(after.Pending), "for the labelled ones")
	assert.Len(t, after.Pending, len(truth)-1)

	pages, err := connectionPages(t.Context(), w.store, scope.Merchant, scope.Run, scope.Connection.ID)
	require.NoError(t, err)
	counts := lo.CountValuesBy(books.Settle(pages, books.Rest{Outcome: books.NotReady}).Entries, func(e books.Entry) books.Outcome { return e.Outcome })
	assert.Equal(t, map[books.Outcome]int{books.Labelled: len(truth) - 1, books.NotReady: 1}, counts, "and stay labelled in the books")
}

func TestLinksOfEachOrderAreAsGoodAsOneForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/api/bulk-actions-task/") {
				hub.ServeHTTP(rw, r)
				return
			}
			task := answerOf(hub, r, r.URL.Path)
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
	scope := w.scope("coppel")
	truth := w.of(scope, sandbox.Labelable)[:3]
	page := w.collects(scope, 1, plain(scope, truth)...)
	assert.Equal(t, 3, page.Counts().Ended[books.Labelled])
	w.requireOwnLabels(page, truth)
	assert.Zero(t, w.calls("task-file"))
	assert.Zero(t, w.calls("delivery-order"), "its own documents are not needed")
}

func TestFilesShareTheRoomThatIsLeft(t *testing.T) {
	t.Parallel()
	open := []bundle.File{{Data: make([]byte, 7)}, {Data: make([]byte, 13)}}
	assert.Equal(t, bundle.Limits{TotalBytes: 80, FileBytes: singleLimit}, roomBeside(open, 100))
	assert.EqualValues(t, 1, roomBeside(open, 20).TotalBytes, "nothing more, which is not the default")
}
