// Package prepare turns a label as it is stored into what a printer is sent. Begin with [New] and
// [Preparer.Prepare].
//
// It promises that a printer gets nothing but the label: no darkness, speed, media or number of copies of
// the label's own. A label that must not be printed on a printer is a [HeldError], and costs no other label anything;
// any other error says nothing about the label and may be tried again.
package prepare

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/labels/stamp"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/wording"
)

// The types of documents.
const (
	TypePDF = "application/pdf"
	TypeZPL = "application/vnd.zebra-zpl"
)

// HeldError says why a label is not printed on a printer.
type HeldError struct {
	Reason contract.Reason
	Err    error
}

func (e *HeldError) Error() string { return "the label is held: " + e.Reason.Words }

// Why returns the reason for packers.
func (e *HeldError) Why() contract.Reason { return e.Reason }

// Unwrap returns the cause; nil if the reason is all.
func (e *HeldError) Unwrap() error { return e.Err }

// Preparer prepares labels; several goroutines may use it.
type Preparer struct{ engine *raster.Engine }

// New returns a Preparer that draws PDF labels for ZPL printers with an engine.
func New(engine *raster.Engine) *Preparer { return &Preparer{engine} }

// Prepare makes the document of one label for a printer from its stored bytes: open and safe, laid on the printer's stock,
// stamped as the run stamps it, and in the printer's language. Notes say what was done to it.
func (p *Preparer) Prepare(ctx context.Context, printer printing.Printer, job contract.JobLabel, data []byte) (printing.Document, []string, error) {
	layout, err := layoutOf(printer)
	if err != nil {
		return printing.Document{}, nil, err
	}
	label, err := check.Read(labels.Format(job.Format), data)
	if err != nil {
		return printing.Document{}, nil, notPrintable(err)
	}
	takesZPL := printer.Kind == printing.Raw || printer.ZPL
	if label.Format == labels.ZPL && !takesZPL {
		return printing.Document{}, nil, &HeldError{Reason: wording.Reason(contract.WhyPrinterWithoutZPL, "printer", printer.Name)}
	}
	label = label.FitTo(layout) // before it is stamped, so that the stamp stands beside the label
	var notes []string
	if s := job.Stamp; s != nil {
		label, notes = stamp.Label(label, stamp.Stamp{Number: s.Number, Of: s.Of, Lines: s.Lines})
	}
	document := printing.Document{Name: nameOf(job), Type: TypeZPL}
	var more []string
	switch {
	case !takesZPL:
		document.Type = TypePDF
		document.Data, document.Pieces, more, err = onPaper(label.Document, layout)
	case label.Format == labels.PDF:
		document.Data, document.Pieces, more, err = p.drawn(ctx, printer, label.Document, layout)
	default:
		document.Data, document.Pieces, err = asZPL(printer, layout, label.Units)
	}
	return document, lo.Uniq(append(notes, more...)), err
}

// nameOf names the job at the printer: by its run and its place in the pile, by nothing of a buyer.
func nameOf(job contract.JobLabel) string { return fmt.Sprintf("%s-%d", job.Run, job.Position) }

func layoutOf(printer printing.Printer) (pdf.Layout, error) {
	stock, err := pdf.ParseStock(printer.Stock)
	if err == nil && (printer.Kind == printing.Raw || printer.ZPL) && stock.Slots() > 1 {
		err = fmt.Errorf("the stock %s has %d labels on a page; a label printer has one", stock, stock.Slots())
	}
	if err != nil {
		return pdf.Layout{}, fmt.Errorf("printer %s: %w", printer.Name, err)
	}
	return pdf.Layout{Stock: stock}, nil
}

// onPaper lays a label onto a stock as a file of its own.
func onPaper(label pdf.Document, layout pdf.Layout) (data []byte, pieces int, notes []string, err error) {
	var file bytes.Buffer
	joiner, err := pdf.NewJoiner(&file, layout)
	if err != nil {
		return nil, 0, nil, err
	}
	place, err := joiner.Add(label)
	if err == nil {
		pieces, err = joiner.Close()
	}
	if err != nil {
		return nil, 0, nil, notPrintable(err)
	}
	return file.Bytes(), pieces, place.Notes, nil
}

// drawn is a PDF label as dots.
func (p *Preparer) drawn(ctx context.Context, printer printing.Printer, label pdf.Document, layout pdf.Layout) ([]byte, int, []string, error) {
	units, notes, err := p.engine.Units(ctx, label, layout, dpiOf(printer))
	var unreadable *raster.UnreadableError
	var ofFile *raster.FileError
	switch {
	case errors.As(err, &unreadable):
		return nil, 0, nil, &HeldError{Err: err, Reason: wording.Reason(contract.WhyBarcodeUnreadable, "barcode", unreadable.Kind, "dpi", fmt.Sprint(unreadable.DPI))}
	case errors.As(err, &ofFile):
		return nil, 0, nil, notPrintable(err)
	case err != nil:
		return nil, 0, nil, err
	}
	data, pieces, err := asZPL(printer, layout, units)
	return data, pieces, notes, err
}

// asZPL is what a printer is sent for the units of a label: after a reset, with the size of the printer's stock for
// labels that state none, and leaving nothing set.
func asZPL(printer printing.Printer, layout pdf.Layout, units []zpl.Unit) ([]byte, int, error) {
	var out bytes.Buffer
	if !layout.Stock.AsIs() {
		width, length, err := raster.SizeInDots(layout.Stock.SlotSize(), dpiOf(printer))
		if err != nil {
			return nil, 0, err
		}
		fmt.Fprintf(&out, "^XA^MUD^PW%d^LL%d^XZ\n", width, length)
	}
	joiner := zpl.NewJoiner(&out)
	for _, unit := range units {
		if err := joiner.Add(unit); err != nil {
			return nil, 0, err
		}
	}
	if err := joiner.Close(); err != nil {
		return nil, 0, err
	}
	return out.Bytes(), len(units), nil
}

func dpiOf(printer printing.Printer) int { return cmp.Or(printer.DPI, 203) }

func notPrintable(err error) error {
	return &HeldError{Err: err, Reason: wording.Reason(contract.WhyLabelNotPrintable, "detail", err.Error())}
}
