package pdf

import (
	"math"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// outline is a path in the making, in user space: the box around it, and around
// the part of it that was begun last.
type outline struct {
	box, part *box
	bars      int
	clips     bool // it will clip
}

func (o *outline) begin() {
	if o.part != nil && o.part.isBar() {
		o.bars++
	}
	o.part = nil
}

func (o *outline) add(x, y float64) {
	point := box{x, y, x, y}
	for _, b := range []**box{&o.box, &o.part} {
		if *b == nil {
			*b = &box{x, y, x, y}
		} else {
			**b = (*b).union(point)
		}
	}
}

// isBar tells a bar or module of a barcode.
func (b box) isBar() bool {
	const thick, long = 4 * millimetre, 50 * millimetre
	width, height := b[2]-b[0], b[3]-b[1]
	return min(width, height) < thick && max(width, height) < long
}

func (r *reader) extend(operator string, operands []operand) {
	if operator == "m" || operator == "re" {
		r.path.begin()
	}
	add := func(x, y float64) { r.path.add(r.state.ctm.point(x, y)) }
	if operator == "re" && len(operands) == 4 {
		x, y, w, h := operands[0].number, operands[1].number, operands[2].number, operands[3].number
		add(x, y)
		add(x+w, y)
		add(x, y+h)
		add(x+w, y+h)
		return
	}
	for i := 0; i+1 < len(operands); i += 2 {
		add(operands[i].number, operands[i+1].number)
	}
}

// endPath paints the path, which is one mark, and clips by it.
func (r *reader) endPath(operator string) {
	made := r.path
	made.begin()
	r.path = outline{}
	if made.box == nil {
		return
	}
	fillOnly := operator[0] == 'f' || operator[0] == 'F'
	if operator != "n" && !(fillOnly && r.state.white) {
		painted := *made.box
		if !fillOnly {
			m := r.state.ctm
			half := r.state.lineWidth / 2 * math.Sqrt(math.Abs(m[0]*m[3]-m[1]*m[2]))
			painted = box{painted[0] - half, painted[1] - half, painted[2] + half, painted[3] + half}
		}
		r.paint(mark{box: painted, kind: path, bars: made.bars})
	}
	if made.clips {
		r.state.clip = r.state.clip.intersect(*made.box)
	}
}

// fillColour follows whether what fills is white.
func (r *reader) fillColour(operator string, operands []operand, resources types.Dict) {
	s := &r.state
	switch operator {
	case "cs":
		s.white, s.space = false, len(operands) == 1 && r.source.isLight(operands[0].name, resources)
	case "sc", "scn":
		s.white = s.space && isWhite(operands)
	default:
		s.white, s.space = isWhite(operands), true
	}
}

// isLight tells a colour space whose numbers stand for light, or for process
// inks. A 1 of an ink of its own is no white.
func (s *source) isLight(name string, resources types.Dict) bool {
	o := s.get(s.dict(resources["ColorSpace"])[name])
	if a, ok := o.(types.Array); ok && len(a) > 0 {
		o = s.get(a[0])
	}
	if n, ok := o.(types.Name); ok {
		name = string(n)
	}
	return slices.Contains([]string{"DeviceGray", "DeviceRGB", "DeviceCMYK", "CalGray", "CalRGB", "ICCBased"}, name)
}

// isWhite tells of a colour's components: all 1, or the four of CMYK all 0.
func isWhite(operands []operand) bool {
	want := 1.0
	if len(operands) == 4 {
		want = 0
	}
	return len(operands) > 0 && !slices.ContainsFunc(operands, func(o operand) bool { return o.number != want || o.name != "" })
}
