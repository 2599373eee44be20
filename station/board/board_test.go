package board_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	steps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/wording"
)

func today(s *boardtest.Scene) api.Today { return s.Board.Today(wording.Spanish) }

func TestARunStandsInPilesOfShopAndCourier(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	rows := boardtest.Rows("1", 5)
	early, late := boardtest.At.Add(time.Hour), boardtest.At.Add(2*time.Hour)
	rows[0].Deadline, rows[2].Deadline = &late, &early
	rows[1].Courier = "Starken"
	rows[3].Labels = append(rows[3].Labels, rows[3].Labels[0])
	rows[4].Outcome, rows[4].Position, rows[4].Labels = contract.HeldBack, nil, nil
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Board.Refresh(t.Context())

	run := today(s).Runs[0]
	assert.Equal(t, "Tienda Ñandú", run.MerchantName)
	assert.Equal(t, 5, run.Requested)
	assert.Equal(t, 5, run.Labelled, "labels, of which an order may have two")
	require.Len(t, run.Piles, 2)
	first := run.Piles[0]
	assert.Equal(t, api.Pile{ID: first.ID, Channel: "mercadolibre", Shop: "Tienda", Courier: "Chilexpress", Deadline: early, First: 1, Last: 4, Labels: 4}, first)
	assert.Equal(t, "Starken", run.Piles[1].Courier)
	assert.Equal(t, []api.Count{{Outcome: contract.HeldBack, Words: "Retenido", Orders: 1}}, run.Missing)
	assert.Equal(t, "Retido", s.Board.Today(wording.Portuguese).Runs[0].Missing[0].Words)
}

