package stamp_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/stamp"
)

func stream(dict, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", dict, len(content), content)
}

// page makes a file of one page with entries of its own and a font F1.
func page(entries, content string) []byte {
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</X1 6 0 R>>>>/Contents 4 0 R"+entries+">>",
		stream("", content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		stream("/Type/XObject/Subtype/Form/BBox[0 0 200 60]/Matrix[1 0 0 1 0 0]", "0 0 60 60 re f 100 0 60 60 re f"))
}

const drawn = "40 200 200 3 re f 40 215 40 80 re f 90 215 3 80 re f BT /F1 14 Tf 40 320 Td (Orden 2001) Tj 0 20 Td (Valpara\\355so) Tj ET"

// labels are pages with every kind of box, rotation and drawing, each with a free strip.
var labels = map[string][]byte{
	"4 × 6 in":                  sample.PDF("Orden 20001\nPack 7"),
	"upright":                   page("/MediaBox[0 0 288 432]", drawn),
	"turned by 90":              page("/MediaBox[0 0 288 432]/Rotate 90", drawn),
	"turned by 180":             page("/MediaBox[0 0 288 432]/Rotate 180", drawn),
	"turned by 270":             page("/MediaBox[0 0 288 432]/Rotate 270", drawn),
	"cropped":                   page("/MediaBox[0 0 595 842]/CropBox[20 180 260 400]", drawn),
	"cropped and turned":        page("/MediaBox[0 0 595 842]/CropBox[20 180 260 400]/Rotate 90", drawn),
	"an origin elsewhere":       page("/MediaBox[-100 -50 300 380]", drawn),
	"a user unit":               page("/MediaBox[0 0 144 216]/UserUnit 2", "0.5 0 0 0.5 0 0 cm "+drawn),
	"a state left changed":      page("/MediaBox[0 0 288 432]", "q 0.5 0 0 -0.5 0 400 cm 1 0 0 rg "+drawn),
	"more Q than q":             page("/MediaBox[0 0 288 432]", "Q Q 0.5 0 0 0.5 0 0 cm "+drawn+" Q q"),
	"text that is not ended":    page("/MediaBox[0 0 288 432]", "BT /F1 14 Tf 40 320 Td (Orden 2001) Tj"),
	"on a white background":     page("/MediaBox[0 0 288 432]", "1 g 0 0 288 432 re f 0 g "+drawn),
	"in a frame":                page("/MediaBox[0 0 288 432]", "5 5 278 422 re S "+drawn),
	"a form":                    page("/MediaBox[0 0 288 432]", "q 1 0 0 1 40 100 cm /X1 Do Q"),
	"a form that is turned":     page("/MediaBox[0 0 288 432]", "q 0 1 -1 0 200 100 cm /X1 Do Q"),
	"a clipped background":      page("/MediaBox[0 0 288 432]", "q 0 300 288 132 re W n 0.8 g 0 0 288 432 re f Q"),
	"an inline image":           page("/MediaBox[0 0 288 432]", "q 200 0 0 200 40 200 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x40 EI Q"),
	"text that is turned":       page("/MediaBox[0 0 288 432]", "BT /F1 20 Tf 0 1 -1 0 100 100 Tm (Orden 2001 de una tienda) Tj ET"),
	"a sheet with little on it": page("/MediaBox[0 0 595 842]", "1 0 0 1 0 400 cm "+drawn),
	"a comment at the end":      page("/MediaBox[0 0 288 432]", drawn+" % end"),
	"a blank page":              page("/MediaBox[0 0 288 432]", ""),
}

func TestStampedPDFDiffersOnlyWhereItWasBlank(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for name, label := range labels {
		stamped, err := stamp.PDF(label, first)
		require.NoError(t, err, name)
		require.Contains(t, stamped.Where, "strip", "%s: %v", name, stamped.Notes)
		before, after := r.page(t, label, 0), r.page(t, stamped.Data, 0)
		changes := changed(t, before, after)
		assert.NotZero(t, changes.dark, name)
		assert.Zero(t, changes.touching, name)
		texts, err := pdf.Texts(stamped.Data)
		require.NoError(t, err, name)
		assert.Contains(t, texts[0], "12/50", name)
		assert.Contains(t, texts[0], "CAÑÓN_AZUL~^\\", name)
		d, err := pdf.Check(stamped.Data, pdf.Limits{})
		require.NoError(t, err, name)
		assert.Empty(t, d.Repaired, name)
	}
}

