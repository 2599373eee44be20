package raster

import (
	"encoding/binary"
	"image"
	"math"
	"math/bits"
)

// bitmap is a picture in black and white; bit x%64 of word x/64 of a row is black if it is set.
type bitmap struct {
	width, height int
	row           int // words in a row
	words         []uint64
}

func newBitmap(width, height int) bitmap {
	row := (width + 63) / 64
	return bitmap{width, height, row, make([]uint64, row*height)}
}

func (b bitmap) line(y int) []uint64 { return b.words[y*b.row : (y+1)*b.row] }

func (b bitmap) black(x, y int) bool { return b.words[y*b.row+x/64]>>(x%64)&1 != 0 }

// inkOf is where a picture is darker than a grey; isMixed says that it has other greys than black and white.
func inkOf(p *image.Gray, ink byte) (b bitmap, isMixed bool) {
	b = newBitmap(p.Rect.Dx(), p.Rect.Dy())
	for y := range b.height {
		pixels, line := p.Pix[y*p.Stride:y*p.Stride+b.width], b.line(y)
		for x := 0; x < b.width; x += 8 {
			eight := eightOf(pixels[x:])
			if eight == allWhite {
				continue
			}
			black, isPure := blackOf(eight)
			if !isPure {
				black, isMixed = darkerOf(eight, ink), true
			}
			line[x/64] |= black << (x % 64)
		}
	}
	return b, isMixed
}

const allWhite = math.MaxUint64

// eightOf are the first eight pixels, one a byte from the lowest on; what is missing is white.
func eightOf(pixels []byte) uint64 {
	if len(pixels) >= 8 {
		return binary.LittleEndian.Uint64(pixels)
	}
	eight := uint64(allWhite)
	for i, grey := range pixels {
		eight ^= uint64(^grey) << (8 * i)
	}
	return eight
}

// blackOf has bit i set where byte i of eight pixels is black; isPure says that each is black or white.
func blackOf(eight uint64) (black uint64, isPure bool) {
	const ones, gather = 0x0101010101010101, 0x0102040810204080
	whites := eight >> 7 & ones
	return (whites ^ ones) * gather >> 56, whites*0xff == eight
}

func darkerOf(eight uint64, ink byte) (darker uint64) {
	for i := range 8 {
		if byte(eight>>(8*i)) < ink {
			darker |= 1 << i
		}
	}
	return darker
}

// halved makes one dot of 2 × 2 pixels: black if three of them are. Where two are, a bar begins or ends in the middle of the
// dot: it is black where the bar begins and white where it ends, so that bars keep their widths; but black as well if it is all
// that there is of a thin line.
func (b bitmap) halved() bitmap {
	out := newBitmap(b.width/2, b.height/2)
	bottoms := make([]uint64, out.row+1) // of the dots above, whether their lower half has a black pixel
	for y := range out.height {
		above, below, line := b.line(2*y), b.line(2*y+1), out.line(y)
		var rights uint64 // of the dot to the left, whether its right half has one
		for i := range line {
			a0, a1 := columns(above, i)
			b0, b1 := columns(below, i)
			left, right, top, bottom := a0&b0&^(a1|b1), a1&b1&^(a0|b0), a0&a1&^(b0|b1), b0&b1&^(a0|a1)
			right3 := a0&a1&(b0|b1) | b0&b1&(a0|a1)
			line[i] = right3 | right | bottom | a0&b1&^(a1|b0) | left&^((a1|b1)<<1|rights) | top&^bottoms[i]
			rights, bottoms[i] = (a1|b1)>>63, b0|b1
		}
		if rest := out.width % 64; rest > 0 {
			line[len(line)-1] &= 1<<rest - 1
		}
	}
	return out
}

// columns are the even and the odd pixels of the two words that make word i of the dots.
func columns(line []uint64, i int) (even, odd uint64) {
	w := line[2*i]
	even, odd = evenBits(w), evenBits(w>>1)
	if 2*i+1 < len(line) {
		w = line[2*i+1]
		even, odd = even|evenBits(w)<<32, odd|evenBits(w>>1)<<32
	}
	return even, odd
}

// evenBits packs every second bit of a word into its lower half.
func evenBits(w uint64) uint64 {
	w &= 0x5555555555555555
	w = (w | w>>1) & 0x3333333333333333
	w = (w | w>>2) & 0x0f0f0f0f0f0f0f0f
	w = (w | w>>4) & 0x00ff00ff00ff00ff
	w = (w | w>>8) & 0x0000ffff0000ffff
	return (w | w>>16) & 0x00000000ffffffff
}

// turned is the bitmap on its side: its columns are rows.
func (b bitmap) turned() bitmap {
	t := newBitmap(b.height, b.width)
	for y := range b.height {
		for i, w := range b.line(y) {
			for w != 0 {
				x := 64*i + bits.TrailingZeros64(w)
				w &= w - 1
				t.words[x*t.row+y/64] |= 1 << (y % 64)
			}
		}
	}
	return t
}

// dots are the same as a printer is sent them.
func (b bitmap) dots() Dots {
	d := newDots(b.width, b.height)
	for y := range b.height {
		line, row := b.line(y), d.Bits[y*d.Row:(y+1)*d.Row]
		for i := range row {
			row[i] = bits.Reverse8(byte(line[i/8] >> (8 * (i % 8))))
		}
	}
	return d
}

// bitmapOf is the reverse.
func bitmapOf(d Dots) bitmap {
	b := newBitmap(d.Width, d.Height)
	for y := range b.height {
		line := b.line(y)
		for i, eight := range d.Bits[y*d.Row : (y+1)*d.Row] {
			line[i/8] |= uint64(bits.Reverse8(eight)) << (8 * (i % 8))
		}
	}
	return b
}
