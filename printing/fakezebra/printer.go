// Package fakezebra is a Zebra printer to test and show with: it takes ZPL on a TCP port, answers as such
// printers do, and goes wrong when it is told to. Begin with [Start]; [Printer.Printed] are the labels that
// came out, and [Printer.Change] makes faults.
//
// It shares no code with the rooms that print. Where printers differ, it does what Zebra's manual says:
// ~HS has no answer at paper out, ribbon out, head open and head too hot, and the label under way at such
// a fault is printed again after it (^JZY, as printers leave the factory).
package fakezebra

import (
	"cmp"
	"context"
	"errors"
	"net"
	"sync"
)

// Options are what a printer begins with.
type Options struct {
	// Address is where it takes labels, 127.0.0.1 and a free port by default.
	Address string
	// StatusAddress is a second address, which answers while the first is held back; none by default.
	StatusAddress string
	// Listen opens these addresses, on TCP by default.
	Listen func(address string) (net.Listener, error)
	// Buffer is how many bytes of labels it takes ahead, 1 MiB by default.
	Buffer int
	// DPI is its density, 203 by default.
	DPI int
	// Keep is how many printed labels it remembers, 2000 by default.
	Keep  int
	Modes Modes
	// Counter is what the counter of labels shows at first.
	Counter int
}

// Printer is a printer under way.
type Printer struct {
	options Options
	// address and statusAddress are where it listens, also after its power was off.
	address, statusAddress string

	mutex   sync.Mutex
	changed *sync.Cond
	closed  bool
	off     bool
	// power counts how often the power went; a label under way at that moment is lost.
	power       int
	powerLost   chan struct{}
	listeners   []net.Listener
	connections map[net.Conn]bool // true for those that bring labels and are served
	modes       Modes
	queue       []*format
	queued      int
	partial     map[*stream]bool // whose format has begun and not ended
	graphics    map[string][]byte
	printed     []Label
	number      int
	counter     int
	wasted      int
	darkness    int
	speed       int
	length      int
	leaveOut    bool // ^JZN: the label under way at a fault is not printed again
	running     sync.WaitGroup
}

// Start begins a printer that listens until it is closed.
func Start(options Options) (*Printer, error) {
	options.Address = cmp.Or(options.Address, "127.0.0.1:0")
	if options.Listen == nil {
		options.Listen = listenTCP
	}
	options.Buffer = cmp.Or(options.Buffer, 1<<20)
	options.DPI = cmp.Or(options.DPI, 203)
	options.Keep = cmp.Or(options.Keep, 2000)
	p := &Printer{options: options, modes: options.Modes, counter: options.Counter, connections: map[net.Conn]bool{}}
	p.changed = sync.NewCond(&p.mutex)
	p.resetSettings()
	p.address, p.statusAddress = options.Address, options.StatusAddress
	if err := p.PowerOn(); err != nil {
		return nil, err
	}
	p.running.Go(p.print)
	return p, nil
}

// resetSettings is what a power cycle does to what was not saved.
func (p *Printer) resetSettings() {
	p.queue, p.queued, p.partial = nil, 0, map[*stream]bool{}
	p.graphics = map[string][]byte{}
	p.darkness, p.speed, p.length, p.leaveOut = 10, 6, 1218, false
	p.powerLost = make(chan struct{})
}

// Address is where labels go, host:port.
func (p *Printer) Address() string { return p.address }

// StatusAddress is where questions are answered at any time; "" where there is no such port.
func (p *Printer) StatusAddress() string { return p.statusAddress }

// PowerOn listens again; the counter is as it was, settings and waiting labels are gone.
func (p *Printer) PowerOn() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.listeners) > 0 || p.closed {
		return nil
	}
	labels, err := p.listen(&p.address)
	if err != nil {
		return err
	}
	p.listeners = append(p.listeners, labels)
	if p.statusAddress != "" {
		status, err := p.listen(&p.statusAddress)
		if err != nil {
			p.shutLocked()
			return err
		}
		p.listeners = append(p.listeners, status)
		p.running.Go(func() { p.accept(status, false) })
	}
	p.running.Go(func() { p.accept(labels, true) })
	p.off = false
	p.changed.Broadcast()
	return nil
}

func listenTCP(address string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", address)
}

// listen opens an address and notes the port that it got.
func (p *Printer) listen(address *string) (net.Listener, error) {
	listener, err := p.options.Listen(*address)
	if err == nil {
		*address = listener.Addr().String()
	}
	return listener, err
}

// PowerOff cuts the power: connections are reset, waiting labels are lost.
func (p *Printer) PowerOff() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.cutPower()
}

func (p *Printer) cutPower() {
	p.off = true
	p.power++
	close(p.powerLost)
	p.resetSettings()
	p.shutLocked()
	p.changed.Broadcast()
}

// shutLocked closes all listeners and resets all connections.
func (p *Printer) shutLocked() {
	for _, listener := range p.listeners {
		_ = listener.Close()
	}
	p.listeners = nil
	for connection := range p.connections {
		if tcp, is := connection.(*net.TCPConn); is {
			_ = tcp.SetLinger(0)
		}
		_ = connection.Close()
	}
	clear(p.connections)
}

// Close ends the printer.
func (p *Printer) Close() error {
	p.mutex.Lock()
	if !p.closed {
		p.closed = true
		p.cutPower()
	}
	p.mutex.Unlock()
	p.running.Wait()
	return nil
}

// Change makes or mends faults.
func (p *Printer) Change(change func(*Modes)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	change(&p.modes)
	p.changed.Broadcast()
}

// Modes are the printer's modes as they stand.
func (p *Printer) Modes() Modes {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.modes
}

// NewRoll puts a roll in: labels is how many are on it, 0 for one that never ends. It closes the head.
func (p *Printer) NewRoll(labels int) {
	p.Change(func(m *Modes) { m.PaperOut, m.PaperAlmostOut, m.HeadOpen, m.PaperLeft = false, false, false, labels })
}

// State is what can be seen of a printer.
type State struct {
	Modes Modes `json:"modes"`
	Off   bool  `json:"off"`
	DPI   int   `json:"dpi"`
	// Waiting is how many labels wait in it, Printed how many came out, Wasted how many were begun and spoilt.
	Waiting int `json:"waiting"`
	Printed int `json:"printed"`
	Wasted  int `json:"wasted"`
	Counter int `json:"counter"`
	// Darkness and Speed are what it was set to.
	Darkness    int `json:"darkness"`
	Speed       int `json:"speed"`
	Connections int `json:"connections"`
}

// State is what can be seen of the printer now.
func (p *Printer) State() State {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	waiting := 0
	for _, f := range p.queue {
		waiting += f.copies - f.done
	}
	return State{Modes: p.modes, Off: p.off, DPI: p.options.DPI, Waiting: waiting, Printed: p.number, Wasted: p.wasted, Counter: p.counter,
		Darkness: p.darkness, Speed: p.speed, Connections: len(p.connections)}
}

// Printed are the labels that came out, the oldest first; at most Options.Keep of them.
func (p *Printer) Printed() []Label {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]Label(nil), p.printed...)
}

// WaitPrinted waits until as many labels have come out since the beginning.
func (p *Printer) WaitPrinted(ctx context.Context, labels int) error {
	stop := context.AfterFunc(ctx, func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.changed.Broadcast()
	})
	defer stop()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for p.number < labels {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if p.closed {
			return errors.New("the printer is closed")
		}
		p.changed.Wait()
	}
	return nil
}
