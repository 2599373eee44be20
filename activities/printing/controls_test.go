package printing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
)

// asking is a step's context once its workflow asks it to end.
func asking(t *testing.T) (ctx context.Context, ask func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	return ctx, func() { cancel(temporal.NewCanceledError()) }
}

func TestAPauseEndsWithTheLabelsInThePrinter(t *testing.T) {
	t.Parallel()
	cases := map[string]func(s *scene, ask func()){
		"by a click at the same station": func(s *scene, _ func()) {
			s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.PausePrinter})
		},
		"by the printer's workflow": func(_ *scene, ask func()) { ask() },
		"by both": func(s *scene, ask func()) {
			s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.PausePrinter})
			time.Sleep(time.Second)
			ask()
		},
	}
	for name, pause := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, 100*time.Millisecond)
				job := s.job("j1", numbered(30)...)
				ctx, ask := asking(t)
				step := s.begin(ctx, job)
				time.Sleep(time.Second)
				sent := len(s.printer.Out()) + s.printer.Buffered()
				pause(s, ask)
				time.Sleep(30 * time.Second)
				assert.LessOrEqual(t, len(s.printer.Out()), sent+1)
				assert.Less(t, len(s.printer.Out()), 30)
				ask()
				<-step.done
				require.NoError(t, step.err)
				assert.Empty(t, step.out.Doubts)
				assert.Equal(t, len(s.printer.Out()), step.out.Next)
				assert.Equal(t, contract.PrintOut, s.record(numbered(step.out.Next)[step.out.Next-1]).Last().State)

				s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.ContinuePrinter})
				in := s.input(job)
				in.From, in.Page = step.out.Next, 2
				_, err := s.steps.PrintLabels(t.Context(), in)
				require.NoError(t, err)
				s.once(numbered(30)...)
				time.Sleep(2 * idleDevice)
			})
		})
	}
}

func TestAClickActsWithin100Milliseconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, time.Millisecond)
		s.printer.SendTime = 20 * time.Millisecond
		step := s.begin(t.Context(), s.job("j1", numbered(50)...))
		time.Sleep(500 * time.Millisecond)
		s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.PausePrinter})
		time.Sleep(100 * time.Millisecond)
		out := s.printer.Out()
		time.Sleep(10 * time.Second)
		assert.Equal(t, out, s.printer.Out())
		s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.ContinuePrinter})
		time.Sleep(100 * time.Millisecond)
		assert.Greater(t, len(s.printer.Out()), len(out), "and it goes on as soon")
		<-step.done
		s.once(numbered(50)...)
		time.Sleep(2 * idleDevice)
	})
}

// A word of this process that the workflow never hears does not stop a printer for good.
func TestAPauseThatTheWorkflowNeverHearsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.PausePrinter})
		began := time.Now()
		s.print(s.job("j1", "a"))
		assert.InDelta(t, toldFor, time.Since(began), float64(2*time.Second))
		time.Sleep(2 * idleDevice)
	})
}

func TestAPauseWhileThePaperIsOutLeavesNothingInDoubt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Paper(3)
		ctx, ask := asking(t)
		step := s.begin(ctx, s.job("j1", numbered(20)...))
		time.Sleep(time.Minute)
		ask()
		time.Sleep(time.Hour)
		assert.False(t, step.over(), "what the printer has comes out with the next roll")
		s.printer.Paper(100)
		<-step.done
		assert.Empty(t, step.out.Doubts)
		assert.Equal(t, step.out.Next, step.out.Out)
		s.once(numbered(step.out.Out)...)
		time.Sleep(2 * idleDevice)
	})
}

func TestAStoppedJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		ctx, ask := asking(t)
		step := s.begin(ctx, s.job("j1", numbered(30)...))
		time.Sleep(time.Second)
		s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.StopJob, Job: "j1"})
		time.Sleep(time.Second)
		assert.False(t, step.over(), "it waits until its workflow knows, which would begin the next step else")
		ask()
		<-step.done
		assert.Less(t, step.out.Out, 20)
		assert.Equal(t, step.out.Out, step.out.Next)
		assert.Empty(t, step.out.Doubts)

		assert.Equal(t, 2, s.print(s.job("j2", "x", "y")).Out, "the next job is printed")
		time.Sleep(2 * idleDevice)
	})
}

func TestAJobIsStoppedWhileThePaperIsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Paper(3)
		ctx, ask := asking(t)
		step := s.begin(ctx, s.job("j1", numbered(20)...))
		time.Sleep(time.Minute)
		s.steps.Controls.Tell(zebra, contract.PrinterControl{Action: contract.StopJob, Job: "j1"})
		ask()
		time.Sleep(15 * time.Second)
		assert.True(t, step.over(), "nobody wants to wait for it")
		assert.Len(t, step.out.Doubts, s.printer.Buffered(), "they are in the printer")
		assert.NotEmpty(t, step.out.Doubts)
		time.Sleep(2 * idleDevice)
	})
}

func TestALabelThatWasClaimedAndNotSentIsFreeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Refuse(func(printers.Document) error { return &printers.NotSentError{Err: context.DeadlineExceeded} })
		ctx, ask := asking(t)
		step := s.begin(ctx, s.job("j1", "a"))
		time.Sleep(10 * time.Second)
		ask()
		<-step.done
		assert.Equal(t, PrintedLabels{}, step.out)
		assert.Equal(t, contract.PrintStopped, s.record("a").Last().State)
		s.printer.Refuse(nil)
		assert.Equal(t, 1, s.print(s.job("j2", "a")).Out)
		s.once("a")
		time.Sleep(2 * idleDevice)
	})
}
