package stamp

import (
	"bytes"
	"encoding/hex"
)

// zplField is a field in the making: what stands between its origin and ^FS.
type zplField struct {
	origin   point
	placed   bool // it has an origin of its own
	typeset  bool // ^FT: the origin is the base of its first line
	unknown  bool // an origin that depends on what was printed before
	justify  bool // it may reach to the left of its origin
	font     *zplFont
	turned   byte
	block    values // ^FB
	clip     values // ^TB
	vertical bool   // ^FP
	barcode  *zplToken
	escape   byte
	number   []byte // ^FN
	data     []byte
	filled   bool
	many     bool // ^FM
	graphics []zplToken
}

func (d *zplDrawing) inField(t zplToken, v values) {
	f := &d.field
	switch string(t.code[:]) {
	case "FO", "FT":
		if f.filled {
			d.flush() // its ^FS is missing
		}
		d.place(t, v)
	case "FS":
		d.flush()
	case "FB":
		f.block = v
	case "TB":
		f.clip, f.turned = v, orientationOr(v.letter(0, 0), f.turned)
	case "FP":
		f.vertical = v.letter(0, 'H') != 'H'
	case "FM":
		f.many = true
	case "FH":
		f.escape = '_'
		if param := bytes.TrimSpace(t.param()); len(param) > 0 {
			f.escape = param[0]
		}
	case "FN":
		f.number = digitsOf(t.param())
	case "FD", "FV":
		f.data, f.filled = t.param(), true
	case "SN":
		f.data, f.filled = v.text(0), true
	case "GB", "GC", "GE", "GD", "GF", "XG", "IM", "GS":
		f.graphics = append(f.graphics, t)
	default:
		switch {
		case t.code[0] == 'A':
			font := fontOf(t)
			f.font, f.turned = &font, orientationOr(font.orientation, f.turned)
		case t.code[0] == 'B' && t.code[1] != 'Y':
			f.barcode = &t
		}
	}
}

func (d *zplDrawing) place(t zplToken, v values) {
	d.field.placed, d.field.typeset = true, t.is("FT")
	d.field.origin = point{d.home.x + v.number(0, 0), d.home.y + v.number(1, 0)}
	d.field.unknown = d.field.typeset && (len(v.text(0)) == 0 || len(v.text(1)) == 0)
	d.field.justify = v.number(2, 0) != 0
}

// flush takes the place of a field's graphic, text or barcode and begins the next
// field. A field's commands stand in any order.
func (d *zplDrawing) flush() {
	f := d.field
	d.field = zplField{}
	for _, t := range f.graphics {
		d.graphic(f, t)
	}
	if f.number != nil {
		if d.recalls && !f.placed {
			return // it fills a template's field, which has the place
		}
		if !f.filled {
			f.data, f.filled, f.escape = d.entries[string(f.number)], true, '_'
		}
	}
	switch {
	case f.many || f.unknown && f.filled:
		d.take(everywhere, 0)
	case !f.filled:
	case f.barcode != nil:
		d.barcode(f)
	case len(bytes.TrimSpace(f.data)) > 0:
		d.text(f)
	}
}

var everywhere = rect{-farAway, -farAway, farAway, farAway}

// box is the part of a field of a length along its line and a height across. Of a
// field placed by its base, below is what may hang under it.
func (f zplField) box(orientation byte, length, height, below float64) rect {
	x, y := f.origin.x, f.origin.y
	before := 0.0
	if f.justify {
		before = length
	}
	if !f.typeset {
		if orientation == 'R' || orientation == 'B' {
			return rect{x, y - before, x + height + below, y + length}
		}
		return rect{x - before, y, x + length, y + height + below}
	}
	switch orientation {
	case 'R':
		return rect{x - below, y - before, x + height, y + length}
	case 'I':
		return rect{x - length, y - below, x + before, y + height}
	case 'B':
		return rect{x - height, y - length, x + below, y + before}
	}
	return rect{x - before, y - height, x + length, y + below}
}

// rest is all that lies behind a field whose size cannot be told.
func (f zplField) rest() rect {
	if f.typeset || f.justify {
		return everywhere
	}
	return rect{f.origin.x, f.origin.y, farAway, farAway}
}

// unescaped decodes ^FH escapes.
func unescaped(data []byte, indicator byte) []byte {
	if indicator == 0 || bytes.IndexByte(data, indicator) < 0 {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		var letter [1]byte
		if data[i] == indicator && i+2 < len(data) {
			if _, err := hex.Decode(letter[:], data[i+1:i+3]); err == nil {
				out = append(out, letter[0])
				i += 2
				continue
			}
		}
		out = append(out, data[i])
	}
	return out
}
