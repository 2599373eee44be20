// Package pdf checks, reads and joins label PDFs from strangers. [Check] and
// [Join] are the functions to begin with. Reading is pdfcpu's, bounded and
// guarded; what is written holds the printed pages and nothing else.
package pdf

import (
	"bytes"
	"fmt"

	"github.com/samber/lo"
)

// Document is a PDF that can be printed. Data is the file as it came; or, when it
// was encrypted with an empty user password or its table of objects was no good,
// its sound pages written anew, and Repaired says why. Removed is what a join,
// and Data when it was written anew, leave out. Not every page need be sound:
// see [Document.Broken].
type Document struct {
	Pages    int
	Sizes    []Size
	Data     []byte
	Repaired string
	Removed  []Removed

	source *source
}

// Check opens a file alone. An error is an *[Error] with a reason for people.
func Check(data []byte, limits Limits) (d Document, err error) {
	defer recovered(&err)
	s, err := open(data, limits)
	if err != nil {
		return Document{}, err
	}
	d = Document{Data: data, Removed: s.active()}.of(s)
	switch {
	case s.salvaged:
		d.Repaired = "the table of its objects was made anew"
	case s.encrypted:
		d.Repaired = "it was encrypted with an empty password"
	default:
		return d, nil
	}
	d.Data, err = d.Extract(d.soundPages()...)
	return d, err
}

// Broken says why page i, counted from 0, cannot be printed; nothing when it can.
func (d Document) Broken(i int) string {
	if err := d.source.pages[i].broken; err != nil {
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

// Rotation is by how many degrees the file turns page i, counted from 0,
// clockwise: 0, 90, 180 or 270.
func (d Document) Rotation(i int) int { return d.source.pages[i].rotate }

// PageName says which page of the file page i, counted from 0, is, and which
// label of it when it was cut.
func (d Document) PageName(i int) string { return d.source.pages[i].name() }

// PageNumber is PageName's page, from 1.
func (d Document) PageNumber(i int) int { return d.source.pages[i].number }

// Extract writes some of the pages, counted from 0, as a file of their own.
func (d Document) Extract(pages ...int) (data []byte, err error) {
	defer recovered(&err)
	var out bytes.Buffer
	f := newFile(&out)
	c := f.copier(d.source)
	for _, i := range pages {
		if i < 0 || i >= d.Pages {
			return nil, fmt.Errorf("page %d of a PDF with %d", i+1, d.Pages)
		}
		p := d.source.pages[i]
		if p.broken != nil {
			return nil, refuse(Damaged, "%s: %w", p.name(), p.broken)
		}
		if err := c.addPage(p); err != nil {
			return nil, err
		}
	}
	err = f.close()
	return out.Bytes(), err
}

// SplitPages gives each page as a file of its own.
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
