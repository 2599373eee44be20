package printing

import (
	"errors"
	"fmt"
	"slices"

	"github.com/samber/lo"
	"go.temporal.io/sdk/workflow"

	printingsteps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/workflows"
)

// idLength bounds ids that come from outside, in bytes.
const idLength = 128

// listen answers the progress query and the updates.
func (p *printer) listen(ctx workflow.Context) error {
	progress := func() (contract.PrinterProgress, error) { return p.progress(), nil }
	return errors.Join(
		workflow.SetQueryHandlerWithOptions(ctx, contract.ProgressQuery, progress, workflow.QueryHandlerOptions{Description: "the printer's queue, and the labels in doubt"}),
		workflow.SetUpdateHandlerWithOptions(ctx, contract.PrintUpdate, p.print, workflow.UpdateHandlerOptions{
			Validator: p.mayPrint, Description: "put a stored job into the queue",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, contract.ControlUpdate, p.control, workflow.UpdateHandlerOptions{
			Validator: mayControl, Description: "pause the queue, go on, or stop a job",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, contract.SettleUpdate, p.settle, workflow.UpdateHandlerOptions{
			Validator: p.maySettle, Description: "say what became of labels in doubt",
		}),
	)
}

func (p *printer) progress() contract.PrinterProgress {
	progress := contract.PrinterProgress{PrinterState: p.state, Condition: p.condition}
	progress.Ended = nil
	for _, job := range p.state.Jobs {
		progress.Doubts = append(progress.Doubts, job.InDoubt...)
	}
	return progress
}

// hear takes in what the step under way says of the printer.
func (p *printer) hear(ctx workflow.Context) {
	for {
		var condition string
		workflow.GetSignalChannel(ctx, contract.ConditionSignal).Receive(ctx, &condition)
		if p.cancel != nil {
			p.condition = condition
			p.show(ctx)
		}
	}
}

func (p *printer) mayPrint(_ workflow.Context, request contract.PrintRequest) error {
	switch {
	case !contract.ValidKey(request.Merchant):
		return fmt.Errorf("merchant %.64q is not an id", request.Merchant)
	case request.Job == "" || len(request.Job) > idLength:
		return fmt.Errorf("a print job needs an id of 1 to %d bytes", idLength)
	case request.Labels < 1 || request.Labels > labelsAtMost:
		return fmt.Errorf("print job %s has %d labels; it may have 1 to %d", request.Job, request.Labels, labelsAtMost)
	case len(p.state.Jobs) >= jobsAtMost && !p.knows(request.Job):
		return fmt.Errorf("printer %s has %d jobs in its queue, which are all that it takes: wait, or stop some", p.name, jobsAtMost)
	}
	return nil
}

func (p *printer) knows(job string) bool {
	return p.job(job) != nil || slices.Contains(p.state.Ended, job)
}

// print puts a job into the queue, once.
func (p *printer) print(_ workflow.Context, request contract.PrintRequest) (contract.PrintAnswer, error) {
	if !p.knows(request.Job) {
		p.state.Jobs = append(p.state.Jobs, contract.QueuedJob{Merchant: request.Merchant, Job: request.Job, At: request.At, Total: request.Labels})
	}
	var answer contract.PrintAnswer
	for _, job := range p.state.Jobs {
		if job.Job == request.Job {
			return answer, nil
		}
		answer.Ahead += job.Total - job.Done
	}
	return contract.PrintAnswer{}, nil
}

func mayControl(_ workflow.Context, control contract.PrinterControl) error {
	switch control.Action {
	case contract.PausePrinter, contract.ContinuePrinter:
		return nil
	case contract.StopJob:
		if control.Job == "" {
			return errors.New("name the job that is to be stopped")
		}
		return nil
	}
	return fmt.Errorf("%.32q is not something that a printer can be told: pause, continue or stop", control.Action)
}

// control does what somebody wants of the queue; done twice, it changes nothing.
func (p *printer) control(_ workflow.Context, control contract.PrinterControl) error {
	switch control.Action {
	case contract.PausePrinter:
		p.state.Paused = true
		p.endStep()
	case contract.ContinuePrinter:
		p.state.Paused = false
	case contract.StopJob:
		p.stop(control.Job)
	}
	return nil
}

func (p *printer) endStep() {
	if p.cancel != nil {
		p.cancel()
	}
}

// stop ends a job: one that has begun once its step has, and nothing of it is in doubt.
func (p *printer) stop(id string) {
	job := p.job(id)
	switch {
	case job == nil:
	case job != &p.state.Jobs[0]:
		p.endJob(id)
	default:
		job.Stopped = true
		p.endStep()
	}
}

func (p *printer) maySettle(_ workflow.Context, request contract.SettleRequest) error {
	switch {
	case request.Person == "":
		return errors.New("nobody is named who says what became of the labels")
	case !p.knows(request.Job):
		return fmt.Errorf("printer %s has no job %.64q", p.name, request.Job)
	case len(request.CameOut)+len(request.NotOut)+len(request.LeaveOut) == 0:
		return errors.New("no label is named")
	}
	return nil
}

// settle writes what a person says of labels in doubt. Labels that are not in doubt are left as they are.
func (p *printer) settle(ctx workflow.Context, request contract.SettleRequest) error {
	if err := workflow.Await(ctx, func() bool { return !p.settling }); err != nil {
		return err
	}
	job := p.job(request.Job)
	if job == nil {
		return nil
	}
	doubtful := func(refs []contract.LabelRef) []contract.LabelRef {
		return lo.Filter(lo.Uniq(refs), func(ref contract.LabelRef, _ int) bool { return slices.Contains(job.InDoubt, ref) })
	}
	request.Merchant = job.Merchant
	request.CameOut, request.NotOut, request.LeaveOut = doubtful(request.CameOut), doubtful(request.NotOut), doubtful(request.LeaveOut)
	said := len(request.CameOut) + len(request.NotOut) + len(request.LeaveOut)
	if said == 0 {
		return nil
	}
	p.settling = true
	defer func() { p.settling = false }()
	job.Pages++
	in := printingsteps.SettleInput{SettleRequest: request, Site: p.site, Printer: p.name, Page: job.Pages}
	var out printingsteps.SettledLabels
	summary := fmt.Sprintf("what became of %d labels of job %s", said, job.Job)
	if err := workflow.ExecuteActivity(workflows.PrintStep(ctx, p.site, summary), printingSteps.SettleLabels, in).Get(ctx, &out); err != nil {
		return err
	}
	if job = p.job(request.Job); job == nil {
		return nil
	}
	job.InDoubt = lo.Without(job.InDoubt, slices.Concat(request.CameOut, request.NotOut, request.LeaveOut)...)
	job.Redo = append(request.NotOut, job.Redo...)
	job.Out += out.Out
	job.Held += len(request.LeaveOut)
	p.tally(job)
	return nil
}