func TestAnImageIsFreeWhereItIsWhite(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	photo := func(colours bool) string {
		var picture draw.Image = image.NewGray(image.Rect(0, 0, 288, 432))
		if colours {
			picture = image.NewRGBA(picture.Bounds())
		}
		draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(picture, image.Rect(20, 20, 268, 200), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
		var out bytes.Buffer
		require.NoError(t, jpeg.Encode(&out, picture, nil))
		return out.String()
	}
	rows := func(dark, light string) string { return strings.Repeat(dark, 100) + strings.Repeat(light, 116) }
	for name, object := range map[string]string{
		"grey":         stream("/Width 1/Height 216/BitsPerComponent 8/ColorSpace/DeviceGray", rows("\x20", "\xff")),
		"colours":      stream("/Width 1/Height 216/BitsPerComponent 8/ColorSpace/DeviceRGB", rows("\xff\xff\x20", "\xff\xff\xff")),
		"four colours": stream("/Width 1/Height 216/BitsPerComponent 8/ColorSpace/DeviceCMYK", rows("\x00\x00\x00\xd0", "\x00\x00\x00\x00")),
		"one bit":      stream("/Width 8/Height 216/BitsPerComponent 1/ColorSpace/DeviceGray", rows("\x7f", "\xff")),
		"inverted":     stream("/Width 8/Height 216/BitsPerComponent 1/ColorSpace/DeviceGray/Decode[1 0]", rows("\x80", "\x00")),
		"a mask":       stream("/Width 8/Height 216/ImageMask true", rows("\x7f", "\xff")),
		"a photograph": stream("/Width 288/Height 432/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode", photo(false)),
		"in colours":   stream("/Width 288/Height 432/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", photo(true)),
	} {
		label := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</XObject<</X1 5 0 R>>>>/Contents 4 0 R>>",
			stream("", "q 288 0 0 432 0 0 cm /X1 Do Q"), strings.Replace(object, "<<", "<</Type/XObject/Subtype/Image", 1))
		stamped, err := stamp.PDF(label, first)
		require.NoError(t, err, name)
		require.Equal(t, "strip middle", stamped.Where, "%s: %v", name, stamped.Notes)
		changes := changed(t, r.page(t, label, 0), r.page(t, stamped.Data, 0))
		assert.NotZero(t, changes.dark, name)
		assert.Zero(t, changes.touching, name)
	}
}

func TestALabelWithoutAFreeStripGetsASlipPage(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for name, label := range map[string][]byte{
		"all black":        page("/MediaBox[0 0 288 432]", "0 0 288 432 re f"),
		"turned":           page("/MediaBox[0 0 288 432]/Rotate 90", "5 5 278 422 re f"),
		"an image":         page("/MediaBox[0 0 288 432]", "q 288 0 0 432 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x40 EI Q"),
		"a very small one": page("/MediaBox[0 0 60 60]", "10 10 5 5 re f"),
	} {
		stamped, err := stamp.PDF(label, first)
		require.NoError(t, err, name)
		assert.Equal(t, "slip", stamped.Where, name)
		assert.NotEmpty(t, stamped.Notes, name)
		d, err := pdf.Check(stamped.Data, pdf.Limits{})
		require.NoError(t, err, name)
		require.Equal(t, 2, d.Pages, name)
		assert.Equal(t, d.Sizes[0], d.Sizes[1], name)
		assert.Equal(t, r.page(t, label, 0).Pix, r.page(t, stamped.Data, 0).Pix, name)
		assert.Contains(t, d.Content(1).Text, "12/50", name)
	}
}

