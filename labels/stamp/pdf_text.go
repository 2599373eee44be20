package stamp

import (
	"math"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// textOperator follows the text state and takes the place of what is shown.
func (d *pdfDrawing) textOperator(operator string, operands []operand, v []float64) {
	switch operator {
	case "BT":
		d.line, d.cursor, d.inText = identity, identity, true
	case "ET":
		d.inText = false
	case "Tc":
		d.state.charSpace = last(v)
	case "Tw":
		d.state.wordSpace = last(v)
	case "Tz":
		d.state.wide = last(v) / 100
	case "TL":
		d.state.lead = last(v)
	case "Ts":
		d.state.rise = last(v)
	case "Tr":
		d.state.mode = int(last(v))
	case "Td", "TD":
		if len(v) == 2 {
			if operator == "TD" {
				d.state.lead = -v[1]
			}
			d.nextLine(v[0], v[1])
		}
	case "Tm":
		if len(v) == 6 {
			d.line = matrix(v)
			d.cursor = d.line
		}
	case "T*":
		d.nextLine(0, -d.state.lead)
	case "'", `"`:
		if operator == `"` && len(v) == 2 {
			d.state.wordSpace, d.state.charSpace = v[0], v[1]
		}
		d.nextLine(0, -d.state.lead)
		d.show(operands)
	case "Tj":
		d.show(operands)
	case "TJ":
		if len(operands) > 0 {
			d.show(operands[len(operands)-1].list)
		}
	}
}

func (d *pdfDrawing) nextLine(x, y float64) {
	d.line = matrix{1, 0, 0, 1, x, y}.then(d.line)
	d.cursor = d.line
}

// show takes the place of strings, and moves on behind them.
func (d *pdfDrawing) show(strings []operand) {
	s := d.state
	font := s.font
	switch {
	case font == nil:
		font = unknownFont
	case font.vertical:
		d.unmeasured = "the page has text that runs downwards"
		return
	}
	for _, o := range strings {
		if o.kind == isNumber {
			d.cursor = matrix{1, 0, 0, 1, -o.number / 1000 * s.size * s.wide, 0}.then(d.cursor)
			continue
		}
		if o.kind != isString || len(o.text) == 0 {
			continue
		}
		advance, reach := d.advance(font, o.text)
		if visible := s.mode != 3 && s.mode != 7 && !(s.fill.white && s.mode == 0 && !s.blends); visible {
			d.take(d.reach(font, reach), textX, textY)
		}
		d.cursor = matrix{1, 0, 0, 1, advance, 0}.then(d.cursor)
	}
}

// advance is how far a string moves on, and how far it reaches at most, in text
// space.
func (d *pdfDrawing) advance(font *pdfFont, codes []byte) (advance, reach float64) {
	s := d.state
	step := 1
	if font.wide {
		step = 2
	}
	for i := 0; i+step <= len(codes); i += step {
		code := int(codes[i])
		if font.wide {
			code = code<<8 | int(codes[i+1])
		}
		each := font.width(code)*s.size + s.charSpace
		if step == 1 && code == ' ' {
			each += s.wordSpace
		}
		advance += each * s.wide
		reach = max(reach, math.Abs(advance))
	}
	return advance, reach
}

// reach is where a string's letters can lie, on the page as it is seen.
func (d *pdfDrawing) reach(font *pdfFont, length float64) rect {
	s := d.state
	over := 0.2 * math.Abs(s.size)
	left, right := -over, length+over
	low, high := font.low*s.size+s.rise, font.high*s.size+s.rise
	if s.size*s.wide < 0 {
		left, right = -right, -left
	}
	return d.cursor.then(s.ctm).around(left, low, right, high)
}

func (d *pdfDrawing) setFont(operands []operand, resources types.Dict) {
	if len(operands) < 2 {
		return
	}
	d.state.font = d.fontOf(d.file.dict(resources["Font"])[string(operands[0].text)])
	d.state.size = operands[1].number
}
