package pdf

import (
	"fmt"
	"regexp"

	"github.com/samber/lo"
)

// Sheet is a page, counted from 1, that carries several labels. Labels is how
// many it was cut into; 0 when it may carry several and was kept as it is,
// because where one ends and which is whose cannot be told.
type Sheet struct{ Page, Labels int }

func (s Sheet) String() string {
	switch s.Labels {
	case 0:
		return fmt.Sprintf("page %d may carry several labels: kept as it is", s.Page)
	case 1:
		return fmt.Sprintf("page %d carries one label on a sheet for several: cut out", s.Page)
	}
	return fmt.Sprintf("page %d carries %d labels: cut into single ones", s.Page, s.Labels)
}

// Singles cuts pages of about A5 size and more that carry several labels into one
// page a label, by rows. It cuts where the parts lie in a grid, have a barcode or
// picture each, are made alike, and bear a number each that no other part has. A
// page whose text isList knows is kept. [Document.PageName] tells which label of
// which page a page was.
func (d Document) Singles(isList func(text string) bool) (single Document, sheets []Sheet, err error) {
	defer recovered(&err)
	source := *d.source
	c := cutting{source: &source, isList: isList}
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

// cutting goes through a file's pages. Known is how the sheets before were laid
// out: the last one may carry a single label.
type cutting struct {
	source *source
	isList func(text string) bool
	known  *layout
}

// layout is how labels lie on a sheet: in a grid, each beginning at the same
// corner of what is printed and going as far around it. Label is one of them.
type layout struct {
	grid   grid
	corner corner
	reach  box
	label  cell
}

const (
	smallestSheet = 140 * millimetre // its shorter side
	longestSheet  = 200 * millimetre // its longer side
	smallestLabel = 35 * millimetre
)

// labelsOn gives a page for each label on a page; none when it is one label, or
// several that cannot be told apart. What is read of a page stays with it.
func (c *cutting) labelsOn(p *page) (singles []page, several bool) {
	size := p.size()
	if p.broken != nil || min(size.Width, size.Height) < smallestSheet || max(size.Width, size.Height) < longestSheet {
		return nil, false
	}
	r := c.source.read(p)
	if len(r.marks) > mostMarks || c.isList(p.content.Text) {
		return nil, false
	}
	upright := turned(p.visible(), p.rotate)
	sheet := upright.box(p.visible())
	marks := lo.FilterMap(r.marks, func(m mark, _ int) (mark, bool) {
		m.box = upright.box(m.box)
		return m, !m.isFrameOf(sheet)
	})
	for _, g := range grids {
		cells := g.cut(sheet, marks)
		if len(cells) == 0 || !lo.EveryBy(cells, cell.isLabel) {
			continue
		}
		if len(cells) == 1 {
			if c.isLast(g, cells[0]) {
				around := c.known.reach.union(reach(cells, c.known.corner))
				return c.cutOut(*p, partsOf(cells, c.known.corner, around)), true
			}
			continue
		}
		several = true
		if at, ok := madeAlike(cells); ok {
			around := reach(cells, at)
			if singles = c.cutOut(*p, partsOf(cells, at, around)); apart(singles) {
				c.known = &layout{g, at, around, cells[0]}
				return singles, true
			}
		}
	}
	return nil, several
}

// isLast tells the only label of a sheet that is laid out like those before.
func (c *cutting) isLast(g grid, label cell) bool {
	return c.known != nil && c.known.grid == g && alike([]cell{c.known.label, label}, c.known.corner)
}

// cutOut gives a page for each part of the upright page. Nothing around a part is
// left in any of its boxes, so no reader shows it.
func (c *cutting) cutOut(p page, parts []box) []page {
	back := turned(p.visible(), p.rotate).inverse()
	return lo.Map(parts, func(part box, i int) page {
		one := p
		one.media = back.box(part).intersect(p.visible())
		one.crop, one.label = one.media, i+1
		c.source.read(&one)
		return one
	})
}

// apart tells whether each page bears a number that no other one does: of eight
// digits, or where none has such a number of four.
func apart(pages []page) bool {
	texts := lo.Map(pages, func(p page, _ int) string { return p.content.Text })
	for _, pattern := range []*regexp.Regexp{longNumber, shortNumber} {
		own := ownNumbers(texts, pattern)
		switch withOwn := lo.CountBy(own, func(n []string) bool { return len(n) > 0 }); {
		case withOwn == len(pages):
			return true
		case withOwn > 0:
			return false
		}
	}
	return false
}

// inverse undoes a transformation that turns and moves.
func (m matrix) inverse() matrix {
	det := m[0]*m[3] - m[1]*m[2]
	out := matrix{m[3] / det, -m[1] / det, -m[2] / det, m[0] / det, 0, 0}
	out[4], out[5] = -(m[4]*out[0] + m[5]*out[2]), -(m[4]*out[1] + m[5]*out[3])
	return out
}
