package join_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/code128"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
)

// drawn is a page with an order's number, as text and as Code 128.
func drawn(t *testing.T, number string) string {
	t.Helper()
	code, err := code128.Encode(number)
	require.NoError(t, err)
	var content strings.Builder
	fmt.Fprintf(&content, "BT /F1 12 Tf 20 380 Td (Orden %s) Tj ET\n", number)
	for x := range code.Bounds().Dx() {
		if r, _, _, _ := code.At(x, 0).RGBA(); r == 0 {
			fmt.Fprintf(&content, "%g 250 1.5 80 re f\n", 20+1.5*float64(x))
		}
	}
	return content.String()
}

// decoded returns the barcode of each page of a PDF as a scanner reads it.
func decoded(t *testing.T, data []byte) []string {
	t.Helper()
	pool, err := webassembly.Init(webassembly.Config{MinIdle: 1, MaxIdle: 1, MaxTotal: 1})
	require.NoError(t, err)
	defer func() { assert.NoError(t, pool.Close()) }()
	renderer, err := pool.GetInstance(time.Minute)
	require.NoError(t, err)
	opened, err := renderer.OpenDocument(&requests.OpenDocument{File: &data})
	require.NoError(t, err)
	count, err := renderer.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	require.NoError(t, err)
	codes := make([]string, count.PageCount)
	for i := range codes {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: opened.Document, Index: i}}
		rendered, err := renderer.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: 203})
		require.NoError(t, err)
		bitmap, err := gozxing.NewBinaryBitmapFromImage(rendered.Result.RenderedImage)
		require.NoError(t, err)
		code, err := oned.NewCode128Reader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		require.NoError(t, err, "page %d has no barcode that can be read", i+1)
		codes[i] = code.GetText()
		rendered.Cleanup()
	}
	return codes
}

func TestEachBarcodeDecodesToItsOwnOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 8))
	var sources []check.Source
	for file := range 8 {
		var pages []string
		for range 1 + random.IntN(3) {
			pages = append(pages, drawn(t, fmt.Sprint(2_000_000_000+random.IntN(1_000_000))))
		}
		sources = append(sources, source(fmt.Sprintf("%d.pdf", file), sample.PDFWithContents(pages...)))
	}
	stock, err := pdf.ParseStock("10x15cm")
	require.NoError(t, err)
	place := newMemory()
	_, err = join.Sources(t.Context(), sources, place, join.Options{Key: byOrder, Layout: pdf.Layout{Stock: stock}})
	require.NoError(t, err)
	var texts []string
	for _, text := range printed(t, "pdf", place.files["0.pdf"]) {
		texts = append(texts, strings.TrimPrefix(strings.TrimSpace(text[0]), "Orden "))
	}
	require.NotEmpty(t, texts)
	assert.IsIncreasing(t, texts)
	assert.Equal(t, texts, decoded(t, place.files["0.pdf"]))
}
