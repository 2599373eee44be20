package stamp

import (
	"bytes"
	"math"

	"github.com/despacho/despacho/labels/zpl"
)

// zplDrawing is what a unit prints, as far as positions are concerned, and the state of the printer
// at its end.
type zplDrawing struct {
	taken         []takenPart
	end           int // position of the printing format's ^XZ
	width, length float64
	encoding      []byte
	home          point
	unmeasured    string // why positions are not known

	font         zplFont
	orientation  byte
	module       float64 // width of a bar in dots
	ratio        float64
	barHeight    float64
	shift, top   float64           // ^LS, ^LT
	recalls      bool              // the present format fills in a template
	entries      map[string][]byte // data by field number, ^FN
	pictures     map[string]picture
	decodeBudget int
	field        zplField
}

type point struct{ x, y float64 }

// takenPart is a printed area, and how much is kept free around it.
type takenPart struct {
	rect
	margin float64
}

const (
	stockWidth  = 800 // dots: 100 mm, the narrower of the two usual widths
	stockLength = 1218
	plainMargin = 8  // dots
	quietMargin = 24 // dots around a barcode, at least
	farAway     = 100_000
)

func readZPL(unit []byte) *zplDrawing {
	d := &zplDrawing{encoding: []byte("0"), orientation: 'N', module: 2, ratio: 3, barHeight: 10,
		font: zplFont{name: 'A', height: 9, width: 5}, entries: fieldEntries(unit), pictures: map[string]picture{}, decodeBudget: 8 << 20}
	prints := false
	for t := range zpl.Commands(unit) {
		switch {
		case t.Prefix == 0:
		case t.Prefix == '~':
			d.download(t)
		case t.Is("XA"):
			prints, d.recalls = false, false
			d.field = zplField{}
		case t.Is("XZ"):
			d.flush()
			if prints || d.end == 0 {
				d.end = t.Start
			}
		default:
			prints = prints || !t.Is("FS") && !t.Is("ID")
			d.command(t)
		}
	}
	return d
}

// fieldEntries are the data that a format provides for a template's fields.
func fieldEntries(unit []byte) map[string][]byte {
	entries := map[string][]byte{}
	var number []byte
	for t := range zpl.Commands(unit) {
		switch {
		case t.Is("FS"):
			number = nil
		case t.Is("FN"):
			number = digitsOf(textOf(t))
		case (t.Is("FD") || t.Is("FV") || t.Is("SN")) && number != nil:
			if data := textOf(t); len(data) > len(entries[string(number)]) {
				entries[string(number)] = data
			}
		}
	}
	return entries
}

func digitsOf(param []byte) []byte {
	param = bytes.TrimSpace(param)
	end := 0
	for end < len(param) && param[end] >= '0' && param[end] <= '9' {
		end++
	}
	return param[:end]
}

// command executes a command that affects the rest of the label, and passes the others to the
// field.
func (d *zplDrawing) command(t zpl.Command) {
	v := valuesOf(t)
	switch string(t.Code[:]) {
	case "LH":
		d.home = point{v.number(0, 0), v.number(1, 0)}
	case "PW":
		d.width = v.number(0, d.width)
	case "LL":
		d.length = v.number(0, d.length)
	case "LS":
		d.shift = v.number(0, 0)
	case "LT":
		d.top = v.number(0, 0)
	case "CI":
		d.encoding = plainList(textOf(t))
	case "FW":
		d.orientation = orientationOr(v.letter(0, 0), d.orientation)
	case "CF":
		d.font = zplFont{name: v.letter(0, d.font.name), height: v.number(1, 0), width: v.number(2, 0)}
	case "BY":
		d.module, d.ratio, d.barHeight = v.number(0, d.module), v.number(1, d.ratio), v.number(2, d.barHeight)
	case "MU":
		if v.letter(0, 'D') != 'D' || len(v) > 1 {
			d.unmeasured = "the label uses units other than dots"
		}
	case "JM":
		if v.letter(0, 'A') == 'B' {
			d.unmeasured = "the label prints at half its density"
		}
	case "IL":
		d.unmeasured = "the label loads a stored image"
	case "DF":
	case "XF":
		d.recalls = true
	default:
		d.inField(t, v)
	}
}

// plainList keeps what the value of an encoding consists of: digits and commas.
func plainList(param []byte) []byte {
	kept := bytes.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == ',' {
			return r
		}
		return -1
	}, param)
	if len(kept) == 0 {
		return []byte("0")
	}
	return kept
}

func orientationOr(letter, otherwise byte) byte {
	switch letter {
	case 'N', 'R', 'I', 'B':
		return letter
	}
	return otherwise
}

// measures of the smallest letters: 2.5 mm on a printer whose density is inferred from the label's
// width.
func (d *zplDrawing) measures() measures {
	const at8 = 20
	switch {
	case d.width > 1700: // 24 dots/mm
		return measures{text: 3 * at8, margin: 48}
	case d.width > 900: // 12 dots/mm
		return measures{text: 1.5 * at8, margin: 24}
	}
	return measures{text: at8, margin: 16}
}

// area is the part of the paper on which it is certainly possible to print.
func (d *zplDrawing) area(m measures) rect {
	width, length := d.width, d.length
	if width <= 0 {
		width = stockWidth
	}
	if scale := m.text / 20; length <= 0 {
		length = stockLength * scale
	}
	r := rect{m.margin, m.margin, width - m.margin, length - 1.5*m.margin}
	r.left, r.right = max(r.left, r.left+d.shift), min(r.right, r.right+d.shift)
	r.top, r.bottom = max(r.top, r.top-d.top), min(r.bottom, r.bottom-d.top)
	if r.width() < 2*m.text || r.height() < 2*m.text {
		return rect{m.margin, m.margin, m.margin + 10*m.text, m.margin + 10*m.text}
	}
	return r
}

// grid contains the parts that are taken. If the label states a length beyond the usual stock, only
// the part that the carrier prints on counts, because the paper may be shorter.
func (d *zplDrawing) grid(m measures) *grid {
	area := d.area(m)
	printed := 0.0
	for _, part := range d.taken {
		if part.bottom < farAway/2 {
			printed = max(printed, part.bottom)
		}
	}
	area.bottom = min(area.bottom, max(printed, stockLength*m.text/20-1.5*m.margin))
	g := newGrid(area)
	for _, part := range d.taken {
		g.takeRect(part.rect, part.margin, part.margin)
	}
	return g
}

func (d *zplDrawing) takeRect(r rect, margin float64) {
	const mostParts = 200_000
	if len(d.taken) >= mostParts {
		d.unmeasured = "the label has too many parts to measure"
		return
	}
	if math.IsNaN(r.left + r.top + r.right + r.bottom) {
		r = rect{-farAway, -farAway, farAway, farAway}
	}
	d.taken = append(d.taken, takenPart{r, margin})
}
