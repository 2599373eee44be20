package pdf_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

const printerDPI = 203

// inkOf is what is printed on a picture: the box around everything that is not white, and the sum of
// its darkness. White paper is transparent in a picture of PDFium.
type inkOf struct {
	picture *image.Gray
	box     image.Rectangle
	sum     float64
}

func ink(shown *image.RGBA, within image.Rectangle) inkOf {
	const visible = 225
	out := inkOf{picture: image.NewGray(within)}
	for y := within.Min.Y; y < within.Max.Y; y++ {
		from, to := shown.PixOffset(within.Min.X, y), out.picture.PixOffset(within.Min.X, y)
		for x := range within.Dx() {
			p := shown.Pix[from+4*x : from+4*x+4]
			dark := (3*int(p[3]) - int(p[0]) - int(p[1]) - int(p[2])) / 3
			out.picture.Pix[to+x] = uint8(255 - dark)
			if dark == 0 {
				continue
			}
			out.sum += float64(dark) / 255
			if 255-dark < visible {
				at := image.Pt(within.Min.X+x, y)
				out.box = out.box.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
			}
		}
	}
	return out
}

// fields are the mean darkness in the cells of a grid over what is printed, turned clockwise by so
// many quarters.
func (i inkOf) fields(quarters int) (fields [fieldsAcross][fieldsAcross]float64) {
	size := i.box.Size()
	for row := range fieldsAcross {
		for column := range fieldsAcross {
			sum, n := 0.0, 0
			for y := i.box.Min.Y + row*size.Y/fieldsAcross; y < i.box.Min.Y+(row+1)*size.Y/fieldsAcross; y++ {
				for x := i.box.Min.X + column*size.X/fieldsAcross; x < i.box.Min.X+(column+1)*size.X/fieldsAcross; x++ {
					sum += float64(255-i.picture.Pix[i.picture.PixOffset(x, y)]) / 255
					n++
				}
			}
			r, c := row, column
			for range quarters {
				r, c = c, fieldsAcross-1-r
			}
			fields[r][c] = sum / float64(max(1, n))
		}
	}
	return fields
}

const fieldsAcross = 12

func (i inkOf) differs(from inkOf, quarters int) (total float64) {
	a, b := i.fields(0), from.fields(quarters)
	for row := range a {
		for column := range a[row] {
			total += math.Abs(a[row][column] - b[row][column])
		}
	}
	return total / (fieldsAcross * fieldsAcross)
}

// laid is a label on a stock: what is printed in its slot, and everything that is printed there.
func laid(t *testing.T, data []byte, layout pdf.Layout) (slot, sheet inkOf, place pdf.Place) {
	t.Helper()
	var out bytes.Buffer
	joined, err := pdf.JoinOnto(&out, sample.Each(data), layout)
	require.NoError(t, err)
	shown := pictures(t, out.Bytes(), printerDPI, 1)
	require.Len(t, shown, 1)
	all := shown[0].Bounds()
	size, slots := layout.Stock.SlotSize(), layout.Stock.Slots()
	within := all
	if slots > 1 {
		width, height := int(size.Width*printerDPI/72), int(size.Height*printerDPI/72)
		columns := all.Dx() / width
		at := max(layout.Start, 1) - 1
		within = image.Rect(0, 0, width, height).Add(image.Pt(at%columns*width, at/columns*height)).Inset(-2).Intersect(all)
	}
	return ink(shown[0], within), ink(shown[0], all), joined.Places[0]
}

