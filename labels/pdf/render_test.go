package pdf_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/boombuler/barcode/code128"
	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// pdfium is started once: one instance, used by one test at a time.
var renderer = sync.OnceValues(func() (pdfium.Pdfium, error) {
	pool, err := webassembly.Init(webassembly.Config{MinIdle: 1, MaxIdle: 1, MaxTotal: 1})
	if err != nil {
		return nil, err
	}
	return pool.GetInstance(time.Minute)
})

var rendering sync.Mutex

// pictures are a file's pages as PDFium shows them; none if it cannot open the file.
func pictures(t *testing.T, data []byte, dpi, most int) []*image.RGBA {
	t.Helper()
	rendering.Lock()
	defer rendering.Unlock()
	r, err := renderer()
	require.NoError(t, err)
	opened, err := r.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return nil
	}
	defer func() {
		_, err := r.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: opened.Document})
		require.NoError(t, err)
	}()
	count, err := r.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	require.NoError(t, err)
	var all []*image.RGBA
	for i := range min(count.PageCount, most) {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: opened.Document, Index: i}}
		rendered, err := r.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: dpi, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_PRINTING})
		require.NoError(t, err)
		shown := rendered.Result.RenderedImage.(*image.RGBA)
		all = append(all, &image.RGBA{Pix: bytes.Clone(shown.Pix), Stride: shown.Stride, Rect: shown.Rect})
		rendered.Cleanup()
	}
	return all
}

func shownFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{
		"two pages": sample.PDF("Orden 20001", "Orden 20002"),
		"rotated, cropped, with a form": sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>",
			"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]/CropBox[20 20 308 452]/Rotate 90>>",
			"<</Type/Page/Parent 2 0 R/Resources<</XObject<</X1 5 0 R>>>>/Contents 4 0 R>>",
			stream("", "q 1 0 0 1 40 60 cm /X1 Do Q 0 0 300 30 re f"),
			stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]", "0 0 50 50 re f")),
		"upside down, in several streams": withCatalog("", "/Rotate 180/Contents[5 0 R 6 0 R]", stream("", "q 1 0 0 rg 20 20"), stream("", "100 50 re f Q 9 9 9 99 re f")),
		"a layer is off": withCatalog("/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[6 0 R]>>>>", "/Resources<</Properties<</A 5 0 R/B 6 0 R>>>>/Contents 7 0 R",
			"<</Type/OCG/Name(a)>>", "<</Type/OCG/Name(b)>>", stream("", "/OC /A BDC 9 9 99 99 re f EMC /OC /B BDC 99 99 99 99 re f EMC")),
	}
	files["every kind of resource"] = everyKind()
	maps.Copy(files, corpus.PDF(t))
	return files
}

func TestJoinedPagesLookAsTheyCame(t *testing.T) {
	t.Parallel()
	compared := 0
	for name, data := range shownFiles(t) {
		d, err := pdf.Check(data, pdf.Limits{})
		if err != nil {
			continue
		}
		before := pictures(t, data, 60, d.Pages)
		if before == nil { // PDFium opens fewer files than we do
			before = pictures(t, d.Data, 60, d.Pages)
		}
		after := pictures(t, joinedOnto(t, "as-is", d.Data), 60, d.Pages)
		require.Len(t, after, len(before), name)
		for i := range before {
			assert.Equal(t, sha256.Sum256(before[i].Pix), sha256.Sum256(after[i].Pix), "%s, page %d", name, i+1)
			compared++
		}
	}
	assert.NotZero(t, compared)
}

func joinedOnto(t *testing.T, stockName string, labels ...[]byte) []byte {
	t.Helper()
	return joinedWith(t, pdf.Layout{Stock: stock(t, stockName)}, labels...)
}

func joinedWith(t *testing.T, layout pdf.Layout, labels ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := pdf.JoinOnto(&out, sample.Each(labels...), layout)
	require.NoError(t, err)
	return out.Bytes()
}

func TestPagesOnAStockLookAsTheyCameButForTheirPlace(t *testing.T) {
	t.Parallel()
	const dpi, most = 72, 2
	for name, data := range shownFiles(t) {
		d, err := pdf.Check(data, pdf.Limits{})
		if err != nil {
			continue
		}
		before := pictures(t, joinedOnto(t, "as-is", d.Data), dpi, most)
		for stockName, paper := range map[string]image.Point{"4x6in": {288, 432}, "10x20cm": {283, 567}} {
			after := pictures(t, joinedWith(t, pdf.Layout{Stock: stock(t, stockName), Fit: pdf.FitPage}, d.Data), dpi, most)
			require.Len(t, after, len(before))
			for i := range before {
				want := placed(before[i], paper, d.Rotation(i))
				assert.InDelta(t, paper.X, after[i].Rect.Dx(), 1)
				assert.InDelta(t, paper.Y, after[i].Rect.Dy(), 1)
				assert.Less(t, difference(want, after[i]), 0.03, "%s on %s, page %d", name, stockName, i+1)
			}
		}
	}
}

