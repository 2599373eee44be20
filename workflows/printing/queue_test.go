package printing

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	printingsteps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// queueScene is a Printer whose steps are played.
type queueScene struct {
	*scene
	mu sync.Mutex
	// steps are what was asked of the steps so far.
	steps   []printingsteps.PrintLabelsInput
	settled []printingsteps.SettleInput
	// play answers a step; nil prints everything.
	play func(n int, in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error)
	// late and print let the steps take a while.
	late, print *testsuite.MockCallWrapper
}

func newQueueScene(t *testing.T) *queueScene {
	t.Helper()
	q := &queueScene{scene: newScene(t)}
	q.print = workflowstest.MockActivity(q.env(), printingSteps.PrintLabels, func(in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
		q.mu.Lock()
		q.steps = append(q.steps, in)
		n, play := len(q.steps), q.play
		q.mu.Unlock()
		if play == nil {
			return all(in), nil
		}
		return play(n, in)
	})
	q.late = workflowstest.MockActivity(q.env(), printingSteps.SettleLabels, func(in printingsteps.SettleInput) (printingsteps.SettledLabels, error) {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.settled = append(q.settled, in)
		return printingsteps.SettledLabels{Out: len(in.CameOut)}, nil
	})
	return q
}

func (q *queueScene) env() *workflowstest.Scene {
	return &workflowstest.Scene{TestWorkflowEnvironment: q.TestWorkflowEnvironment, T: q.t}
}

// all is a step whose labels all came out.
func all(in printingsteps.PrintLabelsInput) printingsteps.PrintedLabels {
	if n := len(in.Labels); n > 0 {
		return printingsteps.PrintedLabels{Next: in.From, Out: n, Paged: true}
	}
	return printingsteps.PrintedLabels{Next: in.From + printingsteps.LabelsAtOnce, Out: printingsteps.LabelsAtOnce, Paged: true}
}

func request(id string, labels int) contract.PrintRequest {
	return contract.PrintRequest{Merchant: "m-1", Job: id, At: workflowstest.SceneStart, Labels: labels}
}

// ways are the steps so far, as text.
func (q *queueScene) ways() []string {
	return lo.Map(q.steps, func(in printingsteps.PrintLabelsInput, _ int) string {
		way := fmt.Sprintf("%s from %d page %d", in.Job, in.From, in.Page)
		if len(in.Labels) > 0 {
			way = fmt.Sprintf("%s %s page %d", in.Job, lo.Map(in.Labels, func(r contract.LabelRef, _ int) string { return r.Order }), in.Page)
		}
		if in.Recover {
			way += " to recover"
		}
		return way
	})
}

func (q *queueScene) progress() contract.PrinterProgress {
	q.t.Helper()
	value, err := q.QueryWorkflow(contract.ProgressQuery)
	require.NoError(q.t, err)
	var progress contract.PrinterProgress
	require.NoError(q.t, value.Get(&progress))
	return progress
}

func refs(orders ...string) []contract.LabelRef {
	return lo.Map(orders, func(o string, _ int) contract.LabelRef { return contract.LabelRef{Order: o, Label: 1} })
}

func TestJobsArePrintedInTheirOrderStepAfterStep(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	first := q.update(0, contract.PrintUpdate, "j1", request("j1", 120))
	second := q.update(0, contract.PrintUpdate, "j2", request("j2", 50))
	third := q.update(0, contract.PrintUpdate, "j3", request("j3", 1))
	q.run()
	assert.Equal(t, []string{"j1 from 0 page 1", "j1 from 50 page 2", "j1 from 100 page 3", "j2 from 0 page 1", "j3 from 0 page 1"}, q.ways())
	assert.Equal(t, []any{contract.PrintAnswer{}, contract.PrintAnswer{Ahead: 120}, contract.PrintAnswer{Ahead: 170}}, []any{first.value, second.value, third.value})
	assert.LessOrEqual(t, float64(len(q.steps)-2), 0.1*(120+50), "activities a label of a pile")
}

func TestTheSameJobTwiceIsOneJob(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.update(0, contract.PrintUpdate, "j1", request("j1", 40))
	q.update(time.Millisecond, contract.PrintUpdate, "another-id", request("j1", 40))
	late := q.update(10*time.Minute, contract.PrintUpdate, "a-third-id", request("j1", 40))
	q.run()
	assert.Equal(t, []string{"j1 from 0 page 1"}, q.ways(), "also when it has ended")
	require.NoError(t, late.err)
	assert.Equal(t, contract.PrintAnswer{}, late.value)
}

