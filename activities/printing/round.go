package printing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/samber/lo"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

const (
	// defaultUnderWay is how many labels may be in a printer that does not say.
	defaultUnderWay = 4
	// closingTime is how long a step that must leave at once takes to write what it knows.
	closingTime = 5 * time.Second
)

// round is one try of a step: its labels, the printer, and what has become of them so far.
type round struct {
	step *Printing
	in   PrintLabelsInput
	job  contract.PrintJob
	// work are the labels of the step, in their order.
	work []contract.JobLabel

	// asked ends when somebody wants the step to end well, life when it must leave at once.
	asked, life context.Context
	closing     context.CancelFunc
	// leaving closes when the worker takes no more work.
	leaving <-chan struct{}

	printer   printers.Printer
	port      *port
	cancelled cancelledOrders
	track

	mu sync.Mutex
	// events are the prints that ended, by their place in work.
	events map[int]contract.PrintEvent
	// ends are writes under way.
	ends errgroup.Group
}

func (p *Printing) newRound(ctx context.Context, in PrintLabelsInput, job contract.PrintJob) *round {
	life, closing := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		if !temporal.IsCanceledError(context.Cause(ctx)) {
			closing()
		}
	})
	r := &round{step: p, in: in, job: job, work: workOf(job, in), asked: ctx, life: life, closing: closing, events: map[int]contract.PrintEvent{}}
	if activity.IsActivity(ctx) {
		r.leaving = activity.GetWorkerStopChannel(ctx)
	}
	return r
}

// workOf are the labels that a step is to print, in the order of the job; a label that its job names twice is
// printed once.
func workOf(job contract.PrintJob, in PrintLabelsInput) []contract.JobLabel {
	if len(in.Labels) > 0 {
		wanted := lo.Keyify(in.Labels)
		return lo.UniqBy(lo.Filter(job.Labels, func(label contract.JobLabel, _ int) bool { return lo.HasKey(wanted, refOf(label)) }), refOf)
	}
	from := min(max(in.From, 0), len(job.Labels))
	return job.Labels[from:min(from+LabelsAtOnce, len(job.Labels))]
}

func (r *round) close() {
	r.closing()
	if r.port != nil {
		r.step.Devices.release(r.port)
	}
}

// printAll prints the labels that have no end yet, in their order.
func (r *round) printAll() error {
	if err := r.step.Store.Get(r.life, storage.Printer(r.in.Site, r.in.Printer), &r.printer); err != nil {
		return fmt.Errorf("read the settings of printer %s: %w", r.in.Printer, err)
	}
	r.limit = min(max(cmp.Or(r.printer.UnderWay, defaultUnderWay), 1), 5)
	port, err := r.step.Devices.hold(r.asked, r.in.Site+"/"+r.in.Printer)
	if err != nil {
		return nil // somebody wants the step to end, and it has not begun
	}
	r.port = port
	fetching, enough := context.WithCancel(r.life)
	defer enough()
	left := r.undecided()
	coming := r.prepareAhead(fetching, lo.Map(left, func(i, _ int) contract.JobLabel { return r.work[i] }))
	err = r.printLabels(left, coming)
	r.finishUnderWay()
	if err != nil {
		_ = r.ends.Wait()
		return err
	}
	r.awaitWord()
	return nil
}

// awaitWord waits, after somebody has stopped the job, until the printer's workflow knows it as well.
func (r *round) awaitWord() {
	for r.asked.Err() == nil && r.life.Err() == nil && !isClosed(r.leaving) {
		if _, stopped, _ := r.step.Controls.told(r.in.Printer, r.in.Job); !stopped {
			return
		}
		r.sleep(troublePause)
	}
}

func (r *round) printLabels(left []int, coming <-chan chan readyLabel) error {
	if err := r.refreshCancelled(); err != nil {
		return err
	}
	for _, i := range left {
		ready, ok := r.awaitLabel(coming)
		if !ok {
			return nil
		}
		if ready.trouble != nil {
			return fmt.Errorf("fetch label %d of order %s: %w", r.work[i].Label, r.work[i].Order, ready.trouble)
		}
		if ready.why.Words != "" {
			r.hold(i, ready.why)
			continue
		}
		if more, err := r.printLabel(i, ready.document); err != nil || !more {
			return err
		}
		activities.Say(context.WithoutCancel(r.asked), func(h *activities.Heartbeat) { h.Labels++ })
	}
	return nil
}

