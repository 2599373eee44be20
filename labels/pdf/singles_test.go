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

// sheetOf makes one page with the given entries and drawing.
func sheetOf(entries, content string) []byte {
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R"+entries+">>", helvetica, stream("", content))
}

// dashes draws a line dash by dash.
func dashes(length int, dash string) string {
	var out strings.Builder
	for at := 0; at < length; at += 6 {
		fmt.Fprintf(&out, dash, at, at+3)
	}
	return out.String()
}

func TestSheetsAreCutWhereTheLayoutCanBeTold(t *testing.T) {
	t.Parallel()
	const portrait, landscape = "/MediaBox[0 0 595 842]", "/MediaBox[0 0 842 595]"
	tests := map[string]struct {
		data []byte
		want []string // one number per label, in order
	}{
		"four on a sheet": {sheetOf(portrait, labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+labelAt(20, 30, "42000000003")+labelAt(320, 30, "42000000004")),
			[]string{"42000000001", "42000000002", "42000000003", "42000000004"}},
		"three of four, with lines to cut along": {sheetOf(portrait, "297 0 m 297 842 l S 0 421 m 595 421 l S "+labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+labelAt(20, 30, "42000000003")),
			[]string{"42000000001", "42000000002", "42000000003"}},
		"three on their side": {sheetOf(landscape, labelAt(10, 100, "42000000001")+labelAt(290, 100, "42000000002")+labelAt(572, 100, "42000000003")),
			[]string{"42000000001", "42000000002", "42000000003"}},
		"two on a turned page": {sheetOf(portrait+"/Rotate 90", "0 1 -1 0 595 0 cm "+labelAt(60, 100, "42000000001")+labelAt(500, 100, "42000000002")),
			[]string{"42000000001", "42000000002"}},
		"two with short numbers, bars in one path": {sheetOf(landscape, strings.NewReplacer("90 re f", "90 re", "BT", "f BT").Replace(labelAt(60, 100, "Pedido 1001")+labelAt(500, 100, "Pedido 1002"))),
			[]string{"Pedido 1001", "Pedido 1002"}},
		"two, letters set one by one": {sheetOf(landscape, strings.ReplaceAll(labelAt(60, 100, "42000000001")+labelAt(500, 100, "42000000002"), "(4200000000", "[(4)-20(2)30(000)10(000)-9(0)1(0)] TJ (")),
			[]string{"42000000001", "42000000002"}},
		"two with frames of lines, in a frame": {sheetOf(landscape, "5 5 832 585 re S "+strings.ReplaceAll(labelAt(60, 100, "42000000001")+labelAt(500, 100, "42000000002"), "0 0 255 368 re S", "0 0 m 255 0 l S 255 0 m 255 368 l S 0 368 m 255 368 l S 0 0 m 0 368 l S")),
			[]string{"42000000001", "42000000002"}},
		"two with frames that touch, and lines from frame to frame": {sheetOf("/MediaBox[0 0 520 740]", strings.ReplaceAll(labelAt(5, 200, "42000000001")+labelAt(260, 200, "42000000002"), "re S", "re S 0 330 m 255 330 l S")),
			[]string{"42000000001", "42000000002"}},
		"four with dashed lines to cut along": {sheetOf(portrait, dashes(842, "297.5 %d m 297.5 %d l S ")+dashes(595, "%d 421 m %d 421 l S ")+labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+labelAt(20, 30, "42000000003")+labelAt(320, 30, "42000000004")),
			[]string{"42000000001", "42000000002", "42000000003", "42000000004"}},
		"two with a dashed line in one path": {sheetOf(landscape, strings.ReplaceAll(dashes(595, "421 %d m 421 %d l "), "S", "")+" S "+labelAt(60, 100, "42000000001")+labelAt(500, 100, "42000000002")),
			[]string{"42000000001", "42000000002"}},
		"two on letter, white painted below": {sheetOf("/MediaBox[0 0 792 612]", "1 1 1 rg 0 0 792 612 re f 0 g "+labelAt(60, 100, "42000000001")+labelAt(450, 100, "42000000002")),
			[]string{"42000000001", "42000000002"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			single, sheets, err := d.CutSheets(noList)
			require.NoError(t, err)
			assert.Equal(t, []pdf.Sheet{{Page: 1, Labels: len(test.want)}}, sheets)
			require.Equal(t, len(test.want), single.Pages)
			texts, err := pdf.Texts(single.Data)
			require.NoError(t, err)
			for i, number := range test.want {
				assert.Equal(t, "Remitente #1234567890\n"+number+"\n", texts[i])
				assert.Equal(t, fmt.Sprintf("page 1, label %d", i+1), single.PageName(i))
				assert.InDelta(t, 265, single.Sizes[i].Width, 15)
				assert.InDelta(t, 380, single.Sizes[i].Height, 15)
			}
			var out bytes.Buffer
			joiner, err := pdf.NewJoiner(&out, pdf.Layout{Stock: stock(t, "10x15cm")})
			require.NoError(t, err)
			place, err := joiner.Add(single)
			require.NoError(t, err)
			assert.Empty(t, place.Notes, "a single label fits the stock as it is")
		})
	}
}

