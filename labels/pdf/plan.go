package pdf

import (
	"cmp"
	"slices"

	"github.com/samber/lo"
)

// divide finds the labels on a sheet: in frames, or between gaps in columns and rows, or in rows and
// columns. The surest verdict counts, and of equal ones the one with the most labels.
func (p painting) divide(textOf func(box) string) judgement {
	var best judgement
	consider := func(cells []cell) {
		if best.verdict == surelyLabels && len(cells) <= len(best.cells) {
			return
		}
		if j := p.judge(cells, textOf); j.verdict > best.verdict || j.verdict == best.verdict && len(j.cells) > len(best.cells) {
			best = j
		}
	}
	for _, cells := range p.framed() {
		consider(cells)
	}
	if best.verdict == surelyLabels {
		return best
	}
	whole := p.whole()
	for axis := range 2 {
		for _, cuts := range append([][]float64{nil}, p.cuts(whole, axis)...) {
			parts := p.cut(whole, axis, cuts)
			if !lo.EveryBy(parts, cell.hasBarcode) {
				continue
			}
			consider(lo.FlatMap(parts, func(part cell, _ int) []cell { return p.finest(part, 1-axis) }))
			if len(parts) > 1 {
				consider(parts)
			}
		}
	}
	return best
}

func (p painting) whole() cell {
	whole := cell{bounds: p.sheet}
	for _, m := range p.marks {
		whole.add(m)
	}
	return whole
}

func (p painting) hasSeveralBarcodes() bool {
	whole := p.whole()
	return len(whole.barcodes(0)) > 1 || len(whole.barcodes(1)) > 1
}

// finest divides a cell along an axis into the most labels that are alike; itself if it has none.
func (p painting) finest(c cell, axis int) []cell {
	best := []cell{c}
	for _, cuts := range p.cuts(c, axis) {
		parts := p.cut(c, axis, cuts)
		if len(parts) <= len(best) || !lo.EveryBy(parts, cell.mayBeLabel) {
			continue
		}
		if _, ok := p.madeAlike(parts); ok {
			best = parts
		}
	}
	return best
}

// parts are what is kept of each label, if they can be cut out.
func (j judgement) parts(p painting) ([]box, bool) {
	if j.verdict < likelyLabels {
		return nil, false
	}
	var parts []box
	for _, group := range j.groups {
		cells := lo.Map(group.cells, func(i int, _ int) cell { return j.cells[i] })
		around := reach(cells, group.at)
		parts = append(parts, lo.Map(cells, func(c cell, _ int) box { return c.part(group.at, around) })...)
	}
	return p.partsOf(parts)
}

// partsOf brings parts into reading order. They are not ok if anything printed, except rules, is in
// none of them.
func (p painting) partsOf(parts []box) ([]box, bool) {
	const slack = 2 // frames that touch share their line
	*p.work -= len(p.marks) * len(parts)
	lost := lo.SomeBy(p.marks, func(m mark) bool {
		return !m.isRule && !lo.SomeBy(parts, func(b box) bool { return b.grown(slack).contains(m.box) })
	})
	return lo.Map(inReadingOrder(parts), func(i int, _ int) box { return parts[i] }), !lost
}

// inReadingOrder sorts boxes by rows, from the top, and within a row from the left. What begins
// above the middle of a row's first label is in that row.
func inReadingOrder(boxes []box) (order []int) {
	left := lo.Range(len(boxes))
	slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(boxes[b][3], boxes[a][3]) })
	for len(left) > 0 {
		first := boxes[left[0]]
		row, rest := lo.FilterReject(left, func(i int, _ int) bool { return boxes[i][3] > (first[1]+first[3])/2 })
		slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(boxes[a][0], boxes[b][0]) })
		order, left = append(order, row...), rest
	}
	return order
}