func TestARunInProgressShowsUpBeforeItEnds(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	running := s.Runs.Add(contract.RunID(boardtest.Merchant, "1"), &clienttest.Run{State: contract.RunRunning, Progress: []contract.RunResult{
		{State: contract.RunRunning, Requested: 9, Outcomes: map[contract.Outcome]int{contract.Labelled: 3}},
		{State: contract.RunWaiting, Requested: 9, Outcomes: map[contract.Outcome]int{contract.Labelled: 5}},
	}})
	s.Board.Refresh(t.Context())
	shown := today(s).Runs[0]
	assert.Equal(t, contract.RunRunning, shown.State)
	assert.Equal(t, 3, shown.Labelled)
	assert.Empty(t, shown.Piles)
	assert.NotNil(t, shown.Piles)

	before := today(s).Version
	s.Board.Refresh(t.Context())
	assert.Equal(t, 5, today(s).Runs[0].Labelled)
	assert.Greater(t, today(s).Version, before)
	before = today(s).Version
	s.Board.Refresh(t.Context())
	assert.Equal(t, before, today(s).Version, "no news, no new picture")

	running.NoWorker = true
	s.Board.Refresh(t.Context())
	assert.Equal(t, 7, today(s).Runs[0].Requested, "what Temporal itself knows")

	s.Finish(t, "1", boardtest.Rows("1", 2), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	assert.Equal(t, contract.RunCompleted, today(s).Runs[0].State)
	assert.Len(t, today(s).Runs[0].Piles, 1)
}

func TestRunsThatPrintNothingAreNotShown(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Finish(t, "1", boardtest.Rows("1", 2), contract.LabelRunInput{MakeOnly: true})
	s.Finish(t, "2", boardtest.Rows("2", 2), contract.LabelRunInput{Plan: true})
	s.Board.Refresh(t.Context())
	assert.Empty(t, today(s).Runs)
	reads := s.Server.Calls()[storagetest.GetObject]
	s.Board.Refresh(t.Context())
	assert.Equal(t, reads+2, s.Server.Calls()[storagetest.GetObject], "nothing but the two printers is read again")
}

func TestARunThatBeginsIsReadAgainUntilItsRequestIsThere(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Runs.Add(contract.RunID(boardtest.Merchant, "1"), &clienttest.Run{State: contract.RunRunning})
	s.Board.Refresh(t.Context())
	assert.Len(t, today(s).Runs, 1)
	require.NoError(t, s.Store.Put(t.Context(), storage.RunRequest(boardtest.Merchant, "1"), contract.LabelRunInput{MakeOnly: true}))
	s.Board.Refresh(t.Context())
	assert.Empty(t, today(s).Runs, "it only makes labels")
}

func TestWhatBecameOfPrintsIsReadOnce(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Finish(t, "1", boardtest.Rows("1", 4), contract.LabelRunInput{})
	s.Log(t, "job-1", 1, boardtest.Event("job-1", "o-1-1", contract.PrintOut, time.Minute),
		boardtest.Event("job-1", "o-1-2", contract.PrintUnknown, time.Minute), boardtest.Event("job-1", "o-1-3", contract.PrintHeld, time.Minute))
	s.Board.Refresh(t.Context())
	run := today(s).Runs[0]
	assert.Equal(t, []int{1, 1, 1}, []int{run.Printed, run.Doubts, run.Held})
	assert.Equal(t, 1, run.Piles[0].Printed)

	reads := s.Server.Calls()[storagetest.GetObject]
	s.Board.Refresh(t.Context())
	assert.Equal(t, reads+2, s.Server.Calls()[storagetest.GetObject], "nothing but the two printers is read again")

	s.Log(t, "job-1", 2, boardtest.Event("job-1", "o-1-2", contract.PrintConfirmed, 2*time.Minute))
	s.Board.Refresh(t.Context())
	run = today(s).Runs[0]
	assert.Equal(t, []int{2, 0, 1}, []int{run.Printed, run.Doubts, run.Held})
}

func TestThePictureMovesLabelByLabel(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Finish(t, "1", boardtest.Rows("1", 2), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	move := func(state contract.PrintState, after time.Duration) int64 {
		event := boardtest.Event("job-1", "o-1-1", state, after)
		event.ClaimedAt = boardtest.At
		s.Board.Printing(t.Context(), steps.Event{Printer: "zebra-1", Merchant: boardtest.Merchant, Label: &event})
		return today(s).Version
	}
	seen := move(contract.PrintSending, 1)
	assert.Zero(t, today(s).Runs[0].Printed)
	assert.Greater(t, move(contract.PrintOut, 2), seen)
	assert.Equal(t, 1, today(s).Runs[0].Printed)
	seen = today(s).Version
	assert.Equal(t, seen, move(contract.PrintSending, 1), "what is older changes nothing")
	assert.Equal(t, seen, move(contract.PrintOut, 3), "what is known changes nothing")
	assert.Equal(t, 1, today(s).Runs[0].Printed)
}

func TestAPrinterSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Finish(t, "1", boardtest.Rows("1", 3), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	printers := today(s).Printers
	require.Len(t, printers, 2)
	zebra := func() api.Printer {
		return lo.Must(lo.Find(today(s).Printers, func(p api.Printer) bool { return p.Name == "zebra-1" }))
	}
	assert.Equal(t, api.Printer{Name: "zebra-1", Kind: "raw", Stock: "4x6in", DPI: 203, Jobs: []api.Job{}, Doubts: []api.Label{}}, zebra())

	job := contract.PrintJob{ID: "job-0001", Merchant: boardtest.Merchant, Site: boardtest.Site, Printer: "zebra-1", Person: "Ana", At: boardtest.At}
	chosen, err := s.Board.Select(t.Context(), api.Select{Merchant: boardtest.Merchant, Run: "1"}, job, false)
	require.NoError(t, err)
	job.Labels = chosen.Labels
	s.PutJob(t, job)
	s.Printers.Change("zebra-1", func(p *contract.PrinterProgress) {
		p.Condition, p.Paused, p.Doubts = string(printing.PaperOut), true, []contract.LabelRef{{Order: "o-1-1", Label: 1}}
	})
	s.Log(t, job.ID, 1, boardtest.Event(job.ID, "o-1-1", contract.PrintUnknown, 1), boardtest.Event(job.ID, "o-1-2", contract.PrintOut, 1))
	s.Board.Refresh(t.Context())
	shown := zebra()
	assert.Equal(t, "Sin papel. Poner un rollo nuevo y cerrar la tapa.", shown.Do)
	assert.True(t, shown.Paused)
	assert.Equal(t, []api.Job{{Job: job.ID, Merchant: boardtest.Merchant, Run: "1", Person: "Ana", At: boardtest.At, Total: 3, Sent: 1, Out: 1, Doubts: 1}}, shown.Jobs)
	require.Len(t, shown.Doubts, 1)
	assert.Equal(t, contract.PrintUnknown, shown.Doubts[0].State)
	assert.Equal(t, "20000100001", shown.Doubts[0].Number)

	s.Board.Printing(t.Context(), steps.Event{Printer: "zebra-1", Status: &printing.Status{Conditions: []printing.Condition{printing.PaperAlmostOut}, Said: "08"}})
	assert.True(t, zebra().Warning)
	assert.Equal(t, "08", zebra().Said)
}

func TestALabelInAQueueIsChosenByNobodyElse(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Finish(t, "1", boardtest.Rows("1", 5), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	all := api.Select{Merchant: boardtest.Merchant, Run: "1"}
	free := func() []int {
		order := contract.PrintJob{ID: "try", Merchant: boardtest.Merchant}
		chosen, err := s.Board.Select(t.Context(), all, order, false)
		require.NoError(t, err)
		s.Board.Release(boardtest.Merchant, "try")
		return lo.Map(chosen.Labels, func(l contract.JobLabel, _ int) int { return l.Position })
	}
	assert.Equal(t, []int{1, 2, 3, 4, 5}, free())

	// Another station of the site has put a job into the queue.
	other := contract.PrintJob{ID: "other-01", Merchant: boardtest.Merchant, Printer: "zebra-1", Labels: []contract.JobLabel{
		{Run: "1", Order: "o-1-1", Label: 1}, {Run: "1", Order: "o-1-2", Label: 1}, {Run: "1", Order: "o-1-3", Label: 1},
	}}
	s.PutJob(t, other)
	s.Board.Refresh(t.Context())
	assert.Equal(t, []int{4, 5}, free())

	s.Log(t, other.ID, 1, boardtest.Event(other.ID, "o-1-1", contract.PrintOut, 1), boardtest.Event(other.ID, "o-1-2", contract.PrintLost, 1))
	s.Board.Refresh(t.Context())
	assert.Equal(t, []int{2, 4, 5}, free(), "what was lost may be printed by another job")
	s.Printers.Change("zebra-1", func(p *contract.PrinterProgress) { p.Jobs[0].Redo = []contract.LabelRef{{Order: "o-1-2", Label: 1}} })
	s.Board.Refresh(t.Context())
	assert.Equal(t, []int{4, 5}, free(), "unless its own prints it again")
	s.Printers.Change("zebra-1", func(p *contract.PrinterProgress) { p.Jobs[0].Redo, p.Jobs[0].Stopped = nil, true })
	s.Board.Refresh(t.Context())
	assert.Equal(t, []int{2, 3, 4, 5}, free(), "a job that was stopped queues nothing")
	s.Printers.Change("zebra-1", func(p *contract.PrinterProgress) { p.Jobs[0].Stopped = false })
	s.Board.Refresh(t.Context())
	assert.Equal(t, []int{2, 4, 5}, free())
	s.Printers.Change("zebra-1", func(p *contract.PrinterProgress) { p.Jobs = nil })
	s.Board.Refresh(t.Context())
	s.Board.Refresh(t.Context())
	assert.Equal(t, []int{2, 3, 4, 5}, free(), "what left the queue without a word is free")
}

func TestTheLastPictureStays(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Finish(t, "1", boardtest.Rows("1", 2), contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	whole := today(s)
	assert.Empty(t, whole.Trouble)

	s.Server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}
	})
	s.Board.Refresh(t.Context())
	assert.Equal(t, string(board.TroubleStore), today(s).Trouble)
	assert.Equal(t, whole.Runs, today(s).Runs)
	assert.Equal(t, whole.Printers, today(s).Printers)

	s.Server.InjectFaults(nil)
	s.Printers.Away = errors.New("unreachable")
	s.Board.Refresh(t.Context())
	assert.Equal(t, string(board.TroubleTemporal), today(s).Trouble)
	assert.Equal(t, whole.Printers, today(s).Printers)

	s.Printers.Away = nil
	s.Board.Refresh(t.Context())
	assert.Empty(t, today(s).Trouble)
}

func TestThePictureDoesNotGrowWithTheLabels(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	rows := boardtest.Rows("1", 3000)
	for i := range rows {
		rows[i].Courier = fmt.Sprintf("courier %d", i%300)
	}
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	for n := range 300 {
		s.Cancel(t, fmt.Sprintf("gone-%d", n), "0")
	}
	s.Board.Refresh(t.Context())
	assert.Len(t, today(s).Runs[0].Piles, 200)
	assert.Len(t, today(s).TakeOut, 200)
}

func TestARunWithoutAManifestIsShownWithoutPiles(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	s.Runs.Add(contract.RunID(boardtest.Merchant, "1"), &clienttest.Run{State: contract.RunFailed, Result: contract.RunResult{
		State: contract.RunFailed, Manifest: contract.ManifestKeys{JSON: storage.ManifestJSON(boardtest.Merchant, "1")},
	}})
	s.Board.Refresh(t.Context())
	require.Len(t, today(s).Runs, 1)
	assert.Empty(t, today(s).Runs[0].Piles)
	assert.Empty(t, today(s).Trouble)
}

func TestAMerchantConnectedLaterIsShown(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	now := boardtest.At
	there := []board.Merchant{}
	later := board.New(board.Settings{
		Site: boardtest.Site, FindMerchants: func(context.Context) ([]board.Merchant, error) { return there, nil },
		Runs: s.Runs, Store: s.Station, Queues: s.Printers, Now: func() time.Time { return now },
	})
	s.Finish(t, "1", boardtest.Rows("1", 2), contract.LabelRunInput{})
	there = append(there, board.Merchant{ID: boardtest.Merchant})
	later.Refresh(t.Context())
	assert.Empty(t, later.Today(wording.Spanish).Runs, "it is asked once a minute")
	now = now.Add(time.Minute)
	later.Refresh(t.Context())
	assert.Len(t, later.Today(wording.Spanish).Runs, 1)
}

// A parcel whose label the hub gave as ZPL and as PDF has one label on paper.
func TestASpareIsNoLabelToPrint(t *testing.T) {
	t.Parallel()
	s := boardtest.New(t)
	rows := boardtest.Rows("1", 2)
	spare := rows[0].Labels[0]
	spare.Key, spare.File = "labels/m1/c1/files/spare.pdf", ""
	rows[0].Labels = append(rows[0].Labels, spare)
	s.Finish(t, "1", rows, contract.LabelRunInput{})
	s.Board.Refresh(t.Context())
	assert.Equal(t, 2, today(s).Runs[0].Labelled)
	assert.Equal(t, 2, today(s).Runs[0].Piles[0].Labels)
	shown, there := s.Board.Label(boardtest.Merchant, rows[0].ID, 1, wording.Spanish)
	require.True(t, there)
	assert.Equal(t, 1, shown.Labels)
}
