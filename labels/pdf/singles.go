package pdf

import (
	"math"
	"regexp"
	"slices"

	"github.com/samber/lo"
)

// Sheet is a page, counted from 1, that carries several labels. Labels is how
// many it was cut into; 0 when it may carry several and was kept as it is,
// because where one ends and which is whose cannot be told.
type Sheet struct{ Page, Labels int }

// Singles cuts pages of at least A5 size that carry several labels into one page
// a label, each the part of the sheet that its label takes. It cuts only where
// the parts have a barcode or picture each, are alike, and bear a number of eight
// digits or more that no other part has. The order is by rows.
func (d Document) Singles() (single Document, sheets []Sheet, err error) {
	defer recovered(&err)
	cut := *d.source
	cut.pages = nil
	for i, p := range d.source.pages {
		parts, several := d.source.labelsOn(p)
		if several {
			sheets = append(sheets, Sheet{Page: i + 1, Labels: len(parts)})
		}
		if len(parts) == 0 {
			cut.pages = append(cut.pages, p)
			continue
		}
		for _, part := range parts {
			one := p
			one.crop = part.intersect(p.visible())
			cut.pages = append(cut.pages, one)
		}
	}
	if len(cut.pages) == len(d.source.pages) {
		return d, sheets, nil
	}
	d.source, d.Pages = &cut, len(cut.pages)
	d.Sizes = lo.Map(cut.pages, func(p page, _ int) Size { return p.size() })
	d.Data, err = d.Extract(lo.Range(d.Pages)...)
	return d, sheets, err
}

// grid is a way to lay labels onto a sheet. The finest that holds is the one.
type grid struct{ columns, rows int }

var grids = []grid{{2, 2}, {4, 1}, {1, 4}, {3, 1}, {1, 3}, {2, 1}, {1, 2}}

const (
	smallestSheet = 140 * millimetre // its shorter side
	longestSheet  = 200 * millimetre // its longer side
	smallestLabel = 45 * millimetre
)

// labelsOn gives the parts of a page that are labels, in user space; none when it
// is one label, or several that cannot be told apart.
func (s *source) labelsOn(p page) (parts []box, several bool) {
	size := p.size()
	if min(size.Width, size.Height) < smallestSheet || max(size.Width, size.Height) < longestSheet {
		return nil, false
	}
	r := s.reader(p)
	r.page()
	if len(r.marks) > mostMarks {
		return nil, false
	}
	upright := turned(p.visible(), p.rotate)
	sheet := upright.box(p.visible())
	marks := lo.Map(r.marks, func(m mark, _ int) mark {
		m.box, m.loose = upright.box(m.box), upright.box(m.loose)
		return m
	})
	back := upright.inverse()
	for _, g := range grids {
		cells := g.cut(sheet, marks)
		switch {
		case len(cells) < 2 || !lo.EveryBy(cells, cell.isLabel):
		case alike(cells) && apart(cells):
			return lo.Map(cells, func(c cell, _ int) box { return back.box(c.part()) }), true
		default:
			several = true
		}
	}
	return nil, several
}

// inverse undoes a transformation that turns and moves.
func (m matrix) inverse() matrix {
	det := m[0]*m[3] - m[1]*m[2]
	out := matrix{m[3] / det, -m[1] / det, -m[2] / det, m[0] / det, 0, 0}
	out[4], out[5] = -(m[4]*out[0] + m[5]*out[2]), -(m[4]*out[1] + m[5]*out[3])
	return out
}

// cell is what lies between the cuts.
type cell struct {
	bounds, ink, loose box
	marks              []mark
}

// cut gives the cells with something on them, by rows; none when something lies
// across every line along which it could be cut.
func (g grid) cut(sheet box, marks []mark) []cell {
	across, ok := lines(sheet[0], sheet[2], g.columns, marks, 0)
	down, okDown := lines(sheet[1], sheet[3], g.rows, marks, 1)
	if !ok || !okDown {
		return nil
	}
	var cells []cell
	for row := g.rows - 1; row >= 0; row-- {
		for column := range g.columns {
			c := cell{bounds: box{across[column], down[row], across[column+1], down[row+1]}}
			if c.fill(marks); len(c.marks) > 0 {
				cells = append(cells, c)
			}
		}
	}
	return cells
}

// lines finds where a sheet can be cut into equal parts along one axis: within
// a twentieth of the sheet around each even place, where nothing lies across
// but cutting marks.
func lines(from, to float64, parts int, marks []mark, axis int) ([]float64, bool) {
	at := []float64{from}
	for i := 1; i < parts; i++ {
		even := from + (to-from)*float64(i)/float64(parts)
		line, ok := freeLine(even, (to-from)/20, marks, axis)
		if !ok {
			return nil, false
		}
		at = append(at, line)
	}
	return append(at, to), true
}

