package pdf_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

const letterPage = "/MediaBox[0 0 612 792]"

// labelOf draws a label with a frame, 280 × 420 points, whose bars are as wide as module.
func labelOf(x, y, module float64) string {
	var out strings.Builder
	fmt.Fprintf(&out, "q 1 0 0 1 %g %g cm 0 0 280 420 re S BT /F1 12 Tf 20 380 Td (Orden 42000000001) Tj ET BT /F1 12 Tf 20 60 Td (Calle Larga 9) Tj ET\n", x, y)
	for bar := range 30 {
		fmt.Fprintf(&out, "%g 250 %g 60 re f\n", 20+4*module*float64(bar), module)
	}
	out.WriteString("Q\n")
	return out.String()
}

// linesAt writes lines of text, 10 points high and 200 wide.
func linesAt(x, y float64, text string) string {
	return fmt.Sprintf("BT /F1 10 Tf 14 TL %g %g Td ", x, y) + strings.Repeat("("+text+") Tj T* ", 6) + "ET\n"
}

func laidNotes(t *testing.T, layout pdf.Layout, data []byte) (place pdf.Place, text string) {
	t.Helper()
	var out bytes.Buffer
	joined, err := pdf.JoinOnto(&out, sample.Each(data), layout)
	require.NoError(t, err)
	texts, err := pdf.Texts(out.Bytes())
	require.NoError(t, err)
	return joined.Places[0], strings.Join(texts, "")
}

func TestWhatStandsApartFromALabelIsLeftOutIfItMay(t *testing.T) {
	t.Parallel()
	const cut, shrunk = "cut to what is printed, laid at 100 %", "shrunk"
	label := labelOf(10, 362, 1)
	tests := map[string]struct {
		content string
		want    string // the first note
		leftOut string
		gone    bool // the instructions are
	}{
		"instructions beside":                       {label + linesAt(330, 700, "Imprima y pegue en la caja"), cut, "right of the label", true},
		"instructions below":                        {label + linesAt(20, 200, "Imprima y pegue en la caja"), cut, "below the label", true},
		"beside and below, behind a line to fold":   {label + linesAt(330, 700, "Imprima y pegue") + linesAt(20, 200, "Doble aqui") + "0 330 m 612 330 l S\n", cut, "below and right of the label", true},
		"left of the label":                         {labelOf(320, 362, 1) + linesAt(20, 700, "Imprima y pegue en la caja"), cut, "left of the label", true},
		"a slip with an order number":               {label + linesAt(330, 700, "Pack 2000000012345678"), shrunk, "", false},
		"a slip with a short order number":          {label + linesAt(330, 700, "Pedido A-1020"), shrunk, "", false},
		"a barcode beside":                          {label + linesAt(330, 700, "Imprima") + labelOf(330, 20, 1), shrunk, "", false},
		"a picture that may be a barcode":           {label + linesAt(330, 700, "Imprima") + "q 120 0 0 90 330 500 cm BI /W 1 /H 1 /BPC 8 /CS /G ID 0 EI Q\n", shrunk, "", false},
		"nothing but a label":                       {label, cut, "", false},
		"text that touches it":                      {label + linesAt(292, 700, "Imprima y pegue en la caja"), shrunk, "", false},
		"text in a label without a frame is kept":   {strings.ReplaceAll(label, "re S", "re n") + linesAt(400, 700, "Imprima y pegue en la caja"), cut, "right of the label", true},
		"instructions without a label with barcode": {linesAt(20, 700, "Imprima") + linesAt(330, 300, "y pegue en la caja"), shrunk, "", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place, text := laidNotes(t, pdf.Layout{Stock: stock(t, "4x6in"), Fit: pdf.FitLabel}, sheetOf(letterPage, test.content))
			notes := strings.Join(place.Notes, "; ")
			assert.Contains(t, notes, test.want)
			assert.Equal(t, test.leftOut != "", strings.Contains(notes, "left out"))
			assert.Contains(t, notes, test.leftOut)
			if strings.Contains(test.content, "Orden") {
				assert.Contains(t, text, "Orden 42000000001")
				assert.Contains(t, text, "Calle Larga 9")
			}
			for _, word := range []string{"Imprima", "Doble", "Pack", "Pedido"} {
				if strings.Contains(test.content, word) {
					assert.Equal(t, !test.gone, strings.Contains(text, word), word)
				}
			}
		})
	}
}

func TestOnlyTheFitLabelLeavesAnythingOut(t *testing.T) {
	t.Parallel()
	data := sheetOf(letterPage, labelOf(10, 362, 1)+linesAt(330, 700, "Imprima y pegue en la caja"))
	for _, fit := range []pdf.Fit{"", pdf.FitContent, pdf.FitPage} {
		_, text := laidNotes(t, pdf.Layout{Stock: stock(t, "4x6in"), Fit: fit}, data)
		assert.Contains(t, text, "Imprima", fit)
	}
}