// compareInk checks that all that was printed before is there, and not smaller than it has to be. It
// returns whether it was shrunk.
func compareInk(t *testing.T, name string, before inkOf, data []byte, layout pdf.Layout) (after inkOf, shrunk bool) {
	t.Helper()
	after, sheet, place := laid(t, data, layout)
	name += " on " + layout.Stock.String()
	assert.InDelta(t, sheet.sum, after.sum, 1, "%s: something is printed outside of its slot", name)
	was, is := before.box.Size(), after.box.Size()
	room := layout.Stock.SlotSize()
	const points = 72.0 / printerDPI
	fits := func(width, height int) float64 {
		return min(1, room.Width/(float64(width)*points), room.Height/(float64(height)*points))
	}
	want := max(fits(was.X, was.Y), fits(was.Y, was.X))
	best, bestFactor := math.Inf(1), 0.0
	for quarters := range 4 {
		turned := was
		if quarters%2 == 1 {
			turned = image.Pt(was.Y, was.X)
		}
		x, y := float64(is.X)/float64(turned.X), float64(is.Y)/float64(turned.Y)
		if math.Abs(x-y) > 0.03 {
			continue
		}
		if d := after.differs(before, quarters); d < best {
			best, bestFactor = d, max(x, y)
		}
	}
	if !assert.Less(t, best, 0.06, "%s: %v", name, place.Notes) {
		return after, true
	}
	assert.Greater(t, after.sum, 0.95*before.sum*bestFactor*bestFactor, "%s: something is missing: %v", name, place.Notes)
	least := 0.99 // but for rounding to dots
	if want < 1 {
		least = want - 0.035 // it is not known exactly how far letters reach
	}
	assert.Greater(t, bestFactor, least, "%s: shrunk more than needed: %v", name, place.Notes)
	return after, bestFactor < 0.995
}

func stocks(t *testing.T) []pdf.Stock {
	t.Helper()
	var all []pdf.Stock
	for _, name := range pdf.StockNames() {
		if s := stock(t, name); !s.AsIs() {
			all = append(all, s)
		}
	}
	return all
}

// A hundred pages by chance, each on one of the stocks, and every third one on 4 × 6 in as well.
func TestNoMarkIsLostAndNoBarcodeIsShrunkThatNeedNotBe(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	all := stocks(t)
	read := 0
	for i, page := range drawnPages(t, 10) {
		shown := pictures(t, page.data, printerDPI*page.unit, 1) // PDFium ignores the unit
		require.Len(t, shown, 1, page.name)
		before := ink(shown[0], shown[0].Bounds())
		codeBefore := decodedWithin(before)
		on := []pdf.Stock{all[i%len(all)]}
		if i%3 == 0 {
			on = lo.Uniq(append(on, all[0]))
		}
		for _, s := range on {
			after, shrunk := compareInk(t, page.name, before, page.data, pdf.Layout{Stock: s, Fit: pdf.FitContent, Start: 1 + i%s.Slots()})
			if shrunk || !slices.Contains(page.codes, codeBefore) {
				continue
			}
			read++
			assert.Contains(t, page.codes, decodedWithin(after), "%s on %s", page.name, s)
		}
	}
	assert.Greater(t, read, 50)
}

func decodedWithin(i inkOf) string {
	const quiet = 30
	around := i.box.Inset(-quiet)
	out := image.NewRGBA(image.Rectangle{Max: around.Size()})
	for y := range around.Dy() {
		for x := range around.Dx() {
			at := around.Min.Add(image.Pt(x, y))
			out.Set(x, y, color.White)
			if at.In(i.box) {
				out.Set(x, y, i.picture.GrayAt(at.X, at.Y))
			}
		}
	}
	return decodedOrWhy(out)
}

func TestNoMarkOfTheCorpusIsLost(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	compared := 0
	for name, data := range corpus.PDF(t) {
		d, err := pdf.Check(data, pdf.Limits{})
		if err != nil {
			continue
		}
		for i := range min(d.Pages, 2) {
			single, err := d.Extract(i)
			if err != nil {
				continue
			}
			shown := pictures(t, single, printerDPI, 1)
			if len(shown) == 0 {
				continue
			}
			before := ink(shown[0], shown[0].Bounds())
			if before.box.Empty() {
				continue
			}
			compared++
			for _, s := range stocks(t) {
				compareInk(t, name, before, single, pdf.Layout{Stock: s, Fit: pdf.FitContent})
			}
		}
	}
	assert.Greater(t, compared, 8)
}

func TestOneLabelOnALargerPageIsLaidAt100Percent(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/f02-*.pdf")
	require.NoError(t, err)
	require.Len(t, files, 4)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		before := ink(pictures(t, data, printerDPI, 1)[0], pictures(t, data, printerDPI, 1)[0].Bounds())
		after, shrunk := compareInk(t, name, before, data, pdf.Layout{Stock: stock(t, "4x6in")})
		assert.False(t, shrunk, name)
		assert.Contains(t, decodedWithin(after), "MLC44001", name)
	}
}

// skipUnderRace leaves out what takes long and runs in one goroutine: make race asks for short tests.
func skipUnderRace(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("compares pictures, in one goroutine: without -short")
	}
}
