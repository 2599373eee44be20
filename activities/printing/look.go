package printing

import (
	"context"
	"slices"
	"time"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
)

// look asks the printer how it is, and says whether a label may be sent.
func (r *round) look() bool {
	status := r.lookOnce()
	now := time.Now()
	r.looked = now
	ready := status.Ready() && !status.Doubtful
	switch {
	case !ready:
		r.wellSince = time.Time{}
	case r.wellSince.IsZero():
		r.wellSince = now
	}
	if slices.Contains(status.Conditions, printers.Unreachable) && len(r.labels) > 0 && r.cut.IsZero() {
		r.cut = now
	}
	r.note(status)
	r.report(ready)
	return ready
}

// report tells the printer's workflow of a trouble that lasts, and of its end.
func (r *round) report(ready bool) {
	condition := ""
	switch {
	case ready:
		r.illSince = time.Time{}
	case r.illSince.IsZero():
		r.illSince = r.looked
		return
	case r.looked.Sub(r.illSince) < reportAfter || len(r.status.Conditions) == 0:
		return
	default:
		condition = string(r.status.Conditions[0])
	}
	if condition == r.reported || r.step.Report == nil {
		return
	}
	r.reported = condition
	r.ends.Go(func() error {
		ctx, cancel := context.WithTimeout(r.life, tellTime)
		defer cancel()
		r.step.Report(ctx, r.in.Site, r.in.Printer, condition)
		return nil
	})
}

// note keeps a status and shows it when it has changed.
func (r *round) note(status printers.Status) {
	before := r.status
	r.status = status
	if slices.Equal(status.Conditions, before.Conditions) && status.Doubtful == before.Doubtful && !before.At.IsZero() {
		return
	}
	r.step.publish(r.life, Event{Site: r.in.Site, Printer: r.in.Printer, Merchant: r.in.Merchant, Job: r.in.Job, Status: &status})
	activities.Say(context.WithoutCancel(r.asked), func(h *activities.Heartbeat) {
		h.Condition = ""
		if len(status.Conditions) > 0 {
			h.Condition = string(status.Conditions[0])
		}
	})
}

func (r *round) lookOnce() printers.Status {
	ctx, cancel := context.WithTimeout(r.life, deviceTime)
	defer cancel()
	if err := r.step.Devices.open(ctx, r.port, r.printer); err != nil {
		return printers.Status{Conditions: []printers.Condition{printers.Unreachable}, Said: contract.CleanReason(err.Error()), At: time.Now()}
	}
	status, err := r.port.device.Look(ctx)
	if err != nil {
		return printers.Status{Conditions: []printers.Condition{printers.Silent}, Said: contract.CleanReason(err.Error()), At: time.Now()}
	}
	if status.At.IsZero() {
		status.At = time.Now()
	}
	return status
}

// give sends a document to the printer, which is open. One that stops in the middle of it is waited for,
// unless somebody stops the job.
func (r *round) give(document printers.Document) error {
	ctx, cancel := context.WithCancel(r.life)
	defer cancel()
	sent := make(chan error, 1)
	device := r.port.device
	go func() { sent <- device.Send(ctx, document) }()
	full := time.NewTimer(sendTime)
	defer full.Stop()
	for {
		_, stopped, changes := r.step.Controls.told(r.in.Printer, r.in.Job)
		if stopped {
			cancel()
			return <-sent
		}
		select {
		case err := <-sent:
			return err
		case <-full.C:
			r.note(printers.Status{Conditions: []printers.Condition{printers.BufferFull}, At: time.Now()})
		case <-changes:
		}
	}
}