func TestAPauseHoldsTheQueue(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.update(0, contract.ControlUpdate, "c1", contract.PrinterControl{Action: contract.PausePrinter})
	q.update(time.Second, contract.PrintUpdate, "j1", request("j1", 10))
	q.RegisterDelayedCallback(func() {
		assert.Empty(t, q.steps)
		assert.True(t, q.progress().Paused)
	}, 26*time.Hour)
	q.update(27*time.Hour, contract.ControlUpdate, "c2", contract.PrinterControl{Action: contract.ContinuePrinter})
	q.run()
	assert.Equal(t, []string{"j1 from 0 page 1"}, q.ways())
}

func TestAPausedPrinterStaysPausedOverNight(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.update(0, contract.ControlUpdate, "c1", contract.PrinterControl{Action: contract.PausePrinter})
	late := q.update(14*time.Hour, contract.PrintUpdate, "j1", request("j1", 10))
	q.RegisterDelayedCallback(func() { assert.Empty(t, q.steps) }, 15*time.Hour)
	q.update(16*time.Hour, contract.ControlUpdate, "c2", contract.PrinterControl{Action: contract.ContinuePrinter})
	q.run()
	require.NoError(t, late.err)
	assert.Equal(t, []string{"j1 from 0 page 1"}, q.ways())
}

func TestAPauseCancelsTheStepAndKeepsItsPlace(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.play = func(n int, in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
		if n == 1 {
			return printingsteps.PrintedLabels{Next: 7, Out: 7, Paged: true}, nil // as it ends when somebody pauses
		}
		return all(in), nil
	}
	q.update(0, contract.PrintUpdate, "j1", request("j1", 30))
	q.run()
	assert.Equal(t, []string{"j1 from 0 page 1", "j1 from 7 page 2"}, q.ways())
}

func TestWhatIsInDoubtStopsTheQueueUntilAPersonSpeaks(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.play = func(n int, in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
		if n == 1 {
			return printingsteps.PrintedLabels{Next: 6, Out: 2, Doubts: refs("c", "d", "e", "f"), Paged: true}, nil
		}
		return all(in), nil
	}
	q.update(0, contract.PrintUpdate, "j1", request("j1", 60))
	q.update(0, contract.PrintUpdate, "j2", request("j2", 1))
	q.RegisterDelayedCallback(func() {
		assert.Len(t, q.steps, 1)
		assert.Equal(t, refs("c", "d", "e", "f"), q.progress().Doubts)
		assert.Equal(t, 2, q.progress().Jobs[0].Done)
	}, 3*time.Hour)
	settle := func(after time.Duration, id string, request contract.SettleRequest) *answer {
		request.Job, request.Merchant, request.Person = "j1", "m-1", "Bea"
		return q.update(after, contract.SettleUpdate, id, request)
	}
	settle(4*time.Hour, "s1", contract.SettleRequest{CameOut: refs("c")})
	q.RegisterDelayedCallback(func() { assert.Len(t, q.steps, 1, "others are in doubt still") }, 5*time.Hour)
	settle(6*time.Hour, "s2", contract.SettleRequest{NotOut: refs("e", "d"), LeaveOut: refs("f"), CameOut: refs("stranger", "c")})
	again := settle(6*time.Hour+time.Minute, "s3", contract.SettleRequest{NotOut: refs("e", "d")})
	q.run()
	require.NoError(t, again.err)
	assert.Equal(t, []string{"j1 from 0 page 1", "j1 [e d] page 4", "j1 from 6 page 5", "j1 from 56 page 6", "j2 from 0 page 1"}, q.ways(),
		"those that did not come out are printed before the rest, once")
	require.Len(t, q.settled, 2)
	assert.Equal(t, []int{2, 3}, []int{q.settled[0].Page, q.settled[1].Page})
	assert.Equal(t, "Bea", q.settled[1].Person)
	assert.Empty(t, q.settled[1].CameOut, "what is not in doubt is not touched")
}

