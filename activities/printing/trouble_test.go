package printing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/printingtest"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// result is a step that runs beside the test.
type result struct {
	out  PrintedLabels
	err  error
	done chan struct{}
}

func (r *result) over() bool { return isClosed(r.done) }

// begin runs a step beside the test.
func (s *scene) begin(ctx context.Context, job contract.PrintJob) *result {
	r := &result{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.out, r.err = s.steps.PrintLabels(ctx, s.input(job))
	}()
	return r
}

// conditions are those that were shown, one list for each change.
func (w *watched) conditions() [][]printers.Condition {
	w.mu.Lock()
	defer w.mu.Unlock()
	return lo.FilterMap(w.events, func(e Event, _ int) ([]printers.Condition, bool) {
		if e.Status == nil {
			return nil, false
		}
		return e.Status.Conditions, true
	})
}

func TestTheRollEndsAndANewOneIsPutIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Paper(7)
		job := s.job("j1", numbered(20)...)
		var mu sync.Mutex
		var reported []string
		s.steps.Report = func(_ context.Context, _, printer, condition string) {
			mu.Lock()
			defer mu.Unlock()
			reported = append(reported, printer+" "+condition)
		}
		step := s.begin(t.Context(), job)
		time.Sleep(time.Hour)
		assert.False(t, step.over(), "it waits")
		assert.Len(t, s.printer.Out(), 7)
		assert.LessOrEqual(t, s.printer.Buffered(), 4, "a new roll lets few out")
		assert.Equal(t, [][]printers.Condition{nil, {printers.PaperOut}}, s.watched.conditions())
		assert.Equal(t, contract.PrintSending, s.record("o008").Last().State, "nobody takes it for lost")

		s.printer.Paper(100)
		<-step.done
		require.NoError(t, step.err)
		assert.Equal(t, PrintedLabels{Next: 20, Out: 20, Paged: true}, step.out)
		s.once(numbered(20)...)
		assert.Equal(t, [][]printers.Condition{nil, {printers.PaperOut}, nil}, s.watched.conditions(), "it goes on by itself")
		assert.Equal(t, []string{"zebra-1 paper_out", "zebra-1 "}, reported, "twice, however long it lasts")
		time.Sleep(2 * idleDevice)
	})
}

func TestNothingIsSentToAPrinterThatNeedsAPerson(t *testing.T) {
	t.Parallel()
	for _, condition := range printers.Conditions() {
		t.Run(string(condition), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, 100*time.Millisecond)
				s.printer.Put(condition)
				step := s.begin(t.Context(), s.job("j1", "a", "b"))
				time.Sleep(10 * time.Minute)
				if condition.IsWarning() {
					assert.True(t, step.over())
				} else {
					assert.Empty(t, s.printer.Out())
					assert.Zero(t, s.printer.Buffered())
					assert.Less(t, s.printer.Looks(), 700, "a look every second")
					assert.Empty(t, s.record("a").Prints, "nothing is claimed for a printer that does not print")
				}
				s.printer.Put()
				<-step.done
				s.once("a", "b")
				time.Sleep(2 * idleDevice)
			})
		})
	}
}

func TestAnAnswerThatIsDoubtfulLetsNothingOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Mumble(true)
		step := s.begin(t.Context(), s.job("j1", "a"))
		time.Sleep(time.Minute)
		assert.Empty(t, s.printer.Out())
		s.printer.Mumble(false)
		<-step.done
		s.once("a")
		time.Sleep(2 * idleDevice)
	})
}

func TestWhatIsLostInThePrinterIsAskedAbout(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		// happens is what happens when four labels are in the printer and one is out.
		happens func(s *scene)
		code    contract.ReasonCode
		within  time.Duration
	}{
		"the network is cut": {
			happens: func(s *scene) { s.printer.Put(printers.Unreachable) },
			code:    contract.WhyPrintInterrupted, within: 15 * time.Second,
		},
		"the power is cut and comes back": {
			happens: func(s *scene) {
				s.printer.PowerOff()
				s.printer.Put(printers.Unreachable)
				time.Sleep(3 * time.Second)
				s.printer.Put()
			},
			code: contract.WhyPrintInterrupted, within: 20 * time.Second,
		},
		"the buffer is emptied without a word": {
			happens: func(s *scene) { s.printer.PowerOff() },
			code:    contract.WhyPrintUnanswered, within: 70 * time.Second,
		},
		"the printer says that it aborted a label": {
			happens: func(s *scene) { s.printer.Abort() },
			code:    contract.WhyPrintUnanswered, within: time.Second,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, time.Second)
				job := s.job("j1", numbered(8)...)
				step := s.begin(t.Context(), job)
				time.Sleep(1200 * time.Millisecond)
				require.Len(t, s.printer.Out(), 1)
				require.Equal(t, 4, s.printer.Buffered())
				began := time.Now()
				c.happens(s)
				<-step.done
				require.NoError(t, step.err)
				assert.LessOrEqual(t, time.Since(began), c.within)
				assert.Equal(t, 1, step.out.Out)
				assert.Len(t, step.out.Doubts, 4)
				assert.Equal(t, 5, step.out.Next)
				assert.Equal(t, c.code, s.reasons(job)["o003"])
				assert.Equal(t, contract.PrintUnknown, s.record("o005").Last().State)
				assert.Empty(t, s.record("o006").Prints)
				time.Sleep(2 * idleDevice)
			})
		})
	}
}

func TestALabelOfWhichNothingArrivedIsSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		refusals := 0
		s.printer.Refuse(func(document printers.Document) error {
			if document.Name == "b" && refusals < 3 {
				refusals++
				return &printers.NotSentError{Err: errors.New("connection refused")}
			}
			return nil
		})
		assert.Equal(t, 3, s.print(s.job("j1", "a", "b", "c")).Out)
		assert.Equal(t, 3, refusals)
		s.once("a", "b", "c")
		assert.Len(t, s.record("b").Prints, 1, "one claim")
		time.Sleep(2 * idleDevice)
	})
}

func TestALabelThatIsCutWhileItIsSentIsAskedAbout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Refuse(func(document printers.Document) error {
			if document.Name == "b" {
				return errors.New("connection reset by peer")
			}
			return nil
		})
		out := s.print(s.job("j1", "a", "b", "c"))
		assert.Equal(t, PrintedLabels{Next: 2, Out: 1, Doubts: []contract.LabelRef{{Order: "b", Label: 1}}, Paged: true}, out)
		s.once("a")
		time.Sleep(2 * idleDevice)
	})
}

// A slow printer is not one that lost what it has.
func TestALongLabelIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 50*time.Second)
		s.printer.Put(printers.Unreachable)
		step := s.begin(t.Context(), s.job("j1", "a", "b", "c", "d", "e", "f"))
		time.Sleep(time.Minute)
		s.printer.Put()
		<-step.done
		assert.Equal(t, 6, step.out.Out)
		time.Sleep(2 * idleDevice)
	})
}

func TestALabelThatStandsAmongOthersIsPrinted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		job := s.job("j1", "a", "b")
		pack, before := storage.LabelPrefix(merchant, "c1")+"all.pack", int64(0)
		var all []byte
		for i, order := range []string{"a", "b"} {
			file := "^XA^FD" + order + "^FS^XZ"
			job.Labels[i].Key, job.Labels[i].From, job.Labels[i].Bytes = pack, before, int64(len(file))
			all, before = append(all, file...), before+int64(len(file))
		}
		s.store.Put(pack, all)
		s.keep(job)
		assert.Equal(t, PrintedLabels{Next: 2, Out: 2, Paged: true}, s.print(job))
		s.once("a", "b")
		time.Sleep(2 * idleDevice)
	})
}

func TestOneBadLabelDoesNotBlockTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		job := s.job("j1", "a", "gone", "unprintable", "other", "cancelled", "taken-out", "b")
		job.Labels[1].Key = storage.LabelPrefix(merchant, "c1") + "nowhere.zpl"
		job.Labels[2] = s.label("unprintable", 3, "unprintable")
		job.Labels[3].SHA256 = job.Labels[0].SHA256
		s.keep(job)
		s.put(storage.IntakeInState(merchant, string(contract.IntakeCancelled), "cancelled"), 1)
		s.put(storage.IntakeInState(merchant, string(contract.IntakeTakeOut), "taken-out"), 1)
		assert.Equal(t, PrintedLabels{Next: 7, Out: 2, Held: 5, Paged: true}, s.print(job))
		s.once("a", "b")
		assert.Equal(t, map[string]contract.ReasonCode{
			"a": "", "b": "", "gone": contract.WhyLabelFileGone, "unprintable": contract.WhyLabelNotPrintable, "other": contract.WhyLabelFileDiffers,
			"cancelled": contract.WhyCancelled, "taken-out": contract.WhyTakeOut,
		}, s.reasons(job))
		assert.Empty(t, s.record("gone").Prints, "a label that was held was never claimed")
		time.Sleep(2 * idleDevice)
	})
}

