package pdf

import (
	"cmp"
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// textState is the text part of the graphics state.
type textState struct {
	font                  *font
	size, leading         float64
	between, betweenWords float64 // glyphs
	narrowed              float64 // 0 means not at all
	rise                  float64
	mode                  int
	line, at              matrix  // text line matrix and text matrix
	late                  float64 // how much farther along the next text may be, in text space
}

func (r *reader) textOperator(operator string, operands []operand) {
	s := &r.state
	switch operator {
	case "BT":
		s.startLine(identity)
		r.ending.inText = true
		r.words.separate("\n")
	case "ET":
		r.ending.inText = false
		r.words.separate("\n")
	case "TL", "Tc", "Tw", "Tz", "Ts", "Tr":
		if to, ok := last(operands); ok {
			s.setText(operator, to)
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
		r.words.separate("\n")
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

func (s *textState) startLine(m matrix) { s.line, s.at, s.late = m, m, 0 }

func (r *reader) move(x, y float64) {
	r.state.startLine(matrix{1, 0, 0, 1, x, y}.then(r.state.line))
	if y == 0 {
		r.words.separate(" ")
	} else {
		r.words.separate("\n")
	}
}

func (r *reader) setMatrix(operands []operand) {
	m, ok := matrixOf(operands)
	if ok {
		r.state.startLine(m)
	}
	if ok && m[5] == r.y {
		r.words.separate(" ")
	} else {
		r.words.separate("\n")
	}
	r.y = m[5]
}

// show writes strings, as one mark; a number between them that advances by more than a fifth of the
// font's size counts as a space.
func (r *reader) show(strings []operand) {
	const space = -200
	var shown *box
	for _, s := range strings {
		switch s.kind {
		case isText:
			shown = r.showText(s.text, shown)
		case isNumber:
			if s.number < space {
				r.words.separate(" ")
			}
			r.advance(-s.number * thousandth * r.state.size * (1 - r.state.narrowed))
		case isName, isArray, isBracket, isWord:
		}
	}
	if shown != nil {
		r.paint(mark{box: *shown, kind: textMark, isBars: r.state.font != nil && r.state.font.barcode})
	}
}

func (r *reader) advance(by float64) {
	r.state.at = matrix{1, 0, 0, 1, by, 0}.then(r.state.at)
}

// showText writes a string that begins in the visible part, and returns the box around it and what
// was shown before: whole lines, because glyphs are not drawn.
func (r *reader) showText(codes []byte, before *box) (shown *box) {
	s := &r.state
	f := cmp.Or(s.font, noFont)
	if f.unicode != nil && !r.spend(len(codes)) {
		return before
	}
	r.drawLetters(f, codes, r.depth+1)
	width, glyphs, spaces := f.measure(codes)
	width = (width*s.size + float64(glyphs)*s.between + float64(spaces)*s.betweenWords) * (1 - s.narrowed)
	m := s.at.then(s.ctm)
	x, y := m.point(0, 0.2*s.size)
	painted := m.box(box{0, s.rise - 0.25*s.size, width, s.rise + s.size})
	text := f.text(codes)
	const slack = 1
	if s.font != nil && r.hidden == 0 && !r.unseen && s.clip.grown(slack).holds(x, y) {
		r.words.write(text, point{x, y})
	}
	inks := s.inks() && f.paints(codes, text)
	if r.each != nil {
		r.measureText(f, codes, width, inks)
		if inks && r.hidden == 0 {
			r.sideways.add(m, glyphs)
		}
		if f.barcode && inks && r.hidden == 0 {
			r.bars.addLetters(width*m.scale(), glyphs)
		}
	}
	r.advance(width)
	switch {
	case !inks:
		return before
	case before != nil:
		painted = painted.union(*before)
	}
	return &painted
}

// measureText measures a string by the font's largest letters. If the string may be longer than
// width, the position of what follows on the line is uncertain, too.
func (r *reader) measureText(f *font, codes []byte, width float64, inks bool) {
	s := &r.state
	if f.vertical {
		r.unmeasured = cmp.Or(r.unmeasured, errVertical)
		return
	}
	advance, reach := f.reach(codes, &s.textState)
	if inks && len(codes) > 0 {
		low, high, over := f.low, f.high, 0.2*math.Abs(s.size)
		if r.bars != nil {
			low, high = f.usualHeights()
			over /= 2
		}
		left, right := -over, s.late+reach+over
		if s.size*(1-s.narrowed) < 0 {
			left, right = -right, -left
		}
		r.measure(Letters, s.at.then(s.ctm).box(box{left, low*s.size + s.rise, right, high*s.size + s.rise}))
	}
	s.late += math.Abs(advance - width)
}

func (b box) holds(x, y float64) bool { return x > b[0] && x < b[2] && y > b[1] && y < b[3] }

// inks reports whether text is visible on paper.
func (s *state) inks() bool {
	const fill, neither, clip = 0, 3, 7
	return s.mode != neither && s.mode != clip && !(s.mode == fill && s.fill.white && !s.blends)
}

func (r *reader) setFont(operands []operand, resources types.Dict) {
	if len(operands) > 1 {
		font := r.source.dict(resources["Font"])[operands[0].name]
		r.noFont = r.noFont || r.source.dict(font) == nil
		r.state.font = r.fontOf(font)
		r.state.size = operands[1].number
	}
}

func (r *reader) fontOf(o types.Object) *font {
	ref, isRef := o.(types.IndirectRef)
	if f, ok := r.source.fonts[ref]; isRef && ok {
		return f
	}
	f := r.source.font(o)
	r.spend(f.cost)
	if isRef {
		r.source.fonts[ref] = f
	}
	return f
}
