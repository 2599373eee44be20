package printing

import (
	"context"

	"github.com/despacho/despacho/contract"
	printers "github.com/despacho/despacho/printing"
)

// Watch is told at once what happens at the printers of this process, by several goroutines at a time. It
// must return soon.
type Watch interface {
	Printing(ctx context.Context, event Event)
}

// Event is one thing that happened at a printer: its status changed, or a print of a label did.
type Event struct {
	Site     string
	Printer  string
	Merchant string
	Job      string
	// Status is set when the printer's conditions changed.
	Status *printers.Status
	// Label is set when a label's print changed.
	Label *contract.PrintEvent
}

func (p *Printing) publish(ctx context.Context, event Event) {
	if p.Watch != nil {
		p.Watch.Printing(ctx, event)
	}
}
