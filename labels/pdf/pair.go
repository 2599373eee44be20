package pdf

import (
	"slices"

	"github.com/samber/lo"
)

// isPair reports whether a cell that looks like others may be two labels of different templates: side
// by side, or one above the other and so longer than a label is. Parts of one label usually lie one
// above the other.
func (p painting) isPair(c cell, textOf func(box) string) bool {
	const longest = 2.1 // times the shorter side
	if c.frame != nil || !c.mayBeWhole() {
		return false
	}
	across := c.acrossLines()
	width, height := c.ink[2]-c.ink[0], c.ink[3]-c.ink[1]
	axes := []int{across}
	if max(width, height) > longest*min(width, height) {
		axes = []int{0, 1}
	}
	return lo.SomeBy(axes, func(axis int) bool {
		return lo.SomeBy(p.cuts(c, axis), func(cuts []float64) bool {
			if len(cuts) != 1 {
				return false
			}
			parts := p.cut(c, axis, cuts)
			return len(parts) == 2 && lo.EveryBy(parts, cell.mayBeLabel) && lo.EveryBy(parts, cell.mayBeWhole) &&
				haveOwnIdentity(parts, textsOf(parts, textOf))
		})
	})
}

// acrossLines is the axis along which lines of text run, so that a cut divides what is side by side.
func (c cell) acrossLines() int {
	lines := slices.DeleteFunc(slices.Clone(c.marks), func(m mark) bool { return m.bars > 0 || m.isRule })
	upright := lo.CountBy(lines, func(m mark) bool { return m.box[2]-m.box[0] < m.box[3]-m.box[1] })
	return lo.Ternary(2*upright > len(lines), 1, 0)
}
