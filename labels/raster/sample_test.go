package raster

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/codabar"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/code93"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"
	"github.com/boombuler/barcode/twooffive"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// symbol is a barcode of a kind with what it says.
type symbol struct {
	kind, value string
	encode      func(string) (barcode.Barcode, error)
}

var symbols = []symbol{
	{"Code 128", "ABC123456789012", func(s string) (barcode.Barcode, error) { return code128.Encode(s) }},
	{"Code 39", "MLC40012345", func(s string) (barcode.Barcode, error) { return code39.Encode(s, false, false) }},
	{"Code 93", "MLC40012345", func(s string) (barcode.Barcode, error) { return code93.Encode(s, true, false) }},
	{"ITF", "12345678901231", func(s string) (barcode.Barcode, error) { return twooffive.Encode(s, true) }},
	{"EAN-13", "7801234567894", func(s string) (barcode.Barcode, error) { return ean.Encode(s) }},
	{"Codabar", "40156", func(s string) (barcode.Barcode, error) { return codabar.Encode("A" + s + "B") }},
	{"QR", `{"id":"42000000017","t":"lm"}`, func(s string) (barcode.Barcode, error) { return qr.Encode(s, qr.M, qr.Auto) }},
	{"Data Matrix", "42000000017CHILE", func(s string) (barcode.Barcode, error) { return datamatrix.Encode(s) }},
}

func (s symbol) modules(t testing.TB) barcode.Barcode {
	t.Helper()
	code, err := s.encode(s.value)
	require.NoError(t, err)
	return code
}

// bars are the operators that draw a symbol with modules of a width in points; bars are as high as is said.
func (s symbol) bars(t testing.TB, module, height float64, each bool) string {
	code := s.modules(t)
	var out strings.Builder
	rows := code.Bounds().Dy()
	for y := range rows {
		for x := 0; x < code.Bounds().Dx(); x++ {
			from := x
			for x < code.Bounds().Dx() && code.At(x, y) == color.Black {
				x++
			}
			if x == from {
				continue
			}
			if rows == 1 {
				fmt.Fprintf(&out, "%f 0 %f %f re ", float64(from)*module, float64(x-from)*module, height)
			} else {
				fmt.Fprintf(&out, "%f %f %f %f re ", float64(from)*module, float64(rows-1-y)*module, float64(x-from)*module, module)
			}
			if each {
				out.WriteString("f\n")
			}
		}
	}
	if !each {
		out.WriteString("f\n")
	}
	return out.String()
}

// picture is the symbol as an image of so many pixels per module, with a scale from pixels to points.
func (s symbol) picture(t testing.TB, pixels int) (object string, columns, rows int) {
	code := s.modules(t)
	columns, rows = code.Bounds().Dx()*pixels, code.Bounds().Dy()*pixels
	if code.Bounds().Dy() == 1 {
		rows = 60 * pixels
	}
	var data bytes.Buffer
	packed := zlib.NewWriter(&data)
	for y := range rows {
		line := make([]byte, (columns+7)/8)
		for x := range columns {
			if code.At(x/pixels, min(y/pixels, code.Bounds().Dy()-1)) != color.Black {
				line[x/8] |= 0x80 >> (x % 8)
			}
		}
		_, _ = packed.Write(line)
	}
	_ = packed.Close()
	return fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode/Length %d>>stream\n%s\nendstream", columns, rows, data.Len(), data.String()), columns, rows
}

// page is a 4 × 6 in page with a content and perhaps a picture named I.
func page(content string, pictures ...string) []byte {
	resources := "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
	if len(pictures) > 0 {
		resources += "/XObject<</I 5 0 R>>"
	}
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<<" + resources + ">>/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content),
	}
	return sample.PDFWithObjects(append(objects, pictures...)...)
}

func document(t testing.TB, data []byte) pdf.Document {
	t.Helper()
	d, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	return d
}

func (s symbol) isSquare() bool { return s.kind == "QR" || s.kind == "Data Matrix" }