func TestStampingPDFAgainReplacesTheStamp(t *testing.T) {
	t.Parallel()
	full := map[string][]byte{"without a strip": page("/MediaBox[0 0 288 432]", "0 0 288 432 re f"), "two pages": sample.PDF("a", "b")}
	for name, label := range labels {
		full[name] = label
	}
	for name, label := range full {
		once, err := stamp.PDF(label, first)
		require.NoError(t, err, name)
		again, err := stamp.PDF(once.Data, second)
		require.NoError(t, err, name)
		straight, err := stamp.PDF(label, second)
		require.NoError(t, err, name)
		assert.Equal(t, straight, again, name)

		var joined bytes.Buffer
		_, err = pdf.Join(&joined, sample.Each(once.Data))
		require.NoError(t, err, name)
		copied, err := stamp.PDF(joined.Bytes(), second)
		require.NoError(t, err, name)
		assert.Equal(t, straight.Where, copied.Where, name)
		want, err := pdf.Texts(straight.Data)
		require.NoError(t, err, name)
		got, err := pdf.Texts(copied.Data)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)

		away, err := stamp.PDF(joined.Bytes(), stamp.Stamp{})
		require.NoError(t, err, name)
		assert.NotContains(t, string(away.Data), "DespachoStamp", name)
	}
}

func TestAStampedDocumentIsJoinedLikeItsFile(t *testing.T) {
	t.Parallel()
	full := map[string][]byte{"without a strip": page("/MediaBox[0 0 288 432]", "0 0 288 432 re f"),
		"an object that is not there": page("/MediaBox[0 0 288 432]/Group 7 0 R", drawn)} // the next free number
	for name, label := range labels {
		full[name] = label
	}
	stock, err := pdf.ParseStock("a6")
	require.NoError(t, err)
	for name, label := range full {
		stamped, err := stamp.PDF(label, first)
		require.NoError(t, err, name)
		var want, got bytes.Buffer
		_, err = pdf.JoinOnto(&want, sample.Each(stamped.Data), pdf.Layout{Stock: stock})
		require.NoError(t, err, name)
		opened, err := pdf.Check(label, pdf.Limits{})
		require.NoError(t, err, name)
		document, said, err := stamp.Document(opened, first)
		require.NoError(t, err, name)
		assert.Equal(t, stamped.Where, said.Where, name)
		joiner, err := pdf.NewJoiner(&got, pdf.Layout{Stock: stock})
		require.NoError(t, err, name)
		_, err = joiner.Add(document)
		require.NoError(t, err, name)
		_, err = joiner.Close()
		require.NoError(t, err, name)
		assert.Equal(t, want.String(), got.String(), name)
	}
}

func TestPDFRefusesWhatCannotBeStamped(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"nothing": nil, "a web page": []byte("<html>503</html>"), "no pages": []byte("%PDF-1.4\n")} {
		_, err := stamp.PDF(data, first)
		var refused *pdf.Error
		assert.ErrorAs(t, err, &refused, name)
	}
	_, err := stamp.PDF(sample.PDF("x"), stamp.Stamp{Number: 3, Of: 2})
	assert.Error(t, err)
}

func BenchmarkPDF(b *testing.B) {
	label := sample.PDF("Orden 20001\nPack 7\nCalle 1\nCalle 2")
	for b.Loop() {
		_, err := stamp.PDF(label, first)
		require.NoError(b, err)
	}
}

// FuzzPDF checks, for any file that can be stamped, that stamping it again is like stamping it
// once. Bytes may differ if a file refers to objects that it does not contain.
func FuzzPDF(f *testing.F) {
	for _, label := range labels {
		f.Add(label)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := stamp.PDF(data, first)
		if err != nil {
			return
		}
		again, err := stamp.PDF(once.Data, second)
		require.NoError(t, err)
		straight, err := stamp.PDF(data, second)
		require.NoError(t, err)
		require.Equal(t, straight.Where, again.Where)
		require.Equal(t, straight.Notes, again.Notes)
		want, err := pdf.Texts(straight.Data)
		require.NoError(t, err)
		got, err := pdf.Texts(again.Data)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}
