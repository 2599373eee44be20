package desk_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// newFullTable has a run of ten orders, the first of which is on paper.
func newFullTable(t testing.TB) *table {
	s := newTable(t)
	s.Finish(t, "1", boardtest.Rows("1", 10), contract.LabelRunInput{})
	s.Log(t, "before-01", 1, boardtest.Event("before-01", "o-1-1", contract.PrintOut, 1))
	s.Board.Refresh(t.Context())
	return s
}

func wholeRun(id string) api.PrintIn {
	return api.PrintIn{ID: id, Printer: "zebra-1", Select: api.Select{Merchant: boardtest.Merchant, Run: "1"}}
}

func TestAJobSaysWhoAskedForIt(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	in := wholeRun("window-1-0001")
	in.Select.From, in.Select.To, in.Again, in.Text = 1, 2, contract.AgainOther, "  se\x00 mojó\n la  caja "
	assert.Equal(t, api.PrintOut{Job: in.ID, Labels: 2}, got[api.PrintOut](t, s.ask(t, "POST", "/api/print", in)))
	var job contract.PrintJob
	require.NoError(t, s.Store.Get(t.Context(), storage.PrintJob(boardtest.Merchant, in.ID), &job))
	labels := job.Labels
	job.Labels = nil
	assert.Equal(t, contract.PrintJob{
		ID: in.ID, Merchant: boardtest.Merchant, Site: boardtest.Site, Printer: "zebra-1", Station: "mesa-1", Person: "Ana",
		Again: contract.AgainOther, Text: "se mojó la caja", At: boardtest.At.Add(time.Hour),
	}, job)
	assert.Len(t, labels, 2)
	require.Len(t, s.Printers.Asked, 1)
	assert.Equal(t, labels, s.Printers.Asked[0].Labels)
}

func TestPrintIsRefused(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	tests := []struct {
		name   string
		change func(*api.PrintIn)
		status int
		code   string
	}{
		{"without an id", func(in *api.PrintIn) { in.ID = "" }, http.StatusBadRequest, "request"},
		{"with an id that is a path", func(in *api.PrintIn) { in.ID = "../../etc" }, http.StatusBadRequest, "request"},
		{"with an id that is too long", func(in *api.PrintIn) { in.ID = strings.Repeat("a", 65) }, http.StatusBadRequest, "request"},
		{"on a printer that is not there", func(in *api.PrintIn) { in.Printer = "nowhere" }, http.StatusNotFound, "no_printer"},
		{"of a run that is not there", func(in *api.PrintIn) { in.Select.Run = "none" }, http.StatusNotFound, "no_run"},
		{"again with a reason that is none", func(in *api.PrintIn) { in.Again, in.Select.From = "because", 1 }, http.StatusBadRequest, "reason"},
		{"again for another reason without a text", func(in *api.PrintIn) { in.Again, in.Text, in.Select.From = contract.AgainOther, " \t", 1 }, http.StatusBadRequest, "reason"},
		{"again of all", func(in *api.PrintIn) { in.Again = contract.AgainJam }, http.StatusBadRequest, "again_whole"},
		{"of more labels than a page has", func(in *api.PrintIn) { in.Select.Labels = make([]contract.LabelRef, 501) }, http.StatusBadRequest, "too_many"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := wholeRun("window-1-0001")
			test.change(&in)
			w := s.ask(t, "POST", "/api/print", in)
			assert.Equal(t, test.status, w.Code)
			assert.Contains(t, w.Body.String(), `"code":"`+test.code+`"`)
		})
	}
	t.Cleanup(func() { assert.Empty(t, s.Printers.Asked) })
}

func TestWhatIsNoRequestIsRefused(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	for _, path := range []string{"/api/print", "/api/scan", "/api/found", "/api/printers/zebra-1/control", "/api/printers/zebra-1/settle"} {
		for name, body := range map[string]string{
			"nothing": "", "no JSON": "id=1", "a field too many": `{"evil":1}`, "two values": `{} {}`, "another type": `[]`,
		} {
			w := s.ask(t, "POST", path, body)
			assert.Equal(t, http.StatusBadRequest, w.Code, "%s to %s", name, path)
			assert.Contains(t, w.Body.String(), "recargarla", "%s to %s", name, path)
		}
		w := s.ask(t, "POST", path, `{"id":"`+strings.Repeat("a", 64<<10)+`"}`)
		assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code, path)
	}
}

// TestManyWindowsPrintEachLabelOnce has eight windows ask for the same run, each twice.
func TestManyWindowsPrintEachLabelOnce(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() { s.ask(t, "POST", "/api/print", wholeRun(fmt.Sprintf("window-%d-0001", n/2))) })
	}
	wg.Wait()
	seen := map[contract.LabelRef]int{}
	for _, job := range s.Printers.Asked {
		for _, l := range job.Labels {
			seen[contract.LabelRef{Order: l.Order, Label: l.Label}]++
		}
	}
	assert.Len(t, seen, 9, "all but the one on paper")
	assert.Equal(t, []int{1}, lo.Uniq(lo.Values(seen)))
}

func TestAJobThatTemporalDidNotTakeIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	s.Printers.Away = boardtest.ErrAway
	w := s.ask(t, "POST", "/api/print", wholeRun("window-1-0001"))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), `"code":"temporal"`)
	s.Printers.Away = nil
	for _, again := range []*table{s, s.restarted(t)} {
		assert.Equal(t, 9, got[api.PrintOut](t, again.ask(t, "POST", "/api/print", wholeRun("window-1-0001"))).Labels)
		assert.Len(t, s.Printers.Asked, 1)
	}
}

func TestAJobThatCouldNotBeStoredBlocksNobody(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	s.Server.InjectFaults(func(call storagetest.Call, _ *http.Request) storagetest.Fault {
		if call == storagetest.PutObject {
			return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
		}
		return storagetest.Fault{}
	})
	assert.Equal(t, http.StatusServiceUnavailable, s.ask(t, "POST", "/api/print", wholeRun("window-1-0001")).Code)
	s.Server.InjectFaults(nil)
	assert.Equal(t, 9, got[api.PrintOut](t, s.ask(t, "POST", "/api/print", wholeRun("window-2-0001"))).Labels)
}

func TestAPrinterIsControlledAndDoubtsAreSettled(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	for _, in := range []api.ControlIn{
		{ID: "control-1", PrinterControl: contract.PrinterControl{Action: contract.PausePrinter}},
		{ID: "control-2", PrinterControl: contract.PrinterControl{Action: contract.ContinuePrinter}},
		{ID: "control-3", PrinterControl: contract.PrinterControl{Action: contract.StopJob, Job: "job-0001"}},
	} {
		got[struct{}](t, s.ask(t, "POST", "/api/printers/zebra-1/control", in))
		assert.Equal(t, in.PrinterControl, s.Printers.Controls[len(s.Printers.Controls)-1])
	}
	settled := contract.SettleRequest{Merchant: boardtest.Merchant, Job: "job-0001", Person: "somebody else", CameOut: []contract.LabelRef{{Order: "o-1-1", Label: 1}}}
	got[struct{}](t, s.ask(t, "POST", "/api/printers/zebra-1/settle", settled))
	settled.Person = "Ana"
	assert.Equal(t, []contract.SettleRequest{settled}, s.Printers.Settled, "the one who asks is the one who says it")

	refused := map[string]any{
		"/api/printers/nowhere/control": api.ControlIn{PrinterControl: contract.PrinterControl{Action: contract.PausePrinter}},
		"/api/printers/zebra-1/control": api.ControlIn{PrinterControl: contract.PrinterControl{Action: "burn"}},
		"/api/printers/oficina/control": api.ControlIn{PrinterControl: contract.PrinterControl{Action: contract.StopJob}},
		"/api/printers/nowhere/settle":  settled,
		"/api/printers/zebra-1/settle":  contract.SettleRequest{Merchant: boardtest.Merchant, Job: "job-0001"},
	}
	for path, body := range refused {
		code := s.ask(t, "POST", path, body).Code
		assert.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, code, path)
	}
	assert.Len(t, s.Printers.Controls, 3)
	assert.Len(t, s.Printers.Settled, 1)
}

func TestAListOfLabelsIsBounded(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	s.Finish(t, "1", boardtest.Rows("1", 600), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	const path = "/api/runs/" + boardtest.Merchant + "/1/labels"
	first := got[api.Labels](t, s.ask(t, "GET", path, nil))
	assert.Len(t, first.Labels, 500)
	assert.Equal(t, 501, first.Next)
	rest := got[api.Labels](t, s.ask(t, "GET", fmt.Sprintf("%s?from=%d&limit=500", path, first.Next), nil))
	assert.Len(t, rest.Labels, 100)
	for _, query := range []string{"?limit=501", "?limit=0", "?limit=x", "?from=-1", "?from=x"} {
		assert.Equal(t, http.StatusBadRequest, s.ask(t, "GET", path+query, nil).Code, query)
	}
	assert.Equal(t, http.StatusNotFound, s.ask(t, "GET", "/api/runs/m1/none/labels", nil).Code)
}

func TestAJobHasAtMostSoManyLabels(t *testing.T) {
	t.Parallel()
	s := newTable(t)
	s.Finish(t, "1", boardtest.Rows("1", board.MaxJob+1), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	w := s.ask(t, "POST", "/api/print", wholeRun("window-1-0001"))
	assert.Equal(t, http.StatusBadRequest, w.Code)
	in := wholeRun("window-1-0002")
	in.Select.To = board.MaxJob
	assert.Equal(t, board.MaxJob, got[api.PrintOut](t, s.ask(t, "POST", "/api/print", in)).Labels)
}

// restarted is a new station over the same store and printers.
func (s *table) restarted(t testing.TB) *table {
	again := newTableOver(t, s.Scene.Again())
	again.Board.Refresh(t.Context())
	return again
}

func TestWhoeverSaysNoLanguageReadsSpanish(t *testing.T) {
	t.Parallel()
	s := newFullTable(t)
	s.who = desk.Identity{}
	w := s.ask(t, "GET", "/api/runs/m1/none/labels", nil)
	assert.Contains(t, w.Body.String(), "Esa tanda")
}
