package raster

import (
	"bytes"
	"fmt"

	"github.com/despacho/despacho/labels/zpl"
)

// mostGraphic is how many bytes of dots a ^GF may have (ZPL II manual).
const mostGraphic = 99_999

// format is a page as a label: its size, and its dots in as many graphics as they need.
func format(d Dots) []byte {
	out := fmt.Appendf(nil, "^XA^PW%d^LL%d^LH0,0", d.Width, d.Height)
	for top := 0; top < d.Height; {
		first, left, right := d.nextBlack(top)
		if first == d.Height {
			break
		}
		row := right - left
		bottom := min(d.Height, first+mostGraphic/row)
		part := d.cut(left, first, row, bottom)
		out = fmt.Appendf(out, "^FO%d,%d^GFA,%d,%d,%d,", 8*left, first, len(part), len(part), row)
		out = append(zpl.AppendGraphic(out, part, row), "^FS"...)
		top = bottom
	}
	return append(out, "^XZ\n"...)
}

// nextBlack is the first row with a black dot from a row on, and the bytes between which all that follow have theirs.
func (d Dots) nextBlack(top int) (first, left, right int) {
	first, left = d.Height, d.Row
	for y := top; y < d.Height; y++ {
		row := d.Bits[y*d.Row : (y+1)*d.Row]
		begin := len(row) - len(bytes.TrimLeft(row, "\x00"))
		if begin == len(row) {
			continue
		}
		first = min(first, y)
		left, right = min(left, begin), max(right, len(bytes.TrimRight(row, "\x00")))
	}
	return first, left, right
}

// cut is a part of the dots, without the white rows at its end.
func (d Dots) cut(left, top, row, bottom int) []byte {
	part := make([]byte, 0, row*(bottom-top))
	full := 0
	for y := top; y < bottom; y++ {
		part = append(part, d.Bits[y*d.Row+left:y*d.Row+left+row]...)
		if len(bytes.TrimLeft(part[len(part)-row:], "\x00")) > 0 {
			full = len(part)
		}
	}
	return part[:full]
}

// readFormat reads the dots of a label that [format] wrote.
func readFormat(label []byte, width, height int) (Dots, error) {
	d := newDots(width, height)
	left, top := 0, 0
	for c := range zpl.Commands(label) {
		switch {
		case c.Is("FO"):
			if _, err := fmt.Sscanf(string(c.Param), "%d,%d", &left, &top); err != nil {
				return d, fmt.Errorf("a graphic stands nowhere: %w", err)
			}
		case c.Is("GF"):
			header, data := c.Picture()
			var total, row int
			if _, err := fmt.Sscanf(string(bytes.Join(header, []byte(" "))), "A %d %d %d", new(int), &total, &row); err != nil {
				return d, fmt.Errorf("a graphic has no size: %w", err)
			}
			for i, part := 0, zpl.ReadGraphic(data, total, row); len(part) >= row; i, part = i+1, part[row:] {
				copy(d.Bits[(top+i)*d.Row+left/8:], part[:row])
			}
		}
	}
	return d, nil
}