func TestAJobIsStopped(t *testing.T) {
	t.Parallel()
	stop := func(job string) contract.PrinterControl {
		return contract.PrinterControl{Action: contract.StopJob, Job: job}
	}
	t.Run("while it waits", func(t *testing.T) {
		t.Parallel()
		q := newQueueScene(t)
		q.update(0, contract.ControlUpdate, "c1", contract.PrinterControl{Action: contract.PausePrinter})
		q.update(0, contract.PrintUpdate, "j1", request("j1", 10))
		q.update(0, contract.PrintUpdate, "j2", request("j2", 10))
		q.update(time.Second, contract.ControlUpdate, "c2", stop("j2"))
		q.update(time.Second, contract.ControlUpdate, "c3", stop("j2"))
		q.update(time.Minute, contract.PrintUpdate, "again", request("j2", 10))
		q.update(2*time.Minute, contract.ControlUpdate, "c4", contract.PrinterControl{Action: contract.ContinuePrinter})
		q.run()
		assert.Equal(t, []string{"j1 from 0 page 1"}, q.ways(), "sent again, it stays stopped")
	})
	t.Run("at the head of a paused queue: what an earlier step claimed is looked at, nothing is printed", func(t *testing.T) {
		t.Parallel()
		q := newQueueScene(t)
		q.play = func(_ int, in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
			return printingsteps.PrintedLabels{Next: in.From}, nil
		}
		q.update(0, contract.ControlUpdate, "c1", contract.PrinterControl{Action: contract.PausePrinter})
		q.update(0, contract.PrintUpdate, "j1", request("j1", 10))
		q.update(time.Second, contract.ControlUpdate, "c2", stop("j1"))
		q.RegisterDelayedCallback(func() { assert.Empty(t, q.progress().Jobs) }, time.Minute)
		q.update(2*time.Minute, contract.ControlUpdate, "c3", contract.PrinterControl{Action: contract.ContinuePrinter})
		q.run()
		assert.Equal(t, []string{"j1 from 0 page 1 to recover"}, q.ways())
	})
	t.Run("while labels of it are in doubt: they are asked about, and no more is printed", func(t *testing.T) {
		t.Parallel()
		q := newQueueScene(t)
		q.play = func(_ int, _ printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
			return printingsteps.PrintedLabels{Next: 1, Doubts: refs("a"), Paged: true}, nil
		}
		q.update(0, contract.PrintUpdate, "j1", request("j1", 10))
		q.update(time.Minute, contract.ControlUpdate, "c1", stop("j1"))
		q.RegisterDelayedCallback(func() { assert.Equal(t, refs("a"), q.progress().Doubts) }, 2*time.Minute)
		q.update(3*time.Minute, contract.SettleUpdate, "s1", contract.SettleRequest{Job: "j1", Person: "Bea", NotOut: refs("a")})
		q.run()
		assert.Len(t, q.steps, 1)
	})
}

func TestWhatAPrinterIsNotTold(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		update   string
		argument any
		words    string
	}{
		"a job of no merchant":       {contract.PrintUpdate, contract.PrintRequest{Job: "j", Labels: 1}, "merchant"},
		"a job without an id":        {contract.PrintUpdate, contract.PrintRequest{Merchant: "m-1", Labels: 1}, "needs an id"},
		"a job without labels":       {contract.PrintUpdate, request("j", 0), "it may have 1 to 20000"},
		"a job with too many labels": {contract.PrintUpdate, request("j", 20_001), "it may have 1 to 20000"},
		"to dance":                   {contract.ControlUpdate, contract.PrinterControl{Action: "dance"}, `"dance"`},
		"to stop nothing":            {contract.ControlUpdate, contract.PrinterControl{Action: contract.StopJob}, "name the job"},
		"of an unknown job":          {contract.SettleUpdate, contract.SettleRequest{Job: "j9", Person: "Bea", CameOut: refs("a")}, "has no job"},
		"by nobody":                  {contract.SettleUpdate, contract.SettleRequest{Job: "j9", CameOut: refs("a")}, "nobody is named"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q := newQueueScene(t)
			a := q.update(0, c.update, "u1", c.argument)
			q.run()
			require.ErrorContains(t, a.rejected, c.words)
			assert.Empty(t, q.steps)
		})
	}
	t.Run("more than 500 jobs", func(t *testing.T) {
		t.Parallel()
		q := newQueueScene(t)
		q.play = func(int, printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
			return printingsteps.PrintedLabels{}, errors.New("the printer is not set up")
		}
		state := contract.PrinterState{Paused: true, Jobs: lo.Times(jobsAtMost, func(i int) contract.QueuedJob {
			return contract.QueuedJob{Job: fmt.Sprint("j", i), Merchant: "m-1", Total: 1}
		})}
		full := q.update(0, contract.PrintUpdate, "u1", request("one-more", 1))
		known := q.update(0, contract.PrintUpdate, "u2", request("j3", 1))
		q.RegisterDelayedCallback(q.CancelWorkflow, time.Minute)
		q.ExecuteWorkflow(Printer, contract.PrinterInput{Site: "bodega", Printer: "zebra-1", State: state})
		require.ErrorContains(t, full.rejected, "500 jobs")
		assert.Equal(t, contract.PrintAnswer{Ahead: 3}, known.value)
	})
}