// printLabel claims a label when the printer is ready for it, and sends it. It returns false when no more
// labels are to be sent.
func (r *round) printLabel(i int, document printers.Document) (more bool, err error) {
	if !r.awaitTurn() {
		return false, nil
	}
	if err := r.refreshCancelled(); err != nil {
		return false, err
	}
	if why := r.whyCancelled(r.work[i].Order); why.Words != "" {
		r.hold(i, why)
		return true, nil
	}
	print := book.NewPrint(r.job, r.work[i], time.Now())
	var answer book.Answer
	err = r.meanwhile(func(ctx context.Context) (err error) {
		answer, err = book.Claim(ctx, r.step.Store, r.job, r.work[i], print)
		return err
	})
	switch {
	case err != nil:
		return false, fmt.Errorf("claim label %d of order %s: %w", r.work[i].Label, r.work[i].Order, err)
	case answer.Verdict == book.Held:
		r.hold(i, answer.Reason)
		return true, nil
	case answer.Verdict == book.Done:
		r.end(i, answer.Entry.Event(r.work[i]))
		return true, nil
	case answer.Verdict == book.InDoubt:
		return false, r.recoverClaims(i)
	}
	return r.send(i, answer.Entry, document), nil
}

// send sends a claimed label. What surely did not reach the printer is sent again when that is well.
func (r *round) send(i int, entry book.Entry, document printers.Document) (more bool) {
	r.show(entry.Event(r.work[i]))
	for ready := !r.halted(); ; ready = r.awaitTurn() {
		if !ready {
			r.write(i, entry, contract.PrintStopped, wording.Reason(contract.WhyPrintStopped))
			return false
		}
		err := r.give(document)
		var notSent *printers.NotSentError
		var refused *printers.RefusedError
		switch {
		case !errors.As(err, &notSent):
			r.underWay(i, entry, err != nil)
			return err == nil
		case errors.As(err, &refused):
			r.write(i, entry, contract.PrintHeld, notPrintable(refused))
			return true
		}
		if len(r.labels) == 0 {
			r.port.shut()
		}
		r.sleep(troublePause)
	}
}

// hold leaves a label out, for a reason.
func (r *round) hold(i int, why contract.Reason) {
	print := book.NewPrint(r.job, r.work[i], time.Now())
	print.Claim, print.State, print.Reason, print.ClaimedAt = "", contract.PrintHeld, why, time.Time{}
	r.end(i, book.Entry{PrintRecord: contract.PrintRecord{Prints: []contract.Print{print}}}.Event(r.work[i]))
}

// end notes how a label of the step ended.
func (r *round) end(i int, event contract.PrintEvent) {
	r.mu.Lock()
	r.events[i] = event
	r.mu.Unlock()
	r.show(event)
}

func (r *round) show(event contract.PrintEvent) {
	r.step.publish(r.life, Event{Site: r.in.Site, Printer: r.in.Printer, Merchant: r.in.Merchant, Job: r.in.Job, Label: &event})
}

func (r *round) undecided() []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return lo.Filter(lo.Range(len(r.work)), func(i, _ int) bool { _, ended := r.events[i]; return !ended })
}

func (r *round) inDoubt() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return lo.SomeBy(lo.Values(r.events), func(e contract.PrintEvent) bool { return e.State == contract.PrintUnknown })
}

// write writes how a claimed label ended, beside other work; one that was stopped may be printed later.
func (r *round) write(i int, entry book.Entry, state contract.PrintState, why contract.Reason) {
	now := time.Now()
	r.ends.Go(func() error {
		ctx, cancel := lingering(r.life, closingTime)
		defer cancel()
		err := r.patiently(ctx, func(ctx context.Context) (err error) {
			entry, err = book.WriteEnd(ctx, r.step.Store, entry, state, why, now)
			return err
		})
		if err != nil {
			return fmt.Errorf("write how label %d of order %s ended: %w", r.work[i].Label, r.work[i].Order, err)
		}
		if state == contract.PrintStopped {
			r.show(entry.Event(r.work[i]))
		} else {
			r.end(i, entry.Event(r.work[i]))
		}
		return nil
	})
}