// rows are lines of a list, each with a number and a barcode.
func rows(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "q 1 0 0 1 40 %d cm BT /F1 12 Tf 0 10 Td (%d) Tj 120 0 Td (Mercado) Tj ET ", 780-55*i, 42000000000+i)
		for bar := range 30 {
			fmt.Fprintf(&out, "%d 0 2 30 re f ", 300+5*bar)
		}
		out.WriteString("Q ")
	}
	return out.String()
}

func TestTheLastSheetIsCutLikeThoseBefore(t *testing.T) {
	t.Parallel()
	entries := "/Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"
	data := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>",
		"<<"+entries+"/Contents 6 0 R>>", "<<"+entries+"/Contents 7 0 R>>", helvetica,
		stream("", labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")), stream("", labelAt(20, 450, "42000000003")))
	d, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	single, sheets, err := d.CutSheets(noList)
	require.NoError(t, err)
	assert.Equal(t, []pdf.Sheet{{Page: 1, Labels: 2}, {Page: 2, Labels: 1}}, sheets)
	assert.Equal(t, "page 2, label 1", single.PageName(2))
	assert.InDelta(t, single.Sizes[0].Width, single.Sizes[2].Width, 1)
}

func TestEarlierSheetsShowHowTheLastIsCut(t *testing.T) {
	t.Parallel()
	entries := "/Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"
	unframed := func(x, y int, number string) string {
		return strings.Replace(labelAt(x, y, number), "0 0 255 368 re S", "", 1)
	}
	full := unframed(20, 450, "42000000001") + unframed(320, 450, "42000000002") + unframed(20, 30, "42000000003") + unframed(320, 30, "42000000004")
	tests := map[string]struct {
		last   string
		labels int
		said   bool
	}{
		"the first column":         {unframed(20, 450, "42000000005") + unframed(20, 30, "42000000007"), 2, true},
		"the last place":           {unframed(320, 30, "42000000005"), 1, true},
		"elsewhere":                {unframed(120, 200, "42000000005"), 1, false},
		"with a line across":       {unframed(20, 450, "42000000005") + "BT /F1 20 Tf 100 520 Td (Instrucciones para los dos bultos de este envio) Tj ET", 1, false},
		"the same label two times": {unframed(20, 450, "42000000005") + unframed(20, 30, "42000000005"), 1, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>",
				"<<"+entries+"/Contents 6 0 R>>", "<<"+entries+"/Contents 7 0 R>>", helvetica, stream("", full), stream("", test.last))
			d, err := pdf.Check(data, pdf.Limits{})
			require.NoError(t, err)
			single, sheets, err := d.CutSheets(noList)
			require.NoError(t, err)
			assert.Equal(t, 4+test.labels, single.Pages)
			assert.Len(t, sheets, lo.Ternary(test.said, 2, 1))
		})
	}
}

