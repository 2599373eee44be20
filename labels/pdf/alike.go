package pdf

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// isLabel tells whether a cell is large enough, has a barcode or a picture, and
// is not rows of a list.
func (c cell) isLabel() bool {
	return c.ink[2]-c.ink[0] >= smallestLabel && c.ink[3]-c.ink[1] >= smallestLabel && c.hasBarcode() && !c.isList()
}

func (c cell) hasBarcode() bool {
	const bars, shorter, longer = 20, 5 * millimetre, 15 * millimetre
	return lo.SumBy(c.marks, func(m mark) int { return m.bars }) >= bars || slices.ContainsFunc(c.marks, func(m mark) bool {
		width, height := m.box[2]-m.box[0], m.box[3]-m.box[1]
		return m.isBars || m.kind == image && min(width, height) > shorter && max(width, height) > longer
	})
}

// isList tells rows with a barcode each: the cell falls into parts that are
// alike.
func (c cell) isList() bool {
	const mostRows = 8
	for rows := 2; rows <= mostRows; rows++ {
		parts := grid{1, rows}.cut(c.ink, c.marks)
		if len(parts) != rows || !lo.EveryBy(parts, cell.hasBarcode) {
			continue
		}
		if _, ok := madeAlike(parts); ok {
			return true
		}
	}
	return false
}

// corner is of a box: indices of its sides.
type corner struct{ x, y int }

var corners = []corner{{0, 3}, {0, 1}, {2, 3}, {2, 1}}

// madeAlike tells labels made from one template, and at which corner of what is
// printed they begin.
func madeAlike(cells []cell) (at corner, ok bool) {
	if len(cells) < 2 {
		return corner{}, false
	}
	return lo.Find(corners, func(at corner) bool { return alike(cells, at) })
}

// alike tells whether most of what is printed on each cell begins, or ends, at
// the same place as something on the first.
func alike(cells []cell, at corner) bool {
	const most = 0.6
	first := cells[0].places(at)
	return lo.EveryBy(cells[1:], func(c cell) bool {
		others := c.places(at)
		return first.share(others) >= most && others.share(first) >= most
	})
}

// places are where the marks of a label are that are no single bars, from a
// corner: each by the corners of its box.
type places struct {
	of    [][]place
	taken map[place]bool
}

type place struct{ corner, x, y int }

func (c cell) places(at corner) places {
	const raster = 3 // points
	out := places{taken: map[place]bool{}}
	for _, m := range c.marks {
		if m.bars == 1 {
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

// share is which part of the places are taken in others, too.
func (p places) share(others places) float64 {
	if len(p.of) == 0 {
		return 0
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

// reach is how far labels go around their corner, with a little paper.
func reach(cells []cell, at corner) box {
	const margin = 2 * millimetre
	of := lo.Map(cells, func(c cell, _ int) box {
		x, y := c.ink[at.x], c.ink[at.y]
		return box{c.ink[0] - x - margin, c.ink[1] - y - margin, c.ink[2] - x + margin, c.ink[3] - y + margin}
	})
	return lo.Reduce(of, func(sum, b box, _ int) box { return sum.union(b) }, of[0])
}

// partsOf are the cells' parts that are kept: as far around the corner as any of
// the labels goes.
func partsOf(cells []cell, at corner, reach box) []box {
	return lo.Map(cells, func(c cell, _ int) box {
		x, y := c.ink[at.x], c.ink[at.y]
		return box{reach[0] + x, reach[1] + y, reach[2] + x, reach[3] + y}.intersect(c.bounds)
	})
}

var (
	longNumber  = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){7,}`)
	shortNumber = regexp.MustCompile(`[0-9]{4,}`)
)

// ownNumbers are those of each text that no other one has.
func ownNumbers(texts []string, pattern *regexp.Regexp) [][]string {
	owners := map[string]int{}
	numbers := lo.Map(texts, func(text string, _ int) []string {
		found := lo.Map(pattern.FindAllString(text, -1), func(n string, _ int) string {
			return strings.NewReplacer(" ", "", "-", "").Replace(n)
		})
		return lo.Uniq(found)
	})
	for _, n := range lo.Flatten(numbers) {
		owners[n]++
	}
	return lo.Map(numbers, func(own []string, _ int) []string {
		return lo.Filter(own, func(n string, _ int) bool { return owners[n] == 1 })
	})
}
