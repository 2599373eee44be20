// Package pdf checks, reads and joins label PDFs from strangers.
//
// Begin with [Check]: it opens a file and gives a [Document], which everything
// else works on, so that a file is parsed once. [Document.Content] gives the text
// of a page and whether it is blank, [Document.ReadMarks] what is painted where,
// [Document.Singles] cuts sheets into labels, [Document.WithOverlay] draws over
// pages, [Document.FitTo] cuts pages that are larger than their paper,
// [Document.Extract] writes a file, and a [Joiner] joins documents onto a
// [Stock]. [JoinOnto] does that for files that were checked before.
//
// The package promises:
//
//   - No file takes more memory, time or operators than its [Limits] and the
//     budgets of a page allow, and none makes it panic.
//   - A page that is not read to its end is never called blank, and its marks
//     are never called complete.
//   - What is written contains the printed pages and nothing else: no scripts,
//     actions, attachments or form fields. The same pages give the same bytes.
//
// pdfcpu reads the objects; where the table of objects is damaged, a parser of
// the package's own does.
package pdf

import (
	"bytes"
	"fmt"

	"github.com/samber/lo"
)

// Document is a PDF that can be printed. Data is the file as it came, from its header on; or, if it
// was encrypted with an empty user password, its table of objects was damaged or it held several PDFs,
// its sound pages written again, and Repaired says why. Removed is what a join, or Data when written again, leaves out. Not every page
// must be sound: see [Document.Broken].
type Document struct {
	Pages    int
	Sizes    []Size
	Data     []byte
	Repaired string
	Removed  []Removed

	source *source
}

// Check opens one file. The error is an *[Error] with a reason for people.
func Check(data []byte, limits Limits) (d Document, err error) {
	defer recoverAsError(&err)
	limits = limits.withDefaults(data)
	p := splitFile(data)
	if len(p.pdfs) > 1 {
		d, err = checkSeveral(p, limits)
	} else {
		d, err = checkOne(p.pdfs[0], limits)
	}
	if err != nil {
		return Document{}, err
	}
	return p.tell(d), nil
}

func checkOne(data []byte, limits Limits) (d Document, err error) {
	s, err := openFile(data, limits)
	if err != nil {
		return Document{}, err
	}
	d = Document{Data: data, Removed: s.active()}.of(s)
	switch {
	case s.drawnFields > 0:
		d.Repaired = "the values of form fields were drawn, because their drawings were missing or old"
	case s.salvaged:
		d.Repaired = "its table of objects was rebuilt"
	case s.encrypted:
		d.Repaired = "it was encrypted with an empty password"
	default:
		return d, nil
	}
	d.Data, err = d.Extract(d.soundPages()...)
	return d, err
}

// WhyBroken says why page i, counted from 0, cannot be printed; "" if it can. That its pictures are
// damaged is known after [Document.Content].
func (d Document) WhyBroken(i int) string {
	if err := d.source.pages[i].whyBroken(); err != nil {
		return err.Error()
	}
	return ""
}

func (d Document) soundPages() []int {
	return lo.Filter(lo.Range(d.Pages), func(i int, _ int) bool { return d.source.pages[i].broken == nil })
}

func (d Document) of(s *source) Document {
	d.source, d.Pages = s, len(s.pages)
	d.Sizes = lo.Map(s.pages, func(p page, _ int) Size { return p.size() })
	return d
}

// Rotation is by how many degrees the file turns page i, counted from 0, clockwise: 0, 90, 180 or
// 270.
func (d Document) Rotation(i int) int { return d.source.pages[i].rotate }

// PageName names page i, counted from 0, by its number in the file and, if the page was cut, by the
// label on it.
func (d Document) PageName(i int) string { return d.source.pages[i].name() }

// PageNumber is the number in PageName, from 1.
func (d Document) PageNumber(i int) int { return d.source.pages[i].number }

// Extract writes some of the pages, counted from 0, as a file of their own.
func (d Document) Extract(pages ...int) (data []byte, err error) {
	defer recoverAsError(&err)
	var out bytes.Buffer
	f := newFile(&out)
	c := f.copier(d.source)
	for _, i := range pages {
		if i < 0 || i >= d.Pages {
			return nil, fmt.Errorf("page %d of a PDF with %d", i+1, d.Pages)
		}
		p := d.source.pages[i]
		if err := p.sound(); err != nil {
			return nil, err
		}
		if err := c.addPage(p); err != nil {
			return nil, err
		}
	}
	err = f.close()
	return out.Bytes(), err
}

// Part returns some of the pages, counted from 0, as a document of their own, without parsing the
// file again.
func (d Document) Part(pages ...int) (part Document, err error) {
	part.Data, err = d.Extract(pages...)
	if err != nil {
		return Document{}, err
	}
	source := *d.source
	source.pages = lo.Map(pages, func(of, i int) page {
		p := d.source.pages[of]
		p.number, p.label = i+1, 0
		return p
	})
	return part.of(&source), nil
}

// SplitPages returns each page as a file of its own.
func SplitPages(data []byte) ([][]byte, error) {
	d, err := Check(data, Limits{})
	if err != nil {
		return nil, err
	}
	pages := make([][]byte, d.Pages)
	for i := range pages {
		if pages[i], err = d.Extract(i); err != nil {
			return nil, err
		}
	}
	return pages, nil
}
