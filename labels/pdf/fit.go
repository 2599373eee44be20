package pdf

import (
	"fmt"
	"math"
)

// matrix is a transformation as cm takes it (ISO 32000 8.3.4).
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// then is the transformation that does m first and n after it.
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

// box is the upright box around a box that was transformed.
func (m matrix) box(b box) box {
	out := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, corner := range [][2]float64{{b[0], b[1]}, {b[2], b[1]}, {b[0], b[3]}, {b[2], b[3]}} {
		x, y := m.point(corner[0], corner[1])
		out = box{min(out[0], x), min(out[1], y), max(out[2], x), max(out[3], y)}
	}
	return out
}

// turned puts a box's lower left corner to the origin after turning it
// clockwise.
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

// placing is how a page comes to stand in a slot.
type placing struct {
	matrix matrix
	factor float64 // under 1: it had to be shrunk
	turned bool
}

// Sizes are often rounded to whole points, so a page that is larger by no more
// than this still fits: 0.35 mm, half of it at each side.
const slack = 1.0

// fit centres a page's visible part in a slot, to within a dot. A page that lies on its side in
// an upright slot, or the other way round, is turned clockwise, or back where the page's own rotation is what lays it
// on its side. It is shrunk when it does not fit, and never enlarged.
func (p page) fit(slot box) placing {
	size := p.size()
	width, height := slot[2]-slot[0], slot[3]-slot[1]
	out := placing{factor: 1}
	degrees := p.rotate
	if (size.Width-size.Height)*(width-height) < 0 && math.Abs(size.Width-size.Height) > slack {
		out.turned = true
		degrees = map[int]int{0: 90, 90: 0, 180: 270, 270: 0}[p.rotate]
		size.Width, size.Height = size.Height, size.Width
	}
	if size.Width > width+slack || size.Height > height+slack {
		out.factor = min(width/size.Width, height/size.Height)
	}
	scale := p.unit * out.factor
	left, above := wholeDots((width-size.Width*out.factor)/2), wholeDots((height-size.Height*out.factor)/2)
	out.matrix = turned(p.visible(), degrees).then(matrix{scale, 0, 0, scale,
		slot[0] + left, slot[3] - above - size.Height*out.factor})
	return out
}

// wholeDots rounds an offset to dots of 1/8 mm, as label printers have them: bars
// that lay on dots still do, and keep their widths.
func wholeDots(offset float64) float64 {
	const dot = millimetre / 8
	return math.Round(offset/dot) * dot
}

// notes tell what was done to a page; which is its name, where there are others.
func (p placing) notes(which string) []string {
	var notes []string
	if which != "" {
		which += " "
	}
	if p.turned {
		notes = append(notes, which+"turned by 90°")
	}
	if p.factor < 1 {
		notes = append(notes, fmt.Sprintf("%sshrunk ×%.3f to fit", which, p.factor))
	}
	return notes
}
