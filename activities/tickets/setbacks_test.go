package tickets

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
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
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// tries makes further tries of a step, each of which knows what the one before has said, until one
// gives a result; it returns that, and how many there were.
func tries[Out any](w *world, step func(as *activitiestest.Try) (Out, error), most int) (Out, int) {
	w.Helper()
	var before *activities.Heartbeat
	for n := 1; ; n++ {
		as := &activitiestest.Try{Attempt: n, Before: before}
		out, err := step(as)
		if err == nil {
			return out, n
		}
		require.Less(w, n, most, err)
		require.False(w, activitiestest.ApplicationError(w.T, err).NonRetryable(), err)
		before = &as.Said
	}
}

func TestAServerOfFilesThatNeverEndsHoldsUpItsOwnOrdersAlone(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"stalled", "trickled"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "paris", Every: 3, File: answer}}})
			scope := w.Scope("paris")
			truth := w.Of(scope, sandbox.FateLabelable)
			bad, good := lo.FilterReject(truth, func(o sandbox.ReportOrder, _ int) bool { return len(o.Faults) > 0 })
			in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, truth)...))
			w.Pass(time.Hour)
			page := w.Page(scope, activitiestest.MustStep(w, w.documents.CollectLabels, in).Page)
			assert.Equal(t, activitiestest.Reported(good), activitiestest.EntryIDs(page.Ended), "at the first try")
			assert.Equal(t, activitiestest.Reported(bad), activitiestest.IDs(page.Ready), "and the others are asked for again")
			assert.Contains(t, page.Ready[0].Trouble.Words, "does not send the file")

			prepared := activitiestest.MustStep(w, w.documents.PrepareBatch, PrepareBatchInput{
				Scope: scope, Number: 2, Segments: []activities.Segment{{Page: books.PageName(books.BatchPage, 1, books.AfterAnswer), To: len(bad)}},
			})
			assert.Equal(t, len(bad), prepared.Counts.Ready, "nor do they hold up the next request")
		})
	}
}

func TestWhatWasGivenUpIsNotWaitedForAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "paris", Nth: 1, File: "stalled"}}})
	scope := w.Scope("paris")
	truth := w.Of(scope, sandbox.FateLabelable)
	in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, truth)...))
	w.Pass(time.Hour)
	w.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && strings.Contains(r.URL.Path, books.BatchPage) {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	var first activitiestest.Try
	_, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, &first)
	require.Equal(t, contract.ErrorTrouble, activitiestest.ApplicationError(t, err).Type(), "the page cannot be left")
	waited := w.Calls("document-file")
	require.Positive(t, waited)

	w.S3.InjectFaults(nil)
	collected, err := activitiestest.TryStep(w, w.documents.CollectLabels, in, &activitiestest.Try{Attempt: 2, Before: &first.Said})
	require.NoError(t, err)
	assert.Equal(t, len(truth)-1, collected.Counts.Ended[contract.Labelled])
	assert.Equal(t, waited, w.Calls("document-file"), "its server is not asked again")
	assert.NotContains(t, fmt.Sprint(first.Said), "http", "no link stands in a heartbeat")
}

func TestAResultThatNeverEndsIsDoneWithout(t *testing.T) {
	t.Parallel()
	for _, answer := range []sandbox.Answer{"stalled", "trickled"} {
		t.Run(string(answer), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Route: "task-file", Answer: answer, Times: sandbox.AlwaysTimes, Delay: "10ms"}}})
			scope := w.Scope("paris")
			truth := w.Of(scope, sandbox.FateLabelable)
			in := collectInput(scope, 1, w.asks(scope, 1, activitiestest.OrdersOfReport(scope, truth)...))
			w.Pass(time.Hour)
			collected, n := tries(w, func(as *activitiestest.Try) (Collected, error) {
				return activitiestest.TryStep(w, w.documents.CollectLabels, in, as)
			}, 10)
			assert.Equal(t, 3, n)
			assert.Equal(t, len(truth), collected.Counts.Ended[contract.Labelled], "the orders' own documents have the labels")
			assert.Equal(t, 3, w.Calls("task-file"))
		})
	}
}

func TestAResultWhoseLinkIsGoneIsDoneWithout(t *testing.T) {
	t.Parallel()
	asked := 0
	w := newWorld(t, sandbox.Options{Orders: 200}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			switch {
			case isTaskFile(r):
				rw.WriteHeader(http.StatusForbidden)
			case strings.HasPrefix(r.URL.Path, "/api/bulk-actions-task/"):
				task := activitiestest.AnswerOf(hub, r, r.URL.Path)
				if asked++; asked > 1 {
					delete(task, "url")
				}
				_ = json.NewEncoder(rw).Encode(task)
			default:
				hub.ServeHTTP(rw, r)
			}
		})
	})
	scope := w.Scope("paris")
	orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])
	page := w.collects(scope, 1, orders...)
	assert.Equal(t, 2, page.Counts().Ended[contract.Labelled])
}

func TestADocumentThatIsTooLargeIsNotKeptOnDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 200, Faults: []sandbox.Fault{{Channel: "paris", Nth: 1, File: "missing_in_zip"}}}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/files/documents/") {
				hub.ServeHTTP(rw, r)
				return
			}
			piece := make([]byte, 1<<20)
			for range documentsUnpacked>>20 + 2 {
				if _, err := rw.Write(piece); err != nil {
					return
				}
			}
		})
	})
	scope := w.Scope("paris")
	truth := w.Of(scope, sandbox.FateLabelable)
	page := w.collects(scope, 1, activitiestest.OrdersOfReport(scope, truth)...)
	assert.Equal(t, len(truth)-1, page.Counts().Ended[contract.Labelled])
	require.Len(t, page.Ready, 1)
	assert.Contains(t, page.Ready[0].Trouble.Words, "larger than", "it says why")
	raw := 0
	require.NoError(t, w.Store.List(t.Context(), storage.RawPrefix(scope.Merchant, scope.Connection.ID), func(storage.Object) error { raw++; return nil }))
	assert.Equal(t, 1, raw, "the result alone is kept as it came")
}

func TestNothingOfADownloadIsLeftOnDisk(t *testing.T) {
	t.Parallel()
	var w *world
	looks := make(chan []os.DirEntry, 1)
	w = newWorld(t, sandbox.Options{Orders: 200}, func(hub http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !isTaskFile(r) {
				hub.ServeHTTP(rw, r)
				return
			}
			whole := httptest.NewRecorder()
			hub.ServeHTTP(whole, r)
			maps.Copy(rw.Header(), whole.Header())
			rw.WriteHeader(whole.Code)
			file := whole.Body.Bytes()
			_, _ = rw.Write(file[:len(file)/2])
			_ = http.NewResponseController(rw).Flush()
			seen, _ := os.ReadDir(w.documents.TempDir)
			looks <- seen
			_, _ = rw.Write(file[len(file)/2:])
		})
	})
	scope := w.Scope("paris")
	orders := activitiestest.OrdersOfReport(scope, w.Of(scope, sandbox.FateLabelable)[:2])
	assert.Len(t, w.collects(scope, 1, orders...).Ended, 2)
	require.Len(t, looks, 1, "a file was downloaded, once")
	seen := <-looks
	if runtime.GOOS != "windows" {
		assert.Empty(t, seen, "it has no name while it is open")
	}
	left, err := os.ReadDir(w.documents.TempDir)
	require.NoError(t, err)
	assert.Empty(t, left)
}
