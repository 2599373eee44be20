package raster

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

const dot203 = 72 / 25.4 / 8 // points

// turns lay what begins at the corner onto the page: upright, and turned three times.
var turns = []string{"1 0 0 1 20.3 80.7", "0 1 -1 0 180.3 60.7", "-1 0 0 -1 270.3 180.7", "0 -1 1 0 60.3 400.7"}

// ways are how makers draw barcodes.
var ways = map[string]func(t testing.TB, s symbol, turn string, module float64) []byte{
	"bar by bar": func(t testing.TB, s symbol, turn string, module float64) []byte {
		return page("q " + turn + " cm " + s.bars(t, module, 80, true) + "Q")
	},
	"as one path": func(t testing.TB, s symbol, turn string, module float64) []byte {
		return page("q " + turn + " cm " + s.bars(t, module, 80, false) + "Q")
	},
	"as a picture": func(t testing.TB, s symbol, turn string, module float64) []byte {
		const pixels = 3
		object, columns, rows := s.picture(t, pixels)
		return page(fmt.Sprintf("q %s cm %f 0 0 %f 0 0 cm /I Do Q", turn, float64(columns)*module/pixels, float64(rows)*module/pixels), object)
	},
}

func TestEachBarcodeIsReadBackFromTheDots(t *testing.T) {
	t.Parallel()
	e := running(t)
	for name, draw := range ways {
		for n, s := range symbols {
			for i, turn := range turns {
				if testing.Short() && (n+i)%4 != 0 {
					continue // one goroutine, for the race detector: each symbol in one of its turns
				}
				dpi, dot := 203, dot203
				if i == 3 {
					dpi, dot = 300, 72.0/300
				}
				module := dot * lo.Ternary(s.isSquare(), 3.0, lo.Ternary(name == "as a picture", 2, 1.5))
				pages, _, err := e.Label(t.Context(), document(t, draw(t, s, turn, module)), layout(t, "4x6in"), dpi)
				if assert.NoError(t, err, "%s %s, turn %d", s.kind, name, i) && assert.Len(t, pages[0].Barcodes, 1, "%s %s, turn %d", s.kind, name, i) {
					assert.Equal(t, s.kind, pages[0].Barcodes[0].Kind)
					assert.Equal(t, s.value, pages[0].Barcodes[0].Value)
				}
			}
		}
	}
}

func TestALabelWhoseBarsDoNotSurviveIsHeld(t *testing.T) {
	t.Parallel()
	e := running(t)
	for _, s := range symbols[:6] {
		for _, dots := range []float64{0.5, 0.8, 1.3} {
			_, _, err := e.Label(t.Context(), document(t, ways["bar by bar"](t, s, turns[0], dots*dot203)), layout(t, "4x6in"), 203)
			var unreadable *UnreadableError
			require.ErrorAs(t, err, &unreadable, "%s of %.1f dots", s.kind, dots)
			assert.Equal(t, s.kind, unreadable.Kind)
			assert.InDelta(t, dots, unreadable.Narrowest, 0.6)
			assert.Contains(t, err.Error(), "300 dpi")
			assert.NotContains(t, err.Error(), s.value)
		}
	}
	square := symbols[6]
	_, _, err := e.Label(t.Context(), document(t, ways["as one path"](t, square, turns[0], 1.3*dot203)), layout(t, "4x6in"), 203)
	var unreadable *UnreadableError
	require.ErrorAs(t, err, &unreadable)
	assert.Equal(t, "QR", unreadable.Kind)
}

func TestAllBarcodesOfAPageAreRead(t *testing.T) {
	t.Parallel()
	e := running(t)
	for dpi, dot := range map[int]float64{203: dot203, 300: 72.0 / 300} {
		content := ""
		for i, s := range symbols {
			x, y := 20+130*(i%2), 20+100*(i/2)
			content += fmt.Sprintf("q 1 0 0 1 %d %d cm %s Q\n", x, y, s.bars(t, 1.5*dot*lo.Ternary(s.isSquare(), 2.0, 1), 40, i%3 == 0))
		}
		pages, _, err := e.Label(t.Context(), document(t, page(content)), layout(t, "4x6in"), dpi)
		require.NoError(t, err)
		assert.ElementsMatch(t, lo.Map(symbols, func(s symbol, _ int) string { return s.kind + " " + s.value }),
			lo.Map(pages[0].Barcodes, func(b Barcode, _ int) string { return b.Kind + " " + b.Value }))
	}
}

func TestWhatIsSentIsThePageAndNothingElse(t *testing.T) {
	t.Parallel()
	e := running(t)
	for _, dpi := range []int{203, 300} {
		pages, notes, err := e.Label(t.Context(), document(t, usualLabel(t, "42000000017")), layout(t, "4x6in"), dpi)
		require.NoError(t, err)
		require.Len(t, pages, 1)
		assert.Empty(t, notes)
		assert.Len(t, pages[0].Barcodes, 2)
		assert.Less(t, len(pages[0].ZPL), 40_000)
		width, length, err := SizeInDots(pdf.Size{Width: 288, Height: 432}, dpi)
		require.NoError(t, err)
		sent, err := readFormat(pages[0].ZPL, pages[0].Dots.Width, pages[0].Dots.Height)
		require.NoError(t, err)
		assert.Equal(t, pages[0].Dots, sent)
		units, report, err := zpl.Printable(pages[0].ZPL)
		require.NoError(t, err)
		assert.Empty(t, report)
		require.Len(t, units, 1)
		assert.Equal(t, strings.TrimSpace(string(pages[0].ZPL)), strings.TrimSpace(string(units[0].Data)))
		w, h := units[0].SizeInDots()
		assert.Equal(t, []int{width, length}, []int{w, h})
		for c := range zpl.Commands(pages[0].ZPL) {
			assert.Contains(t, []string{"XA", "PW", "LL", "LH", "FO", "GF", "FS", "XZ"}, string(c.Code[:]))
		}
		again, _, err := e.Label(t.Context(), document(t, usualLabel(t, "42000000017")), layout(t, "4x6in"), dpi)
		require.NoError(t, err)
		assert.Equal(t, pages[0].ZPL, again[0].ZPL)
	}
}

