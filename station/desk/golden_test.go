package desk_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board/boardtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// version is the one number of an answer that differs from time to time.
var version = regexp.MustCompile(`"version": \d+`)

// TestTheAnswersAreWhatThePageReads holds each answer's JSON: the page's code is written against it. "go test
// ./station/desk -run TestTheAnswers -update" writes the files anew.
func TestTheAnswersAreWhatThePageReads(t *testing.T) {
	t.Parallel()
	s := newMorning(t)
	verify := scanOf(api.ScanVerify, "POLERA")
	verify.Open, verify.Merchant, verify.ID = &contract.LabelRef{Order: "o-1-3", Label: 1}, boardtest.Merchant, "scan-item-0001"
	wrong := verify
	wrong.Text, wrong.ID = "SKU-3", "scan-wrong-0001"
	steps := []struct {
		name, method, path string
		body               any
	}{
		{"today", "GET", "/api/today", nil},
		{"labels", "GET", "/api/runs/m1/1/labels?limit=2", nil},
		{"label", "GET", "/api/labels/m1/o-1-1/1", nil},
		{"files", "GET", "/api/files/m1/7", nil},
		{"scan-order", "POST", "/api/scan", scanOf(api.ScanLook, "20000100003")},
		{"scan-printed", "POST", "/api/scan", scanOf(api.ScanPrint, "20000100002")},
		{"scan-item", "POST", "/api/scan", verify},
		{"scan-wrong-item", "POST", "/api/scan", wrong},
		{"scan-no-label", "POST", "/api/scan", scanOf(api.ScanLook, "20000100004")},
		{"scan-alarm", "POST", "/api/scan", scanOf(api.ScanLook, "20000100005")},
		{"scan-several", "POST", "/api/scan", scanOf(api.ScanLook, "5550001")},
		{"scan-unknown", "POST", "/api/scan", scanOf(api.ScanLook, "nothing")},
		{"print", "POST", "/api/print", wholeRun("window-1-0001")},
		{"found", "POST", "/api/found", api.FoundIn{ID: "found-0001", Merchant: boardtest.Merchant, Order: "o-1-5"}},
		{"failure", "POST", "/api/print", api.PrintIn{ID: "window-1-0002", Printer: "nowhere"}},
	}
	for _, step := range steps {
		var pretty bytes.Buffer
		require.NoError(t, json.Indent(&pretty, s.ask(t, step.method, step.path, step.body).Body.Bytes(), "", " "), step.name)
		answer := version.ReplaceAllString(pretty.String(), `"version": 1`)
		path := filepath.Join("testdata", step.name+".json")
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, []byte(answer), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, string(want), answer, step.name)
	}
}

// newMorning is a table in the middle of a morning: a run that is over, one in progress, a printer without
// paper with a job and a doubt, an order to take out.
func newMorning(t testing.TB) *table {
	s := newTable(t)
	rows := append(mixed(), boardtest.Row("1", 5), boardtest.Row("1", 6), boardtest.Row("1", 7))
	rows[5].OrderNumber, rows[6].OrderNumber = "5550001", "5550001"
	deadline := boardtest.At.Add(1e12)
	rows[0].Deadline = &deadline
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Runs.Add(contract.RunID(boardtest.Merchant, "2"), &clienttest.Run{State: contract.RunRunning, Progress: []contract.RunResult{
		{State: contract.RunRunning, Requested: 9, Outcomes: map[contract.Outcome]int{contract.Labelled: 3, contract.NotReady: 1}},
	}})
	result := contract.RunResult{Run: "7", Merchant: boardtest.Merchant, State: contract.RunCompleted, Requested: 1, Files: []contract.PrintFile{
		{Key: "runs/m1/7/print/x.pdf", Format: "pdf", Labels: 1, Pages: 2, Bytes: 12},
	}}
	s.Runs.Add(contract.RunID(boardtest.Merchant, "7"), &clienttest.Run{State: contract.RunCompleted, Result: result})
	s.Cancel(t, "o-1-5", "1")
	job := contract.PrintJob{ID: "job-0001", Merchant: boardtest.Merchant, Site: boardtest.Site, Printer: "zebra-1", Person: "Ana", At: boardtest.At}
	for n := range 2 {
		job.Labels = append(job.Labels, contract.JobLabel{Run: "1", Order: rows[n*5].ID, OrderNumber: rows[n*5].OrderNumber, Label: 1, Position: n*5 + 1})
	}
	s.PutJob(t, job)
	s.Printers.Change("zebra-1", func(p *contract.PrinterProgress) {
		p.Condition, p.Doubts = string(printing.PaperOut), []contract.LabelRef{{Order: "o-1-1", Label: 1}}
	})
	s.Log(t, job.ID, 1, boardtest.Event(job.ID, "o-1-1", contract.PrintUnknown, 1))
	s.Board.Refresh(t.Context())
	return s
}
