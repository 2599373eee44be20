package printing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
)

// tellTime bounds how long news may take.
const tellTime = 5 * time.Second

// LabelsAtOnce is how many labels a step prints.
const LabelsAtOnce = activities.ChunkSize

// Store is what the steps need of the label store; a *storage.Store.
type Store interface {
	book.Store
	ReadPlace(ctx context.Context, place storage.Place, limit int64) ([]byte, error)
}

// Printing are the steps of the printers' queues. Register them with the worker of a station.
type Printing struct {
	Store Store
	// Devices opens the printers and keeps them open from one step to the next.
	Devices *Devices
	// Prepare makes what the printer is sent of a label's file, and notes of what was changed on it. A label
	// with an error is held, and others go on: at once where the error has a method Why, which is the reason,
	// else when some tries have failed.
	Prepare func(ctx context.Context, printer printers.Printer, label contract.JobLabel, file []byte) (printers.Document, []string, error)
	// Tell gives news to the run of printed labels; nil tells nobody. What it says may be lost.
	Tell func(ctx context.Context, merchant, run string, news contract.PrintedNews)
	// Outbox is told of labels that printers have put out; nil tells nobody.
	Outbox *hooks.Outbox
	// Report tells the printer's workflow what the printer needs a person for, a printing.Condition, or "" when it is
	// well again; nil tells nobody. What it says may be lost.
	Report func(ctx context.Context, site, printer, condition string)
	// Watch is told at once what happens; nil is nobody.
	Watch Watch
	// Controls brings what somebody wants of a printer to its step at once; nil: by way of Temporal alone.
	Controls *Controls
}

// PrintLabelsInput names labels of a job: From (counted from 0) and those after it, or those of Labels.
type PrintLabelsInput struct {
	Site     string              `json:"site"`
	Printer  string              `json:"printer"`
	Merchant string              `json:"merchant"`
	Job      string              `json:"job"`
	From     int                 `json:"from"`
	Labels   []contract.LabelRef `json:"labels,omitempty"`
	// Page is the number of the page of the log that the step leaves.
	Page int `json:"page"`
	// Recover: nothing is printed; labels that an earlier step has claimed and left are looked at.
	Recover bool `json:"recover,omitempty"`
}

// PrintedLabels is what became of them. Those that somebody's pause or stop left are in Left or from Next on.
type PrintedLabels struct {
	Next   int                 `json:"next"`
	Left   []contract.LabelRef `json:"left,omitempty"`
	Out    int                 `json:"out,omitempty"`
	Held   int                 `json:"held,omitempty"`
	Doubts []contract.LabelRef `json:"doubts,omitempty"`
	// Paged: the page of the log stands.
	Paged bool `json:"paged,omitempty"`
}

// PrintLabels prints up to 50 labels of a job, each once, and leaves a page of the log. It waits for a
// printer that needs a person. An error is the store's, or that of a printer or job that is not there.
func (p *Printing) PrintLabels(ctx context.Context, in PrintLabelsInput) (PrintedLabels, error) {
	return p.printLabels(ctx, in, activities.Attempt(ctx) > 1)
}

// printLabels is a try of PrintLabels; again: there was one before, which may have claimed labels.
func (p *Printing) printLabels(ctx context.Context, in PrintLabelsInput, again bool) (PrintedLabels, error) {
	job, err := book.ReadJob(ctx, p.Store, in.Merchant, in.Job)
	if errors.Is(err, storage.ErrNotFound) {
		return PrintedLabels{}, activities.FinalError(contract.ErrorNotFound, fmt.Sprintf("print job %s is no longer in the store", in.Job))
	}
	if err != nil {
		return PrintedLabels{}, fmt.Errorf("read print job %s: %w", in.Job, err)
	}
	r := p.newRound(ctx, in, job)
	defer r.close()
	if again || in.Recover {
		page, there, err := book.ReadPage(ctx, p.Store, job, in.Page)
		if err != nil || there {
			return r.resultOf(page), err
		}
		if err := r.recoverClaims(0); err != nil {
			return PrintedLabels{}, err
		}
	}
	if !in.Recover && !r.inDoubt() {
		if err := r.printAll(); err != nil {
			return PrintedLabels{}, err
		}
	}
	return r.finish()
}

// SettleInput is what a person says of labels in doubt, and the number of the page that it becomes.
type SettleInput struct {
	contract.SettleRequest
	Site    string `json:"site"`
	Printer string `json:"printer"`
	Page    int    `json:"page"`
}

// SettledLabels says how many labels came out after all.
type SettledLabels struct {
	Out int `json:"out"`
}

// SettleLabels writes what a person says of labels in doubt into their records and into the log.
func (p *Printing) SettleLabels(ctx context.Context, in SettleInput) (SettledLabels, error) {
	job, err := book.ReadJob(ctx, p.Store, in.Merchant, in.Job)
	if err != nil {
		return SettledLabels{}, fmt.Errorf("read print job %s: %w", in.Job, err)
	}
	labels := lo.KeyBy(job.Labels, refOf)
	page := contract.PrintPage{Job: in.Job, Merchant: in.Merchant, Page: in.Page}
	for state, refs := range map[contract.PrintState][]contract.LabelRef{
		contract.PrintConfirmed: in.CameOut, contract.PrintLost: append(append([]contract.LabelRef(nil), in.NotOut...), in.LeaveOut...),
	} {
		for _, ref := range refs {
			entry, err := book.Settle(ctx, p.Store, in.SettleRequest, ref, state, time.Now())
			if err != nil {
				return SettledLabels{}, fmt.Errorf("write what became of label %d of order %s: %w", ref.Label, ref.Order, err)
			}
			if len(entry.Prints) > 0 {
				page.Labels = append(page.Labels, entry.Event(labels[ref]))
			}
		}
	}
	if err := p.tellPrinted(ctx, page); err != nil {
		return SettledLabels{}, err
	}
	if page, err = book.PutPage(ctx, p.Store, job, page); err != nil {
		return SettledLabels{}, err
	}
	for _, event := range page.Labels {
		p.publish(ctx, Event{Site: in.Site, Printer: in.Printer, Merchant: in.Merchant, Job: in.Job, Label: &event})
	}
	p.tell(ctx, page, -1)
	return SettledLabels{Out: lo.CountBy(page.Labels, func(e contract.PrintEvent) bool { return e.State.IsOnPaper() })}, nil
}

// tell gives each run the news of a page; settled is -1 for a page about labels that were in doubt.
func (p *Printing) tell(ctx context.Context, page contract.PrintPage, settled int) {
	if p.Tell == nil {
		return
	}
	news := map[string]contract.PrintedNews{}
	for _, event := range page.Labels {
		n := news[event.Run]
		n.Job, n.Page = page.Job, page.Page
		if event.State.IsOnPaper() {
			n.Out++
		}
		if settled < 0 {
			n.InDoubt--
		} else if event.State == contract.PrintUnknown {
			n.InDoubt++
		}
		news[event.Run] = n
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	for run, n := range news {
		if n.Out != 0 || n.InDoubt != 0 {
			p.Tell(ctx, page.Merchant, run, n)
		}
	}
}

func refOf(l contract.JobLabel) contract.LabelRef {
	return contract.LabelRef{Order: l.Order, Label: l.Label}
}
