package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/printing/fakezebra"
)

// stationVariable set: this process is a station on that stack, and no test.
const stationVariable = "DESPACHO_BENCH_STATION"

func TestMain(m *testing.M) {
	if on := os.Getenv(stationVariable); on != "" {
		if err := beStation(on); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beStation works at the printers of the site until the process is killed.
func beStation(on string) error {
	w := &warehouse{scene: &scene{log: slog.New(slog.DiscardHandler), objects: http.DefaultTransport.(*http.Transport).Clone(), running: &stack.Stack{}}}
	if err := json.Unmarshal([]byte(on), w.running); err != nil {
		return err
	}
	if err := w.connectServers(context.Background()); err != nil {
		return err
	}
	if _, err := w.startStation(context.Background()); err != nil {
		return err
	}
	fmt.Println("works")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// startProcess starts a station in a process of its own and returns what kills it.
func (w *warehouse) startProcess(t *testing.T) (kill func()) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	on, err := json.Marshal(w.running)
	require.NoError(t, err)
	process := exec.Command(program)
	process.Env = append(os.Environ(), stationVariable+"="+string(on))
	process.Stderr = os.Stderr
	_, err = process.StdinPipe()
	require.NoError(t, err)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	kill = sync.OnceFunc(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	t.Cleanup(kill)
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return kill
}

// TestAPileThroughTemporalAndS3 counts what comes out of the printer, whatever happens to those who ask and to
// those who print.
func TestAPileThroughTemporalAndS3(t *testing.T) {
	ctx := within(t)
	w, err := openWarehouse(ctx, t.TempDir(), 50*time.Millisecond)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.close()) })
	kill := w.startProcess(t)
	labels, err := w.labels(ctx, orderNames(1, 130)...)
	require.NoError(t, err)

	// A double click, sent again, from two windows with the same job.
	job := contract.PrintJob{ID: "pile", Merchant: printMerchant, Site: printSite, Printer: printPrinter, Person: "Ana", At: time.Now(), Labels: labels[:120]}
	var clicks sync.WaitGroup
	for range 4 {
		clicks.Go(func() {
			_, _, err := client.Print(ctx, w.queues(), w.store, job)
			assert.NoError(t, err)
		})
	}
	clicks.Wait()

	// The station is killed in the middle, and another takes over: it asks before it prints on.
	require.NoError(t, w.zebra.WaitPrinted(ctx, 30))
	kill()
	other, err := w.startStation(ctx)
	require.NoError(t, err)
	defer other.stop()
	var doubts []contract.LabelRef
	require.NoError(t, until(ctx, "a packer is asked", func() (bool, error) {
		progress, err := w.queues().Progress(ctx, printSite, printPrinter)
		doubts = progress.Doubts
		return err == nil && len(doubts) > 0, nil // Temporal asks the dead station first
	}))
	out := w.printed()
	assert.LessOrEqual(t, len(doubts), 5, "those in the printer, and one that was claimed")
	time.Sleep(500 * time.Millisecond)
	assert.Equal(t, out, w.printed(), "nothing comes out while a label is in doubt")
	settle := contract.SettleRequest{Merchant: printMerchant, Job: "pile", Person: "Bea"}
	for _, ref := range doubts {
		if slices.Contains(out, ref.Order) {
			settle.CameOut = append(settle.CameOut, ref)
		} else {
			settle.NotOut = append(settle.NotOut, ref)
		}
	}
	require.NoError(t, w.queues().Settle(ctx, printSite, printPrinter, settle))

	// A pause, by way of Temporal alone. The printer is slow meanwhile, so that the pile does not end before Temporal has answered.
	require.NoError(t, w.zebra.WaitPrinted(ctx, 60))
	w.zebra.Change(func(m *fakezebra.Modes) { m.PerLabel = time.Second })
	require.NoError(t, w.queues().Control(ctx, printSite, printPrinter, contract.PrinterControl{Action: contract.PausePrinter}))
	var paused int
	require.NoError(t, until(ctx, "the printer stands", func() (bool, error) {
		before := paused
		paused = len(w.printed())
		return before == paused && w.zebra.State().Waiting == 0, nil
	}))
	assert.Less(t, paused, 120)

	// The roll ends, and a new one is put in.
	w.zebra.Change(func(m *fakezebra.Modes) { m.PerLabel, m.PaperLeft = 50*time.Millisecond, 10 })
	require.NoError(t, w.queues().Control(ctx, printSite, printPrinter, contract.PrinterControl{Action: contract.ContinuePrinter}))
	require.NoError(t, until(ctx, "the paper is out", func() (bool, error) { return w.zebra.Modes().PaperOut, nil }))
	time.Sleep(2 * time.Second)
	w.zebra.NewRoll(0)
	require.NoError(t, w.untilIdle(ctx))
	assert.Equal(t, lo.Uniq(w.printed()), w.printed(), "each label once")
	assert.Len(t, w.printed(), 120)

	// The same labels once more, and ten others: by the next station, because this one ends.
	next, err := w.startStation(ctx)
	require.NoError(t, err)
	defer next.stop()
	_, err = w.ask(ctx, labels)
	require.NoError(t, err)
	require.NoError(t, w.untilIdle(ctx))
	assert.ElementsMatch(t, orderNames(1, 130), w.printed())
	steps, _, err := w.history(ctx)
	require.NoError(t, err)
	assert.LessOrEqual(t, float64(steps), 0.1*250, "activities a label")
	pages, err := client.PrintsOfDay(ctx, w.store, printMerchant, job.At)
	require.NoError(t, err)
	assert.NotEmpty(t, pages)
	history, err := client.PrintHistory(ctx, w.store, printMerchant, "o0130")
	require.NoError(t, err)
	require.Len(t, history, 1)
	assert.Equal(t, contract.PrintOut, history[0].Last().State)
}
