package raster

import (
	"image"
	"math/bits"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Squares are looked for in cells of 8 × 8 dots that have black and white in them.
const (
	squareCell     = 8
	smallestSquare = 3 // cells
	mostSquares    = 40
)

// squaresOf finds parts of a page that are full of small black and white parts, about as wide as high, apart from bars.
func squaresOf(page bitmap, scale int, bars []place) []place {
	side := squareCell * scale
	columns, rows := (page.width+side-1)/side, (page.height+side-1)/side
	busy := make([]bool, columns*rows)
	for y := range rows {
		for x := range columns {
			busy[y*columns+x] = page.isBusy(image.Rect(x*side, y*side, min((x+1)*side, page.width), min((y+1)*side, page.height)))
		}
	}
	var found []place
	for at := range busy {
		if !busy[at] {
			continue
		}
		box, count := flood(busy, columns, rows, at)
		w, h := box.Dx(), box.Dy()
		if min(w, h) < smallestSquare || max(w, h) > 2*min(w, h) || 2*count < w*h || len(found) >= mostSquares {
			continue
		}
		square := page.inked(image.Rect(box.Min.X*side, box.Min.Y*side, box.Max.X*side, box.Max.Y*side), side)
		if page.isWhole(square, scale) && !coveredByBars(square, bars) {
			found = append(found, place{at: square, isSquare: true})
		}
	}
	return found
}

// isBusy reports whether a cell has several edges on several of its rows.
func (b bitmap) isBusy(cell image.Rectangle) bool {
	edges, rows := 0, 0
	for y := cell.Min.Y; y < cell.Max.Y; y += 2 {
		word, shift := cell.Min.X/64, cell.Min.X%64
		w := b.line(y)[word] >> shift
		if shift > 0 && word+1 < b.row {
			w |= b.line(y)[word+1] << (64 - shift)
		}
		w &= 1<<(cell.Dx()-1)<<1 - 1
		if n := bits.OnesCount64((w ^ w>>1) & (1<<(cell.Dx()-1) - 1)); n > 0 {
			edges += n
			rows++
		}
	}
	return 4*rows >= cell.Dy()/2 && edges >= rows
}

// inked is the box around what is black in and near a part of the page.
func (b bitmap) inked(part image.Rectangle, near int) image.Rectangle {
	part = part.Inset(-near).Intersect(image.Rect(0, 0, b.width, b.height))
	var box image.Rectangle
	for y := part.Min.Y; y < part.Max.Y; y++ {
		first, last := b.blackBetween(y, part.Min.X, part.Max.X)
		if first < last {
			box = box.Union(image.Rect(first, y, last, y+1))
		}
	}
	return box
}

// blackBetween is where black begins and ends in a part of a row.
func (b bitmap) blackBetween(y, from, to int) (first, last int) {
	first, last = to, from
	line := b.line(y)
	for i := from / 64; i <= (to-1)/64; i++ {
		if w := line[i] & between(i, from, to); w != 0 {
			first = min(first, 64*i+bits.TrailingZeros64(w))
			last = 64*i + 64 - bits.LeadingZeros64(w)
		}
	}
	return first, last
}

// between has the bits of word i that are columns between two others.
func between(i, from, to int) uint64 {
	mask := ^uint64(0)
	if i == from/64 {
		mask &= ^uint64(0) << (from % 64)
	}
	if i == (to-1)/64 {
		mask &= ^uint64(0) >> (63 - (to-1)%64)
	}
	return mask
}

// isWhole reports whether no white rows or columns go through a square from side to side, as they do between letters and lines, and
// whether its rows and columns change between black and white more often than those of a letter.
func (b bitmap) isWhole(square image.Rectangle, widest int) bool {
	const fewestChanges = 5
	w, h := square.Dx(), square.Dy()
	if square.Empty() || 3*max(w, h) > 4*min(w, h) {
		return false
	}
	columns := make([]uint64, b.row)
	white, across, down := 0, 0, 0
	for y := square.Min.Y; y < square.Max.Y; y++ {
		line := b.line(y)
		var any uint64
		for i := square.Min.X / 64; i <= (square.Max.X-1)/64; i++ {
			mask := between(i, square.Min.X, square.Max.X)
			columns[i] |= line[i]
			any |= line[i] & mask
			across += bits.OnesCount64((line[i] ^ line[i]>>1) & mask)
			if y > square.Min.Y {
				down += bits.OnesCount64((line[i] ^ b.line(y - 1)[i]) & mask)
			}
		}
		if white++; any != 0 {
			white = 0
		}
		if white >= widest {
			return false
		}
	}
	for x := square.Min.X; x < square.Max.X; x++ {
		if white++; columns[x/64]>>(x%64)&1 != 0 {
			white = 0
		}
		if white >= widest {
			return false
		}
	}
	return across >= fewestChanges*h && down >= fewestChanges*w
}

// flood takes the cells that hang together with one, and returns the box around them and their number.
func flood(busy []bool, columns, rows, at int) (box image.Rectangle, count int) {
	stack := []int{at}
	busy[at] = false
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := at%columns, at/columns
		box = box.Union(image.Rect(x, y, x+1, y+1))
		count++
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				if nx, ny := x+dx, y+dy; nx >= 0 && nx < columns && ny >= 0 && ny < rows && busy[ny*columns+nx] {
					busy[ny*columns+nx] = false
					stack = append(stack, ny*columns+nx)
				}
			}
		}
	}
	return box, count
}