func TestBarsThatGetNarrowAreToldOfALabel(t *testing.T) {
	t.Parallel()
	const dots = "q %s cm /X1 Do Q"
	picture := func(columns, rows int, place string) []byte {
		return withFont(helvetica, strings.Replace(dots, "%s", place, 1),
			stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray", columns, rows), strings.Repeat("\x00", (columns+7)/8*rows)))
	}
	modules := func(side float64) string {
		var out strings.Builder
		for i := range 400 {
			fmt.Fprintf(&out, "%g %g %g %g re f ", 50+2*side*float64(i%20), 100+2*side*float64(i/20), side, side)
		}
		return out.String() + "0 0 288 432 re S"
	}
	const whole = "/MediaBox[0 0 288 432]"
	tests := map[string]struct {
		data   []byte
		stock  string
		fit    pdf.Fit
		narrow string
	}{
		"bars of 0.35 mm remain wide enough":         {sheetOf(whole, labelOf(4, 6, 1)+"0 0 288 432 re S"), "10x15cm", "", ""},
		"bars of 0.25 mm do not":                     {sheetOf(whole, labelOf(4, 6, 0.71)+"0 0 288 432 re S"), "10x15cm", "", "0.25 mm"},
		"nor do wider ones on a page that is halved": {sheetOf(letterPage, labelOf(10, 362, 1)), "4x6in", pdf.FitPage, "0.17 mm"},
		"but they do if the page is cut":             {sheetOf(letterPage, labelOf(10, 362, 1)), "4x6in", "", ""},
		"narrow as they came, and not shrunk":        {sheetOf(letterPage, labelOf(10, 362, 0.5)), "4x6in", "", ""},
		"bars on their side":                         {sheetOf(whole, "q 0 1 -1 0 288 0 cm "+labelOf(6, 4, 0.71)+"Q 0 0 288 432 re S"), "10x15cm", "", "0.25 mm"},
		"modules of a symbol":                        {sheetOf(whole, modules(0.7)), "10x15cm", "", "0.2"},
		"larger modules":                             {sheetOf(whole, modules(2)), "10x15cm", "", ""},
		"a picture with dots of 0.125 mm":            {picture(812, 1218, "288 0 0 432 0 0"), "10x15cm", "", "0.12 mm"},
		"a picture with large dots":                  {picture(288, 432, "288 0 0 432 0 0"), "10x15cm", "", ""},
		"no barcode":                                 {sheetOf(whole, "0 0 288 432 re S"), "10x15cm", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place, _ := laidNotes(t, pdf.Layout{Stock: stock(t, test.stock), Fit: test.fit}, test.data)
			notes := strings.Join(place.Notes, "; ")
			assert.Equal(t, test.narrow != "", place.NarrowBars, notes)
			assert.Equal(t, test.narrow != "", strings.Contains(notes, "its bars may be as narrow as"), notes)
			assert.Contains(t, notes, test.narrow)
		})
	}
}

func TestCoordinatesWithoutMeasureCutNothing(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"q 1e200 0 0 1e200 0 0 cm 1e200 1e200 -1e200 1e200 re f Q", "q 1e308 1e308 -1e308 1e308 1e308 0 cm 0 0 1e308 1e308 re f Q",
		"0 0 0 0 re f", "1e308 w 0 0 m 1e308 -1e308 l S", "BT /F1 1e308 Tf 1e308 Tc (x) Tj ET", "q 1e308 0 0 1e308 -1e308 0 cm /X1 Do Q",
	} {
		for _, fit := range []pdf.Fit{pdf.FitContent, pdf.FitLabel} {
			var out bytes.Buffer
			_, err := pdf.JoinOnto(&out, sample.Each(sheetOf(letterPage, content)), pdf.Layout{Stock: stock(t, "4x6in"), Fit: fit})
			require.NoError(t, err)
			assert.NotRegexp(t, "NaN|Inf", out.String(), content)
		}
	}
}

func TestAPageOfWhichNotEverythingIsKnownIsShrunkAsAWhole(t *testing.T) {
	t.Parallel()
	vertical := withFont("<</Type/Font/Subtype/Type0/BaseFont/F/Encoding/Identity-V/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/F>>]>>",
		labelOf(4, 6, 1)+"BT /F1 9 Tf 20 100 Td <00410042> Tj ET")
	tests := map[string]struct {
		data   []byte
		note   string
		narrow bool
	}{
		"states without end": {sheetOf(letterPage, labelOf(10, 362, 1)+strings.Repeat("q ", 10_001)), "not cut to what is printed: the page saves its state too often", true},
		"text downwards":     {vertical, "not cut to what is printed: the page has text that runs downwards", false},
	}
	for name, test := range tests {
		place, _ := laidNotes(t, pdf.Layout{Stock: stock(t, "10x15cm")}, test.data)
		assert.Contains(t, strings.Join(place.Notes, "; "), "shrunk", name)
		assert.Contains(t, place.Notes, test.note, name)
		assert.Equal(t, test.narrow, place.NarrowBars, name)
		assert.Equal(t, test.narrow, lo.Contains(place.Notes, "its bars may be too narrow: they cannot be measured"), name)
		place, _ = laidNotes(t, pdf.Layout{Stock: stock(t, "10x15cm"), Fit: pdf.FitPage}, test.data)
		assert.NotContains(t, place.Notes, test.note, name)
	}
}
