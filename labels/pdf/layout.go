package pdf

import (
	"slices"

	"github.com/samber/lo"
)

// layout is how labels lie on a sheet: each begins at the same corner of its print and extends
// equally far from it. Slots are the cells of the sheet that was cut first; the first of them has a
// label to compare with.
type layout struct {
	slots []cell
	at    corner
	reach box
}

func newLayout(found judgement) *layout {
	at := found.groups[0].at
	return &layout{slots: found.cells, at: at, reach: reach(found.cells, at)}
}

// cellsOf are the labels of a sheet that lie where the layout has them, and look alike; none if
// something else is on the sheet, too, or lies across a cut.
func (l *layout) cellsOf(p painting, textOf func(box) string) []cell {
	if l == nil {
		return nil
	}
	cells := lo.Map(l.slots, func(s cell, _ int) cell { return cell{bounds: s.bounds, frame: s.frame} })
	*p.work -= len(p.marks) * len(cells)
	for _, m := range p.marks {
		i := slices.IndexFunc(cells, func(c cell) bool { return c.bounds.grown(1).contains(m.box) })
		if i >= 0 {
			cells[i].add(m)
		} else if !m.isRule {
			return nil
		}
	}
	const near = 6
	for i, c := range cells {
		if len(c.marks) == 0 {
			continue
		}
		x, y := c.begin(l.at)
		ownX, ownY := l.slots[i].begin(l.at)
		if max(x-ownX, ownX-x, y-ownY, ownY-y) > near || !c.hasBarcode() || !p.alike([]cell{l.slots[0], c}, l.at) {
			return nil
		}
	}
	cells = lo.Filter(cells, func(c cell, _ int) bool { return len(c.marks) > 0 })
	if len(cells) > 1 && !haveOwnIdentity(cells, textsOf(cells, textOf)) {
		return nil
	}
	return cells
}

// parts are what is kept of a sheet's labels: as much as of those before, or more if one of them
// extends farther.
func (l *layout) parts(p painting, cells []cell) ([]box, bool) {
	around := l.reach.union(reach(cells, l.at))
	return p.partsOf(lo.Map(cells, func(c cell, _ int) box { return c.part(l.at, around) }))
}
