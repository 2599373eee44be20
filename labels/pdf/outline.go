package pdf

import (
	"math"
	"strings"

	"github.com/samber/lo"
)

// outline is a path while it is drawn: the box around it, and its parts.
type outline struct {
	box       box
	drawn     bool // the box contains something
	part      subpath
	begun     bool // a part is being drawn
	parts     []subpath
	bars      int
	clips     bool // it will be used to clip
	start, at point
}

type point struct{ x, y float64 }

// subpath is a part of a path. Lines are the boxes around its lines and curves.
type subpath struct {
	box   box
	lines []box
}

// mostLines is how many lines of a subpath are examined one by one.
const mostLines = 4_000

// isBar recognises a bar or module of a barcode.
func (b box) isBar() bool {
	const thick, long = 4 * millimetre, 50 * millimetre
	width, height := b[2]-b[0], b[3]-b[1]
	return min(width, height) < thick && max(width, height) < long
}

func (b box) with(p point) box { return b.union(box{p.x, p.y, p.x, p.y}) }

// extend follows the operators that build a path (ISO 32000 8.5.2).
func (r *reader) extend(operator string, operands []operand) {
	o, measured := &r.path, r.keepsParts()
	to := func(x, y float64) point {
		x, y = r.state.ctm.point(x, y)
		return point{x, y}
	}
	switch {
	case operator == "m" && len(operands) == 2:
		o.moveTo(measured, to(operands[0].number, operands[1].number))
	case operator == "re" && len(operands) == 4:
		x, y, w, h := operands[0].number, operands[1].number, operands[2].number, operands[3].number
		o.moveTo(measured, to(x, y))
		o.lineTo(measured, to(x+w, y))
		o.lineTo(measured, to(x+w, y+h))
		o.lineTo(measured, to(x, y+h))
		o.lineTo(measured, o.start)
	case operator == "h" && o.begun:
		o.lineTo(measured, o.start)
	case operator != "m" && operator != "re" && len(operands) <= 6:
		var points [3]point
		n := 0
		for i := 0; i+1 < len(operands); i += 2 {
			points[n] = to(operands[i].number, operands[i+1].number)
			n++
		}
		o.lineTo(measured, points[:n]...)
	}
}

func (o *outline) moveTo(measured bool, p point) {
	o.endPart(measured)
	o.start, o.at, o.part, o.begun = p, p, subpath{box: box{p.x, p.y, p.x, p.y}}, true
}

// lineTo adds a line, or a curve, which lies within the box of its points. Single lines are only
// kept if they are measured.
func (o *outline) lineTo(measured bool, points ...point) {
	if len(points) == 0 {
		return
	}
	if !o.begun {
		o.moveTo(measured, points[0])
	}
	line := box{o.at.x, o.at.y, o.at.x, o.at.y}
	for _, p := range points {
		line = line.with(p)
	}
	o.at = points[len(points)-1]
	o.part.box = o.part.box.union(line)
	if measured && len(o.part.lines) < mostLines {
		o.part.lines = append(o.part.lines, line)
	}
}

func (o *outline) endPart(measured bool) {
	if !o.begun {
		return
	}
	o.begun = false
	if o.part.box.isBar() {
		o.bars++
	}
	if measured {
		o.parts = append(o.parts, o.part)
	}
	if o.drawn {
		o.box = o.box.union(o.part.box)
	} else {
		o.box, o.drawn = o.part.box, true
	}
}

// endPath paints the path, as one mark, and clips with it.
func (r *reader) endPath(operator string) {
	o := r.path
	r.path = outline{}
	if strings.ContainsAny(operator, "sb") && o.begun {
		o.lineTo(r.keepsParts(), o.start)
	}
	o.endPart(r.keepsParts())
	if !o.drawn {
		return
	}
	fills := strings.ContainsAny(operator, "fFBb") && (!r.state.fill.white || r.state.blends)
	strokes := strings.ContainsAny(operator, "sSBb") && (!r.state.stroke.white || r.state.blends)
	if fills || strokes {
		around := 0.0
		if strokes {
			m := r.state.ctm
			around = r.state.lineWidth / 2 * math.Sqrt(math.Abs(m[0]*m[3]-m[1]*m[2]))
		}
		r.paintPath(&o, around)
	}
	r.measurePath(o.parts, fills, strokes)
	if o.clips {
		r.state.clip = r.state.clip.intersect(o.box)
	}
}

// measurePath measures what is filled, and the lines of what is stroked: each on its own for a
// frame around most of the page, within which much may be free.
func (r *reader) measurePath(parts []subpath, fills, strokes bool) {
	const most = 0.6
	sheet := r.sheet()
	for _, p := range parts {
		half := r.halfLine(p)
		if fills {
			r.measure(Solid, p.box)
		}
		if (fills || strokes) && r.hidden == 0 {
			r.bars.addPath(p, lo.Ternary(strokes, half, 0), r.state.clip)
		}
		isFrame := p.box[2]-p.box[0] > most*(sheet[2]-sheet[0]) && p.box[3]-p.box[1] > most*(sheet[3]-sheet[1])
		switch {
		case !strokes:
		case !isFrame || len(p.lines) == mostLines:
			r.measure(Line, p.box.grown(half))
		default:
			for _, line := range p.lines {
				r.measure(Line, line.grown(half))
			}
		}
	}
}

// halfLine is how far a stroked subpath extends beyond its lines: by half its width if all of them are
// upright or level, otherwise by up to its width, because of mitred corners.
func (r *reader) halfLine(p subpath) float64 {
	const thinnest, level = 0.2, 0.01
	width := math.Abs(r.state.lineWidth) * r.state.ctm.scale()
	isLevel := len(p.lines) < mostLines && lo.EveryBy(p.lines, func(line box) bool {
		return line[2]-line[0] < level || line[3]-line[1] < level
	})
	return max(thinnest, lo.Ternary(isLevel, width/2, width))
}

func (b box) grown(by float64) box { return box{b[0] - by, b[1] - by, b[2] + by, b[3] + by} }

// scale is the largest factor by which a line can grow.
func (m matrix) scale() float64 {
	return max(math.Hypot(m[0], m[1]), math.Hypot(m[2], m[3]))
}