// coveredByBars reports whether most of a square is bars that were found before.
func coveredByBars(square image.Rectangle, bars []place) bool {
	for _, p := range bars {
		common := p.upright().Intersect(square)
		if 2*common.Dx()*common.Dy() > square.Dx()*square.Dy() {
			return true
		}
	}
	return false
}

// readSquare reads a two-dimensional barcode.
func readSquare(page bitmap, at image.Rectangle) (kind gozxing.BarcodeFormat, value string, ok bool) {
	for zoom := 1; zoom <= 3; zoom++ {
		matrix := page.part(at, zoom)
		for _, r := range []gozxing.Reader{qrcode.NewQRCodeReader(), datamatrix.NewDataMatrixReader()} {
			picture, err := gozxing.NewBinaryBitmap(binarized{matrix})
			if err != nil {
				return 0, "", false
			}
			if result, err := r.Decode(picture, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}); err == nil {
				return result.GetBarcodeFormat(), result.GetText(), true
			}
		}
	}
	return 0, "", false
}

// part is a part of a page, enlarged, with white around it.
func (b bitmap) part(at image.Rectangle, zoom int) *gozxing.BitMatrix {
	const quiet = 16
	matrix, err := gozxing.NewBitMatrix(zoom*at.Dx()+2*quiet, zoom*at.Dy()+2*quiet)
	if err != nil {
		panic(err) // a rectangle that is not empty
	}
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			if b.black(x, y) {
				_ = matrix.SetRegion(zoom*(x-at.Min.X)+quiet, zoom*(y-at.Min.Y)+quiet, zoom, zoom)
			}
		}
	}
	return matrix
}

// binarized gives readers a picture that is black and white already.
type binarized struct{ matrix *gozxing.BitMatrix }

func (b binarized) GetLuminanceSource() gozxing.LuminanceSource { return nil }

func (b binarized) GetBlackRow(y int, row *gozxing.BitArray) (*gozxing.BitArray, error) {
	return b.matrix.GetRow(y, row), nil
}

func (b binarized) GetBlackMatrix() (*gozxing.BitMatrix, error) { return b.matrix, nil }

func (b binarized) CreateBinarizer(gozxing.LuminanceSource) gozxing.Binarizer { return b }

func (b binarized) GetWidth() int { return b.matrix.GetWidth() }

func (b binarized) GetHeight() int { return b.matrix.GetHeight() }
