package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// printWait is how long a printer's queue is waited for to take a job; printTries how often it is asked
// while it ends or begins anew.
const (
	printWait  = 15 * time.Second
	printTries = 5
)

// Printers is what a station asks of the workflows that hold printers.
type Printers interface {
	// Print puts a stored job into its printer's queue; a queue that is not there is started. The same job
	// again changes nothing.
	Print(ctx context.Context, job contract.PrintJob) (contract.PrintAnswer, error)
	// Control does something to a printer's queue; done twice, it changes nothing.
	Control(ctx context.Context, site, printer string, control contract.PrinterControl) error
	// Settle says what became of labels in doubt.
	Settle(ctx context.Context, site, printer string, request contract.SettleRequest) error
	// Progress says how a printer's queue stands; one that is not there is empty.
	Progress(ctx context.Context, site, printer string) (contract.PrinterProgress, error)
	// Tell gives a run news of its labels; a run that has ended hears nothing.
	Tell(ctx context.Context, merchant, run string, news contract.PrintedNews) error
}

// Print stores a job once and puts it into its printer's queue. A job that is stored under the same id
// already is printed as it is there.
func Print(ctx context.Context, printers Printers, store book.Store, job contract.PrintJob) (contract.PrintJob, contract.PrintAnswer, error) {
	if err := checkJob(job); err != nil {
		return job, contract.PrintAnswer{}, err
	}
	job, err := book.PutJob(ctx, store, job)
	if err != nil {
		return job, contract.PrintAnswer{}, err
	}
	answer, err := printers.Print(ctx, job)
	return job, answer, err
}

func checkJob(job contract.PrintJob) error {
	refs := lo.Map(job.Labels, func(l contract.JobLabel, _ int) contract.LabelRef {
		return contract.LabelRef{Order: l.Order, Label: l.Label}
	})
	switch {
	case job.ID == "", job.Site == "", job.Printer == "", job.At.IsZero():
		return &RequestError{Field: "print", Problem: "a print job needs an id, a site, a printer and a time"}
	case !contract.ValidKey(job.Merchant):
		return &RequestError{Field: "merchant", Problem: fmt.Sprintf("merchant %.64q is not an id", job.Merchant)}
	case len(refs) == 0:
		return &RequestError{Field: "print", Problem: fmt.Sprintf("print job %.64s names no label", job.ID)}
	case len(lo.Uniq(refs)) != len(refs):
		return &RequestError{Field: "print", Problem: fmt.Sprintf("print job %.64s names a label twice", job.ID)}
	case job.Again == contract.AgainOther && job.Text == "":
		return &RequestError{Field: "print", Problem: "say in words why the labels are printed again"}
	}
	return nil
}

// TemporalPrinters is [Printers] on a Temporal server.
type TemporalPrinters struct{ Client sdk.Client }

// Print sends the update, whose id is the job's.
func (t TemporalPrinters) Print(ctx context.Context, job contract.PrintJob) (answer contract.PrintAnswer, err error) {
	request := contract.PrintRequest{Merchant: job.Merchant, Job: job.ID, At: job.At, Labels: len(job.Labels)}
	options := sdk.UpdateWorkflowOptions{UpdateID: job.ID, UpdateName: contract.PrintUpdate, Args: []any{request}}
	err = t.update(ctx, job.Site, job.Printer, options, &answer)
	return answer, err
}

// Control sends the update.
func (t TemporalPrinters) Control(ctx context.Context, site, printer string, control contract.PrinterControl) error {
	return t.update(ctx, site, printer, sdk.UpdateWorkflowOptions{UpdateName: contract.ControlUpdate, Args: []any{control}}, nil)
}

// Settle sends the update.
func (t TemporalPrinters) Settle(ctx context.Context, site, printer string, request contract.SettleRequest) error {
	return t.update(ctx, site, printer, sdk.UpdateWorkflowOptions{UpdateName: contract.SettleUpdate, Args: []any{request}}, nil)
}

// update sends an update with the start of a Printer where there is none, again while one ends or begins
// anew.
func (t TemporalPrinters) update(ctx context.Context, site, printer string, options sdk.UpdateWorkflowOptions, answer any) error {
	limited, cancel := context.WithTimeout(ctx, printWait)
	defer cancel()
	options.WorkflowID, options.WaitForStage = contract.PrinterID(site, printer), sdk.WorkflowUpdateStageCompleted
	var err error
	for try := range printTries {
		start := t.Client.NewWithStartWorkflowOperation(printerOptions(site, printer), contract.PrinterType, contract.PrinterInput{Site: site, Printer: printer})
		var update sdk.WorkflowUpdateHandle
		update, err = t.Client.UpdateWithStartWorkflow(limited, sdk.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: options})
		if err == nil {
			err = update.Get(limited, answer)
		}
		if !isBetweenExecutions(err) {
			break
		}
		select {
		case <-time.After(100 * time.Millisecond << try):
		case <-limited.Done():
		}
	}
	if err != nil {
		return unanswered(ctx, err)
	}
	return nil
}

func printerOptions(site, printer string) sdk.StartWorkflowOptions {
	return sdk.StartWorkflowOptions{
		ID: contract.PrinterID(site, printer), TaskQueue: contract.StationTaskQueue(site), WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary: fmt.Sprintf("holds printer %s of site %s", printer, site),
	}
}

// isBetweenExecutions says that a workflow ended, or began anew, before it took an update.
func isBetweenExecutions(err error) bool {
	var (
		aborted  *serviceerror.Aborted
		notFound *serviceerror.NotFound
	)
	return errors.As(err, &aborted) || errors.As(err, &notFound)
}

// Progress asks the progress query and waits 5 seconds for an answer.
func (t TemporalPrinters) Progress(ctx context.Context, site, printer string) (contract.PrinterProgress, error) {
	progress, err := progressOf[contract.PrinterProgress](ctx, t.Client, contract.PrinterID(site, printer))
	if errors.Is(err, ErrNoRun) {
		return contract.PrinterProgress{}, nil
	}
	return progress, err
}

// Tell sends the signal to the run, if it is open.
func (t TemporalPrinters) Tell(ctx context.Context, merchant, run string, news contract.PrintedNews) error {
	err := t.Client.SignalWorkflow(ctx, contract.RunID(merchant, run), "", contract.PrintedSignal, news)
	return unlessGone(err)
}

// Report tells a printer's queue what the printer needs a person for, a printing.Condition, or "" when it is well.
func (t TemporalPrinters) Report(ctx context.Context, site, printer, condition string) error {
	err := t.Client.SignalWorkflow(ctx, contract.PrinterID(site, printer), "", contract.ConditionSignal, condition)
	return unlessGone(err)
}

// PrintsOfDay reads the log of a day's print jobs (UTC), page by page.
func PrintsOfDay(ctx context.Context, store book.Store, merchant string, day time.Time) ([]contract.PrintPage, error) {
	return book.ReadDay(ctx, store, merchant, day)
}

// PrintHistory reads how often each label of an order was printed, when, where, by whom and why.
func PrintHistory(ctx context.Context, store book.Store, merchant, order string) ([]contract.PrintRecord, error) {
	return book.ReadHistory(ctx, store, merchant, order)
}

var _ book.Store = (*storage.Store)(nil)
