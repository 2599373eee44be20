package printing

import (
	"context"
	"reflect"
	"sync"
	"time"

	printers "github.com/despacho/despacho/printing"
)

// idleDevice is how long a printer stays open after a step, for the next one.
const idleDevice = 5 * time.Second

// Devices opens printers, each for one step at a time, and keeps them open for a while.
type Devices struct {
	Open func(ctx context.Context, printer printers.Printer) (printers.Device, error)

	mu    sync.Mutex
	ports map[string]*port
}

// port is a printer of this process: held by one step at a time, open or not.
type port struct {
	held chan struct{}

	device  printers.Device
	printer printers.Printer
	// sent counts the documents given to the device since it was opened.
	sent int
	idle *time.Timer
}

// hold waits until no other step holds the printer.
func (d *Devices) hold(ctx context.Context, name string) (*port, error) {
	d.mu.Lock()
	if d.ports == nil {
		d.ports = map[string]*port{}
	}
	p := d.ports[name]
	if p == nil {
		p = &port{held: make(chan struct{}, 1)}
		d.ports[name] = p
	}
	d.mu.Unlock()
	select {
	case p.held <- struct{}{}:
		if p.idle != nil {
			p.idle.Stop()
		}
		return p, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// open opens the printer unless it is open; one whose settings have changed is opened anew.
func (d *Devices) open(ctx context.Context, p *port, printer printers.Printer) error {
	if p.device != nil && !reflect.DeepEqual(p.printer, printer) {
		p.shut()
	}
	if p.device != nil {
		return nil
	}
	device, err := d.Open(ctx, printer)
	if err == nil {
		p.device, p.printer, p.sent = device, printer, 0
	}
	return err
}

// release lets the next step hold the printer, and closes it when none does for a while.
func (d *Devices) release(p *port) {
	if p.device != nil {
		p.idle = time.AfterFunc(idleDevice, func() {
			select {
			case p.held <- struct{}{}:
				p.shut()
				<-p.held
			default:
			}
		})
	}
	<-p.held
}

// Close closes the printers that no step holds.
func (d *Devices) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.ports {
		select {
		case p.held <- struct{}{}:
			p.shut()
			<-p.held
		default:
		}
	}
}

func (p *port) shut() {
	if p.device != nil {
		_ = p.device.Close()
		p.device = nil
	}
}
