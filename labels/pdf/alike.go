package pdf

import (
	"math"
	"slices"

	"github.com/samber/lo"
)

// corner is a corner of a box, given by the indices of its sides.
type corner struct{ x, y int }

var corners = []corner{{0, 3}, {0, 1}, {2, 3}, {2, 1}}

// alike reports whether most of what is printed on each cell begins, or ends, at the same place as
// something on the first.
func alike(cells []cell, at corner) bool {
	const most = 0.6
	first := cells[0].places(at)
	return lo.EveryBy(cells[1:], func(c cell) bool {
		others := c.places(at)
		return first.share(others) >= most && others.share(first) >= most
	})
}

// places are where the marks of a label are, except bars and rules, measured from a corner: each mark
// by the corners of its box.
type places struct {
	of    [][]place
	taken map[place]bool
}

type place struct{ corner, x, y int }

func (c cell) places(at corner) places {
	const raster = 2 // points
	out := places{taken: map[place]bool{}}
	for _, m := range c.marks {
		if m.bars > 0 || m.isRule {
			continue
		}
		of := lo.Map(corners, func(own corner, i int) place {
			x, y := m.box[own.x]-c.ink[at.x], m.box[own.y]-c.ink[at.y]
			return place{i, int(math.Round(x / raster)), int(math.Round(y / raster))}
		})
		out.of = append(out.of, of)
		for _, p := range of {
			out.taken[p] = true
		}
	}
	return out
}

// share is the proportion of the places that others have, too.
func (p places) share(others places) float64 {
	if len(p.of) == 0 {
		return lo.Ternary(len(others.of) == 0, 1.0, 0)
	}
	found := lo.CountBy(p.of, func(of []place) bool { return slices.ContainsFunc(of, others.near) })
	return float64(found) / float64(len(p.of))
}

func (p places) near(at place) bool {
	for x := -1; x <= 1; x++ {
		for y := -1; y <= 1; y++ {
			if p.taken[place{at.corner, at.x + x, at.y + y}] {
				return true
			}
		}
	}
	return false
}

// reach is how far labels extend from their corner, with a little paper around them.
func reach(cells []cell, at corner) box {
	const margin = 2 * millimetre
	of := lo.Map(cells, func(c cell, _ int) box {
		x, y := c.begin(at)
		return box{c.ink[0] - x - margin, c.ink[1] - y - margin, c.ink[2] - x + margin, c.ink[3] - y + margin}
	})
	return lo.Reduce(of, func(sum, b box, _ int) box { return sum.union(b) }, of[0])
}

// begin is where the print of a label begins.
func (c cell) begin(at corner) (x, y float64) { return c.ink[at.x], c.ink[at.y] }

// part is the part of a cell that is kept: as far from its corner as any of the labels extends.
func (c cell) part(at corner, reach box) box {
	x, y := c.begin(at)
	return box{reach[0] + x, reach[1] + y, reach[2] + x, reach[3] + y}.intersect(c.bounds)
}
