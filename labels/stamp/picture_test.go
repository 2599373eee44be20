package stamp_test

import (
	"image"
	"image/color"
	"image/draw"
	"sync"
	"testing"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// renderer makes pictures of pages with PDFium.
type renderer struct{ pdfium.Pdfium }

var renderers = sync.OnceValues(func() (pdfium.Pool, error) {
	return webassembly.Init(webassembly.Config{MinIdle: 1, MaxIdle: 1, MaxTotal: 1})
})

// newRenderer waits for the one renderer, which takes long to make.
func newRenderer(t *testing.T) renderer {
	t.Helper()
	pool, err := renderers()
	require.NoError(t, err)
	instance, err := pool.GetInstance(10 * time.Minute)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, instance.Close()) })
	return renderer{instance}
}

func (r renderer) page(t *testing.T, data []byte, index int) *image.RGBA {
	t.Helper()
	opened, err := r.OpenDocument(&requests.OpenDocument{File: &data})
	require.NoError(t, err)
	page := requests.Page{ByIndex: &requests.PageByIndex{Document: opened.Document, Index: index}}
	rendered, err := r.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: 100})
	require.NoError(t, err)
	defer rendered.Cleanup()
	picture, ok := rendered.Result.RenderedImage.(*image.RGBA)
	require.True(t, ok)
	kept := image.NewRGBA(picture.Bounds())
	draw.Draw(kept, kept.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(kept, kept.Bounds(), picture, picture.Bounds().Min, draw.Over)
	_, err = r.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: opened.Document})
	require.NoError(t, err)
	return kept
}

// changes counts the dots that differ between two pictures, and those of them that are on or beside
// what was printed before.
type changes struct{ dark, touching int }

func changed(t *testing.T, before, after *image.RGBA) (c changes) {
	t.Helper()
	require.Equal(t, before.Bounds(), after.Bounds())
	area := before.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if before.RGBAAt(x, y) == after.RGBAAt(x, y) {
				continue
			}
			c.dark++
			if !blankAround(before, x, y) {
				c.touching++
			}
		}
	}
	return c
}

func blankAround(picture *image.RGBA, x, y int) bool {
	const beside = 2
	for dy := -beside; dy <= beside; dy++ {
		for dx := -beside; dx <= beside; dx++ {
			at := image.Pt(x+dx, y+dy)
			if at.In(picture.Bounds()) && color.GrayModel.Convert(picture.At(at.X, at.Y)).(color.Gray).Y < 250 {
				return false
			}
		}
	}
	return true
}