func TestAnOrderCancelledWhileTheRollIsChangedIsLeftOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Put(printers.PaperOut)
		job := s.job("j1", "a", "b")
		step := s.begin(t.Context(), job)
		time.Sleep(10 * time.Minute)
		s.put(storage.IntakeInState(merchant, string(contract.IntakeTakeOut), "a"), 1)
		s.put(storage.IntakeInState(merchant, string(contract.IntakeTakeOut), "b"), 1)
		s.printer.Put()
		<-step.done
		assert.Empty(t, s.printer.Out())
		assert.Equal(t, 2, step.out.Held)
		time.Sleep(2 * idleDevice)
	})
}

func TestAStoreThatIsDownIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		job := s.job("j1", numbered(12)...)
		down := time.Now().Add(550 * time.Millisecond)
		s.store.Fault = func(string, string) error {
			if now := time.Now(); now.After(down) && now.Before(down.Add(time.Minute)) {
				return printingtest.ErrBusy
			}
			return nil
		}
		assert.Equal(t, PrintedLabels{Next: 12, Out: 12, Paged: true}, s.print(job))
		s.once(numbered(12)...)
		for _, order := range numbered(12) {
			assert.Equal(t, contract.PrintOut, s.record(order).Last().State)
		}
		time.Sleep(2 * idleDevice)
	})
}

func TestTheWorkerEndsInTheMiddle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, time.Second)
		job := s.job("j1", numbered(8)...)
		ctx, kill := context.WithCancel(t.Context())
		step := s.begin(ctx, job)
		time.Sleep(2500 * time.Millisecond)
		kill()
		<-step.done
		require.NoError(t, step.err)
		assert.Equal(t, 2, step.out.Out)
		assert.Len(t, step.out.Doubts, 4)
		assert.Equal(t, 6, step.out.Next)
		assert.True(t, slices.IsSorted(s.printer.Out()))
		time.Sleep(2 * idleDevice)
	})
}

func TestALabelThatThePrinterRefusesIsHeld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Refuse(func(document printers.Document) error {
			if document.Name == "b" {
				return &printers.NotSentError{Err: &printers.RefusedError{Err: errors.New("it takes PDF only")}}
			}
			return nil
		})
		job := s.job("j1", "a", "b", "c")
		assert.Equal(t, PrintedLabels{Next: 3, Out: 2, Held: 1, Paged: true}, s.print(job))
		assert.Equal(t, contract.WhyLabelNotPrintable, s.reasons(job)["b"])
		s.once("a", "c")
		time.Sleep(2 * idleDevice)
	})
}

// notLegible is an error of Prepare that says itself why a label is held.
type notLegible struct{ error }

func (notLegible) Why() contract.Reason {
	return wording.Reason(contract.WhyBarcodeUnreadable, "barcode", "EAN-13", "dpi", "203")
}

func TestAnErrorThatMayNotBeTheLabelsIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		var tries [3]atomic.Int32
		s.steps.Prepare = func(ctx context.Context, printer printers.Printer, label contract.JobLabel, file []byte) (printers.Document, []string, error) {
			switch n := tries[label.Position-1].Add(1); {
			case label.Order == "illegible":
				return printers.Document{}, nil, fmt.Errorf("prepare it: %w", notLegible{errors.New("blurred")})
			case label.Order == "unlucky" && n < prepareTries:
				return printers.Document{}, nil, errors.New("the engine was busy")
			}
			return prepare(ctx, printer, label, file)
		}
		job := s.job("j1", "illegible", "unlucky", "c")
		assert.Equal(t, 2, s.print(job).Out)
		assert.Equal(t, contract.WhyBarcodeUnreadable, s.reasons(job)["illegible"])
		assert.EqualValues(t, 1, tries[0].Load())
		s.once("unlucky", "c")
		time.Sleep(2 * idleDevice)
	})
}

func TestAPrinterThatStopsReadingIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.printer.Refuse(func(document printers.Document) error {
			if document.Name == "b" {
				time.Sleep(time.Hour)
			}
			return nil
		})
		assert.Equal(t, 3, s.print(s.job("j1", "a", "b", "c")).Out)
		assert.Equal(t, [][]printers.Condition{nil, {printers.BufferFull}, nil}, s.watched.conditions())
		s.once("a", "b", "c")
		time.Sleep(2 * idleDevice)
	})
}
