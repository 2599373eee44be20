package stamp

import (
	"bytes"

	"github.com/despacho/despacho/labels/zpl"
)

// zplField is a field while it is read: what is between its origin and ^FS.
type zplField struct {
	origin   point
	placed   bool // it has an origin of its own
	typeset  bool // ^FT: the origin is the baseline of its first line
	unknown  bool // its origin depends on what was printed before
	justify  bool // it may extend to the left of its origin
	font     *zplFont
	turned   byte
	block    values // ^FB
	clip     values // ^TB
	vertical bool   // ^FP
	barcode  *zpl.Command
	escape   byte
	number   []byte // ^FN
	data     []byte
	filled   bool
	many     bool // ^FM
	graphics []zpl.Command
}

func (d *zplDrawing) inField(t zpl.Command, v values) {
	f := &d.field
	switch string(t.Code[:]) {
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
		if param := bytes.TrimSpace(textOf(t)); len(param) > 0 {
			f.escape = param[0]
		}
	case "FN":
		f.number = digitsOf(textOf(t))
	case "FD", "FV":
		f.data, f.filled = textOf(t), true
	case "SN":
		f.data, f.filled = v.text(0), true
	case "GB", "GC", "GE", "GD", "GF", "XG", "IM", "GS":
		f.graphics = append(f.graphics, t)
	default:
		switch {
		case t.Code[0] == 'A':
			font := fontOf(t)
			f.font, f.turned = &font, orientationOr(font.orientation, f.turned)
		case t.Code[0] == 'B' && t.Code[1] != 'Y':
			f.barcode = &t
		}
	}
}

func (d *zplDrawing) place(t zpl.Command, v values) {
	d.field.placed, d.field.typeset = true, t.Is("FT")
	d.field.origin = point{d.home.x + v.number(0, 0), d.home.y + v.number(1, 0)}
	d.field.unknown = d.field.typeset && (len(v.text(0)) == 0 || len(v.text(1)) == 0)
	d.field.justify = v.number(2, 0) != 0
}

// flush takes the area of a field's graphic, text or barcode and begins the next field. The
// commands of a field may come in any order.
func (d *zplDrawing) flush() {
	f := d.field
	d.field = zplField{}
	for _, t := range f.graphics {
		d.graphic(f, t)
	}
	if f.number != nil {
		if d.recalls && !f.placed {
			return // it fills in a template's field, which has the position
		}
		if !f.filled {
			f.data, f.filled, f.escape = d.entries[string(f.number)], true, '_'
		}
	}
	switch {
	case f.many || f.unknown && f.filled:
		d.takeRect(everywhere, 0)
	case !f.filled:
	case f.barcode != nil:
		d.barcode(f)
	case len(bytes.TrimSpace(f.data)) > 0:
		d.text(f)
	}
}

var everywhere = rect{-farAway, -farAway, farAway, farAway}

// box is the area of a field with a length along its line and a height across it. For a field
// placed by its baseline, below is what may extend under it.
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

// rest is the whole area after a field whose size is not known.
func (f zplField) rest() rect {
	if f.typeset || f.justify {
		return everywhere
	}
	return rect{f.origin.x, f.origin.y, farAway, farAway}
}
