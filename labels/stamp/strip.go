package stamp

import "cmp"

// measures are a label's sizes in its own unit, dots or points.
type measures struct {
	text   float64 // smallest readable letters: 7 pt, or 20 dots at 8 dots/mm
	margin float64 // kept free at the label's edges
}

const (
	lowStrip    = 1.6 // heights and widths of a strip, in smallest letters
	fairStrip   = 2.4
	highStrip   = 4.8
	narrowStrip = 18
)

// strip is where a stamp goes.
type strip struct {
	rect
	place string
}

// findStrip looks for a free strip. It prefers one outside everything that the carrier printed to
// one in between, one high enough to be read from a distance to a low one, and the bottom to the
// top.
func findStrip(g *grid, m measures) (strip, bool) {
	width := min(narrowStrip*m.text, 0.7*g.area.width())
	columns, rows := max(1, int(width/g.cell)), max(1, int(lowStrip*m.text/g.cell)+1)
	var best strip
	var bestRank rank
	for r := range g.free(columns, rows) {
		if rank := rankOf(r, g, m); rank.compare(bestRank) > 0 {
			best.rect, bestRank = r, rank
		}
	}
	if bestRank == (rank{}) {
		return strip{}, false
	}
	best.rect = besideContent(best.rect, g.content, m)
	best.place = placeOf(best.rect, g.area)
	return best, true
}

// rank orders strips; earlier fields weigh more than later ones.
type rank struct{ fair, outside, low, height, width, room float64 }

func (a rank) compare(b rank) int {
	return cmp.Or(cmp.Compare(a.fair, b.fair), cmp.Compare(a.outside, b.outside), cmp.Compare(a.low, b.low),
		cmp.Compare(a.height, b.height), cmp.Compare(a.width, b.width), cmp.Compare(a.room, b.room))
}

func rankOf(r rect, g *grid, m measures) rank {
	height := min(r.height(), highStrip*m.text)
	out := rank{height: height, width: r.width(), room: r.height(), low: 1}
	if height >= fairStrip*m.text {
		out.fair = 1
	}
	if r.top >= g.content.bottom || r.bottom <= g.content.top {
		out.outside = 1
	}
	switch placeOf(r, g.area) {
	case stripBottom:
		out.low = 3
	case stripTop:
		out.low = 2
	}
	return out
}

// The positions of a strip.
const (
	stripBottom = "strip bottom"
	stripTop    = "strip top"
	stripMiddle = "strip middle"
)

func placeOf(r, area rect) string {
	switch middle := (r.top + r.bottom) / 2; {
	case middle > area.top+0.72*area.height():
		return stripBottom
	case middle < area.top+0.28*area.height():
		return stripTop
	}
	return stripMiddle
}

// besideContent takes the part of a larger free area that is nearest to the carrier's print,
// because paper is sometimes smaller than a file says.
func besideContent(r, content rect, m measures) rect {
	height := min(r.height(), highStrip*m.text)
	apart := min(r.height()-height, m.text/2)
	switch {
	case r.bottom <= content.top:
		r.bottom -= apart
		r.top = r.bottom - height
	case r.top >= content.bottom:
		r.top += apart
		r.bottom = r.top + height
	default:
		r.top += (r.height() - height) / 2
		r.bottom = r.top + height
	}
	if left := max(r.left, content.left); r.right-left >= 2*narrowStrip*m.text {
		r.left = left
	}
	return r
}
