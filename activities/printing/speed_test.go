package printing

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/storage"
)

// TestThePrinterNeverWaits: time is the test's, so this measures the order of things and no machine. Between
// two steps passes what Temporal takes.
func TestThePrinterNeverWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const labels, labelTime, betweenSteps = 500, 100 * time.Millisecond, 80 * time.Millisecond
		s := newScene(t, labelTime)
		s.store.Latency = 30 * time.Millisecond
		s.printer.LookTime, s.printer.SendTime = 5*time.Millisecond, 10*time.Millisecond
		job := s.job("j1", numbered(labels)...)
		began := time.Now()
		for next, page := 0, 1; next < labels; page++ {
			in := s.input(job)
			in.From, in.Page = next, page
			out, err := s.steps.PrintLabels(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, next+LabelsAtOnce, out.Next)
			next = out.Next
			time.Sleep(betweenSteps)
		}
		took := time.Since(began)
		s.once(numbered(labels)...)
		t.Logf("%d labels of %s took %s, %.3f of their printing", labels, labelTime, took, float64(took)/float64(labels*labelTime))
		assert.Less(t, took, labels*labelTime*11/10)
		assert.Equal(t, 1, s.printer.Opened(), "one connection for all steps")

		requests := s.store.Counted()
		assert.LessOrEqual(t, requests["put"], 2*labels+labels/LabelsAtOnce, "two writes a label, and a page for 50")
		assert.LessOrEqual(t, requests["get"], labels+2*labels/LabelsAtOnce, "one read a label, and job and printer for 50")
		assert.LessOrEqual(t, requests["list"], 2*labels/LabelsAtOnce)
		time.Sleep(2 * idleDevice)
	})
}

func TestLabelsAreFetchedAheadAndNotTooMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		var mu sync.Mutex
		prepared := 0
		s.steps.Prepare = func(ctx context.Context, printer printers.Printer, label contract.JobLabel, file []byte) (printers.Document, []string, error) {
			mu.Lock()
			prepared++
			mu.Unlock()
			return prepare(ctx, printer, label, file)
		}
		s.printer.Put(printers.HeadOpen)
		step := s.begin(t.Context(), s.job("j1", numbered(50)...))
		time.Sleep(time.Minute)
		mu.Lock()
		assert.GreaterOrEqual(t, prepared, labelsAhead)
		assert.LessOrEqual(t, prepared, 10)
		mu.Unlock()
		s.printer.Put()
		<-step.done
		s.once(numbered(50)...)
		time.Sleep(2 * idleDevice)
	})
}

func TestFewLabelsAreUnderWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, want int }{{0, 4}, {3, 3}, {5, 5}, {40, 5}} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, time.Second)
			s.put(storage.Printer(site, zebra), printers.Printer{Name: zebra, UnderWay: c.set})
			step := s.begin(t.Context(), s.job("j1", numbered(20)...))
			most := 0
			for !step.over() {
				most = max(most, s.printer.Buffered())
				time.Sleep(10 * time.Millisecond)
			}
			assert.Equal(t, c.want, most)
			time.Sleep(2 * idleDevice)
		})
	}
}

func TestAPrinterIsClosedWhenNobodyPrints(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.print(s.job("j1", "a"))
		time.Sleep(idleDevice - time.Second)
		s.print(s.job("j2", "b"))
		assert.Equal(t, 1, s.printer.Opened())
		time.Sleep(idleDevice + time.Second)
		other := s.station()
		out, err := other.PrintLabels(t.Context(), s.input(s.job("j3", "c")))
		require.NoError(t, err)
		assert.Equal(t, 1, out.Out, "another station can have it")
		assert.Equal(t, 2, s.printer.Opened())
		other.Devices.Close()
		s.print(s.job("j4", "d"))
		assert.Equal(t, 3, s.printer.Opened())
		time.Sleep(2 * idleDevice)
	})
}

func TestAPrinterWhoseSettingsChangeIsOpenedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.print(s.job("j1", "a"))
		s.put(storage.Printer(site, zebra), printers.Printer{Name: zebra, Address: "10.0.0.8:9100"})
		s.print(s.job("j2", "b"))
		assert.Equal(t, 2, s.printer.Opened())
		time.Sleep(2 * idleDevice)
	})
}
