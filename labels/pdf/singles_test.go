package pdf_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// labelAt draws a label of about 90 × 130 mm with its lower left corner at x, y.
func labelAt(x, y int, number string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "q 1 0 0 1 %d %d cm 0 0 255 368 re S ", x, y)
	for i := range 40 {
		fmt.Fprintf(&out, "%d 100 2 90 re f ", 20+5*i)
	}
	fmt.Fprintf(&out, "BT /F1 12 Tf 20 300 Td (Remitente #1234567890) Tj 0 -20 Td (%s) Tj ET Q\n", number)
	return out.String()
}

// sheetOf makes one page with entries and a drawing.
func sheetOf(entries, content string) []byte {
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R"+entries+">>", helvetica, stream("", content))
}

func TestSheetsAreCutWhereTheLayoutCanBeTold(t *testing.T) {
	t.Parallel()
	const portrait, landscape = "/MediaBox[0 0 595 842]", "/MediaBox[0 0 842 595]"
	tests := map[string]struct {
		data []byte
		want []string // a number a label, in order
	}{
		"four on a sheet": {sheetOf(portrait, labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+labelAt(20, 30, "42000000003")+labelAt(320, 30, "42000000004")),
			[]string{"42000000001", "42000000002", "42000000003", "42000000004"}},
		"three of four, with lines to cut along": {sheetOf(portrait, "297 0 m 297 842 l S 0 421 m 595 421 l S "+labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+labelAt(20, 30, "42000000003")),
			[]string{"42000000001", "42000000002", "42000000003"}},
		"three on their side": {sheetOf(landscape, labelAt(10, 100, "42000000001")+labelAt(290, 100, "42000000002")+labelAt(572, 100, "42000000003")),
			[]string{"42000000001", "42000000002", "42000000003"}},
		"two on a turned page": {sheetOf(portrait+"/Rotate 90", "0 1 -1 0 595 0 cm "+labelAt(60, 100, "42000000001")+labelAt(500, 100, "42000000002")),
			[]string{"42000000001", "42000000002"}},
		"two on letter, white painted below": {sheetOf("/MediaBox[0 0 792 612]", "1 1 1 rg 0 0 792 612 re f 0 g "+labelAt(60, 100, "42000000001")+labelAt(450, 100, "42000000002")),
			[]string{"42000000001", "42000000002"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			single, sheets, err := d.Singles()
			require.NoError(t, err)
			assert.Equal(t, []pdf.Sheet{{Page: 1, Labels: len(test.want)}}, sheets)
			require.Equal(t, len(test.want), single.Pages)
			texts, err := pdf.Texts(single.Data)
			require.NoError(t, err)
			for i, number := range test.want {
				assert.Equal(t, "Remitente #1234567890\n"+number+"\n", texts[i])
				assert.InDelta(t, 265, single.Sizes[i].Width, 15)
				assert.InDelta(t, 380, single.Sizes[i].Height, 15)
			}
			var out bytes.Buffer
			joined, err := pdf.JoinDocuments(&out, each(single), pdf.Layout{Stock: stock(t, "10x15cm")})
			require.NoError(t, err)
			assert.Empty(t, joined.Places[0].Notes, "a single label fits the stock as it is")
		})
	}
}

func each(documents ...pdf.Document) func(func(pdf.Document, error) bool) {
	return func(yield func(pdf.Document, error) bool) {
		for _, d := range documents {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func TestPagesThatCannotBeCutAreKept(t *testing.T) {
	t.Parallel()
	const portrait = "/MediaBox[0 0 595 842]"
	large := strings.ReplaceAll(labelAt(60, 100, "42000000001"), "q ", "q 1.8 0 0 1.8 0 0 cm ")
	tests := map[string]struct {
		data []byte
		want []pdf.Sheet
	}{
		"a small page":                 {sheetOf("/MediaBox[0 0 288 432]", labelAt(10, 10, "42000000001")), nil},
		"one label on a large page":    {sheetOf(portrait, labelAt(20, 450, "42000000001")), nil},
		"one large label":              {sheetOf(portrait, large), nil},
		"the same label twice":         {sheetOf(portrait, labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000001")), []pdf.Sheet{{Page: 1}}},
		"a line of text goes across":   {sheetOf(portrait, labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+"BT /F1 20 Tf 100 520 Td (Instrucciones para los dos bultos de este envio) Tj ET"), nil},
		"a label and a page of a list": {sheetOf(portrait, labelAt(20, 450, "42000000001")+"BT /F1 12 Tf 320 500 Td (Lista 42000000009) Tj ET"), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			single, sheets, err := d.Singles()
			require.NoError(t, err)
			assert.Equal(t, test.want, sheets)
			assert.Equal(t, 1, single.Pages)
			assert.Equal(t, d.Data, single.Data)
		})
	}
}
