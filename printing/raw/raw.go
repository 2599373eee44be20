// Package raw speaks ZPL to a printer on a TCP port, usually 9100: it asks how the printer is, sends labels,
// and learns by the printer's counter, or else by its empty buffer, which of them came out. Begin with [Open].
//
// It promises never to call a printer ready that did not say so: silence, an answer that is cut or not
// understood, and a fault that it does not know all need a person. It waits three seconds at most for a look.
// What it knows of the wire stands in docs/architecture.md, under Printers.
package raw

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/despacho/despacho/printing"
)

// ZPL is the type of the documents that these printers take.
const ZPL = "application/vnd.zebra-zpl"

const (
	// answerPatience bounds the wait for one answer, and three times as long a whole look.
	answerPatience = time.Second
	answersOfLook  = 3
)

// counter says what is known of the printer's counter of labels.
type counter int

const (
	counterUnknown counter = iota
	counterAbsent
	counterKept
)

// Device is a raw printer; it implements [printing.Device].
type Device struct {
	printer printing.Printer
	// patience is answerPatience, less in tests of silence.
	patience time.Duration
	dial     func(ctx context.Context, address string) (*link, error)
	// data brings labels, and questions too where the printer has no port of its own for them.
	data, status *link

	// json: the status address takes questions as JSON alone, as that of Link-OS printers does.
	json    bool
	counter counter
	// base is what the counter showed before the first label, moved how far it has come since by the last
	// answer, counted by all answers.
	base, moved, counted int64
	// silences counts the looks in a row in which nothing at all was heard.
	silences int
	// unheard counts looks in which ~HS was answered and ~HQES was not.
	unheard int

	// sent are the pieces of the documents sent, summed up; out of them are known to be out.
	sent []int64
	out  int
	// broken: the connection ended while labels were under way; nothing more is concluded of them.
	broken bool
	// askedBefore is how many ~HS were asked before the last label was sent.
	askedBefore int
	// lastMove is when the counter moved or a label was sent, idleSince since when nothing is left to print.
	lastMove, idleSince time.Time
}

var _ printing.Device = (*Device)(nil)

// Open returns the printer's device; it connects with the first call.
func Open(printer printing.Printer) (*Device, error) {
	if printer.Kind != printing.Raw {
		return nil, fmt.Errorf("printer %s: its kind is %q, not %q", printer.Name, printer.Kind, printing.Raw)
	}
	for _, address := range []string{printer.Address, printer.StatusAddress} {
		if _, _, err := net.SplitHostPort(address); err != nil && (address != "" || printer.Address == "") {
			return nil, fmt.Errorf("printer %s: its address is host:port: %w", printer.Name, err)
		}
	}
	d := &Device{printer: printer, patience: answerPatience, dial: dial}
	if printer.NoCounter {
		d.counter = counterAbsent
	}
	return d, nil
}

// Close ends the connections politely.
func (d *Device) Close() error {
	var err error
	for _, l := range []*link{d.data, d.status} {
		if l != nil {
			err = l.close()
		}
	}
	d.data, d.status = nil, nil
	return err
}

// underWay is how many documents were sent and are not known to be out.
func (d *Device) underWay() int { return len(d.sent) - d.out }

// connect returns the connection that brings labels, a new one if the last has ended. A new one begins with
// the printer's settings.
func (d *Device) connect(ctx context.Context) (*link, error) {
	if d.data != nil {
		err := d.data.clear()
		if err == nil {
			return d.data, nil
		}
		d.lose()
	}
	l, err := d.dial(ctx, d.printer.Address)
	if err != nil {
		return nil, err
	}
	if settings := settingsOf(d.printer); settings != "" {
		if _, err := l.write(ctx, []byte(settings), time.Now().Add(d.patience)); err != nil {
			_ = l.drop()
			return nil, err
		}
	}
	d.data, d.askedBefore = l, 0
	return l, nil
}

// lose gives a connection up that has ended. What was under way may be lost with it: a printer that was
// switched off and on keeps its counter and forgets its labels.
func (d *Device) lose() {
	if d.data != nil {
		_ = d.data.drop()
	}
	d.data = nil
	if d.underWay() > 0 {
		d.broken = true
	}
}

// settingsOf are the commands that set darkness and speed until the printer is switched off.
func settingsOf(printer printing.Printer) string {
	var commands strings.Builder
	if printer.Darkness != nil {
		fmt.Fprintf(&commands, "~SD%02d\r\n", *printer.Darkness)
	}
	if printer.Speed != nil {
		fmt.Fprintf(&commands, "^XA^PR%d^XZ\r\n", *printer.Speed)
	}
	return commands.String()
}