func freeLine(even, reach float64, marks []mark, axis int) (float64, bool) {
	const step = 1.0
	for off := 0.0; off <= reach; off += step {
		for _, line := range []float64{even + off, even - off} {
			lies := func(m mark) bool { return m.box[axis] < line && m.box[axis+2] > line && !m.isRule() }
			if !slices.ContainsFunc(marks, lies) {
				return line, true
			}
		}
	}
	return 0, false
}

// isRule tells a line for cutting or folding: thin and long.
func (m mark) isRule() bool {
	const thin, long = 3, 40 * millimetre
	width, height := m.box[2]-m.box[0], m.box[3]-m.box[1]
	return m.kind == path && min(width, height) < thin && max(width, height) > long
}

func (c *cell) fill(marks []mark) {
	for _, m := range marks {
		x, y := (m.box[0]+m.box[2])/2, (m.box[1]+m.box[3])/2
		if x < c.bounds[0] || x > c.bounds[2] || y < c.bounds[1] || y > c.bounds[3] || m.isRule() && c.isAtEdge(m) {
			continue
		}
		if len(c.marks) == 0 {
			c.ink, c.loose = m.box, m.loose
		}
		c.ink, c.loose = c.ink.union(m.box), c.loose.union(m.loose)
		c.marks = append(c.marks, m)
	}
}

// isAtEdge tells a cutting mark, which is no part of a label.
func (c *cell) isAtEdge(m mark) bool {
	const near = 6
	b := c.bounds
	return m.box[2] < b[0]+near || m.box[0] > b[2]-near || m.box[3] < b[1]+near || m.box[1] > b[3]-near
}

func (b box) union(c box) box {
	return box{min(b[0], c[0]), min(b[1], c[1]), max(b[2], c[2]), max(b[3], c[3])}
}

// isLabel tells whether a cell is large enough and has a barcode or a picture.
func (c cell) isLabel() bool {
	const bars, picture = 20, 15 * millimetre
	if c.ink[2]-c.ink[0] < smallestLabel || c.ink[3]-c.ink[1] < smallestLabel {
		return false
	}
	return lo.CountBy(c.marks, mark.isBar) >= bars || slices.ContainsFunc(c.marks, func(m mark) bool {
		return m.kind == image && m.box[2]-m.box[0] > picture && m.box[3]-m.box[1] > picture
	})
}

// isBar tells a bar or module of a barcode.
func (m mark) isBar() bool {
	const thick, long = 4 * millimetre, 50 * millimetre
	width, height := m.box[2]-m.box[0], m.box[3]-m.box[1]
	return m.kind == path && min(width, height) < thick && max(width, height) < long
}

// part is what is kept of a cell: its ink with a little paper around it.
func (c cell) part() box {
	const margin = 2 * millimetre
	b := c.loose
	return box{b[0] - margin, b[1] - margin, b[2] + margin, b[3] + margin}.intersect(c.bounds)
}

// alike tells labels made from one template: they begin at the same place of
// their cells and are about as large.
func alike(cells []cell) bool {
	first := cells[0]
	return lo.EveryBy(cells[1:], func(c cell) bool {
		for i := range 2 {
			cellSize, ink, others := first.bounds[i+2]-first.bounds[i], first.ink[i+2]-first.ink[i], c.ink[i+2]-c.ink[i]
			begins := math.Abs((c.ink[i] - c.bounds[i]) - (first.ink[i] - first.bounds[i]))
			ends := math.Abs((c.bounds[i+2] - c.ink[i+2]) - (first.bounds[i+2] - first.ink[i+2]))
			if math.Abs(ink-others) > 0.25*max(ink, others) || min(begins, ends) > 0.12*cellSize {
				return false
			}
		}
		return true
	})
}

var longNumber = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){7,}`)

// apart tells whether each cell bears a long number that no other one does.
func apart(cells []cell) bool {
	owners := map[string]int{}
	numbers := make([][]string, len(cells))
	for i, c := range cells {
		for _, m := range c.marks {
			numbers[i] = append(numbers[i], longNumber.FindAllString(m.text, -1)...)
		}
		numbers[i] = lo.Uniq(numbers[i])
		for _, n := range numbers[i] {
			owners[n]++
		}
	}
	return lo.EveryBy(numbers, func(own []string) bool {
		return slices.ContainsFunc(own, func(n string) bool { return owners[n] == 1 })
	})
}
