// Package paper makes the files that channels hand out for an order: shipping
// labels as PDF and as ZPL, the control sheet of a request, and the packing and
// picking workbooks. Labels are vectors, with text that can be read back and a real
// Code 128 or QR. Equal input makes equal bytes.
//
// Begin with [Label].
package paper

import (
	"fmt"
	"strings"
)

// Label is what is printed for one parcel.
type Label struct {
	Title            string // the marketplace and its service
	Sender, Receiver []string
	References       []Reference
	Tracking         string
	Code             string // the barcode's data
	QR               bool   // the code is a QR, not a Code 128
	Notes            []string
	Parcel, Parcels  int // this parcel's number, from 1, and how many there are
}

// Reference is a number that is printed under the name that the channel gives it.
type Reference struct{ Caption, Value string }

// field is a piece of text on a label, placed in dots from its upper left corner.
type field struct {
	x, y, size int
	bold       bool
	text       string
}

const (
	margin     = 30
	codeTop    = 330
	codeHeight = 160
	printWidth = 760 // dots that fit every stock
)

// fields lays a label out; the barcode's place is left free.
func (l Label) fields() []field {
	fields := []field{{margin, 40, 34, true, l.Title}}
	for i, line := range l.Sender {
		fields = append(fields, field{margin, 90 + 26*i, 22, false, line})
	}
	for i, reference := range l.References {
		fields = append(fields, field{margin, 180 + 34*i, 28, true, reference.Caption + ": " + reference.Value})
	}
	fields = append(fields,
		field{margin, 290, 26, false, "Tracking: " + l.Tracking},
		field{560, 290, 26, true, fmt.Sprintf("Bulto %d de %d", l.Parcel, l.Parcels)})
	below := codeTop + codeHeight + 20
	if l.QR {
		below = codeTop + 300
	}
	fields = append(fields, field{margin, below, 26, false, l.shownCode()})
	for i, line := range l.Receiver {
		fields = append(fields, field{margin, below + 60 + 32*i, 26, i == 0, line})
	}
	for i, line := range l.Notes {
		fields = append(fields, field{margin, below + 260 + 26*i, 20, false, line})
	}
	return fields
}

// shownCode is what stands in letters under the barcode.
func (l Label) shownCode() string {
	if l.QR {
		return l.References[len(l.References)-1].Value
	}
	return l.Code
}

// PDF returns the labels on this stock, one per page.
// It fails when a code cannot be drawn.
func PDF(stock Stock, compress bool, labels ...Label) ([]byte, error) {
	pages := make([]*page, len(labels))
	for i, label := range labels {
		pages[i] = newPage(stock)
		if err := pages[i].label(label); err != nil {
			return nil, err
		}
	}
	return writePDF(pages, compress), nil
}

func (p *page) label(label Label) error {
	for _, field := range label.fields() {
		p.text(float64(field.x)*dot, p.down(field.y+field.size), float64(field.size)*dot, field.bold, field.text)
	}
	p.rect(margin*dot, p.down(170), printWidth*dot, 2*dot)
	if label.QR {
		return p.qr(label.Code)
	}
	return p.code128(label.Code)
}

func (p *page) down(y int) float64 { return p.stock.Height - float64(y)*dot }

func (p *page) code128(data string) error {
	modules, err := code128Modules(data)
	if err != nil {
		return err
	}
	width := min(3, printWidth/(len(modules)+2*quiet))
	if width < 2 {
		return fmt.Errorf("code 128 of %q is wider than a label", data)
	}
	runs(modules, func(start, length int) {
		x := margin + (quiet+start)*width
		p.rect(float64(x)*dot, p.down(codeTop+codeHeight), float64(length*width)*dot, codeHeight*dot)
	})
	return nil
}

func (p *page) qr(data string) error {
	rows, err := qrModules(data)
	if err != nil {
		return err
	}
	const width = 6
	for y, modules := range rows {
		runs(modules, func(start, length int) {
			x := margin + (4+start)*width
			p.rect(float64(x)*dot, p.down(codeTop+(4+y+1)*width), float64(length*width)*dot, width*dot)
		})
	}
	return nil
}

// Control is the control sheet of a request: a title and one line per order, on A4.
func Control(title string, lines []string) []byte {
	const perPage = 48
	var pages []*page
	for first := 0; first == 0 || first < len(lines); first += perPage {
		sheet := newPage(A4)
		sheet.text(40, 800, 16, true, title)
		for i, line := range lines[first:min(first+perPage, len(lines))] {
			sheet.text(40, 770-float64(i)*15, 10, false, strings.TrimSpace(line))
		}
		pages = append(pages, sheet)
	}
	return writePDF(pages, false)
}
