package raster

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// FileError says that a page cannot be drawn because of what is in its file: another try ends in the same way.
type FileError struct{ Err error }

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// SizeInDots is a size in dots of a printer of 203 or 300 dpi.
func SizeInDots(size pdf.Size, dpi int) (width, length int, err error) {
	scale, err := perPoint(dpi)
	return int(wholeDots(size.Width * scale)), int(wholeDots(size.Height * scale)), err
}

// Page is a page of a label for a printer: as ZPL, as the dots in it, and with the barcodes that were read from them.
type Page struct {
	ZPL      []byte
	Dots     Dots
	Barcodes []Barcode
}

// UnreadableError says that a barcode can be read on the page, but not from the dots of a printer: the label must not
// be printed there. It names the barcode's kind and never what it says.
type UnreadableError struct {
	Page int // from 1
	Kind string
	DPI  int
	// Narrowest is its narrowest bar or module, in dots.
	Narrowest float64
}

func (e *UnreadableError) Error() string {
	text := fmt.Sprintf("the %s barcode on page %d could not be read from the dots of a printer of %d dpi", e.Kind, e.Page, e.DPI)
	if e.Narrowest < 1.5 {
		text += fmt.Sprintf(": its bars are %.1f dots wide", e.Narrowest)
	}
	if e.DPI < 300 {
		return text + "; print it on a printer of 300 dpi, or on paper"
	}
	return text + "; print it on paper"
}

// Units is [Engine.Label] as units of ZPL, one for each page.
func (e *Engine) Units(ctx context.Context, label pdf.Document, layout pdf.Layout, dpi int) ([]zpl.Unit, []string, error) {
	pages, notes, err := e.Label(ctx, label, layout, dpi)
	if err != nil {
		return nil, nil, err
	}
	units, _, err := zpl.Printable(bytes.Join(lo.Map(pages, func(p Page, _ int) []byte { return p.ZPL }), nil))
	if err != nil {
		return nil, nil, &FileError{err}
	}
	return units, notes, nil
}

// Label lays a label onto its stock as a joined file does, and returns its pages for a printer of 203 or 300 dpi, each
// barcode read back. Notes say what was done so that it fits. The stock must have one label per page.
func (e *Engine) Label(ctx context.Context, label pdf.Document, layout pdf.Layout, dpi int) (pages []Page, notes []string, err error) {
	return e.label(ctx, label, layout, dpi, true)
}

func (e *Engine) label(ctx context.Context, label pdf.Document, layout pdf.Layout, dpi int, check bool) (pages []Page, notes []string, err error) {
	if layout.Stock.Slots() > 1 {
		return nil, nil, fmt.Errorf("the stock %s has %d labels on a page; a roll has one", layout.Stock, layout.Stock.Slots())
	}
	var file bytes.Buffer
	joiner, err := pdf.NewJoiner(&file, layout)
	if err != nil {
		return nil, nil, err
	}
	place, err := joiner.Add(label)
	if err == nil {
		_, err = joiner.Close()
	}
	if err != nil {
		return nil, nil, &FileError{err}
	}
	m := e.guarded
	if isPlain(file.Bytes(), label) {
		m = e.quick
	}
	pages, err = m.pages(ctx, file.Bytes(), dpi, check)
	return pages, place.Notes, err
}

