package pdf

import (
	"slices"

	"github.com/samber/lo"
)

// cell is a part between the cuts. Frame is what is drawn around it, if that shows that it is a
// label.
type cell struct {
	bounds, ink box
	marks       []mark
	frame       *box
}

// add adds a mark to a cell. Lines at the edge are for cutting and do not belong to the label; a
// longer one is added as far as it lies within the cell.
func (c *cell) add(m mark) {
	if m.isRule && c.isAtEdge(m) {
		return
	}
	if m.isRule {
		m.box = m.box.intersect(c.bounds)
	}
	if len(c.marks) == 0 {
		c.ink = m.box
	}
	c.ink = c.ink.union(m.box)
	c.marks = append(c.marks, m)
}

// isAtEdge recognises a cutting mark, which does not belong to a label.
func (c *cell) isAtEdge(m mark) bool {
	const near = 4
	axis := lo.Ternary(m.isThin(0), 0, 1)
	return m.box[axis+2] < c.bounds[axis]+near || m.box[axis] > c.bounds[axis+2]-near
}

// cutAt cuts a cell along an axis, from low to high, and drops empty parts.
func (c cell) cutAt(axis int, cuts []float64) []cell {
	edges := slices.Concat([]float64{c.bounds[axis]}, cuts, []float64{c.bounds[axis+2]})
	parts := make([]cell, len(edges)-1)
	for i := range parts {
		parts[i].bounds = c.bounds
		parts[i].bounds[axis], parts[i].bounds[axis+2] = edges[i], edges[i+1]
	}
	for _, m := range c.marks {
		if m.isRule && !m.isThin(axis) { // it may lie across several
			for i := range parts {
				if m.box[axis] < edges[i+1] && m.box[axis+2] > edges[i] {
					parts[i].add(m)
				}
			}
			continue
		}
		middle := (m.box[axis] + m.box[axis+2]) / 2
		i, _ := slices.BinarySearch(cuts, middle)
		parts[i].add(m)
	}
	return lo.Filter(parts, func(p cell, _ int) bool { return len(p.marks) > 0 })
}

const (
	smallestLabel = 30 * millimetre // its longer side
	narrowLabel   = 20 * millimetre // its shorter side
	longestLabel  = 4.2             // times its shorter side
)

// mayBeLabel reports whether a cell is large enough and has a barcode or a picture.
func (c cell) mayBeLabel() bool {
	size := c.ink
	if c.frame != nil {
		size = size.union(*c.frame)
	}
	width, height := size[2]-size[0], size[3]-size[1]
	short, long := min(width, height), max(width, height)
	return short >= narrowLabel && long >= smallestLabel && long <= longestLabel*short && c.hasBarcode()
}

const fewestBars = 20 // of a barcode

func (c cell) hasBarcode() bool {
	return lo.SumBy(c.marks, func(m mark) int { return m.bars }) >= fewestBars || slices.ContainsFunc(c.marks, mark.mayShowBarcode)
}

// mayShowBarcode recognises text in a barcode font and pictures that are large enough.
func (m mark) mayShowBarcode() bool {
	const shorter, longer = 5 * millimetre, 15 * millimetre
	width, height := m.box[2]-m.box[0], m.box[3]-m.box[1]
	return m.isBars || m.kind == pictureMark && min(width, height) > shorter && max(width, height) > longer
}

// isList recognises rows, or columns, with a barcode each: they are more than a label has, or the
// cell can be divided into parts that are alike.
func (p painting) isList(c cell) bool {
	const mostBarcodes = 4
	return lo.SomeBy([]int{0, 1}, func(axis int) bool {
		return len(c.barcodes(axis)) > mostBarcodes || lo.SomeBy(p.cuts(c, axis), func(cuts []float64) bool {
			parts := p.cut(c, axis, cuts)
			if len(parts) < 2 || !lo.EveryBy(parts, cell.hasBarcode) {
				return false
			}
			_, ok := p.madeAlike(parts)
			return ok
		})
	})
}

// cut cuts a cell unless that is more work than a file's sheets may cause.
func (p painting) cut(c cell, axis int, cuts []float64) []cell {
	if *p.work -= len(c.marks); *p.work < 0 {
		return nil
	}
	return c.cutAt(axis, cuts)
}

// madeAlike reports whether labels were made from one template, and at which corner of their print
// they begin.
func (p painting) madeAlike(cells []cell) (at corner, ok bool) {
	if len(cells) < 2 {
		return corner{}, false
	}
	return lo.Find(corners, func(at corner) bool { return p.alike(cells, at) })
}

// alike is [alike] within the work that a file's sheets may cause.
func (p painting) alike(cells []cell, at corner) bool {
	const dear = 3 // as dear as looking at this many marks
	for _, c := range cells {
		*p.work -= dear * len(c.marks)
	}
	return *p.work >= 0 && alike(cells, at)
}
