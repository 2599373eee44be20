// Package printingtest is a printer and a label store in memory, for tests. Begin with [Printer]: it counts
// what comes out, and has the faults that printers have.
package printingtest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/despacho/despacho/printing"
)

// Printer is a printer in memory that prints one document after the other. It takes one connection at a time.
type Printer struct {
	// LabelTime is how long a document takes to come out.
	LabelTime time.Duration
	// SendTime and LookTime are how long a call takes.
	SendTime, LookTime time.Duration

	mu         sync.Mutex
	conditions []printing.Condition
	paper      int
	endless    bool
	// buffer are the documents that have not come out, began when the first of them began.
	buffer []string
	began  time.Time
	out    []string
	looks  int
	opened int
	device *device
	// refuse breaks calls of Send: what arrives of the document is the printer's affair.
	refuse func(document printing.Document) error
	// mumbles: its answers cannot be understood. aborted: the next document comes to nothing.
	mumbles, aborted bool
}

// New is a printer with paper that takes this long for a document.
func New(labelTime time.Duration) *Printer { return &Printer{LabelTime: labelTime, endless: true} }

// Open connects to it; the error says that somebody else is connected.
func (p *Printer) Open(context.Context, printing.Printer) (printing.Device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.device != nil {
		return nil, errors.New("the printer has another connection")
	}
	p.advance()
	p.opened++
	p.device = &device{printer: p, before: len(p.out)}
	return p.device, nil
}

// Put sets the conditions that it shows; it prints nothing while one stops it.
func (p *Printer) Put(conditions ...printing.Condition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	p.conditions = conditions
	p.began = time.Now()
}

// Paper puts a roll of so many labels in: after them, the paper is out.
func (p *Printer) Paper(labels int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	p.paper, p.endless = labels, false
	p.began = time.Now()
}

// PowerOff empties the buffer; what was in it never comes out.
func (p *Printer) PowerOff() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	p.buffer = nil
}

// Mumble makes its answers doubtful, or clear again.
func (p *Printer) Mumble(doubtful bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mumbles = doubtful
}

// Abort ends what it prints now, and says so.
func (p *Printer) Abort() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	p.buffer, p.aborted = nil, true
}

// Refuse lets every document be judged before it arrives; nil ends that.
func (p *Printer) Refuse(refuse func(printing.Document) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = refuse
}

// Out are the documents that came out, in order.
func (p *Printer) Out() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	return slices.Clone(p.out)
}

// Counts says how often each document came out.
func (p *Printer) Counts() map[string]int {
	counts := map[string]int{}
	for _, one := range p.Out() {
		counts[one]++
	}
	return maps.Clone(counts)
}

// Buffered counts the documents that it has and that have not come out.
func (p *Printer) Buffered() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	return len(p.buffer)
}

// Opened counts the connections to it.
func (p *Printer) Opened() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}

// Looks counts the looks at it.
func (p *Printer) Looks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.looks
}

// advance lets out what has come out by now.
func (p *Printer) advance() {
	now := time.Now()
	for len(p.buffer) > 0 && !p.stands() && now.Sub(p.began) >= p.LabelTime {
		p.out = append(p.out, p.buffer[0])
		p.buffer = p.buffer[1:]
		p.began = p.began.Add(p.LabelTime)
		p.paper--
	}
}

func (p *Printer) stands() bool {
	return !printing.Status{Conditions: p.conditions}.Ready() || !p.endless && p.paper <= 0
}

func (p *Printer) status() printing.Status {
	p.looks++
	conditions := slices.Clone(p.conditions)
	if !p.endless && p.paper <= 0 {
		conditions = append(conditions, printing.PaperOut)
	}
	return printing.Status{Conditions: conditions, Doubtful: p.mumbles, At: time.Now()}
}

// device is a connection to a Printer.
type device struct {
	printer *Printer
	// before is what had come out when it was opened, lost what an earlier connection has left in the buffer.
	before int
	closed bool
}

func (d *device) Look(ctx context.Context) (printing.Status, error) {
	if err := pass(ctx, d.printer.LookTime); err != nil {
		return printing.Status{}, err
	}
	d.printer.mu.Lock()
	defer d.printer.mu.Unlock()
	d.printer.advance()
	return d.printer.status(), nil
}

func (d *device) Send(ctx context.Context, document printing.Document) error {
	if err := pass(ctx, d.printer.SendTime); err != nil {
		return err
	}
	p := d.printer
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse != nil {
		if err := refuse(document); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	if slices.Contains(p.conditions, printing.Unreachable) {
		return &printing.NotSentError{Err: errors.New("the printer cannot be reached")}
	}
	if len(p.buffer) == 0 {
		p.began = time.Now()
	}
	p.buffer = append(p.buffer, document.Name)
	return nil
}

func (d *device) Outcome(ctx context.Context) (printing.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return printing.Outcome{}, err
	}
	p := d.printer
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.conditions, printing.Unreachable) {
		return printing.Outcome{}, errors.New("the printer cannot be reached")
	}
	p.advance()
	return printing.Outcome{Out: len(p.out) - d.before, Failed: p.aborted}, nil
}

func (d *device) Close() error {
	d.printer.mu.Lock()
	defer d.printer.mu.Unlock()
	if !d.closed {
		d.closed, d.printer.device = true, nil
	}
	return nil
}

func pass(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
