package pdf

import (
	"fmt"

	"github.com/samber/lo"
)

// Sheet is a page, counted from 1, that carries several labels. Labels is how many it was cut into;
// 0 if it may carry several and was kept whole, because it is not clear where one ends or which
// belongs to whom.
type Sheet struct{ Page, Labels int }

func (s Sheet) String() string {
	switch s.Labels {
	case 0:
		return fmt.Sprintf("page %d may carry several labels: kept whole", s.Page)
	case 1:
		return fmt.Sprintf("page %d carries one label on a sheet for several: cut out", s.Page)
	}
	return fmt.Sprintf("page %d carries %d labels: cut into single labels", s.Page, s.Labels)
}

// CutSheets cuts pages of about A5 size or larger that carry several labels into one page per label,
// by rows. It cuts along white gaps and frames if each part has a barcode or picture and a number, or
// bars, that no other has, and the parts are made alike or in frames of their own. A page whose text
// isList recognises is kept.
// [Document.PageName] says which label of which page a page was.
func (d Document) CutSheets(isList func(text string) bool) (single Document, sheets []Sheet, err error) {
	defer recoverAsError(&err)
	source := *d.source
	c := cutting{source: &source, isList: isList, pixels: mostSheetPixels, work: mostSheetWork}
	var pages []page
	for _, p := range d.source.pages {
		singles, several := c.labelsOn(&p)
		if several {
			sheets = append(sheets, Sheet{Page: p.number, Labels: len(singles)})
		}
		if len(singles) == 0 {
			singles = []page{p}
		}
		pages = append(pages, singles...)
	}
	source.pages = pages
	single = d.of(&source)
	if c.known != nil {
		single.Data, err = single.Extract(single.soundPages()...)
	}
	return single, sheets, err
}

// cutting goes through a file's pages. Known is how labels lie on the sheets before, because on the
// last one places may be empty. Pixels and work are what may still be looked at.
type cutting struct {
	source       *source
	isList       func(text string) bool
	known        *layout
	pixels, work int
	pageWork     int // may still be done for the page
}

const (
	smallestSheet = 140 * millimetre // its shorter side
	longestSheet  = 200 * millimetre // its longer side
)

// labelsOn returns a page for each label on a page; none if it is one label, or several that cannot
// be separated. A page is read once.
func (c *cutting) labelsOn(p *page) (singles []page, several bool) {
	size := p.size()
	if p.broken != nil || min(size.Width, size.Height) < smallestSheet || max(size.Width, size.Height) < longestSheet {
		return nil, false
	}
	r := c.source.read(p, &sheetDetails{})
	if r.cut || len(r.marks) > mostMarks || c.isList(p.content.Text) {
		return nil, false
	}
	shown := c.paintingOf(r, p)
	defer func() { c.work += max(0, c.pageWork) }()
	back := uprightOf(*p).inverse()
	textOf := func(part box) string { return r.words.within(back.box(part)) }
	if cells := c.known.cellsOf(shown, textOf); len(cells) > 0 {
		if parts, ok := c.known.parts(shown, cells); ok {
			return r.cutOut(*p, parts), true
		}
	}
	found := shown.divide(textOf)
	parts, ok := found.parts(shown)
	if c.pageWork < 0 { // not everything was tried
		return nil, shown.hasSeveralBarcodes()
	}
	if !ok {
		return nil, found.verdict > oneLabel
	}
	if len(found.groups) == 1 {
		c.known = newLayout(found)
	}
	return r.cutOut(*p, parts), true
}

// uprightOf transforms a page's user space to points from the lower left corner of the page as a
// person sees it.
func uprightOf(p page) matrix {
	return turned(p.visible(), p.rotate).then(matrix{p.unit, 0, 0, p.unit, 0, 0})
}

// cutOut returns a page for each part of the upright page. The boxes contain only that part, so no
// reader shows what is around it.
func (r *reader) cutOut(p page, parts []box) []page {
	back := uprightOf(p).inverse()
	return lo.Map(parts, func(part box, i int) page {
		one := p
		one.media = back.box(part).intersect(p.visible())
		one.crop, one.label = one.media, i+1
		one.content = r.contentWithin(one.visible())
		return one
	})
}

// inverse undoes a transformation that turns and moves.
func (m matrix) inverse() matrix {
	det := m[0]*m[3] - m[1]*m[2]
	out := matrix{m[3] / det, -m[1] / det, -m[2] / det, m[0] / det, 0, 0}
	out[4], out[5] = -(m[4]*out[0] + m[5]*out[2]), -(m[4]*out[1] + m[5]*out[3])
	return out
}