func TestALabelIsLaidAsInAJoinedFile(t *testing.T) {
	t.Parallel()
	e := running(t)
	pages, notes, err := e.Label(t.Context(), document(t, usualLabel(t, "42000000017")), layout(t, "a6"), 203)
	require.NoError(t, err)
	assert.Contains(t, strings.Join(notes, "; "), "laid at 100 %")
	assert.Len(t, pages[0].Barcodes, 2)
	_, _, err = e.Label(t.Context(), document(t, usualLabel(t, "42000000017")), layout(t, "a4-4up"), 203)
	assert.ErrorContains(t, err, "a roll has one")
	_, _, err = e.Label(t.Context(), document(t, usualLabel(t, "42000000017")), layout(t, "a6"), 600)
	assert.ErrorContains(t, err, "203 or 300")
}

func TestGreyAreasBecomeAPatternAndGreyLettersInk(t *testing.T) {
	t.Parallel()
	e := running(t)
	content := "0.55 g 20 300 200 100 re f 0 g BT /F1 20 Tf 40 340 Td (NEGRO) Tj ET 0.6 g BT /F1 9 Tf 20 200 Td (gris) Tj ET"
	pages, _, err := e.Label(t.Context(), document(t, page(content)), layout(t, "4x6in"), 203)
	require.NoError(t, err)
	black := func(left, top, right, bottom int) float64 {
		n := 0
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				n += lo.Ternary(pages[0].Dots.Black(x, y), 1, 0)
			}
		}
		return float64(n) / float64((right-left)*(bottom-top))
	}
	assert.InDelta(t, 0.45, black(70, 120, 600, 180), 0.15)
	assert.Greater(t, black(56, 630, 110, 660), 0.1)
}

func TestFilesThatTripReadersCostNobodyElseAnything(t *testing.T) {
	t.Parallel()
	e := running(t)
	drawn := 0
	for name, data := range corpus.PDF(t) {
		d, err := pdf.Check(data, pdf.Limits{})
		if err != nil {
			continue
		}
		pages, _, err := e.Label(t.Context(), d, layout(t, "10x15cm"), 203)
		if err != nil {
			var ofFile *FileError
			assert.ErrorAs(t, err, &ofFile, name)
			continue
		}
		assert.Len(t, pages, d.Pages, name)
		drawn++
	}
	assert.Greater(t, drawn, 5)
}

func TestAFileThatPDFiumFailsOnIsItsOwnFault(t *testing.T) {
	t.Parallel()
	e := running(t)
	for range 3 {
		err := e.guarded.withFile(t.Context(), bytes.Repeat([]byte("%PDF-1.4 "), 10), nil)
		var ofFile *FileError
		require.ErrorAs(t, err, &ofFile)
		assert.NotContains(t, err.Error(), "\n")
	}
	// Each form shows the next ten times: more than PDFium can draw in a lifetime.
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>", "<</Length 5>>stream\n/I Do\nendstream"}
	for i := range 12 {
		content := strings.Repeat("/I Do ", 10)
		objects = append(objects, fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 288 432]/Resources<</XObject<</I %d 0 R>>>>/Length %d>>stream\n%s\nendstream", 6+i, len(content), content))
	}
	objects = append(objects, "<</Type/XObject/Subtype/Form/BBox[0 0 288 432]/Length 18>>stream\n0 0 288 432 re f  \nendstream")
	d, err := pdf.ReadChecked(sample.PDFWithObjects(objects...))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	_, _, err = e.Label(ctx, d, layout(t, "as-is"), 203)
	require.Error(t, err)
	_, _, err = e.Label(t.Context(), document(t, usualLabel(t, "42000000017")), layout(t, "4x6in"), 203)
	require.NoError(t, err)
}

func TestCompiledCodeIsKept(t *testing.T) {
	t.Parallel()
	e := running(t)
	again := Open(e.quick.folder)
	require.NoError(t, again.Ready(t.Context()))
	require.NoError(t, again.Close())
	assert.ErrorIs(t, again.Ready(t.Context()), errClosed)
	if testing.Short() {
		return
	}
	nowhere := Open("/dev/null/pdfium")
	require.NoError(t, nowhere.Ready(t.Context()))
	require.NoError(t, nowhere.Close())
}

func TestAPictureOfAPage(t *testing.T) {
	t.Parallel()
	e := running(t)
	p, err := e.Picture(t.Context(), usualLabel(t, "42000000017"), 0, 96)
	require.NoError(t, err)
	assert.Equal(t, []int{384, 576}, []int{p.Rect.Dx(), p.Rect.Dy()})
	assert.True(t, slices.Contains(p.Pix, 0) && slices.Contains(p.Pix, 0xff))
	_, err = e.Picture(t.Context(), usualLabel(t, "42000000017"), 1, 96)
	assert.ErrorContains(t, err, "no page 2")
	_, err = e.Picture(t.Context(), nil, 0, 5)
	assert.Error(t, err)
}
