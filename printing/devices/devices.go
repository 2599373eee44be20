// Package devices opens printers of any kind. Begin with [Open].
package devices

import (
	"context"
	"fmt"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/ipp"
	"github.com/despacho/despacho/printing/raw"
)

// Open opens a printer in the language of its kind. A printer that cannot be reached is no error: its first
// look says so.
func Open(_ context.Context, printer printing.Printer) (printing.Device, error) {
	switch printer.Kind {
	case printing.Raw:
		return raw.Open(printer)
	case printing.IPP:
		return ipp.Open(printer)
	}
	return nil, fmt.Errorf("printer %s: there is no kind %q", printer.Name, printer.Kind)
}
