package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func stream(entries, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(content), content)
}

// withFont makes a page whose font F1 is object 4; more objects follow from 6.
func withFont(font, content string, more ...string) []byte {
	return sample.PDFWithObjects(append([]string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 4 0 R>>/XObject<</X1 6 0 R>>>>/Contents 5 0 R>>",
		font, stream("", content)}, more...)...)
}

const helvetica = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

const toUnicode = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <0000> <FFFF> endcodespacerange
2 beginbfrange <0010> <0019> <0030> <0020> <0021> [<0041> <00E1>] endbfrange
1 beginbfchar <0003> <0020> endbfchar endcmap`

func TestTextsFindsWhatIsPrinted(t *testing.T) {
	t.Parallel()
	composite := "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 6 0 R/DescendantFonts[]>>"
	tests := map[string]struct {
		data []byte
		want string
	}{
		"strings with escapes":          {withFont(helvetica, `BT /F1 9 Tf (Orden \(n\272\) 20\0601\\) Tj ET`), `Orden (nº) 2001\`},
		"hexadecimal strings":           {withFont(helvetica, "BT /F1 9 Tf <323030 31> Tj ET"), "2001"},
		"hexadecimal strings with junk": {withFont(helvetica, "BT /F1 9 Tf <32x30.30 3 1> Tj ET"), "2001"},
		"a line that goes on":           {withFont(helvetica, "BT /F1 9 Tf (20\\\r\n01) Tj ET"), "2001"},
		"marks with a dictionary":       {withFont(helvetica, "BT /F1 9 Tf /Span <</ActualText (9>9)/X <</Y 1>>>> BDC (2001) Tj EMC ET"), "2001"},
		"kerned pieces as one word":     {withFont(helvetica, "BT /F1 9 Tf [(20)-20(0)40(1)-500(REF)] TJ ET"), "2001 REF"},
		"pieces of one number":          {withFont(helvetica, "BT /F1 9 Tf 9 90 Td (20) Tj (01) Tj 0 -14 Td (REF) Tj ET"), "2001\nREF"},
		"words set apart on a line":     {withFont(helvetica, "BT /F1 9 Tf 1 0 0 1 20 90 Tm (Orden) Tj 1 0 0 1 60 90 Tm (2001) Tj ET"), "Orden 2001"},
		"accents of WinAnsi":            {withFont(helvetica, `BT /F1 9 Tf (C\363rdoba) Tj ET`), "Córdoba"},
		"a font's own order of letters": {withFont("<</Type/Font/Subtype/Type1/BaseFont/X/Encoding<</Differences[1/two/zero/uni0031/aacute]>>>>", `BT /F1 9 Tf (\001\002\003\004) Tj ET`), "201á"},
		"codes of two bytes":            {withFont(composite, "BT /F1 9 Tf <00120010000300110021> Tj ET", stream("", toUnicode)), "20 1á"},
		"text in a form":                {withFont(helvetica, "/X1 Do", stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 4 0 R>>>>", "BT /F1 9 Tf (2001) Tj ET")), "2001"},
		"text in a form that inherits":  {withFont(helvetica, "/X1 Do", stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "BT /F1 9 Tf (2001) Tj ET")), "2001"},
		"text after an inline image":    {withFont(helvetica, "BI /W 2 /H 1 /BPC 8 /CS /G ID \x01(\xff EI BT /F1 9 Tf (2001) Tj ET"), "2001"},
		"the font from before q":        {withFont(helvetica, "BT /F1 9 Tf q /F9 9 Tf Q (2001) Tj ET"), "2001"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts, err := pdf.Texts(test.data)
			require.NoError(t, err)
			require.Len(t, texts, 1)
			assert.Equal(t, test.want, strings.TrimSpace(texts[0]))
		})
	}
}

func TestContentTellsBlankPages(t *testing.T) {
	t.Parallel()
	for content, blank := range map[string]bool{
		"":                                  true,
		"q Q BT /F1 9 Tf ( ) Tj ET":         true,
		"0 0 9 9 re n":                      true,
		"0 0 9 9 re f":                      false,
		"BT /F1 9 Tf (2001) Tj ET":          false,
		"BT (no font) Tj ET":                false,
		"BT /F1 9 Tf (\\366\\344) Tj ET":    false,
		"BT /F1 9 Tf 3 Tr (a) Tj ET":        true, // invisible text, for selecting
		"BT /F1 9 Tf 1 g (a) Tj ET":         true,
		"BT /F1 9 Tf 1 g 1 Tr (a) Tj":       false,
		"1 1 1 scn 0 0 9 9 re f":            true,
		"/Black cs 1 scn 0 0 9 9 re f":      false,
		"1 g 0 0 9 9 re f":                  true,
		"0.995 g 0 0 9 9 re f":              true,
		"0.98 g 0 0 9 9 re f":               false,
		"1 G 0 0 9 9 re S":                  true,
		"1 G 0 0 9 9 re B":                  false,
		"0 0 0 0 k 0 0 9 9 re f":            true,
		"/P cs 1 /Pattern scn 0 0 9 9 re f": false,
		"9999 0 0 9 re f":                   true,
		"0 0 1 1 re W n 9 9 9 9 re f":       true,
		"BI /W 1 /H 1 ID \x00 EI":           false,
		"0 0 m 9 9 l S % a line":            false,
		"/Missing Do /F1 gs":                true,
		strings.Repeat("q ", 1<<12):         true,
		"[" + strings.Repeat("[", 99):       true,
	} {
		d, err := pdf.Check(sample.PDFWithContents(content), pdf.Limits{})
		require.NoError(t, err)
		assert.Equal(t, blank, d.Content(0).Blank, content)
	}
}

func TestWhiteLeavesAMarkInSomeBlendModes(t *testing.T) {
	t.Parallel()
	for mode, blank := range map[string]bool{"Normal": true, "Multiply": true, "Difference": false} {
		d, err := pdf.Check(sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</ExtGState<</G 5 0 R>>>>/Contents 4 0 R>>",
			stream("", "/G gs 1 g 0 0 9 9 re f"), "<</BM/"+mode+">>"), pdf.Limits{})
		require.NoError(t, err)
		assert.Equal(t, blank, d.Content(0).Blank, mode)
	}
}

func TestALayerThatIsOffHidesWhatItPaintsAlone(t *testing.T) {
	t.Parallel()
	for content, blank := range map[string]bool{
		"/OC /A BDC 0 0 9 9 re f BT /F1 9 Tf (2001) Tj ET EMC": true,
		"1 g /OC /A BDC 0 g EMC 0 0 9 9 re f":                  false,
		"/OC /A BDC /B BMC EMC 0 0 9 9 re f EMC":               true,
		"/OC /A BDC EMC 0 0 9 9 re f":                          false,
	} {
		d, err := pdf.Check(sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]>>>>>>",
			"<</Type/Pages/Count 1/Kids[3 0 R]>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 6 0 R>>/Properties<</A 5 0 R>>>>/Contents 4 0 R>>",
			stream("", content), "<</Type/OCG/Name(a)>>", helvetica), pdf.Limits{})
		require.NoError(t, err)
		assert.Equal(t, blank, d.Content(0).Blank, content)
		assert.NotContains(t, d.Content(0).Text, "2001")
	}
}
