package pdf

import (
	"fmt"
	"math"
)

// matrix is a transformation as cm takes it (ISO 32000 8.3.4).
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// then is the transformation that does m first and then n.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) point(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// box is the upright box around a transformed box.
func (m matrix) box(b box) box {
	out := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corner := range [][2]float64{{b[0], b[1]}, {b[2], b[1]}, {b[0], b[3]}, {b[2], b[3]}} {
		x, y := m.point(corner[0], corner[1])
		out = box{min(out[0], x), min(out[1], y), max(out[2], x), max(out[3], y)}
	}
	return out
}

// turned moves a box's lower left corner to the origin after turning the box clockwise.
func turned(b box, degrees int) matrix {
	width, height := b[2]-b[0], b[3]-b[1]
	move := matrix{1, 0, 0, 1, -b[0], -b[1]}
	switch degrees {
	case 90:
		return move.then(matrix{0, -1, 1, 0, 0, width})
	case 180:
		return move.then(matrix{-1, 0, 0, -1, width, height})
	case 270:
		return move.then(matrix{0, 1, -1, 0, height, 0})
	}
	return move
}

// placing is how a page is placed in a slot.
type placing struct {
	matrix matrix
	factor float64 // under 1: it had to be shrunk
	turned bool
}

// Sizes are often rounded to whole points, so a page that is larger by no more than this still
// fits: 0.35 mm, half of it on each side. The box around what is printed is exact, but for rounding.
const (
	slack      = 1.0
	exactSlack = 0.3
)

// fit centres a page's visible part in a slot, to within a dot: the page's corner, or a bar of a page
// that was cut, lies whole dots from the slot's, so that bars aligned to dots keep their widths. A
// page on its side in an upright slot, or the other way round, is turned clockwise, or turned back if
// its own rotation put it on its side; of a page that was cut, it is known whether it is turned, and
// mostly how its text becomes upright. A page is shrunk if it does not fit, and never enlarged.
func (p page) fit(slot box) placing {
	size, room := p.size(), slot.size()
	out, over := placing{factor: 1, turned: size.liesAcross(room)}, slack
	if p.isCut() {
		out.turned, over = p.printed.turned, exactSlack
	}
	degrees := p.rotate
	if out.turned {
		degrees = map[int]int{0: 90, 90: 0, 180: 270, 270: 0}[p.rotate]
		if p.isCut() && p.printed.upright > 0 {
			degrees = (p.rotate + p.printed.upright) % 360
		}
		size = size.turned()
	}
	out.factor = size.factorOn(room, over)
	width, height := size.Width*out.factor, size.Height*out.factor
	scale := p.unit * out.factor
	out.matrix = turned(p.visible(), degrees).then(matrix{scale, 0, 0, scale, 0, 0})
	var right, below float64 // of the page's corner: what is aligned
	if p.isCut() {
		x, y := out.matrix.point(p.printed.edge.x, p.printed.edge.y)
		right, below = x, height-y
	}
	left, above := wholeDots((room.Width-width)/2+right)-right, wholeDots((room.Height-height)/2+below)-below
	out.matrix = out.matrix.then(matrix{1, 0, 0, 1, slot[0] + left, slot[3] - above - height})
	return out
}

func (b box) size() Size { return Size{b[2] - b[0], b[3] - b[1]} }

func (s Size) turned() Size { return Size{s.Height, s.Width} }

// liesAcross reports whether one size is upright and the other lies on its side.
func (s Size) liesAcross(room Size) bool {
	return (s.Width-s.Height)*(room.Width-room.Height) < 0 && math.Abs(s.Width-s.Height) > slack
}

// isSheet reports whether a page is of about A5 size or larger: there may be more on it than a label.
func (s Size) isSheet() bool {
	return min(s.Width, s.Height) >= smallestSheet && max(s.Width, s.Height) >= longestSheet
}

// factorOn is how far a size has to be shrunk to fit on another: 1 if it fits, or is larger by no
// more than over.
func (s Size) factorOn(room Size, over float64) float64 {
	if s.Width <= room.Width+over && s.Height <= room.Height+over {
		return 1
	}
	return min(room.Width/s.Width, room.Height/s.Height)
}

// A dot of label printers with 203 dpi.
const dot = millimetre / 8

// wholeDots rounds an offset to dots.
func wholeDots(offset float64) float64 { return math.Round(offset/dot) * dot }

// notes say what was done to a page; which names the page if there are others.
func (p page) notes(placed placing, which string) []string {
	if which != "" {
		which += " "
	}
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, which+fmt.Sprintf(format, args...)) }
	switch {
	case p.isCut() && placed.factor == 1:
		note("cut to what is printed, laid at 100 %%")
	case p.isCut():
		note("cut to what is printed")
	}
	if p.isCut() && p.printed.leftOut != "" {
		note("left out what stands %s", p.printed.leftOut)
	}
	if placed.turned {
		note("turned by 90°")
	}
	if placed.factor < 1 {
		note("shrunk ×%.3f to fit", placed.factor)
		if p.printed != nil && p.printed.unknown != nil {
			note("not cut to what is printed: %v", p.printed.unknown)
		}
	}
	switch width, narrow := p.narrowBars(placed.factor); {
	case narrow && width == 0:
		note("its bars may be too narrow: they cannot be measured")
	case narrow:
		note("its bars may be as narrow as %.2f mm", width)
	}
	return notes
}
