package pdf

import (
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// textState is the part of the graphics state that is the text's.
type textState struct {
	font                  *font
	size, leading         float64
	between, betweenWords float64 // glyphs
	narrowed              float64 // 0 is not at all
	rise                  float64
	mode                  int
	line, at              matrix // text line matrix and text matrix
}

func (r *reader) textOperator(operator string, operands []operand) {
	s := &r.state
	switch operator {
	case "BT":
		s.line, s.at = identity, identity
		r.separate("\n")
	case "ET":
		r.separate("\n")
	case "TL", "Tc", "Tw", "Tz", "Ts", "Tr":
		if len(operands) == 1 {
			s.setText(operator, operands[0].number)
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
		if len(operands) == 3 {
			s.setText("Tw", operands[0].number)
			s.setText("Tc", operands[1].number)
			operands = operands[2:]
		}
		r.move(0, -s.leading)
		r.separate("\n")
		r.show(operands)
	case "TJ":
		for _, o := range operands {
			r.show(o.list)
		}
	}
}

// setText follows the operators of ISO 32000 9.3.
func (s *textState) setText(operator string, to float64) {
	switch operator {
	case "TL":
		s.leading = to
	case "Tc":
		s.between = to
	case "Tw":
		s.betweenWords = to
	case "Tz":
		s.narrowed = 1 - to/100
	case "Ts":
		s.rise = to
	case "Tr":
		s.mode = int(to)
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

// show writes strings, which are one mark; a number between them that moves on
// by more than a fifth of the font's size is a space.
func (r *reader) show(strings []operand) {
	const space = -200
	var shown *box
	for _, s := range strings {
		if s.isText {
			shown = r.showText(s.text, shown)
			continue
		}
		if s.number < space {
			r.separate(" ")
		}
		r.advance(-s.number * thousandth * r.state.size * (1 - r.state.narrowed))
	}
	if shown != nil {
		r.paint(mark{box: *shown, kind: text, isBars: r.state.font != nil && r.state.font.barcode})
	}
}

func (r *reader) advance(by float64) {
	r.state.at = matrix{1, 0, 0, 1, by, 0}.then(r.state.at)
}

// showText writes a string that begins within what can be seen, and gives the
// box around it and around what was shown before: whole lines, for glyphs are
// not drawn.
func (r *reader) showText(codes []byte, before *box) (shown *box) {
	s := &r.state
	f := lo.CoalesceOrEmpty(s.font, noFont)
	width, glyphs, spaces := f.measure(codes)
	width = (width*s.size + float64(glyphs)*s.between + float64(spaces)*s.betweenWords) * (1 - s.narrowed)
	m := s.at.then(s.ctm)
	x, y := m.point(0, 0.2*s.size)
	painted := m.box(box{0, s.rise - 0.25*s.size, width, s.rise + s.size})
	r.advance(width)
	text := f.text(codes)
	const slack = 1
	if x > s.clip[0]-slack && x < s.clip[2]+slack && y > s.clip[1]-slack && y < s.clip[3]+slack && s.font != nil {
		r.out.WriteString(text)
	}
	switch {
	case !s.inks() || !f.paints(codes, text):
		return before
	case before != nil:
		painted = painted.union(*before)
	}
	return &painted
}

// noFont stands for a font that the file has not.
var noFont = &font{widths: widths{standard: "Helvetica"}}

// inks tells whether text is seen on paper.
func (s *state) inks() bool {
	const fill, neither, clip = 0, 3, 7
	return s.mode != neither && s.mode != clip && !(s.mode == fill && s.white)
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
