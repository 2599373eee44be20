package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
	stationdesk "github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/storage"
)

// warehouse is a station's page and the command line over the same runs and store.
type warehouse struct {
	*boardtest.Scene
	page *http.ServeMux
}

func newWarehouse(t *testing.T) *warehouse {
	w := &warehouse{Scene: boardtest.New(t), page: http.NewServeMux()}
	for _, route := range stationdesk.New(stationdesk.Settings{Site: boardtest.Site, Board: w.Board, Store: w.Store, Printers: w.Printers}).Routes() {
		w.page.HandleFunc(route.Pattern, route.Handle)
	}
	return w
}

// ask asks the page.
func ask[T any](t *testing.T, w *warehouse, path string) (value T) {
	t.Helper()
	answer := httptest.NewRecorder()
	w.page.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &value))
	return value
}

// print prints the first label of an order of run 1, so long before now, and says how it ended.
func (s *warehouse) print(t *testing.T, order string, state contract.PrintState, again contract.AgainReason, before time.Duration) {
	t.Helper()
	at := boardtest.At.Add(time.Hour - before)
	job := contract.PrintJob{
		ID: fmt.Sprintf("job-%s-%d", order, before), Merchant: boardtest.Merchant, Site: boardtest.Site, Printer: "zebra-1", Person: "Ana", Again: again, At: at,
	}
	label := contract.JobLabel{Run: "1", Order: order, Label: 1, Position: 1, SHA256: "aa"}
	answer, err := book.Claim(t.Context(), s.Store, job, label, book.NewPrint(job, label, at))
	require.NoError(t, err)
	require.Equal(t, book.Claimed, answer.Verdict)
	entry, err := book.WriteEnd(t.Context(), s.Store, answer.Entry, state, contract.Reason{}, at.Add(time.Second))
	require.NoError(t, err)
	_, err = book.PutPage(t.Context(), s.Store, job, contract.PrintPage{Merchant: boardtest.Merchant, Job: job.ID, Page: 1, Labels: []contract.PrintEvent{entry.Event(label)}})
	require.NoError(t, err)
}

// starter runs the command line over the same runs and store, and returns what it prints.
func (s *warehouse) starter(t *testing.T, arguments ...string) string {
	t.Helper()
	var out, trouble bytes.Buffer
	program := Program{
		Out: &out, Err: &trouble, Now: func() time.Time { return boardtest.At.Add(time.Hour) },
		Runs:    func(context.Context) (client.Runs, error) { return s.Runs, nil },
		Store:   func(context.Context, string) (client.Store, error) { return s.Store, nil },
		Objects: func(context.Context, string) (*storage.Store, error) { return s.Store, nil },
	}
	require.Equal(t, ExitComplete, program.Main(t.Context(), append([]string{"--merchant", boardtest.Merchant}, arguments...)), trouble.String())
	return out.String()
}

// TestPageShowAndDownloadAgreeOnWhatWasPrinted also for a run that takes published labels again, and for
// prints that are older than the page looks back.
func TestPageShowAndDownloadAgreeOnWhatWasPrinted(t *testing.T) {
	t.Parallel()
	s := newWarehouse(t)
	rows := boardtest.Rows("1", 8)
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Finish(t, "2", rows, contract.LabelRunInput{Reprint: true})
	s.print(t, rows[0].ID, contract.PrintOut, "", 10*24*time.Hour)
	s.print(t, rows[1].ID, contract.PrintOut, "", time.Hour)
	s.print(t, rows[2].ID, contract.PrintOut, "", 50*time.Minute)
	s.print(t, rows[2].ID, contract.PrintOut, contract.AgainJam, 40*time.Minute)
	s.print(t, rows[3].ID, contract.PrintOut, "", 30*time.Minute)
	s.print(t, rows[3].ID, contract.PrintLost, contract.AgainJam, 20*time.Minute)
	s.print(t, rows[4].ID, contract.PrintUnknown, "", 10*time.Minute)
	s.print(t, rows[5].ID, contract.PrintLost, "", 5*time.Minute)
	s.print(t, rows[6].ID, contract.PrintOut, "", 4*time.Minute)
	s.print(t, rows[6].ID, contract.PrintUnknown, contract.AgainJam, 3*time.Minute)
	s.Board.Refresh(t.Context())
	today := ask[api.Today](t, s, "/api/today")

	for _, key := range []string{"2", "1"} {
		folder := t.TempDir()
		s.starter(t, "download", key, "--to", folder)
		data, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
		require.NoError(t, err)
		var manifest contract.Manifest
		require.NoError(t, json.Unmarshal(data, &manifest))
		var shown struct{ Prints contract.PrintCounts }
		require.NoError(t, json.Unmarshal([]byte(s.starter(t, "show", key, "--json")), &shown))
		page, _ := lo.Find(today.Runs, func(r api.Run) bool { return r.Run == key })

		assert.Equal(t, 4, shown.Prints.Printed, "run %s", key)
		assert.Equal(t, 2, shown.Prints.InDoubt, "run %s", key)
		assert.Equal(t, shown.Prints, manifest.PrintCounts(), "run %s: show and download", key)
		assert.Equal(t, []int{shown.Prints.Labels, shown.Prints.Printed, shown.Prints.InDoubt}, []int{page.Labelled, page.Printed, page.Doubts}, "run %s: show and page", key)

		labels := ask[api.Labels](t, s, "/api/runs/"+boardtest.Merchant+"/"+key+"/labels")
		require.Len(t, labels.Labels, len(rows))
		for i, label := range labels.Labels {
			printed := manifest.Rows[i].Labels[0]
			assert.Equal(t, label.State, printed.PrintState, "run %s, label %d", key, i+1)
			one := ask[api.Label](t, s, fmt.Sprintf("/api/labels/%s/%s/1", boardtest.Merchant, label.Order))
			onPaper := lo.Filter(one.Prints, func(p contract.Print, _ int) bool { return p.State.IsOnPaper() })
			assert.Len(t, onPaper, printed.Prints, "run %s, label %d", key, i+1)
			if len(onPaper) > 0 {
				last := onPaper[len(onPaper)-1]
				assert.True(t, last.ClaimedAt.Equal(printed.PrintedAt), "run %s, label %d: %s and %s", key, i+1, last.ClaimedAt, printed.PrintedAt)
				assert.Equal(t, []string{last.Printer, last.Site}, []string{printed.PrintedOn, printed.PrintSite})
			}
		}
	}
}
