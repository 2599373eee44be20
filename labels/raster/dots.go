package raster

import "image"

// over is how many pixels are drawn for a dot, each way. A rectangle that PDFium widens to whole pixels is widened by
// half a dot at most, and half a dot at an edge is left white again.
const over = 2

// Dots are the black dots of a label, as a printer is sent them: rows from above, 8 dots in a byte, the left one in the
// highest bit.
type Dots struct {
	Width, Height int
	Row           int // bytes in a row
	Bits          []byte
}

func newDots(width, height int) Dots {
	row := (width + 7) / 8
	return Dots{Width: width, Height: height, Row: row, Bits: make([]byte, row*height)}
}

// Black reports whether a dot is black.
func (d Dots) Black(x, y int) bool { return d.Bits[y*d.Row+x/8]&(0x80>>(x%8)) != 0 }

// Picture shows the dots.
func (d Dots) Picture() *image.Gray {
	p := image.NewGray(image.Rect(0, 0, d.Width, d.Height))
	for y := range d.Height {
		for x := range d.Width {
			if !d.Black(x, y) {
				p.Pix[y*p.Stride+x] = 0xff
			}
		}
	}
	return p
}

// Greys are told apart by brightness: dark ones are ink, light ones paper. What lies between is ink in letters and lines,
// and a pattern of dots where it fills an area.
const (
	dark  = 96
	light = 208
)

// rule is a way to make dots of a page.
type rule struct {
	ink     byte // what is darker is ink
	pattern bool // areas of a middle grey become a pattern of dots
}

// rules are tried one after the other until all barcodes of a page can be read from its dots.
var rules = []rule{{176, true}, {128, false}}

// dotsOf turns a picture with over × over pixels for a dot into dots.
func dotsOf(p *image.Gray, r rule) (ink bitmap, d Dots) {
	ink, isMixed := inkOf(p, r.ink)
	d = ink.halved().dots()
	if r.pattern && isMixed {
		d.fillAreas(p)
	}
	return ink, d
}

// cell is the side of the squares that are looked at for areas of a middle grey, in dots.
const cell = 8

// threshold is an ordered pattern (Bayer's, of 4 × 4).
var threshold = [4][4]int{{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}}

// fillAreas replaces what is of a middle grey by a pattern, in cells of which a third or more is.
func (d Dots) fillAreas(p *image.Gray) {
	for top := 0; top < d.Height; top += cell {
		for left := 0; left < d.Width; left += cell {
			right, bottom := min(left+cell, d.Width), min(top+cell, d.Height)
			middle := 0
			for y := top; y < bottom; y++ {
				row := p.Pix[over*y*p.Stride:]
				for x := left; x < right; x++ {
					if grey := row[over*x]; grey >= dark && grey < light {
						middle++
					}
				}
			}
			if 3*middle >= (right-left)*(bottom-top) {
				d.fillCell(p, image.Rect(left, top, right, bottom))
			}
		}
	}
}

func (d Dots) fillCell(p *image.Gray, at image.Rectangle) {
	for y := at.Min.Y; y < at.Max.Y; y++ {
		row := p.Pix[over*y*p.Stride:]
		for x := at.Min.X; x < at.Max.X; x++ {
			grey := int(row[over*x])
			if grey < dark || grey >= light {
				continue
			}
			bit := byte(0x80 >> (x % 8))
			d.Bits[y*d.Row+x/8] &^= bit
			if grey < 8+16*threshold[y%4][x%4] {
				d.Bits[y*d.Row+x/8] |= bit
			}
		}
	}
}
