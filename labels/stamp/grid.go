package stamp

import (
	"iter"
	"math"
)

// rect is a part of a label as a person sees it: x to the right, y downwards, in dots or points.
type rect struct{ left, top, right, bottom float64 }

func (r rect) width() float64  { return r.right - r.left }
func (r rect) height() float64 { return r.bottom - r.top }
func (r rect) empty() bool     { return !(r.right > r.left && r.bottom > r.top) }

func (r rect) union(o rect) rect {
	switch {
	case r.empty():
		return o
	case o.empty():
		return r
	}
	return rect{min(r.left, o.left), min(r.top, o.top), max(r.right, o.right), max(r.bottom, o.bottom)}
}

func (r rect) intersect(o rect) rect {
	return rect{max(r.left, o.left), max(r.top, o.top), min(r.right, o.right), min(r.bottom, o.bottom)}
}

func (r rect) grown(x, y float64) rect { return rect{r.left - x, r.top - y, r.right + x, r.bottom + y} }

// grid records which parts of a label are taken, in cells. Taking a part costs the same however
// large it is, because the cells are added up once, at the end.
type grid struct {
	area          rect
	cell          float64
	columns, rows int
	changes       []int32 // change in the number of takers at a cell
	content       rect
}

const cellsAcross = 240 // along the longer side: 0.6 mm each on 4 × 6 in

func newGrid(area rect) *grid {
	g := &grid{area: area, cell: max(area.width(), area.height()) / cellsAcross}
	g.columns = max(1, int(area.width()/g.cell))
	g.rows = max(1, int(area.height()/g.cell))
	g.changes = make([]int32, (g.columns+1)*(g.rows+1))
	return g
}

// takeRect marks what is printed, with a margin around it that is kept free.
func (g *grid) takeRect(r rect, marginX, marginY float64) {
	seen := r.intersect(g.area)
	if math.IsNaN(seen.width()) || math.IsNaN(seen.height()) {
		seen = g.area
	}
	if seen.right < seen.left || seen.bottom < seen.top {
		return
	}
	g.content = g.content.union(seen.grown(0.01, 0.01))
	g.mark(seen.grown(marginX, marginY))
}

func (g *grid) mark(r rect) {
	left, right := g.span(r.left-g.area.left, r.right-g.area.left, g.columns)
	top, bottom := g.span(r.top-g.area.top, r.bottom-g.area.top, g.rows)
	stride := g.columns + 1
	g.changes[top*stride+left]++
	g.changes[top*stride+right]--
	g.changes[bottom*stride+left]--
	g.changes[bottom*stride+right]++
}

func (g *grid) span(from, to float64, cells int) (first, end int) {
	first = int(min(max(from/g.cell, 0), float64(cells)))
	end = int(math.Ceil(min(max(to/g.cell, 0), float64(cells))))
	return first, end
}

// free yields the rectangles in which nothing is taken, each as wide and as high upwards as
// possible, and with at least the given columns and rows.
func (g *grid) free(columns, rows int) iter.Seq[rect] {
	return func(yield func(rect) bool) {
		takers := make([]int32, g.columns+1)
		heights := make([]int, g.columns+1) // free cells above this one, itself included; the last stays 0
		open := make([]bar, 0, g.columns+1)
		for row := range g.rows {
			g.nextRow(row, takers, heights)
			for r := range largest(heights, open) {
				if r.columns() < columns || r.height < rows {
					continue
				}
				bottom := g.area.top + float64(row+1)*g.cell
				found := rect{g.area.left + float64(r.first)*g.cell, bottom - float64(r.height)*g.cell, g.area.left + float64(r.end)*g.cell, bottom}
				if !yield(found) {
					return
				}
			}
		}
	}
}

func (g *grid) nextRow(row int, takers []int32, heights []int) {
	sum := int32(0)
	for column := range g.columns {
		takers[column] += g.changes[row*(g.columns+1)+column]
		if sum += takers[column]; sum > 0 {
			heights[column] = 0
		} else {
			heights[column]++
		}
	}
}

// bar is a rectangle under a row of heights.
type bar struct{ first, end, height int }

func (b bar) columns() int { return b.end - b.first }

// largest yields every rectangle under the heights that cannot be made wider. The last height is 0;
// open provides space for as many bars.
func largest(heights []int, open []bar) iter.Seq[bar] {
	return func(yield func(bar) bool) {
		for i, height := range heights {
			first := i
			for len(open) > 0 && open[len(open)-1].height >= height {
				b := open[len(open)-1]
				open = open[:len(open)-1]
				first, b.end = b.first, i
				if b.height > height && !yield(b) {
					return
				}
			}
			if height > 0 {
				open = append(open, bar{first: first, height: height})
			}
		}
	}
}
