package raw

import (
	"context"
	"errors"
	"slices"
	"syscall"
	"time"

	"github.com/despacho/despacho/printing"
)

// The questions. A line's end completes "! U1"; after the others it does no harm.
const (
	askExtended = "~HQES\r\n"
	askHost     = "~HS\r\n"
	askCounter  = "! U1 getvar \"" + counterVar + "\"\r\n"
	askList     = `{}{"` + hostStatusVar + `":null,"` + counterVar + `":null}` + "\r\n"

	counterVar    = "odometer.total_label_count"
	hostStatusVar = "device.host_status"
)

// Look asks how the printer is.
func (d *Device) Look(ctx context.Context) (printing.Status, error) {
	status, _, err := d.look(ctx, d.statusLink)
	return status, err
}

// look is Look over a connection, with what was heard.
func (d *Device) look(ctx context.Context, connect func(context.Context) (*link, error)) (printing.Status, *heard, error) {
	end := time.Now().Add(answersOfLook * d.patience)
	h := new(heard)
	l, err := connect(ctx)
	if err == nil {
		err = d.question(ctx, l, h, end)
		if err != nil {
			d.giveUp(l)
			h = new(heard)
			if l, err = connect(ctx); err == nil {
				err = d.question(ctx, l, h, end)
			}
		}
	}
	if ctx.Err() != nil {
		return printing.Status{}, h, ctx.Err()
	}
	status := printing.Status{At: time.Now()}
	if err != nil {
		if l != nil {
			d.giveUp(l)
		}
		status.Conditions = []printing.Condition{printing.Unreachable}
		return status, h, nil
	}
	d.judge(h, &status)
	if d.isGone(ctx, l, h) {
		status.Conditions = []printing.Condition{printing.Unreachable}
	}
	return status, h, nil
}

// isGone reports whether a printer that has been silent for some looks is not on the network any more: it was
// unplugged, and its connection can stay as it is for minutes, also after it is back. Then the connection is
// given up. A printer that refuses another connection is there.
func (d *Device) isGone(ctx context.Context, l *link, h *heard) bool {
	const enough = 3
	if len(h.said) > 0 || h.wrong {
		d.silences = 0
		return false
	}
	if d.silences++; d.silences < enough {
		return false
	}
	second, err := d.dial(ctx, l.connection.RemoteAddr().String())
	if err == nil {
		_ = second.drop()
		return false
	}
	if ctx.Err() != nil || errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	d.silences = 0
	d.giveUp(l)
	return true
}

// statusLink is the connection on which questions are asked.
func (d *Device) statusLink(ctx context.Context) (*link, error) {
	if d.printer.StatusAddress == "" {
		return d.connect(ctx)
	}
	if d.status != nil && d.status.clear() == nil {
		return d.status, nil
	}
	d.giveUp(d.status)
	l, err := d.dial(ctx, d.printer.StatusAddress)
	d.status = l
	return l, err
}

// giveUp gives a connection up that has ended. When that of the status address ends by itself, the printer may have
// been switched off, and what was under way is in doubt, as if the other one had ended.
func (d *Device) giveUp(l *link) {
	switch {
	case l == nil:
	case l == d.data:
		d.lose()
	default:
		_ = l.drop()
		d.status = nil
		d.broken = d.broken || d.underWay() > 0
	}
}

// question asks ~HQES, then ~HS unless a fault was named: the manual says that ~HS has no answer then. The
// first time it also asks for the counter.
func (d *Device) question(ctx context.Context, l *link, h *heard, end time.Time) error {
	const enoughMisses = 2
	if d.json && l != d.data {
		return d.askForList(ctx, l, h, end)
	}
	if d.unheard < enoughMisses {
		if err := d.ask(ctx, l, h, askExtended, end, func() bool { return h.extended != nil || h.wrong }); err != nil {
			return err
		}
	}
	if h.hasFault() || h.wrong {
		return nil
	}
	l.asked++
	answered := l.answered
	patience := 2 * d.patience
	if l != d.data {
		patience = d.patience
	}
	if err := d.askFor(ctx, l, h, askHost, patience, end, func() bool { return l.answered > answered || h.wrong }); err != nil {
		return err
	}
	if l != d.data && len(h.said) == 0 && !h.wrong {
		return d.askForList(ctx, l, h, end)
	}
	switch {
	case h.host != nil && h.extended == nil:
		d.unheard++
	case h.extended != nil:
		d.unheard = 0
	}
	if d.counter == counterUnknown && h.host != nil {
		return d.askCounter(ctx, l, h, end)
	}
	return nil
}

func (d *Device) ask(ctx context.Context, l *link, h *heard, question string, end time.Time, enough func() bool) error {
	return d.askFor(ctx, l, h, question, d.patience, end, enough)
}

// askFor asks and waits for the answer, at most for that long and until the look ends.
func (d *Device) askFor(ctx context.Context, l *link, h *heard, question string, patience time.Duration, end time.Time, enough func() bool) error {
	until := time.Now().Add(patience)
	if until.After(end) {
		until = end
	}
	if _, err := l.write(ctx, []byte(question), until); err != nil {
		return err
	}
	return l.receive(ctx, h, until, enough)
}

// askForList asks for status and counter at once, as JSON.
func (d *Device) askForList(ctx context.Context, l *link, h *heard, end time.Time) error {
	err := d.ask(ctx, l, h, askList, end, func() bool { return h.listed || h.wrong })
	if err != nil || !h.listed {
		return err
	}
	d.json = true
	d.noteCounter(h)
	return nil
}

// askCounter reads the counter.
func (d *Device) askCounter(ctx context.Context, l *link, h *heard, end time.Time) error {
	if d.json && l != d.data {
		return d.askForList(ctx, l, h, end)
	}
	if err := d.ask(ctx, l, h, askCounter, end, func() bool { return h.counter != nil || h.refused || h.wrong }); err != nil {
		return err
	}
	d.noteCounter(h)
	return nil
}

// noteCounter notes what the counter shows. A printer that answers other questions and not this one keeps none.
func (d *Device) noteCounter(h *heard) {
	switch {
	case h.counter == nil && d.counter == counterUnknown:
		d.counter = counterAbsent
	case h.counter == nil:
	case d.counter == counterUnknown:
		d.counter, d.base = counterKept, *h.counter
	default:
		d.moved = *h.counter - d.base
	}
}

// judge says what the answers mean.
func (d *Device) judge(h *heard, status *printing.Status) {
	status.Conditions, status.Said = h.conditions(), h.line()
	if d.printer.StatusAddress != "" && d.underWay() > 0 {
		// The printer answers here while it still reads our label there.
		status.Conditions = slices.DeleteFunc(status.Conditions, func(c printing.Condition) bool { return c == printing.PartialLabel })
	}
	switch {
	case h.hasFault():
	case h.wrong:
		status.Conditions, status.Doubtful = append(status.Conditions, printing.UnknownFault), true
	case h.host == nil:
		status.Conditions = append(status.Conditions, printing.Silent)
		status.Doubtful = h.extended != nil || len(h.said) > 0
	}
}