// placed puts a picture onto white paper as labels are placed: upright, centred, shrunk if it is
// too large.
func placed(from *image.RGBA, paper image.Point, rotation int) *image.RGBA {
	w, h := float64(from.Rect.Dx()), float64(from.Rect.Dy())
	at := func(x, y float64) color.RGBA { return from.RGBAAt(int(x), int(y)) }
	if w > h+1 {
		lying, height, width := at, h, w
		at = func(x, y float64) color.RGBA { return lying(y, height-1-x) }
		if rotation == 90 { // its own rotation is undone
			at = func(x, y float64) color.RGBA { return lying(width-1-y, x) }
		}
		w, h = h, w
	}
	factor := min(1, float64(paper.X)/w, float64(paper.Y)/h)
	if w <= float64(paper.X)+1 && h <= float64(paper.Y)+1 {
		factor = 1
	}
	left, top := (float64(paper.X)-w*factor)/2, (float64(paper.Y)-h*factor)/2
	out := image.NewRGBA(image.Rectangle{Max: paper})
	for y := range paper.Y {
		for x := range paper.X {
			fx, fy := (float64(x)+0.5-left)/factor, (float64(y)+0.5-top)/factor
			out.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			if fx >= 0 && fy >= 0 && fx < w && fy < h {
				out.SetRGBA(x, y, at(fx, fy))
			}
		}
	}
	return out
}

// difference is the mean difference of brightness, 0 to 1, between the cells of a grid, which is
// coarse enough to ignore a shift by part of a dot.
func difference(a, b *image.RGBA) float64 {
	const fields = 24
	field := func(m *image.RGBA, i, j int) float64 {
		w, h := m.Rect.Dx(), m.Rect.Dy()
		sum, n := 0, 0
		for y := j * h / fields; y < (j+1)*h/fields; y++ {
			for x := i * w / fields; x < (i+1)*w/fields; x++ {
				sum += int(color.GrayModel.Convert(m.RGBAAt(x, y)).(color.Gray).Y)
				n++
			}
		}
		return float64(sum) / float64(n) / 255
	}
	total := 0.0
	for j := range fields {
		for i := range fields {
			total += math.Abs(field(a, i, j) - field(b, i, j))
		}
	}
	return total / (fields * fields)
}

func TestBarcodesAreReadFromEveryStock(t *testing.T) {
	t.Parallel()
	const dpi = 203
	for i, entries := range []string{"/MediaBox[0 0 288 432]", "/MediaBox[0 0 432 288]", "/MediaBox[0 0 288 432]/Rotate 90"} {
		for j, name := range pdf.StockNames() {
			if testing.Short() && (i+j)%3 != 0 {
				continue // one goroutine, for the race detector: each stock with one of the pages
			}
			number := fmt.Sprint(42_000_000_017 + len(name))
			shown := pictures(t, joinedOnto(t, name, barcodeLabel(t, entries, number)), dpi, 1)
			require.Len(t, shown, 1)
			assert.Equal(t, number, decoded(t, shown[0]), "%s on %s", entries, name)
		}
	}
}

// barcodeLabel has a Code 128 whose narrowest bars are two dots of 1/203 in wide.
func barcodeLabel(t *testing.T, entries, number string) []byte {
	t.Helper()
	code, err := code128.Encode(number)
	require.NoError(t, err)
	var out strings.Builder
	fmt.Fprintf(&out, "q %f 0 0 1 40 100 cm ", 2*72/203.0)
	for x := range code.Bounds().Dx() {
		if r, _, _, _ := code.At(x, 0).RGBA(); r == 0 {
			fmt.Fprintf(&out, "%d 0 1 80 re ", x)
		}
	}
	out.WriteString("f Q")
	return sheetOf(entries, out.String())
}

func decoded(t *testing.T, shown image.Image) string {
	t.Helper()
	return decodedOrWhy(shown)
}

// decodedOrWhy is the text of a Code 128 on a picture, or why there is none.
func decodedOrWhy(shown image.Image) string {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(shown)
	if err != nil {
		return err.Error()
	}
	result, err := oned.NewCode128Reader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		return err.Error()
	}
	return result.GetText()
}
