package pdf

import (
	"cmp"
	"slices"

	"github.com/samber/lo"
)

// grid is a way to lay labels onto a sheet. The finest that holds is the one.
type grid struct{ columns, rows int }

var grids = []grid{{2, 2}, {4, 1}, {1, 4}, {3, 1}, {1, 3}, {2, 1}, {1, 2}}

// cut gives the cells with something on them, by rows; none when something lies
// across every line along which it could be cut.
func (g grid) cut(sheet box, marks []mark) []cell {
	across, ok := lines(sheet, 0, g.columns, marks)
	down, okDown := lines(sheet, 1, g.rows, marks)
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
// a twentieth of the sheet around each even place.
func lines(sheet box, axis, parts int, marks []mark) ([]float64, bool) {
	from, to := sheet[axis], sheet[axis+2]
	at := []float64{from}
	for i := 1; i < parts; i++ {
		even, reach := from+(to-from)*float64(i)/float64(parts), (to-from)/20
		gap, ok := widestGap(even-reach, even+reach, marks, axis, to-from)
		if !ok {
			return nil, false
		}
		at = append(at, gap.middle(even, marks, axis))
	}
	return append(at, to), true
}

// stripe is a part of an axis.
type stripe struct{ from, to float64 }

// widestGap is the widest stripe on which nothing is printed but rules along it,
// and across it only cutting marks as long as the sheet.
func widestGap(from, to float64, marks []mark, axis int, length float64) (widest stripe, ok bool) {
	const nearly, touching = 0.85, 1.0 // frames of labels may share their line
	var taken []stripe
	for _, m := range marks {
		isCut := m.isRule() && (m.isThin(axis) || m.box[axis+2]-m.box[axis] > nearly*length)
		if s := (stripe{m.box[axis] + touching, m.box[axis+2] - touching}); !isCut && s.to > from && s.from < to {
			taken = append(taken, s)
		}
	}
	slices.SortFunc(taken, func(a, b stripe) int { return cmp.Compare(a.from, b.from) })
	for _, t := range append(taken, stripe{to, to}) {
		if free := (stripe{from, t.from}); t.from >= from && (!ok || free.to-free.from > widest.to-widest.from) {
			widest, ok = free, true
		}
		from = max(from, t.to)
	}
	return widest, ok
}

// middle is where a gap is cut: along the rule in it; between the frames of two
// labels; else where the sheet's parts are even, or as near as there is room.
func (s stripe) middle(even float64, marks []mark, axis int) float64 {
	const room, same = 2 * millimetre, 1.5
	var rules []float64
	for _, m := range marks {
		if at := (m.box[axis] + m.box[axis+2]) / 2; m.isRule() && m.isThin(axis) && at > s.from && at < s.to {
			rules = append(rules, at)
		}
	}
	slices.Sort(rules)
	rules = slices.CompactFunc(rules, func(a, b float64) bool { return b-a < same })
	if n := len(rules); n > 0 {
		return (rules[(n-1)/2] + rules[n/2]) / 2
	}
	inset := min(room, (s.to-s.from)/2)
	return lo.Clamp(even, s.from+inset, s.to-inset)
}

const longRule = 40 * millimetre

// isRule tells a line for cutting or folding, or of a frame: thin and long.
func (m mark) isRule() bool {
	return m.kind == path && m.isThin(0) != m.isThin(1) && max(m.box[2]-m.box[0], m.box[3]-m.box[1]) > longRule
}

func (m mark) isThin(axis int) bool {
	const thin = 4
	return m.box[axis+2]-m.box[axis] < thin
}

// isFrameOf tells what is painted around, or behind, all of a sheet.
func (m mark) isFrameOf(sheet box) bool {
	const nearly = 0.95
	return m.kind == path && m.box[2]-m.box[0] > nearly*(sheet[2]-sheet[0]) && m.box[3]-m.box[1] > nearly*(sheet[3]-sheet[1])
}

// cell is what lies between the cuts.
type cell struct {
	bounds, ink box
	marks       []mark
}

func (c *cell) fill(marks []mark) {
	for _, m := range marks {
		x, y := (m.box[0]+m.box[2])/2, (m.box[1]+m.box[3])/2
		if x < c.bounds[0] || x > c.bounds[2] || y < c.bounds[1] || y > c.bounds[3] || m.isRule() && c.isAtEdge(m) {
			continue
		}
		if len(c.marks) == 0 {
			c.ink = m.box
		}
		c.ink = c.ink.union(m.box)
		c.marks = append(c.marks, m)
	}
}

// isAtEdge tells a cutting mark, which is no part of a label.
func (c *cell) isAtEdge(m mark) bool {
	const near = 4
	axis := 0
	if !m.isThin(axis) {
		axis = 1
	}
	return m.box[axis+2] < c.bounds[axis]+near || m.box[axis] > c.bounds[axis+2]-near
}

func (b box) union(c box) box {
	return box{min(b[0], c[0]), min(b[1], c[1]), max(b[2], c[2]), max(b[3], c[3])}
}
