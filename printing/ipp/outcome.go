package ipp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/ipp/wire"
)

// Job states of RFC 8011.
const (
	jobPending   = 3
	jobCanceled  = 7
	jobAborted   = 8
	jobCompleted = 9
)

// settleTime is how long a printer must be well after it has passed ZPL on: LPrint calls a job completed once
// the label printer has its bytes, and asks that printer for its faults every second or two.
const settleTime = 3 * time.Second

// How long a printer may take to begin with a job, and how often the printer is asked.
const (
	beginTime  = 5 * time.Second
	beginPause = 20 * time.Millisecond
)

// sentJob is a document that was sent. Its id is 0 where nobody knows whether it arrived.
type sentJob struct {
	id    int
	isZPL bool
	// completed is when it was seen to be completed, or when the printer was last seen to be unwell after that.
	completed time.Time
}

// Outcome asks for the first job that has not ended, and goes on while jobs have.
func (d *Device) Outcome(ctx context.Context) (printing.Outcome, error) {
	for ; d.out < len(d.jobs); d.out++ {
		end, err := d.readEnd(ctx, &d.jobs[d.out])
		if end == endOut && d.jobs[d.out].isZPL {
			end, err = d.settle(ctx)
		}
		switch {
		case err != nil:
			return printing.Outcome{Out: d.out}, fmt.Errorf("printer %s, job %d: %w", d.printer.Name, d.jobs[d.out].id, err)
		case end != endOut:
			return printing.Outcome{Out: d.out, Failed: end == endFailed, InDoubt: end == endInDoubt}, nil
		}
	}
	return printing.Outcome{Out: d.out}, nil
}

// settle says that the first job is out once the printer is well long enough after it was completed.
func (d *Device) settle(ctx context.Context) (jobEnd, error) {
	for i := d.out + 1; i < len(d.jobs) && d.jobs[i].isZPL; i++ {
		if end, err := d.readEnd(ctx, &d.jobs[i]); err != nil || end != endOut {
			break
		}
	}
	if time.Since(d.jobs[d.out].completed) < settleTime {
		return notEnded, nil
	}
	found, _, err := d.client.readFacts(ctx)
	if err != nil {
		return notEnded, err
	}
	if (printing.Status{Conditions: found.conditions()}).Ready() {
		return endOut, nil
	}
	for i := d.out; i < len(d.jobs); i++ {
		if !d.jobs[i].completed.IsZero() {
			d.jobs[i].completed = time.Now()
		}
	}
	return notEnded, nil
}

// jobEnd is how a job ended.
type jobEnd int

const (
	notEnded jobEnd = iota
	endOut
	endFailed
	// endInDoubt: the printer knows no better than we do.
	endInDoubt
)

// readEnd asks how a job ended. Completed with errors, completed by a queue that proves nothing, and forgotten
// are doubts.
func (d *Device) readEnd(ctx context.Context, job *sentJob) (jobEnd, error) {
	switch {
	case job.id == 0:
		return endInDoubt, nil
	case !job.completed.IsZero():
		return endOut, nil
	}
	state, reasons, err := d.readJob(ctx, job.id)
	var refused *refusal
	switch {
	case errors.As(err, &refused) && refused.ipp && (refused.status == 0x0406 || refused.status == 0x0407):
		return endInDoubt, nil
	case err != nil:
		return notEnded, err
	case (state == jobCanceled || state == jobAborted) && job.isZPL: // LPrint may have printed it all the same
		return endInDoubt, nil
	case state == jobCanceled || state == jobAborted:
		return endFailed, nil
	case state != jobCompleted:
		return notEnded, nil
	case slices.Contains(reasons, "job-completed-with-errors") || d.facts != nil && d.facts.provesNothing():
		return endInDoubt, nil
	}
	job.completed = time.Now()
	return endOut, nil
}

func (d *Device) readJob(ctx context.Context, id int) (state int, reasons []string, err error) {
	answer, _, err := d.client.ask(ctx, wire.GetJobAttributes, wire.Attr("job-id", wire.Integer(id)),
		wire.Attr("requesting-user-name", wire.Text(wire.TagName, userName)),
		wire.Keywords("requested-attributes", "job-id", "job-state", "job-state-reasons"))
	if err != nil {
		return 0, nil, err
	}
	group := answer.Group(wire.JobGroup)
	state, ok := group.First("job-state").Int()
	if !ok {
		return 0, nil, errors.New("its answer names no state of the job")
	}
	return state, wire.Strings(group.Values("job-state-reasons")), nil
}

// awaitBegin waits until the printer has begun with a job. LPrint 1.1 starts a job twice, and then calls it
// aborted, if it gets another or is asked for its state in that moment.
func (d *Device) awaitBegin(ctx context.Context, id int) {
	ctx, cancel := context.WithTimeout(ctx, beginTime)
	defer cancel()
	for {
		state, _, err := d.readJob(ctx, id)
		if err != nil || state != jobPending {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(beginPause):
		}
	}
}

// findJob looks for a job whose answer was lost. Only finding it says anything: a job that is not listed yet
// may still come.
func (d *Device) findJob(ctx context.Context, name string) (id int, found bool) {
	for _, which := range []string{"not-completed", "completed"} {
		answer, _, err := d.client.ask(ctx, wire.GetJobs, wire.Attr("requesting-user-name", wire.Text(wire.TagName, userName)),
			wire.Keywords("which-jobs", which), wire.Attr("my-jobs", wire.Boolean(true)), wire.Attr("limit", wire.Integer(500)),
			wire.Keywords("requested-attributes", "job-id", "job-name"))
		if err != nil {
			continue
		}
		for i := range answer.Groups {
			if group := &answer.Groups[i]; group.Tag == wire.JobGroup && group.First("job-name").String() == name {
				return group.First("job-id").Int()
			}
		}
	}
	return 0, false
}
