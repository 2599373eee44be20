//go:build record

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/recorded"
	"github.com/despacho/despacho/printing/fakezebra"
)

// TestRecordPrinter records the history of a printer's queue for the replay suite, as TestRecordHistories of
// deploy/local does for the others.
func TestRecordPrinter(t *testing.T) {
	release := os.Getenv("DESPACHO_RELEASE")
	require.NotEmpty(t, release, "DESPACHO_RELEASE names the commit that is recorded")
	histories, err := filepath.Abs(filepath.Join("..", "..", "..", "workflows", "testdata", "histories"))
	require.NoError(t, err)
	ctx := within(t)
	w, err := openWarehouse(ctx, t.TempDir(), 50*time.Millisecond)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.close()) })
	s, err := w.startStation(ctx)
	require.NoError(t, err)
	defer s.stop()
	labels, err := w.labels(ctx, orderNames(1, 90)...)
	require.NoError(t, err)
	control := func(action contract.PrinterAction, job string) {
		require.NoError(t, w.queues().Control(ctx, printSite, printPrinter, contract.PrinterControl{Action: action, Job: job}))
	}

	// A pile, paused in the middle; a job that waits behind it is stopped.
	pile, err := w.ask(ctx, labels[:70])
	require.NoError(t, err)
	waiting, err := w.ask(ctx, labels[70:75])
	require.NoError(t, err)
	require.NoError(t, w.zebra.WaitPrinted(ctx, 10))
	control(contract.PausePrinter, "")
	control(contract.StopJob, waiting.ID)
	time.Sleep(3 * time.Second)
	control(contract.ContinuePrinter, "")

	// The roll ends for a while; then the power goes, and a packer says what came out.
	require.NoError(t, w.zebra.WaitPrinted(ctx, 30))
	w.zebra.Change(func(m *fakezebra.Modes) { m.PaperOut = true })
	require.NoError(t, until(ctx, "the queue knows", func() (bool, error) {
		progress, err := w.queues().Progress(ctx, printSite, printPrinter)
		return progress.Condition != "", err
	}))
	w.zebra.NewRoll(0)
	require.NoError(t, w.zebra.WaitPrinted(ctx, 40))
	w.zebra.Change(func(m *fakezebra.Modes) { m.PowerCutAt = 3 })
	var doubts []contract.LabelRef
	require.NoError(t, until(ctx, "a packer is asked", func() (bool, error) {
		progress, err := w.queues().Progress(ctx, printSite, printPrinter)
		doubts = progress.Doubts
		return len(doubts) > 0, err
	}))
	require.NoError(t, w.zebra.PowerOn())
	require.NoError(t, w.queues().Settle(ctx, printSite, printPrinter, contract.SettleRequest{
		Merchant: printMerchant, Job: pile.ID, Person: "Bea", CameOut: doubts[:1], NotOut: doubts[1:],
	}))
	require.NoError(t, w.untilIdle(ctx))

	// A job that is stopped while it is printed, and a last one.
	stopped, err := w.ask(ctx, labels[70:89])
	require.NoError(t, err)
	time.Sleep(500 * time.Millisecond)
	control(contract.StopJob, stopped.ID)
	_, err = w.ask(ctx, labels[89:])
	require.NoError(t, err)
	require.NoError(t, w.untilIdle(ctx))

	history := &historypb.History{}
	for events := w.temporal.GetWorkflowHistory(ctx, contract.PrinterID(printSite, printPrinter), "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); events.HasNext(); {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	require.NoError(t, recorded.Write(filepath.Join(histories, release+"-printer-"+contract.PrinterType+"-01.json.gz"), history))
}
