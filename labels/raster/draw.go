package raster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// What drawing may cost.
const (
	mostPages  = 1_000
	mostPixels = 48_000_000 // of a page; 4 × 6 in at 300 dpi have 9 million
	mostTime   = 15 * time.Second
)

// perPoint is how many dots of a printer are in a point. Heads of 203 dpi have 8 dots per millimetre.
func perPoint(dpi int) (float64, error) {
	switch dpi {
	case 203:
		return 8 * 25.4 / 72, nil
	case 300:
		return 300.0 / 72, nil
	}
	return 0, fmt.Errorf("there is no label printer of %d dpi here; choose 203 or 300", dpi)
}

// wholeDots is how many dots fit into a length; sizes are often rounded.
func wholeDots(length float64) float64 { return math.Floor(length + 0.01) }

// open opens a file in PDFium.
func open(in pdfium.Pdfium, file []byte) (references.FPDF_DOCUMENT, int, error) {
	opened, err := in.OpenDocument(&requests.OpenDocument{File: &file})
	if err != nil {
		return "", 0, fmt.Errorf("PDFium cannot open the file: %w", err)
	}
	count, err := in.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err == nil && count.PageCount > mostPages {
		err = fmt.Errorf("the file has %d pages; at most %d can be drawn", count.PageCount, mostPages)
	}
	if err != nil {
		return "", 0, err
	}
	return opened.Document, count.PageCount, nil
}

func shut(in pdfium.Pdfium, document references.FPDF_DOCUMENT) {
	_, _ = in.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: document})
}

var white = [64 << 10]byte(bytes.Repeat([]byte{0xff}, 64<<10))

var errTooLarge = errors.New("the page is too large to be drawn for a label printer")

// How a page is drawn for a printer: each pixel has the colour of what covers half of it, not a mix, so that bars keep
// their edges.
const unmixed = enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_PRINTING | enums.FPDF_RENDER_FLAG_GRAYSCALE |
	enums.FPDF_RENDER_FLAG_RENDER_NO_SMOOTHTEXT | enums.FPDF_RENDER_FLAG_RENDER_NO_SMOOTHPATH | enums.FPDF_RENDER_FLAG_RENDER_NO_SMOOTHIMAGE

const mixed = enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_PRINTING | enums.FPDF_RENDER_FLAG_GRAYSCALE

// skew turns a page by as much as nobody sees: 0.1 dots from one side of a label to the other. PDFium widens rectangles to
// whole pixels if their sides are exactly upright, and bars of 2 dots would become 3.
const skew = 1e-4

// draw draws page i of a document with so many dots in a point and over × over pixels for a dot, and lends the picture to use: its
// memory is PDFium's.
func draw(in pdfium.Pdfium, document references.FPDF_DOCUMENT, i int, dots float64, over int, flags enums.FPDF_RENDER_FLAG, use func(*image.Gray) error) error {
	loaded, err := in.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: document, Index: i})
	if err != nil {
		return fmt.Errorf("PDFium cannot open page %d: %w", i+1, err)
	}
	page := requests.Page{ByReference: &loaded.Page}
	defer func() { _, _ = in.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}) }()
	size, err := in.GetPageSize(&requests.GetPageSize{Page: page})
	if err != nil {
		return err
	}
	width, height := wholeDots(size.Width*dots), wholeDots(size.Height*dots)
	scale := dots * float64(over)
	if width < 1 || height < 1 || width*height*float64(over*over) > mostPixels {
		return errTooLarge
	}
	w, h := int(width)*over, int(height)*over
	bitmap, err := in.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{Width: w, Height: h, Format: enums.FPDF_BITMAP_FORMAT_GRAY, Pointer: uint64(0)})
	if err != nil {
		return err
	}
	defer func() { _, _ = in.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: bitmap.Bitmap}) }()
	before, err := in.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap.Bitmap})
	if err != nil {
		return err
	}
	for rest := before.Buffer; len(rest) > 0; { // white: quicker than PDFium paints it
		rest = rest[copy(rest, white[:]):]
	}
	if _, err := in.FPDF_RenderPageBitmapWithMatrix(&requests.FPDF_RenderPageBitmapWithMatrix{
		Bitmap: bitmap.Bitmap, Page: page, Flags: flags,
		Matrix: structs.FPDF_FS_MATRIX{A: float32(scale), B: float32(scale * skew), C: float32(scale * skew), D: float32(scale)}, Clipping: structs.FPDF_FS_RECTF{Right: float32(w), Bottom: float32(h)},
	}); err != nil {
		return fmt.Errorf("PDFium cannot draw page %d: %w", i+1, err)
	}
	buffer, err := in.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap.Bitmap})
	if err != nil {
		return err
	}
	return use(&image.Gray{Pix: buffer.Buffer, Stride: len(buffer.Buffer) / h, Rect: image.Rect(0, 0, w, h)})
}

// withFile opens a file in PDFium for use. What goes wrong is a *FileError, unless ctx ended or PDFium cannot be started.
func (m *machine) withFile(ctx context.Context, file []byte, use func(in pdfium.Pdfium, document references.FPDF_DOCUMENT, pages int) error) error {
	return m.with(ctx, func(in pdfium.Pdfium) error {
		document, pages, err := open(in, file)
		if err != nil {
			return err
		}
		defer shut(in, document)
		return use(in, document, pages)
	})
}

// firstLine leaves out the calls that led to a failure within PDFium.
func firstLine(err error) error {
	line, _, more := strings.Cut(err.Error(), "\n")
	if more {
		return errors.New(line)
	}
	return err
}

// Picture draws page i, counted from 0, of a PDF as people see it on a screen.
func (e *Engine) Picture(ctx context.Context, file []byte, i, dpi int) (picture *image.Gray, err error) {
	if dpi < 10 || dpi > 600 {
		return nil, fmt.Errorf("a picture has 10 to 600 dpi, not %d", dpi)
	}
	err = e.guarded.withFile(ctx, file, func(in pdfium.Pdfium, document references.FPDF_DOCUMENT, pages int) error {
		if i < 0 || i >= pages {
			return fmt.Errorf("there is no page %d", i+1)
		}
		return draw(in, document, i, float64(dpi)/72, 1, mixed, func(drawn *image.Gray) error {
			picture = &image.Gray{Pix: append([]byte{}, drawn.Pix...), Stride: drawn.Stride, Rect: drawn.Rect}
			return nil
		})
	})
	return picture, err
}
