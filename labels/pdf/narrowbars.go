package pdf

import (
	"math"

	"github.com/samber/lo"
)

// bars are the candidates for bars of barcodes on a page, in points.
type bars struct {
	paths    []box
	letters  float64 // the narrowest bar in the letters of a barcode font; 0 for none
	outlined float64 // the shortest side of a path with many corners, as symbols of squares are drawn
	pictures float64 // the smallest dot of a picture that may show a barcode
	unknown  bool    // there is a picture whose dots are not known
	// The page was not read to its end.
	incomplete bool
}

const (
	mostBars = 50_000
	fewBars  = 15 // of a row of bars; two digits in Code 128 have 16
)

// addPath notes a filled or stroked subpath, half its line's width larger, if it may be a bar.
func (b *bars) addPath(p subpath, half float64, clip box) {
	const corners, level = 60, 0.01
	if b == nil {
		return
	}
	seen := p.box.grown(half).intersect(clip)
	if width, height := seen[2]-seen[0], seen[3]-seen[1]; width <= 0 || height <= 0 {
		return
	}
	if seen.isBar() && len(b.paths) < mostBars {
		b.paths = append(b.paths, seen)
	}
	if len(p.lines) < corners {
		return
	}
	for _, line := range p.lines {
		width, height := line[2]-line[0], line[3]-line[1]
		if length := max(width, height); min(width, height) < level && length > level {
			b.outlined = least(b.outlined, length)
		}
	}
}

// addLetters notes a text in a barcode font: its letters have up to 16 modules, as in Code 39.
func (b *bars) addLetters(width float64, glyphs int) {
	const modules = 16
	if b != nil && glyphs > 0 {
		b.letters = least(b.letters, math.Abs(width)/float64(glyphs)/modules)
	}
}

// addPicture notes a picture by the size of its dots if it is large enough for a barcode. Columns
// and rows are 0 if they are not known.
func (b *bars) addPicture(m matrix, columns, rows float64) {
	if b == nil || !(mark{box: m.box(unitSquare), kind: pictureMark}).mayShowBarcode() {
		return
	}
	if columns < 1 || rows < 1 {
		b.unknown = true
		return
	}
	b.pictures = least(b.pictures, min(math.Hypot(m[0], m[1])/columns, math.Hypot(m[2], m[3])/rows))
}

// least is the smaller of two widths, of which 0 means none.
func least(a, b float64) float64 {
	if a == 0 || b == 0 {
		return a + b
	}
	return min(a, b)
}

// narrowest is the narrowest bar of the page's barcodes, or the smallest that it may be; infinite if
// there is no barcode, 0 if that is not known. Pictures count if no other barcode was found, because most of them are logos.
func (b *bars) narrowest() float64 {
	width := least(b.letters, least(b.inRows(), b.squares()))
	switch {
	case b.incomplete:
		return 0
	case width > 0:
		return width
	case b.outlined > 0:
		return b.outlined
	case b.unknown:
		return 0
	case b.pictures > 0:
		return b.pictures
	}
	return math.Inf(1)
}

// row is where the bars of a barcode are: they begin and end at the same height, or side.
type row struct {
	axis     int // along which the bars follow each other
	from, to int
}

// rows are the bars that lie in a row each.
func (b *bars) rows() map[row][]box {
	const raster = 2 // per point
	rows := map[row][]box{}
	for _, bar := range b.paths {
		for axis := range 2 {
			across := 1 - axis
			if width, length := bar[axis+2]-bar[axis], bar[across+2]-bar[across]; length > 2*width {
				of := row{axis, int(math.Round(bar[across] * raster)), int(math.Round(bar[across+2] * raster))}
				rows[of] = append(rows[of], bar)
			}
		}
	}
	return lo.PickBy(rows, func(_ row, bars []box) bool { return len(bars) >= fewBars })
}

// inRows is the narrowest bar of the rows of bars.
func (b *bars) inRows() (narrowest float64) {
	for of, bars := range b.rows() {
		for _, bar := range bars {
			narrowest = least(narrowest, bar[of.axis+2]-bar[of.axis])
		}
	}
	return narrowest
}

// edge is the first edge of a bar in the rows along an axis; otherwise if there is none.
func (b *bars) edge(axis int, otherwise float64) float64 {
	edge, found := otherwise, false
	for of, bars := range b.rows() {
		for _, bar := range bars {
			if of.axis == axis && (!found || bar[axis] < edge) {
				edge, found = bar[axis], true
			}
		}
	}
	return edge
}

// squares is the side of the modules of symbols such as QR, drawn one by one or as runs of modules.
func (b *bars) squares() (narrowest float64) {
	const fewModules, largest, raster = 80, 2 * millimetre, 10 // per point
	count := map[int]int{}
	for _, bar := range b.paths {
		if height := bar[3] - bar[1]; height < largest {
			count[int(math.Round(height*raster))]++
		}
	}
	for height, n := range count {
		if n >= fewModules && height > 0 {
			narrowest = least(narrowest, float64(height)/raster)
		}
	}
	return narrowest
}
