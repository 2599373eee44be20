package printing

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/printing/printingtest"
	"github.com/despacho/despacho/storage"
)

// once checks that each of these came out once, in this order.
func (s *scene) once(orders ...string) {
	s.t.Helper()
	assert.Equal(s.t, orders, s.printer.Out())
}

func (s *scene) reasons(job contract.PrintJob) map[string]contract.ReasonCode {
	s.t.Helper()
	return lo.SliceToMap(s.page(job, 1).Labels, func(e contract.PrintEvent) (string, contract.ReasonCode) { return e.Order, e.Code })
}

// TestNothingIsPrintedTwice: whatever asks for a label again, the printer counts it once.
func TestNothingIsPrintedTwice(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, s *scene){
		"a double click asks for the same job at the same time, at two stations": func(t *testing.T, s *scene) {
			job := s.job("j1", numbered(20)...)
			other := s.station()
			var both sync.WaitGroup
			for _, steps := range []*Printing{s.steps, other} {
				both.Go(func() {
					_, err := steps.PrintLabels(t.Context(), s.input(job))
					assert.NoError(t, err)
				})
			}
			both.Wait()
			assert.LessOrEqual(t, lo.Max(lo.Values(s.printer.Counts())), 1)
			assert.NotEmpty(t, s.printer.Out())
		},
		"a job is sent again after it ended": func(_ *testing.T, s *scene) {
			job := s.job("j1", "a", "b")
			s.print(job)
			in := s.input(job)
			in.Page = 2
			out, err := s.steps.PrintLabels(s.t.Context(), in)
			require.NoError(s.t, err)
			assert.Equal(s.t, PrintedLabels{Next: 2, Out: 2, Paged: true}, out)
			s.once("a", "b")
		},
		"a second browser window asks for labels of a job that ended": func(_ *testing.T, s *scene) {
			s.print(s.job("j1", "a", "b"))
			window := s.job("j2", "b", "c")
			assert.Equal(s.t, PrintedLabels{Next: 2, Out: 1, Held: 1, Paged: true}, s.print(window))
			s.once("a", "b", "c")
			assert.Equal(s.t, map[string]contract.ReasonCode{"b": contract.WhyPrintOnPaper, "c": ""}, s.reasons(window))
		},
		"a second run published the same orders with the same label": func(_ *testing.T, s *scene) {
			s.print(s.job("j1", "a"))
			job := s.job("j2", "a")
			job.Labels[0].Run = "tanda-2"
			s.keep(job)
			assert.Equal(s.t, 1, s.print(job).Held)
			s.once("a")
		},
		"a second run published another label of the order": func(_ *testing.T, s *scene) {
			s.print(s.job("j1", "a"))
			job := s.job("j2", "a")
			job.Labels[0] = s.label("a", 1, "^XA^FDanother^FS^XZ")
			s.keep(job)
			assert.Equal(s.t, 1, s.print(job).Held)
			assert.Equal(s.t, contract.WhyPrintedOtherLabel, s.reasons(job)["a"])
			s.once("a")
		},
		"a job names a label twice": func(_ *testing.T, s *scene) {
			job := s.job("j1", "a", "b", "a")
			s.print(job)
			s.once("a", "b")
		},
		"the answer to a claim is lost, and the claim is made again": func(t *testing.T, s *scene) {
			lost := 0
			s.store.LoseAnswer = func(request, key string) bool {
				if request == "put" && strings.Contains(key, "/orders/b/") && lost == 0 {
					lost++
					return true
				}
				return false
			}
			assert.Equal(t, 3, s.print(s.job("j1", "a", "b", "c")).Out)
			assert.Equal(t, 1, lost)
			s.once("a", "b", "c")
			assert.Len(t, s.record("b").Prints, 1)
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c(t, newScene(t, 100*time.Millisecond))
				time.Sleep(2 * idleDevice)
			})
		})
	}
}

// Two tables print the same pile on two printers: each label comes out of one of them.
func TestTwoTablesShareAPile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100*time.Millisecond)
		s.store.Latency = 10 * time.Millisecond
		second := printingtest.New(130 * time.Millisecond)
		s.put(storage.Printer(site, "zebra-2"), printers.Printer{Name: "zebra-2"})
		orders := numbered(LabelsAtOnce)
		ana := s.job("ana", orders...)
		bea := s.job("bea", orders...)
		bea.Printer, bea.Person = "zebra-2", "Bea"
		s.keep(bea)
		other := s.station()
		other.Devices = &Devices{Open: second.Open}
		var both sync.WaitGroup
		var one, two PrintedLabels
		both.Go(func() { one = s.print(ana) })
		both.Go(func() {
			in := s.input(bea)
			in.Printer = "zebra-2"
			var err error
			two, err = other.PrintLabels(t.Context(), in)
			assert.NoError(t, err)
		})
		both.Wait()
		assert.ElementsMatch(t, orders, append(s.printer.Out(), second.Out()...))
		assert.Equal(t, len(orders), one.Out+two.Out)
		assert.Equal(t, len(orders), one.Held+two.Held)
		for _, event := range s.page(bea, 1).Labels {
			if event.State == contract.PrintHeld {
				assert.Contains(t, event.Words, "zebra-1")
				assert.Contains(t, event.Words, "Ana")
			}
		}
		time.Sleep(2 * idleDevice)
	})
}

// mortal is a station that dies: from then on nothing of it reaches the store or the printer.
type mortal struct {
	*printingtest.Store
	mu   sync.Mutex
	dead bool
	// dies is asked before each request.
	dies func(request, key string) bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) alive(request, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = m.dead || m.dies(request, key)
	if m.dead {
		return errDead
	}
	return nil
}