func TestWhatWasLaidOntoASheetIsCutAgain(t *testing.T) {
	t.Parallel()
	for stockName, entries := range map[string]string{"a4-4up": "/MediaBox[0 0 288 412]", "a4-3up": "/MediaBox[0 0 275 400]", "a4-2up": "/MediaBox[0 0 412 288]", "letter-2up": "/MediaBox[0 0 288 412]/Rotate 180"} {
		labels := [][]byte{}
		for i := range 5 {
			drawing := labelAt(10, 10, fmt.Sprint(42000000001+i))
			if stockName == "a4-2up" {
				drawing = "0 1 -1 0 412 0 cm " + drawing
			}
			labels = append(labels, sheetOf(entries, drawing))
		}
		d, err := pdf.Check(joinedOnto(t, stockName, labels...), pdf.Limits{})
		require.NoError(t, err)
		single, sheets, err := d.CutSheets(noList)
		require.NoError(t, err)
		assert.Len(t, sheets, d.Pages, stockName)
		require.Equal(t, len(labels), single.Pages, stockName)
		for i := range labels {
			assert.Equal(t, fmt.Sprintf("Remitente #1234567890\n%d\n", 42000000001+i), single.Content(i).Text, stockName)
		}
	}
}

func TestAListThatIsKnownIsNotCut(t *testing.T) {
	t.Parallel()
	d, err := pdf.Check(sheetOf("/MediaBox[0 0 842 595]", labelAt(60, 100, "42000000001")+labelAt(500, 100, "42000000002")), pdf.Limits{})
	require.NoError(t, err)
	single, sheets, err := d.CutSheets(func(text string) bool { return strings.Contains(text, "42000000002") })
	require.NoError(t, err)
	assert.Empty(t, sheets)
	assert.Equal(t, 1, single.Pages)
}

func noList(string) bool { return false }

func TestPagesThatCannotBeCutAreKept(t *testing.T) {
	t.Parallel()
	const portrait = "/MediaBox[0 0 595 842]"
	large := strings.ReplaceAll(labelAt(60, 100, "42000000001"), "q ", "q 1.8 0 0 1.8 0 0 cm ")
	tests := map[string]struct {
		data []byte
		want []pdf.Sheet
	}{
		"a small page":               {sheetOf("/MediaBox[0 0 288 432]", labelAt(10, 10, "42000000001")), nil},
		"one label on a large page":  {sheetOf(portrait, labelAt(20, 450, "42000000001")), nil},
		"one large label":            {sheetOf(portrait, large), nil},
		"the same label twice":       {sheetOf(portrait, labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000001")), []pdf.Sheet{{Page: 1}}},
		"a line of text goes across": {sheetOf(portrait, labelAt(20, 450, "42000000001")+labelAt(320, 450, "42000000002")+"BT /F1 20 Tf 100 520 Td (Instrucciones para los dos bultos de este envio) Tj ET"), nil},
		"a label and its packing slip": {sheetOf(portrait, "0 1 -1 0 595 0 cm "+labelAt(60, 100, "42000000001")+
			"BT /F1 9 Tf 440 480 Td 14 TL (Pedido 42000000077) Tj T* (1 x Remera blanca, talle M) Tj T* (1 x Gorra) Tj T* (Total 2) Tj ET 450 100 200 60 re S q 1 0 0 1 450 50 cm "+strings.Repeat("1 0 0 1 5 0 cm 0 200 2 90 re f ", 40)+"Q"), []pdf.Sheet{{Page: 1}}},
		"a list with a barcode in each row": {sheetOf(portrait, rows(14)), nil},
		"a label and a page of a list":      {sheetOf(portrait, labelAt(20, 450, "42000000001")+"BT /F1 12 Tf 320 500 Td (Lista 42000000009) Tj ET"), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			single, sheets, err := d.CutSheets(noList)
			require.NoError(t, err)
			assert.Equal(t, test.want, sheets)
			assert.Equal(t, 1, single.Pages)
			assert.Equal(t, d.Data, single.Data)
		})
	}
}