func TestAPrinterBeginsAnewWithItsQueue(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.play = func(n int, in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
		q.SetContinueAsNewSuggested(true)
		return printingsteps.PrintedLabels{Next: 50, Out: 49, Doubts: refs("x"), Paged: true}, nil
	}
	q.update(0, contract.PrintUpdate, "j1", request("j1", 120))
	q.update(0, contract.PrintUpdate, "j2", request("j2", 5))
	q.ExecuteWorkflow(Printer, contract.PrinterInput{Site: "bodega", Printer: "zebra-1"})
	var anew *workflow.ContinueAsNewError
	require.ErrorAs(t, q.GetWorkflowError(), &anew)
	var in contract.PrinterInput
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(anew.Input, &in))
	assert.Equal(t, []string{"j1", "j2"}, lo.Map(in.State.Jobs, func(j contract.QueuedJob, _ int) string { return j.Job }))
	assert.Equal(t, contract.QueuedJob{Merchant: "m-1", Job: "j1", At: workflowstest.SceneStart, Total: 120, Done: 49, Out: 49, Doubts: 1, Next: 50, Pages: 1, InDoubt: refs("x")}, in.State.Jobs[0])

	next := newQueueScene(t)
	next.update(0, contract.SettleUpdate, "s1", contract.SettleRequest{Job: "j1", Person: "Bea", NotOut: refs("x")})
	next.ExecuteWorkflow(Printer, in)
	require.NoError(t, next.GetWorkflowError())
	assert.Equal(t, []string{"j1 [x] page 3", "j1 from 50 page 4", "j1 from 100 page 5", "j2 from 0 page 1"}, next.ways())
}

// An update that is being written keeps the execution open.
func TestAPrinterBeginsAnewOnceItsUpdatesAreDone(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	state := contract.PrinterState{Jobs: []contract.QueuedJob{{Merchant: "m-1", Job: "j1", Total: 10, Next: 10, Pages: 1, Doubts: 1, InDoubt: refs("x")}}}
	q.late.After(time.Minute)
	a := q.update(0, contract.SettleUpdate, "s1", contract.SettleRequest{Job: "j1", Person: "Bea", CameOut: refs("x")})
	q.RegisterDelayedCallback(func() { q.SetContinueAsNewSuggested(true) }, time.Second)
	q.ExecuteWorkflow(Printer, contract.PrinterInput{Site: "bodega", Printer: "zebra-1", State: state})
	require.NoError(t, a.err)
	assert.Len(t, q.settled, 1)
}

func TestAJobThatIsGoneDoesNotBlockTheQueue(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.play = func(_ int, in printingsteps.PrintLabelsInput) (printingsteps.PrintedLabels, error) {
		if in.Job == "gone" {
			return printingsteps.PrintedLabels{}, workflowstest.FinalError(contract.ErrorNotFound, "print job gone is no longer in the store")
		}
		return all(in), nil
	}
	q.update(0, contract.PrintUpdate, "u1", request("gone", 5))
	q.update(0, contract.PrintUpdate, "u2", request("j2", 5))
	q.run()
	assert.Equal(t, []string{"gone from 0 page 1", "j2 from 0 page 1"}, q.ways())
}

func TestTheQueueSaysWhatItsPrinterNeedsAPersonFor(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.print.After(time.Hour)
	q.update(0, contract.PrintUpdate, "j1", request("j1", 10))
	q.RegisterDelayedCallback(func() { q.SignalWorkflow(contract.ConditionSignal, "paper_out") }, time.Minute)
	q.RegisterDelayedCallback(func() { assert.Equal(t, "paper_out", q.progress().Condition) }, 2*time.Minute)
	q.RegisterDelayedCallback(func() { assert.Empty(t, q.progress().Condition, "no step is under way") }, 61*time.Minute)
	q.run()
}

func TestAPrinterHasTheIDOfItsPrinter(t *testing.T) {
	t.Parallel()
	q := newQueueScene(t)
	q.ExecuteWorkflow(Printer, contract.PrinterInput{Site: "bodega", Printer: "zebra-2"})
	require.ErrorContains(t, q.GetWorkflowError(), "printer/<site>/<printer>")
}

func TestTheDetailsSayHowTheQueueStands(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "**0 jobs · 0 labels to print**", printerDetails(contract.PrinterState{}, ""))
	details := printerDetails(contract.PrinterState{Paused: true, Jobs: []contract.QueuedJob{
		{Merchant: "m-1", Job: "j|1", At: workflowstest.SceneStart, Total: 120, Done: 49, Out: 47, Held: 2, Doubts: 1, InDoubt: refs("x")},
		{Merchant: "m-1", Job: "j2", At: workflowstest.SceneStart, Total: 5},
	}}, "paper_out")
	assert.Contains(t, details, "**2 jobs · 76 labels to print · in doubt, a packer is asked: 1 · the printer needs a person: paper_out · paused by a packer**")
	assert.Contains(t, details, `| j\|1 | m-1 | 09:00:00 | 120 | 49 | 47 | 2 | 1 |`)
}
