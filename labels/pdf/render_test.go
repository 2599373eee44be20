package pdf_test

import (
	"bytes"
	"crypto/sha256"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// pictures renders the first pages of a file with PDFium, one digest a page.
func pictures(t *testing.T, renderer pdfium.Pdfium, data []byte, pages int) [][32]byte {
	t.Helper()
	opened, err := renderer.OpenDocument(&requests.OpenDocument{File: &data})
	require.NoError(t, err)
	var digests [][32]byte
	for i := range pages {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: opened.Document, Index: i}}
		rendered, err := renderer.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: 60})
		require.NoError(t, err)
		picture, ok := rendered.Result.RenderedImage.(*image.RGBA)
		require.True(t, ok)
		digests = append(digests, sha256.Sum256(picture.Pix))
		rendered.Cleanup()
	}
	return digests
}

func TestJoinedPagesLookAsTheyCame(t *testing.T) {
	t.Parallel()
	pool, err := webassembly.Init(webassembly.Config{MinIdle: 1, MaxIdle: 1, MaxTotal: 1})
	require.NoError(t, err)
	renderer, err := pool.GetInstance(time.Minute)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, pool.Close()) })

	files := map[string][]byte{
		"two pages": sample.PDF("Orden 20001", "Orden 20002"),
		"rotated, cropped, with a form": sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>",
			"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]/CropBox[20 20 308 452]/Rotate 90>>",
			"<</Type/Page/Parent 2 0 R/Resources<</XObject<</X1 5 0 R>>>>/Contents 4 0 R>>",
			stream("", "q 1 0 0 1 40 60 cm /X1 Do Q 0 0 300 30 re f"),
			stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]", "0 0 50 50 re f")),
	}
	names, err := filepath.Glob("../../../shared/corpus/pdf/*.pdf")
	require.NoError(t, err)
	for _, name := range names {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	for name, data := range files {
		d, err := pdf.Check(data, pdf.Limits{})
		if err != nil {
			continue
		}
		var joined bytes.Buffer
		_, err = pdf.Join(&joined, sample.Each(d.Data))
		require.NoError(t, err, name)
		assert.Equal(t, pictures(t, renderer, data, d.Pages), pictures(t, renderer, joined.Bytes(), d.Pages), name)
	}
}