// pages draws the pages of a file.
func (m *machine) pages(ctx context.Context, file []byte, dpi int, check bool) (pages []Page, err error) {
	scale, err := perPoint(dpi)
	if err != nil {
		return nil, err
	}
	var lost *UnreadableError
	err = m.withFile(ctx, file, func(in pdfium.Pdfium, document references.FPDF_DOCUMENT, count int) error {
		for i := 0; i < count && lost == nil && ctx.Err() == nil; i++ {
			look := func(over int, use func(*image.Gray) error) error {
				return draw(in, document, i, scale, over, unmixed, use)
			}
			page, unreadable, err := drawPage(look, check)
			if err != nil {
				return err
			}
			if unreadable != nil {
				unreadable.Page, unreadable.DPI = i+1, dpi
			}
			pages, lost = append(pages, page), unreadable
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case lost != nil:
		return nil, lost
	}
	return pages, ctx.Err()
}

// drawPage makes the dots of a page and reads its barcodes back. Look draws the page with so many pixels for a dot, each way.
func drawPage(look func(over int, use func(*image.Gray) error) error, check bool) (page Page, lost *UnreadableError, err error) {
	var unread []place
	err = look(over, func(drawn *image.Gray) error {
		page, unread, lost, err = pageOf(drawn, check)
		return err
	})
	if err != nil || lost != nil || len(unread) == 0 {
		return page, lost, err
	}
	const closer = 2
	err = look(closer*over, func(drawn *image.Gray) error {
		ink, _ := inkOf(drawn, rules[0].ink)
		var turned bitmap
		for _, p := range unread {
			from, p := ink, p.scaled(closer, 1)
			if p.turned {
				if turned.words == nil {
					turned = ink.turned()
				}
				from = turned
			}
			if kind, _, ok := readAt(from, p); ok {
				lost = &UnreadableError{Kind: kinds[kind], Narrowest: from.narrowest(p) / (closer * over)}
				return nil
			}
		}
		return nil
	})
	if errors.Is(err, errTooLarge) {
		err = nil
	}
	return page, lost, err
}

// pageOf makes the dots of a drawn page and reads its barcodes from what is sent. Unread are places that look like
// barcodes and were not read on the page either.
func pageOf(drawn *image.Gray, check bool) (page Page, unread []place, failed *UnreadableError, err error) {
	for _, r := range rules {
		ink, dots := dotsOf(drawn, r)
		page = Page{Dots: dots, ZPL: format(dots)}
		if !check {
			return page, nil, nil, nil
		}
		sent, err := readFormat(page.ZPL, dots.Width, dots.Height)
		if err != nil {
			return page, nil, nil, err
		}
		var lost *UnreadableError
		page.Barcodes, unread, lost = readBack(ink, bitmapOf(sent))
		if lost == nil {
			return page, unread, nil, nil
		}
		failed = cmp.Or(failed, lost)
	}
	return Page{}, nil, failed, nil
}

// readBack reads the barcodes of a page, and each of them again from its dots.
func readBack(page, dots bitmap) (read []Barcode, unread []place, lost *UnreadableError) {
	turnedPage, turnedDots := page.turned(), dots.turned()
	for _, p := range places(page, turnedPage, over) {
		from, onto := page, dots
		if p.turned {
			from, onto = turnedPage, turnedDots
		}
		kind, value, ok := readAt(from, p)
		if !ok {
			unread = append(unread, p)
			continue
		}
		small := p.scaled(1, over)
		b := Barcode{Kind: kinds[kind], Value: value, Place: small.upright()}
		if i := slices.IndexFunc(read, b.continues); i >= 0 {
			read[i].Place = read[i].Place.Union(b.Place)
			continue
		}
		again, same, ok := readAt(onto, small)
		if !ok || again != kind || same != value {
			return nil, nil, &UnreadableError{Kind: b.Kind, Narrowest: from.narrowest(p) / over}
		}
		read = append(read, b)
	}
	return read, unread, nil
}

// continues reports whether a barcode is a part of another, which was found in several places.
func (b Barcode) continues(other Barcode) bool {
	return b.Kind == other.Kind && b.Value == other.Value && b.Place.Inset(-everyRow).Overlaps(other.Place)
}

// narrowest is the narrowest bar or gap in the middle of a place, in pixels.
func (b bitmap) narrowest(p place) float64 {
	y := (p.at.Min.Y + p.at.Max.Y) / 2
	least, from := p.at.Dx(), p.at.Min.X
	for x := p.at.Min.X + 1; x < p.at.Max.X; x++ {
		if b.black(x, y) != b.black(x-1, y) {
			least, from = min(least, x-from), x
		}
	}
	return float64(max(least, 1))
}