func (m *mortal) PutIf(ctx context.Context, key string, value any, etag string) (string, error) {
	if err := m.alive("put", key); err != nil {
		return "", err
	}
	return m.Store.PutIf(ctx, key, value, etag)
}

func (m *mortal) PutOnce(ctx context.Context, key string, value any) (bool, error) {
	if err := m.alive("put", key); err != nil {
		return false, err
	}
	return m.Store.PutOnce(ctx, key, value)
}

// mortalDevice is the printer's connection in such a process.
type mortalDevice struct {
	printers.Device
	m *mortal
}

func (d mortalDevice) Send(ctx context.Context, document printers.Document) error {
	if err := d.m.alive("send", document.Name); err != nil {
		return err
	}
	return d.Device.Send(ctx, document)
}

// dying is a station that dies when it is about to do something.
func (s *scene) dying(dies func(request, key string) bool) *Printing {
	steps := s.station()
	m := &mortal{Store: s.store, dies: dies}
	steps.Store = m
	steps.Devices = &Devices{Open: func(ctx context.Context, printer printers.Printer) (printers.Device, error) {
		device, err := s.printer.Open(ctx, printer)
		return mortalDevice{device, m}, err
	}}
	steps.Watch = nil
	return steps
}

// when is a death that needs no memory.
func when(dies func(request, key string) bool) func() func(request, key string) bool {
	return func() func(request, key string) bool { return dies }
}

func TestAfterACrashNothingIsSentAgainByItself(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		dies func() func(request, key string) bool
		// printed are those that had come out, doubted those that the packer is asked about.
		printed, doubted []string
	}{
		"killed between claim and sending": {
			dies:    when(func(request, key string) bool { return request == "send" && key == "c" }),
			printed: []string{"a", "b"}, doubted: []string{"a", "b", "c"},
		},
		"killed before the claim": {
			dies:    when(func(request, key string) bool { return request == "put" && strings.Contains(key, "/orders/c/") }),
			printed: []string{"a", "b"}, doubted: []string{"a", "b"},
		},
		"killed after sending, before it is written that it came out": {
			dies: func() func(request, key string) bool {
				writes := 0
				return func(request, key string) bool {
					if request == "put" && strings.Contains(key, "/orders/a/") {
						writes++
					}
					return writes > 1
				}
			},
			printed: []string{"a", "b", "c", "d"}, doubted: []string{"a", "b", "c", "d"},
		},
	}
	for name, c := range cases {
		for _, found := range []string{"by the next try", "by another step", "when somebody stopped the job"} {
			t.Run(name+", found "+found, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, 300*time.Millisecond)
					job := s.job("j1", "a", "b", "c", "d")
					_, err := s.dying(c.dies()).PrintLabels(t.Context(), s.input(job))
					require.Error(t, err)
					time.Sleep(time.Minute)
					require.Subset(t, c.printed, s.printer.Out())

					before := s.printer.Out()
					in := s.input(job)
					in.Recover = found == "when somebody stopped the job"
					out, err := s.steps.printLabels(t.Context(), in, found == "by the next try")
					require.NoError(t, err)
					doubted := lo.Map(out.Doubts, func(ref contract.LabelRef, _ int) string { return ref.Order })
					assert.NotEmpty(t, doubted)
					assert.Subset(t, c.doubted, doubted)
					assert.Equal(t, before, s.printer.Out(), "nothing is sent while a label is in doubt")
					for _, order := range doubted {
						assert.Equal(t, contract.PrintUnknown, s.record(order).Last().State)
					}
					time.Sleep(2 * idleDevice)
				})
			})
		}
	}
}

func TestWhatAPersonSaysOfALabelInDoubtStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 300*time.Millisecond)
		job := s.job("j1", "a", "b", "c", "d")
		_, err := s.dying(func(request, key string) bool { return request == "send" && key == "d" }).PrintLabels(t.Context(), s.input(job))
		require.Error(t, err)
		time.Sleep(time.Minute)
		out := s.print(job)
		ref := func(order string) contract.LabelRef { return contract.LabelRef{Order: order, Label: 1} }
		require.Contains(t, out.Doubts, ref("d"))
		require.Contains(t, out.Doubts, ref("c"))

		var told []contract.PrintedNews
		s.steps.Tell = func(_ context.Context, _, run string, news contract.PrintedNews) {
			assert.Equal(t, "tanda-1", run)
			told = append(told, news)
		}
		settled, err := s.steps.SettleLabels(t.Context(), SettleInput{Site: site, Printer: zebra, Page: 2, SettleRequest: contract.SettleRequest{
			Merchant: merchant, Job: job.ID, Person: "Bea", CameOut: []contract.LabelRef{ref("c")}, NotOut: []contract.LabelRef{ref("d")},
		}})
		require.NoError(t, err)
		assert.Equal(t, SettledLabels{Out: 1}, settled)
		assert.Equal(t, []contract.PrintedNews{{Out: 1, InDoubt: -2, Job: "j1", Page: 2}}, told)
		assert.Equal(t, contract.PrintConfirmed, s.record("c").Last().State)
		assert.Equal(t, "Bea", s.record("d").Last().SettledBy)

		in := s.input(job)
		in.Page, in.From, in.Labels = 3, 4, []contract.LabelRef{ref("d"), ref("c")}
		again, err := s.steps.PrintLabels(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, 2, again.Out, "c is on paper already")
		assert.Equal(t, map[string]int{"a": 1, "b": 1, "c": 1, "d": 1}, s.printer.Counts())
		pages, err := book.ReadDay(t.Context(), s.store, merchant, job.At)
		require.NoError(t, err)
		latest := book.Latest(pages)
		assert.Equal(t, contract.PrintOut, latest[ref("d")].State)
		assert.Equal(t, contract.PrintConfirmed, latest[ref("c")].State)
		time.Sleep(2 * idleDevice)
	})
}
