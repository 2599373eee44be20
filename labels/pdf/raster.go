package pdf

import (
	"hash/fnv"
	"math"
	"slices"

	"github.com/samber/lo"
)

// raster is a picture divided into fields of about 0.75 mm. Fields with ink that touch each other
// are a blot: a letter, a barcode, a frame.
type raster struct {
	samples
	at            matrix // from the unit square to the upright page
	columns, rows int
	fields        []field
}

// field has the box around its ink, in pixels from the upper left corner, and the number of its
// blot, from 1; 0 if it has no ink.
type field struct {
	left, top, right, bottom int32
	blot                     int32
}

const (
	fieldSize  = 0.75 * millimetre
	mostFields = 1 << 20
	inked      = -1 // belongs to no blot yet
)

// imageHash tells a picture that is not examined from others.
func imageHash(pic shownPicture) uint64 {
	sum := fnv.New64a()
	sum.Write(pic.stream.Raw)
	return sum.Sum64()
}

// samplesOf unpacks a picture's pixels.
func (r *reader) samplesOf(pic shownPicture) (samples, bool) {
	r.state = pic.state
	if r.state.blends {
		return samples{}, false
	}
	return r.samples(pic.stream, pic.resources)
}

// marks are what a picture shows; at transforms the unit square to the upright page.
func (s samples) marks(at matrix) (marks []mark, ok bool) {
	const most = 1e5 // points
	width, height := math.Hypot(at[0], at[1]), math.Hypot(at[2], at[3])
	if !(width < most && height < most) {
		return nil, false
	}
	of := raster{samples: s, at: at, columns: min(s.width, int(width/fieldSize)+1), rows: min(s.height, int(height/fieldSize)+1)}
	if of.columns*of.rows > mostFields {
		return nil, false
	}
	of.findInk()
	blots := of.blots()
	if len(blots) > mostMarks {
		return nil, false
	}
	for n, blot := range blots {
		marks = append(marks, of.mark(blot, int32(n+1)))
	}
	marks = joinBlots(marks)
	for i, m := range marks {
		if m.bars < fewestBars { // letters
			marks[i].bars, marks[i].code = 0, nil
		}
	}
	return marks, true
}

func (f *raster) fieldOf(x, y int) *field {
	return &f.fields[y*f.rows/f.height*f.columns+x*f.columns/f.width]
}

func (f *raster) findInk() {
	f.fields = make([]field, f.columns*f.rows)
	for y := range f.height {
		for x := range f.width {
			if f.blank(x, y) {
				continue
			}
			at, px, py := f.fieldOf(x, y), int32(x), int32(y)
			if at.blot == 0 {
				*at = field{px, py, px + 1, py + 1, inked}
				continue
			}
			at.left, at.right, at.bottom = min(at.left, px), max(at.right, px+1), py+1
		}
	}
}

// blots numbers the fields of each blot and returns the boxes of their ink.
func (f *raster) blots() []field {
	var found []field
	var queue []int
	for i := range f.fields {
		if f.fields[i].blot != inked {
			continue
		}
		around := f.fields[i]
		number := int32(len(found) + 1)
		f.fields[i].blot = number
		for queue = append(queue[:0], i); len(queue) > 0; {
			at := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			own := f.fields[at]
			around.left, around.top = min(around.left, own.left), min(around.top, own.top)
			around.right, around.bottom = max(around.right, own.right), max(around.bottom, own.bottom)
			x, y := at%f.columns, at/f.columns
			for ny := max(0, y-1); ny <= min(f.rows-1, y+1); ny++ {
				for nx := max(0, x-1); nx <= min(f.columns-1, x+1); nx++ {
					if next := ny*f.columns + nx; f.fields[next].blot == inked {
						f.fields[next].blot = number
						queue = append(queue, next)
					}
				}
			}
		}
		found = append(found, around)
	}
	return found
}

// mark is a blot as a mark. Its bars are counted as a scanner does.
func (f *raster) mark(blot field, number int32) mark {
	w, h := float64(f.width), float64(f.height)
	m := mark{kind: pathMark, box: f.at.box(box{float64(blot.left) / w, 1 - float64(blot.bottom)/h, float64(blot.right) / w, 1 - float64(blot.top)/h})}
	const shortest, widest = 4 * millimetre, 4 * millimetre // widest is a bar and the space after it
	if m.box[2]-m.box[0] < shortest && m.box[3]-m.box[1] < shortest {
		return m
	}
	for _, lies := range []bool{false, true} {
		edges, same := f.scan(blot, number, lies)
		length := lo.Ternary(lies, m.box[3]-m.box[1], m.box[2]-m.box[0])
		if bars := len(edges) / 2; same && bars > m.bars && length < float64(bars)*widest {
			m.bars, m.code = bars, f.inPoints(edges)
		}
	}
	if m.bars < squareBars {
		f.markSquare(&m, blot, number)
	}
	return m
}

const squareBars = 20 // as many as make a barcode

// markSquare recognises a two-dimensional code: as wide as high, and many changes in both
// directions.
func (f *raster) markSquare(m *mark, blot field, number int32) {
	const smallest, largest, longer, changes = 8 * millimetre, 60 * millimetre, 3.5, 12
	width, height := m.box[2]-m.box[0], m.box[3]-m.box[1]
	if min(width, height) < smallest || max(width, height) > largest || max(width, height) > longer*min(width, height) {
		return
	}
	across, _ := f.scan(blot, number, false)
	down, _ := f.scan(blot, number, true)
	if len(across) >= changes && len(down) >= changes {
		m.bars, m.code = squareBars, f.inPoints(append(across, down...))
	}
}

// inPoints turns numbers of pixels into points.
func (f *raster) inPoints(pixels []int) []float64 {
	scale := f.at.scale() / float64(max(f.width, f.height))
	return lo.Map(pixels, func(n int, _ int) float64 { return float64(n) * scale })
}

// scan follows three lines across a blot, or down it, and returns where the first one changes
// between paper and ink, in pixels, and whether they change at the same places.
func (f *raster) scan(blot field, number int32, down bool) (edges []int, same bool) {
	from, to, low, high := int(blot.left), int(blot.right), int(blot.top), int(blot.bottom)
	if down {
		from, to, low, high = low, high, from, to
	}
	const lines, tolerance = 3, 2
	same = true
	for line := range lines {
		across := low + (high-low)*(line+4)/(lines+7)
		var found []int
		before := false
		for at := from; at <= to; at++ {
			ink := at < to && f.isInk(at, across, number, down)
			if ink != before {
				found = append(found, at-from)
			}
			before = ink
		}
		if line == 0 {
			edges = found
			continue
		}
		same = same && slices.EqualFunc(edges, found, func(a, b int) bool { return absolute(a-b) <= tolerance })
	}
	return edges, same
}

func (f *raster) isInk(along, across int, number int32, down bool) bool {
	if down {
		along, across = across, along
	}
	return !f.blank(along, across) && f.fieldOf(along, across).blot == number
}
