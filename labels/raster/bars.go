package raster

import (
	"image"
	"math/bits"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

// Bars are looked for on every eighth row of dots, 1 mm apart at 203 dpi: a barcode crosses several with the same bars,
// and letters do not.
const (
	everyRow   = 8
	fewestBars = 20 // white and black ones together; an ITF of 2 digits has 17, an EAN-8 43
	widestBar  = 26 // dots
)

// barsOf finds bars that follow each other to the right.
func barsOf(page bitmap, scale int, turned bool) []place {
	var found, open []place
	step := everyRow * scale
	for y := step / 2; y+step < page.height; y += step {
		var next []place
		for _, run := range page.barRuns(y, widestBar*scale) {
			if !page.sameBars(y, y+step, run[0], run[1]) {
				continue
			}
			at := image.Rect(run[0], y, run[1], y+step)
			if i := alike(open, at, 2*scale); i >= 0 {
				at.Min.Y = open[i].at.Min.Y
				open = append(open[:i], open[i+1:]...)
			}
			next = append(next, place{at: at, turned: turned})
		}
		found, open = append(found, open...), next
	}
	return append(found, open...)
}

// alike is which of the places before lies on the same bars.
func alike(open []place, at image.Rectangle, near int) int {
	for i, p := range open {
		if abs(p.at.Min.X-at.Min.X) <= near && abs(p.at.Max.X-at.Max.X) <= near {
			return i
		}
	}
	return -1
}

func abs(n int) int { return max(n, -n) }

// barRuns are the stretches of a row in which many narrow bars follow each other.
func (b bitmap) barRuns(y, widest int) [][2]int {
	var found [][2]int
	from, last, count := -1, 0, 0
	end := func() {
		if from >= 0 && count >= fewestBars {
			found = append(found, [2]int{from, last})
		}
		from, count = -1, 0
	}
	var before uint64
	for i, w := range b.line(y) {
		edges := w ^ (w<<1 | before)
		before = w >> 63
		for edges != 0 {
			x := 64*i + bits.TrailingZeros64(edges)
			edges &= edges - 1
			if from >= 0 && x-last > widest {
				end()
			}
			if from < 0 {
				if !b.black(min(x, b.width-1), y) {
					last = x
					continue // it begins with a bar
				}
				from = x
			}
			last = x
			count++
		}
	}
	end()
	return found
}

// sameBars reports whether two rows are nearly the same between two columns.
func (b bitmap) sameBars(y, other, from, to int) bool {
	one, two := b.line(y), b.line(other)
	ink, differ := 0, 0
	for i := from / 64; i <= (to-1)/64; i++ {
		mask := between(i, from, to)
		ink += bits.OnesCount64(one[i] & mask)
		differ += bits.OnesCount64((one[i] ^ two[i]) & mask)
	}
	return 10*differ <= ink
}

// rowReader reads a row of bars.
type rowReader interface {
	DecodeRow(rowNumber int, row *gozxing.BitArray, hints map[gozxing.DecodeHintType]any) (*gozxing.Result, error)
}

// barReaders read bars; those that hold a checksum come first.
func barReaders() []rowReader {
	var readers []rowReader
	for _, r := range []gozxing.Reader{
		oned.NewCode128Reader(), oned.NewMultiFormatUPCEANReader(nil), oned.NewCode93Reader(), oned.NewCode39Reader(), oned.NewITFReader(), oned.NewCodaBarReader(),
	} {
		readers = append(readers, r.(rowReader))
	}
	return readers
}

// rowsTried is how many rows of a barcode are read before it is given up.
const rowsTried = 5

// readBars reads the bars of a page, or of one that was turned, from both sides. What holds no checksum must say the same in two rows.
func readBars(page bitmap, p place) (kind gozxing.BarcodeFormat, value string, ok bool) {
	type reading struct {
		kind  gozxing.BarcodeFormat
		value string
	}
	seen := map[reading]bool{}
	readers := barReaders()
	for n := range rowsTried {
		y := p.at.Min.Y + (2*n+1)*p.at.Dy()/(2*rowsTried)
		row := page.barRow(y, p.at.Min.X, p.at.Max.X)
		for range 2 {
			for _, r := range readers {
				result, err := r.DecodeRow(y, row, nil)
				if err != nil {
					continue
				}
				got := reading{result.GetBarcodeFormat(), result.GetText()}
				if hasChecksum(got.kind) || seen[got] {
					return got.kind, got.value, true
				}
				seen[got] = true
			}
			row.Reverse()
		}
	}
	return 0, "", false
}

func hasChecksum(kind gozxing.BarcodeFormat) bool {
	return !slices.Contains([]gozxing.BarcodeFormat{gozxing.BarcodeFormat_CODE_39, gozxing.BarcodeFormat_ITF, gozxing.BarcodeFormat_CODABAR}, kind)
}

// barRow is a part of a row with white on both sides.
func (b bitmap) barRow(y, from, to int) *gozxing.BitArray {
	quiet := (to - from) / 4
	row := gozxing.NewBitArray(to - from + 2*quiet)
	for x := from; x < to; x++ {
		if b.black(x, y) {
			row.Set(x - from + quiet)
		}
	}
	return row
}
