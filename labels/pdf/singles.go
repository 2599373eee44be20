package pdf

import (
	"fmt"

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
	c := cutting{source: d.source, isList: isList}
	cut := *d.source
	cut.pages = nil
	for i, p := range d.source.pages {
		parts, several := c.labelsOn(p)
		if several {
			sheets = append(sheets, Sheet{Page: i + 1, Labels: len(parts)})
		}
		if len(parts) == 0 {
			cut.pages = append(cut.pages, p)
		}
		for j, part := range parts {
			one := p
			one.media = part.intersect(p.visible())
			one.crop = one.media
			one.label = j + 1
			cut.pages = append(cut.pages, one)
		}
	}
	if c.known == nil {
		return d, sheets, nil
	}
	single = d.of(&cut)
	single.Data, err = single.Extract(lo.Range(single.Pages)...)
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
// corner of what is printed. Label is one of them.
type layout struct {
	grid   grid
	corner corner
	label  cell
}

const (
	smallestSheet = 140 * millimetre // its shorter side
	longestSheet  = 200 * millimetre // its longer side
	smallestLabel = 45 * millimetre
)

// labelsOn gives the parts of a page that are labels, in user space; none when it
// is one label, or several that cannot be told apart.
func (c *cutting) labelsOn(p page) (parts []box, several bool) {
	size := p.size()
	if min(size.Width, size.Height) < smallestSheet || max(size.Width, size.Height) < longestSheet {
		return nil, false
	}
	r := c.source.reader(p)
	r.page()
	if len(r.marks) > mostMarks || c.isList(r.content().Text) {
		return nil, false
	}
	upright := turned(p.visible(), p.rotate)
	sheet := upright.box(p.visible())
	marks := lo.FilterMap(r.marks, func(m mark, _ int) (mark, bool) {
		m.box = upright.box(m.box)
		return m, !m.isFrameOf(sheet)
	})
	back := upright.inverse()
	inUserSpace := func(b box, _ int) box { return back.box(b) }
	for _, g := range grids {
		cells := g.cut(sheet, marks)
		if len(cells) == 0 || !lo.EveryBy(cells, cell.isLabel) {
			continue
		}
		if len(cells) == 1 {
			if c.known != nil && c.known.grid == g && alike([]cell{c.known.label, cells[0]}, c.known.corner) {
				return lo.Map(partsOf(cells, c.known.corner), inUserSpace), true
			}
			continue
		}
		several = true
		at, ok := madeAlike(cells)
		if !ok {
			continue
		}
		parts = lo.Map(partsOf(cells, at), inUserSpace)
		if c.apart(p, parts) {
			c.known = &layout{g, at, cells[0]}
			return parts, true
		}
	}
	return nil, several
}

// apart tells whether each part bears a number that no other one does: of eight
// digits, or where none has such a number of four. It reads what is left of each
// after the cut.
func (c *cutting) apart(p page, parts []box) bool {
	texts := lo.Map(parts, func(part box, _ int) string {
		one := p
		one.media, one.crop = part, part
		r := c.source.reader(one)
		r.page()
		return r.content().Text
	})
	for _, numbers := range []numberPattern{longNumber, shortNumber} {
		own := ownNumbers(texts, numbers)
		switch withOwn := lo.CountBy(own, func(n []string) bool { return len(n) > 0 }); {
		case withOwn == len(parts):
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
