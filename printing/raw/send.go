package raw

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/despacho/despacho/printing"
)

const (
	piece = 16 << 10
	// idleFor is how long the printer must have nothing left to print before labels without a counter are out.
	idleFor = 300 * time.Millisecond
	// stallFor is how long it must have nothing left while its counter does not move, before that is in doubt.
	stallFor = 5 * time.Second
	// idleAfter is how long the counter stands before the printer is asked whether it has anything left.
	idleAfter = time.Second
)

// Send gives the printer a label.
func (d *Device) Send(ctx context.Context, document printing.Document) error {
	switch {
	case document.Type != ZPL:
		return &printing.NotSentError{Err: &printing.RefusedError{Err: fmt.Errorf("printer %s takes %s, not %s", d.printer.Name, ZPL, document.Type)}}
	case document.Pieces < 1:
		return &printing.NotSentError{Err: &printing.RefusedError{Err: fmt.Errorf("document %s has no piece of paper", document.Name)}}
	}
	err := d.tryToSend(ctx, document)
	var notSent *printing.NotSentError
	if errors.As(err, &notSent) && !d.broken && ctx.Err() == nil {
		// A connection that ended while nothing was under way may show it only now.
		err = d.tryToSend(ctx, document)
	}
	return err
}

func (d *Device) tryToSend(ctx context.Context, document printing.Document) error {
	l, err := d.connect(ctx)
	if d.broken {
		err = errors.New("the connection ended while labels were under way; they are in doubt")
	}
	if err == nil && d.counter == counterUnknown {
		err = d.askCounter(ctx, l, new(heard), time.Now().Add(d.patience))
	}
	if err != nil {
		return &printing.NotSentError{Err: fmt.Errorf("printer %s at %s: %w", d.printer.Name, d.printer.Address, err)}
	}
	return d.send(ctx, l, document)
}

func (d *Device) send(ctx context.Context, l *link, document printing.Document) error {
	sum := int64(document.Pieces)
	if len(d.sent) > 0 {
		sum += d.sent[len(d.sent)-1]
	}
	d.idleSince, d.lastMove, d.askedBefore = time.Time{}, time.Now(), l.asked
	for at := 0; at < len(document.Data); {
		n, err := l.write(ctx, document.Data[at:min(at+piece, len(document.Data))], time.Now().Add(24*time.Hour))
		at += n
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if at > 0 {
			d.sent = append(d.sent, sum)
		}
		d.lose()
		err = fmt.Errorf("printer %s at %s: the connection ended after %d of %d bytes: %w",
			d.printer.Name, d.printer.Address, at, len(document.Data), err)
		if at == 0 {
			return &printing.NotSentError{Err: err}
		}
		return err
	}
	d.sent = append(d.sent, sum)
	return nil
}

// Outcome says how many of the labels sent have come out.
func (d *Device) Outcome(ctx context.Context) (printing.Outcome, error) {
	if d.underWay() == 0 || d.broken {
		return d.outcome(), nil
	}
	var err error
	if d.counter == counterKept {
		err = d.count(ctx)
	} else {
		err = d.awaitIdle(ctx)
	}
	return d.outcome(), err
}

func (d *Device) outcome() printing.Outcome {
	stalled := !d.idleSince.IsZero() && time.Since(d.idleSince) >= stallFor
	return printing.Outcome{Out: d.out, InDoubt: d.underWay() > 0 && (d.broken || stalled)}
}

// count reads the counter: as many pieces have come out as it has moved. One that moved further counts
// labels of others too, and is not believed any more.
func (d *Device) count(ctx context.Context) error {
	l, err := d.statusLink(ctx)
	h := new(heard)
	if err == nil && !d.broken {
		err = d.askCounter(ctx, l, h, time.Now().Add(d.patience))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		d.giveUp(l)
		return nil
	}
	switch {
	case d.broken:
		return nil
	case d.moved < d.counted: // another printer, or one that was reset
		d.broken = true
		return nil
	case d.moved > d.sent[len(d.sent)-1]:
		d.counter = counterAbsent
		return nil
	}
	if d.moved > d.counted {
		d.counted, d.lastMove, d.idleSince = d.moved, time.Now(), time.Time{}
	}
	for d.out < len(d.sent) && d.sent[d.out] <= d.counted {
		d.out++
	}
	if d.underWay() > 0 && time.Since(d.lastMove) > idleAfter {
		return d.watchIdle(ctx)
	}
	return nil
}

// watchIdle notes since when the printer has had nothing left to print. In the end it asks behind the labels, on
// their own connection: on another one the answer could come before a label has arrived.
func (d *Device) watchIdle(ctx context.Context) error {
	connections := []func(context.Context) (*link, error){d.connect}
	if d.printer.StatusAddress != "" {
		connections = []func(context.Context) (*link, error){d.statusLink, d.connect}
	}
	for _, connection := range connections {
		status, h, err := d.look(ctx, connection)
		if err != nil || d.broken {
			return err
		}
		if !status.Ready() || status.Doubtful || h.host == nil || !h.host.isIdle() {
			d.idleSince = time.Time{}
			return nil
		}
	}
	if !d.answersLastLabel() {
		d.idleSince = time.Time{}
	} else if d.idleSince.IsZero() {
		d.idleSince = time.Now()
	}
	return nil
}

// answersLastLabel reports whether the last answer to ~HS is certainly to a question that was asked after the
// last label was sent: answers may be missing, so that one may be to an earlier question than it seems.
func (d *Device) answersLastLabel() bool {
	return d.data != nil && d.data.answered > d.askedBefore
}

// awaitIdle concludes that all labels are out once the printer has had nothing left to print for a moment.
func (d *Device) awaitIdle(ctx context.Context) error {
	if err := d.watchIdle(ctx); err != nil {
		return err
	}
	if !d.broken && !d.idleSince.IsZero() && time.Since(d.idleSince) >= idleFor {
		d.out, d.idleSince = len(d.sent), time.Time{}
	}
	return nil
}

// Counter is what the printer's counter of labels shows; false when it has none or does not answer.
func (d *Device) Counter(ctx context.Context) (labels int64, known bool) {
	l, err := d.statusLink(ctx)
	if err != nil || d.counter == counterAbsent {
		return 0, false
	}
	h := new(heard)
	if err := d.askCounter(ctx, l, h, time.Now().Add(d.patience)); err != nil || h.counter == nil {
		return 0, false
	}
	return *h.counter, true
}
