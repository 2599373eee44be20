package stamp

import (
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/pdf"
)

// PDF stamps the pages of one label's file; see [Document]. The same label and stamp give the same
// bytes.
func PDF(label []byte, s Stamp) (Stamped, error) {
	d, err := pdf.Check(label, pdf.Limits{})
	if err != nil {
		return Stamped{}, fmt.Errorf("stamp a PDF label: %w", err)
	}
	d, stamped, err := Document(d, s)
	if err != nil {
		return Stamped{}, err
	}
	if stamped.Data, err = d.Extract(lo.Range(d.Pages)...); err != nil {
		return Stamped{}, fmt.Errorf("stamp a PDF label: %w", err)
	}
	return stamped, nil
}

// Document stamps the pages of one label, each as a person sees it: its visible box, turned
// upright. What the pages draw is unchanged and stays vectors. A slip page follows if the first
// page has no free strip. The stamped label is d; Stamped has no Data. The error is a [pdf.Error]
// if the label cannot be printed; otherwise the stamp's number is invalid.
func Document(label pdf.Document, s Stamp) (d pdf.Document, stamped Stamped, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("stamp a PDF label: reading it panicked: %v", r)
		}
	}()
	if s, err = s.validate(); err != nil {
		return d, stamped, err
	}
	d = label.WithoutOverlay(pdfTag)
	if s.empty() {
		return d, stamped, nil
	}
	w := writing{stamp: s, document: d, overlay: pdf.Overlay{Tag: pdfTag, Over: map[int]string{}, Fonts: map[string]string{
		plainFont: "Helvetica", boldFont: "Helvetica-Bold",
	}}}
	for i := range d.Pages {
		w.page(i)
	}
	if w.stamped.Where == slip {
		w.slip()
	}
	if d, err = d.WithOverlay(w.overlay); err != nil {
		return d, stamped, fmt.Errorf("stamp a PDF label: %w", err)
	}
	return d, w.stamped, nil
}

// pdfTag is the tag by which a stamp in a PDF is recognised.
const pdfTag = "DespachoStamp"

// In points.
var pdfMeasures = measures{text: 7, margin: 6}

// writing is a stamp while it is written onto the pages of a label.
type writing struct {
	stamp    Stamp
	document pdf.Document
	overlay  pdf.Overlay
	stamped  Stamped
}

// page writes the stamp onto page i, counted from 0.
func (w *writing) page(i int) {
	found, reason := w.findRoom(i)
	switch {
	case reason != "" && i == 0:
		w.stamped.Where = slip
		w.note("on a slip: " + reason)
		return
	case reason != "":
		w.note(fmt.Sprintf("page %d has no stamp: %s", i+1, reason))
		return
	case i == 0:
		w.stamped.Where = found.place
	}
	texts, left := layout(w.stamp, found.rect, pdfMeasures)
	w.overlay.Over[i] = drawing(texts, w.document.Sizes[i].Height)
	if i == 0 {
		w.note(shortenedNote(left)...)
	}
}

// slip writes the stamp onto a page of its own.
func (w *writing) slip() {
	size, m := w.document.Sizes[0], pdfMeasures
	texts, left := slipLayout(w.stamp, rect{m.margin, m.margin, size.Width - m.margin, size.Height - m.margin}, m)
	w.overlay.Behind = drawing(texts, size.Height)
	w.note(shortenedNote(left)...)
}

func (w *writing) note(notes ...string) { w.stamped.Notes = append(w.stamped.Notes, notes...) }

// The distance that a stamp keeps from what is drawn, in points, to the sides and above or below. A
// solid mark may be a barcode, with its quiet zone.
var margins = [...]struct{ x, y float64 }{
	pdf.Letters: {8, 3},
	pdf.Solid:   {12, 5},
	pdf.Line:    {4, 3},
}

// findRoom looks for a free strip on page i, and says why there is none.
func (w *writing) findRoom(i int) (found strip, reason string) {
	size, m := w.document.Sizes[i], pdfMeasures
	inner := rect{0, 0, size.Width, size.Height}.grown(-m.margin, -m.margin)
	if inner.width() < 10*m.text || inner.height() < 10*m.text {
		return strip{}, "the page is too small"
	}
	g := newGrid(inner)
	err := w.document.ReadMarks(i, func(mark pdf.Mark) {
		around := margins[mark.Kind]
		g.takeRect(rect{mark.Left, mark.Top, mark.Right, mark.Bottom}, around.x, around.y)
	})
	if err != nil {
		return strip{}, err.Error()
	}
	found, ok := findStrip(g, m)
	if !ok {
		return strip{}, "there is no free strip"
	}
	return found, ""
}
