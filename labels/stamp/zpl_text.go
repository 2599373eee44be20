package stamp

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/despacho/despacho/labels/zpl"
)

// zplFont is a font with the requested size; 0 means the font's own size.
type zplFont struct {
	name          byte
	orientation   byte
	height, width float64
}

// fontOf reads ^A: the font's name, then its values.
func fontOf(t zpl.Command) zplFont {
	name, v := byte(0), valuesOf(t)
	if first := v[0]; len(first) > 0 {
		name, v[0] = capital(first[0]), first[1:]
	}
	font := zplFont{name: name, height: v.number(1, 0), width: v.number(2, 0)}
	if first := v.text(0); len(first) > 0 {
		font.orientation = capital(first[0])
	}
	return font
}

// cell is a bitmap font's letter with the gap after it, at its own size in dots (ZPL II manual,
// "font matrices").
type cell struct{ height, width, gap float64 }

var bitmapFonts = map[byte]cell{
	'A': {9, 5, 1}, 'B': {11, 7, 2}, 'C': {18, 10, 2}, 'D': {18, 10, 2}, 'E': {28, 15, 5}, 'F': {26, 13, 3}, 'G': {60, 40, 8}, 'H': {21, 13, 6},
}

var scalableSizes = map[byte]float64{'P': 20, 'Q': 28, 'R': 35, 'S': 40, 'T': 48, 'U': 59, 'V': 80}

// resolved returns the height of a line and a function that measures text. If a size is uncertain,
// it is the larger one.
func (f zplFont) resolved(fallback zplFont) (height float64, width func([]byte) float64) {
	if f.height == 0 && f.width == 0 && f.name == fallback.name {
		f.height, f.width = fallback.height, fallback.width
	}
	if c, ok := bitmapFonts[f.name]; ok {
		times := max(1, math.Ceil(f.height/c.height-0.2))
		timesWide := times
		if f.width > 0 {
			timesWide = max(1, math.Ceil(f.width/c.width-0.2))
			if f.height == 0 {
				times = timesWide
			}
		}
		each := timesWide * (c.width + c.gap)
		return times * c.height, func(text []byte) float64 { return each * float64(utf8.RuneCount(text)) }
	}
	height = f.height
	if height == 0 {
		height = max(f.width, scalableSizes[f.name], 15)
	}
	scale := f.width
	if scale == 0 {
		scale = height
	}
	if f.name != '0' {
		scale *= 1.4 // another typeface may be wider
	}
	return height, func(text []byte) float64 { return scale * widthOf(string(text)) }
}

// text takes the area of a text field.
func (d *zplDrawing) text(f zplField) {
	font := d.font
	if f.font != nil {
		font = *f.font
	}
	height, width := font.resolved(d.font)
	orientation := orientationOr(f.turned, d.orientation)
	data := zpl.Unescape(f.data, f.escape)
	below := 0.3 * height
	switch {
	case f.vertical:
		reach := float64(utf8.RuneCount(data)) * height * 1.5
		d.takeRect(rect{f.origin.x - reach, f.origin.y - reach, f.origin.x + reach, f.origin.y + reach}, plainMargin)
	case f.clip != nil:
		d.takeRect(f.box(orientation, f.clip.number(1, farAway), f.clip.number(2, farAway), below), plainMargin)
	case f.block != nil:
		length, across := blockSize(f.block, data, height, width)
		d.takeRect(f.box(orientation, length, across, below), plainMargin)
	default:
		d.takeRect(f.box(orientation, width(data), height, below), plainMargin)
	}
}

// blockSize is the width of a text block, ^FB, and the height of its lines.
func blockSize(block values, data []byte, height float64, width func([]byte) float64) (length, across float64) {
	length = block.number(0, 0)
	most := max(1, block.number(1, 1))
	if length <= 0 {
		return farAway, most * height
	}
	lines := 0.0
	for _, part := range bytes.Split(data, []byte(`\&`)) {
		words := float64(len(bytes.Fields(part)))
		lines += min(math.Ceil(width(part)/length*1.4)+1, max(1, words+math.Ceil(width(part)/length)))
	}
	lines = min(lines, most)
	return length + block.number(4, 0), lines*height + (lines-1)*max(0, block.number(2, 0))
}
