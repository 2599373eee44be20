package pdf

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// Widths of glyphs are not looked up: a usual one, and one that is surely enough,
// in parts of the font's size.
const (
	usualGlyph = 0.5
	wideGlyph  = 0.8
)

func (r *reader) textOperator(operator string, operands []operand) {
	s := &r.state
	switch operator {
	case "BT":
		s.line, s.at = identity, identity
		r.separate("\n")
	case "ET":
		r.separate("\n")
	case "TL":
		if len(operands) == 1 {
			s.leading = operands[0].number
		}
	case "Td", "TD":
		if len(operands) != 2 {
			return
		}
		if operator == "TD" {
			s.leading = -operands[1].number
		}
		r.move(operands[0].number, operands[1].number)
	case "T*":
		r.move(0, -s.leading)
	case "Tm":
		r.setMatrix(operands)
	case "Tj":
		r.show(operands)
	case "'", `"`:
		r.move(0, -s.leading)
		r.separate("\n")
		r.show(operands)
	case "TJ":
		for _, o := range operands {
			r.show(o.list)
		}
	}
}

func (r *reader) move(x, y float64) {
	r.state.line = matrix{1, 0, 0, 1, x, y}.then(r.state.line)
	r.state.at = r.state.line
	if y == 0 {
		r.separate(" ")
	} else {
		r.separate("\n")
	}
}

func (r *reader) setMatrix(operands []operand) {
	m, ok := matrixOf(operands)
	if ok {
		r.state.line, r.state.at = m, m
	}
	if ok && m[5] == r.y {
		r.separate(" ")
	} else {
		r.separate("\n")
	}
	r.y = m[5]
}

// show writes strings; a number between them that moves on by more than a fifth
// of the font's size is a space.
func (r *reader) show(strings []operand) {
	const space, thousand = -200, 1000
	for _, s := range strings {
		switch {
		case s.isText:
			r.showText(s.text)
		case !s.isText:
			if s.number < space {
				r.separate(" ")
			}
			r.advance(-s.number / thousand * r.state.size)
		}
	}
}

func (r *reader) advance(by float64) {
	r.state.at = matrix{1, 0, 0, 1, by, 0}.then(r.state.at)
}

// showText writes a string that begins within what can be seen.
func (r *reader) showText(codes []byte) {
	s := &r.state
	glyphs := float64(len(codes))
	if s.font != nil && s.font.composite {
		glyphs /= 2
	}
	m := s.at.then(s.ctm)
	reach := func(glyph float64) box { return m.box(box{0, -0.25 * s.size, glyphs * glyph * s.size, 0.8 * s.size}) }
	seen := mark{box: reach(usualGlyph), loose: reach(wideGlyph), kind: text}
	x, y := m.point(0, 0.2*s.size)
	r.advance(glyphs * usualGlyph * s.size)
	const slack = 1
	if x < s.clip[0]-slack || x > s.clip[2]+slack || y < s.clip[1]-slack || y > s.clip[3]+slack {
		return
	}
	if s.font != nil {
		seen.text = s.font.text(codes)
	}
	r.out.WriteString(seen.text)
	if s.font.paints(codes, seen.text) {
		r.paint(seen)
	}
}

func (r *reader) separate(by string) {
	text := r.out.String()
	if text == "" || text[len(text)-1] == '\n' || by == " " && text[len(text)-1] == ' ' {
		return
	}
	r.out.WriteString(by)
}

func (r *reader) fontNamed(name string, resources types.Dict) *font {
	o := r.source.dict(resources["Font"])[name]
	ref, isRef := o.(types.IndirectRef)
	if !isRef {
		return r.source.font(o)
	}
	if f, ok := r.fonts[ref]; ok {
		return f
	}
	f := r.source.font(ref)
	r.fonts[ref] = f
	return f
}
