package printing

import (
	"context"
	"slices"
	"time"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/wording"
)

const (
	// pollPause is how often the printer is asked how far it is while all is well, troublePause otherwise.
	pollPause    = 50 * time.Millisecond
	troublePause = time.Second
	// lookEvery is how often the printer is looked at while labels are under way.
	lookEvery = time.Second
	// deviceTime bounds a question to the printer. Sending may take as long as that takes a label in; after
	// sendTime its memory is said to be full.
	deviceTime = 15 * time.Second
	sendTime   = 3 * time.Second
	// cutTime is how long a printer may be unreachable until what it has is in doubt; silentTime how long
	// it may say that it is well while nothing comes out.
	cutTime    = 10 * time.Second
	silentTime = time.Minute
	// reportAfter is how long a trouble lasts before the printer's workflow is told.
	reportAfter = 5 * time.Second
	// storePause is the pause after a first failure of the store; it doubles up to storePauseMost.
	storePause     = 100 * time.Millisecond
	storePauseMost = 5 * time.Second
)

// track is what a round knows of the printer and of the labels in it.
type track struct {
	limit  int
	status printers.Status
	looked time.Time
	// illSince is when it began to need a person, reported what for, as its workflow was told.
	illSince time.Time
	reported string
	// wellSince is when it became ready, cut when it could no longer be reached; zero when it is not.
	wellSince, cut time.Time
	// moved is when a label last came out.
	moved time.Time
	// labels are those under way, the oldest first; doubted: some were given up, so nothing more is sent.
	labels  []sentLabel
	doubted bool
	// stopping is when somebody stopped the job while labels were under way.
	stopping time.Time
	beat     time.Time
}

// sentLabel is a label that the printer has, as the number-th document since it was opened.
type sentLabel struct {
	place  int
	number int
	entry  book.Entry
	at     time.Time
}

// halted says that no more labels are to be sent.
func (r *round) halted() bool {
	_, stopped, _ := r.step.Controls.told(r.in.Printer, r.in.Job)
	return stopped || r.doubted || r.asked.Err() != nil || r.life.Err() != nil || isClosed(r.leaving)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// awaitLabel waits for the next label to be ready; false when no more are to be sent.
func (r *round) awaitLabel(coming <-chan chan readyLabel) (readyLabel, bool) {
	one, there := <-coming
	for there && !r.halted() {
		select {
		case ready := <-one:
			return ready, true
		case <-time.After(pollPause):
			r.poll()
		}
	}
	return readyLabel{}, false
}

// awaitTurn waits until the printer has room, is ready by a look of just now, and nobody has paused it;
// false when no more labels are to be sent.
func (r *round) awaitTurn() bool {
	for {
		r.poll()
		if r.halted() {
			return false
		}
		paused, _, _ := r.step.Controls.told(r.in.Printer, r.in.Job)
		if len(r.labels) < r.limit && !paused && r.look() {
			return true
		}
		r.pause()
	}
}

// finishUnderWay waits until what the printer has is out, or is in doubt.
func (r *round) finishUnderWay() {
	for len(r.labels) > 0 {
		if r.poll(); len(r.labels) > 0 {
			r.pause()
		}
		if r.life.Err() != nil {
			r.giveUp(contract.WhyPrintInterrupted)
		}
	}
}

// pause waits until the printer is asked again.
func (r *round) pause() {
	if time.Since(r.looked) >= lookEvery {
		r.look()
	}
	if r.status.Ready() && !r.status.Doubtful {
		r.sleep(pollPause)
		return
	}
	r.sleep(troublePause)
}

// sleep waits; it ends early when somebody wants something of the printer.
func (r *round) sleep(d time.Duration) {
	_, _, changes := r.step.Controls.told(r.in.Printer, r.in.Job)
	asked := r.asked.Done()
	if r.asked.Err() != nil {
		asked = nil
		r.beatAlone()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changes:
	case <-asked:
	case <-r.life.Done():
	}
}

// beatAlone heartbeats in a step that was asked to end: nobody else does any more.
func (r *round) beatAlone() {
	if time.Since(r.beat) >= troublePause {
		r.beat = time.Now()
		activities.Say(context.WithoutCancel(r.asked), func(*activities.Heartbeat) {})
	}
}

// underWay notes that the printer has a label, or a part of it where sending it was broken off.
func (r *round) underWay(i int, entry book.Entry, broken bool) {
	r.port.sent++
	now := time.Now()
	r.labels = append(r.labels, sentLabel{place: i, number: r.port.sent, entry: entry, at: now})
	if broken {
		r.cut = now
		return
	}
	event := entry.Event(r.work[i])
	event.State, event.ChangedAt = contract.PrintSent, now.UTC()
	r.show(event)
}

func (r *round) isUnderWay(claim string) bool {
	return slices.ContainsFunc(r.labels, func(l sentLabel) bool { return l.entry.Last().Claim == claim })
}

// poll asks the printer how far it is, and ends the labels that are out.
func (r *round) poll() {
	if len(r.labels) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(r.life, deviceTime)
	outcome, err := r.port.device.Outcome(ctx)
	cancel()
	for err == nil && len(r.labels) > 0 && r.labels[0].number <= outcome.Out {
		r.write(r.labels[0].place, r.labels[0].entry, contract.PrintOut, contract.Reason{})
		r.labels, r.moved = r.labels[1:], time.Now()
	}
	if len(r.labels) == 0 {
		r.cut = time.Time{}
		return
	}
	switch {
	case err == nil && outcome.Failed:
		r.giveUp(contract.WhyPrintUnanswered)
	case err == nil && outcome.InDoubt:
		r.giveUp(contract.WhyPrintInterrupted)
	default:
		r.judge()
	}
}

// judge gives the labels under way up when there is no hope of learning what became of them. A printer that
// wants a person is waited for: what it has comes out then.
func (r *round) judge() {
	well := func(since time.Time, least time.Duration) bool {
		return !since.IsZero() && time.Since(latest(since, r.moved, r.labels[0].at)) >= least
	}
	reachable := !slices.Contains(r.status.Conditions, printers.Unreachable)
	waits := reachable && r.wellSince.IsZero()
	_, stopped, _ := r.step.Controls.told(r.in.Printer, r.in.Job)
	if stopped && r.stopping.IsZero() {
		r.stopping = time.Now()
	}
	switch {
	case !waits && well(r.cut, cutTime) && (!reachable || well(r.wellSince, cutTime)):
		r.giveUp(contract.WhyPrintInterrupted)
	case well(r.wellSince, silentTime), well(r.stopping, cutTime):
		r.giveUp(contract.WhyPrintUnanswered)
	}
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// giveUp ends the labels under way as unknown, and closes the printer, whose count is no longer believed.
func (r *round) giveUp(code contract.ReasonCode) {
	why := wording.Reason(contract.WhyPrintUnanswered, "printer", r.in.Printer)
	if code == contract.WhyPrintInterrupted {
		why = wording.Reason(contract.WhyPrintInterrupted, "printer", r.in.Printer)
	}
	for _, label := range r.labels {
		r.write(label.place, label.entry, contract.PrintUnknown, why)
	}
	r.labels, r.doubted = nil, true
	r.port.shut()
}
