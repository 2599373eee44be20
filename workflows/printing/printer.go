package printing

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	printingsteps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

const (
	// idleTime is how long a printer's queue stays open with nothing to print; the next job starts it anew.
	idleTime = time.Hour
	// jobsAtMost bounds the queue, endedKept the ended jobs that it remembers.
	jobsAtMost = 500
	endedKept  = 200
	// labelsAtMost bounds a job.
	labelsAtMost = 20_000
	// lengthAtMost bounds a history: after so many events a Printer continues as new.
	lengthAtMost = 6000
)

// Printer holds a printer of a site: it prints the jobs of its queue one after the other, in steps of up to
// 50 labels, and stops to ask when nobody knows what became of a label. It ends after an hour without a job.
func Printer(ctx workflow.Context, in contract.PrinterInput) error {
	if id := workflow.GetInfo(ctx).WorkflowExecution.ID; id != contract.PrinterID(in.Site, in.Printer) || in.Site == "" || in.Printer == "" {
		return temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the Printer of printer %.64q must have the workflow id printer/<site>/<printer>, not %.128q", in.Printer, id), contract.ErrorRequest, nil)
	}
	p := &printer{site: in.Site, name: in.Printer, state: in.State}
	if err := p.listen(ctx); err != nil {
		return err
	}
	workflow.Go(ctx, p.hear)
	for !p.full(ctx) {
		p.show(ctx)
		if p.ready() {
			if err := p.step(ctx); err != nil {
				return err
			}
			continue
		}
		busy, err := workflows.AwaitUpTo(ctx, idleTime, "wait for a job", func() bool { return p.ready() || p.full(ctx) })
		if err != nil {
			return err
		}
		if !busy && len(p.state.Jobs) == 0 && !p.state.Paused && workflow.AllHandlersFinished(ctx) {
			return nil
		}
	}
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	return workflow.NewContinueAsNewError(ctx, Printer, contract.PrinterInput{Site: p.site, Printer: p.name, State: p.state})
}

// printer is the state of one execution of a Printer.
type printer struct {
	site, name string
	state      contract.PrinterState
	// cancel ends the step under way; nil when there is none. condition is what its printer needs a person for.
	cancel    func()
	condition string
	// settling: what a person says of labels in doubt is being written.
	settling bool
}

// ready says that a step can begin: one of a job that was stopped prints nothing.
func (p *printer) ready() bool {
	if len(p.state.Jobs) == 0 || p.settling {
		return false
	}
	first := p.state.Jobs[0]
	return (!p.state.Paused || first.Stopped) && len(first.InDoubt) == 0
}

func (p *printer) full(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > lengthAtMost
}

// job finds a job of the queue; nil when it is not there.
func (p *printer) job(id string) *contract.QueuedJob {
	for i := range p.state.Jobs {
		if p.state.Jobs[i].Job == id {
			return &p.state.Jobs[i]
		}
	}
	return nil
}

// step prints up to 50 labels of the first job.
func (p *printer) step(ctx workflow.Context) error {
	job := p.state.Jobs[0]
	in := printingsteps.PrintLabelsInput{
		Site: p.site, Printer: p.name, Merchant: job.Merchant, Job: job.Job, From: job.Next, Labels: job.Redo, Page: job.Pages + 1, Recover: job.Stopped,
	}
	stepping, cancel := workflow.WithCancel(ctx)
	p.cancel = cancel
	summary := fmt.Sprintf("labels %d to %d of job %s", job.Next+1, min(job.Next+printingsteps.LabelsAtOnce, job.Total), job.Job)
	var out printingsteps.PrintedLabels
	err := workflow.ExecuteActivity(workflows.PrintStep(stepping, p.site, summary), printingSteps.PrintLabels, in).Get(ctx, &out)
	p.cancel, p.condition = nil, ""
	cancel()
	switch {
	case temporal.IsCanceledError(err) && ctx.Err() == nil:
		return nil // it had not begun, or ended without a word: the next step finds what it has claimed
	case temporal.IsCanceledError(err):
		return err
	case err != nil:
		workflow.GetLogger(ctx).Error("a print job was given up", "job", job.Job, "error", err)
		p.endJob(job.Job)
		return nil
	}
	p.count(p.job(job.Job), out)
	return nil
}

// count adds what a step did to its job, and ends the job when nothing is left of it.
func (p *printer) count(job *contract.QueuedJob, out printingsteps.PrintedLabels) {
	if out.Paged {
		job.Pages++
	}
	job.Next, job.Redo, job.InDoubt = out.Next, out.Left, out.Doubts
	job.Out += out.Out
	job.Held += out.Held
	p.tally(job)
}

// tally counts the labels of a job that need no more work, and ends it when none is left that does.
func (p *printer) tally(job *contract.QueuedJob) {
	job.Doubts = len(job.InDoubt)
	job.Done = max(job.Next-len(job.Redo)-job.Doubts, 0)
	if job.Doubts == 0 && (job.Stopped || len(job.Redo) == 0 && job.Next >= job.Total) {
		p.endJob(job.Job)
	}
}

// endJob takes a job out of the queue and remembers it.
func (p *printer) endJob(id string) {
	p.state.Jobs = slices.DeleteFunc(p.state.Jobs, func(j contract.QueuedJob) bool { return j.Job == id })
	p.state.Ended = append(p.state.Ended, id)
	p.state.Ended = p.state.Ended[max(len(p.state.Ended)-endedKept, 0):]
}
