package check

import (
	"bytes"
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// Label is what is joined as a whole: the pages of a document, or units of ZPL. Texts are the texts
// printed on it; [Read] leaves them empty.
type Label struct {
	Format   labels.Format
	Document pdf.Document
	Units    []zpl.Unit
	Texts    []string
}

// Count is how many pages or units a label has.
func (l Label) Count() int {
	if l.Format == labels.PDF {
		return l.Document.Pages
	}
	return len(l.Units)
}

// Read opens the file of one label that was checked when it came in. The error says, for people,
// why it cannot be printed.
func Read(format labels.Format, data []byte) (Label, error) {
	label := Label{Format: format}
	var err error
	switch format {
	case labels.PDF:
		label.Document, err = pdf.ReadChecked(data)
	case labels.ZPL:
		label.Units, _, err = zpl.Printable(data)
	default:
		err = fmt.Errorf("there is no format %q", format)
	}
	return label, err
}

// FitTo cuts the pages of a PDF label to their paper, see [pdf.Document.FitTo].
func (l Label) FitTo(layout pdf.Layout) Label {
	if l.Format == labels.PDF {
		l.Document = l.Document.FitTo(layout)
	}
	return l
}

// Data is the label as a file of its own, which [Read] opens.
func (l Label) Data() []byte {
	if l.Format == labels.PDF {
		return l.Document.Data
	}
	return bytes.Join(lo.Map(l.Units, func(u zpl.Unit, _ int) []byte { return u.Data }), nil)
}
