package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// nested makes a page with forms within each other, the innermost of which paints.
func nested(depth int, innermost string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</XObject<</X 5 0 R>>>>/Contents 4 0 R>>", stream("", "/X Do")}
	for i := range depth {
		form, content := "/Type/XObject/Subtype/Form/BBox[0 0 288 432]", innermost
		if i < depth-1 {
			form, content = fmt.Sprintf("%s/Resources<</XObject<</X %d 0 R>>>>", form, len(objects)+2), strings.Repeat(" ", 600)+"/X Do"
		}
		objects = append(objects, stream(form, content))
	}
	return sample.PDFWithObjects(objects...)
}

func TestAPageThatIsNotReadToItsEndIsNeverBlank(t *testing.T) {
	t.Parallel()
	const paints = "0 0 9 9 re f"
	invisible := "BT /F1 9 Tf 3 Tr " + strings.Repeat("1 0 0 1 9 9 Tm ("+strings.Repeat("a", 1000)+") Tj ", 300) + "ET "
	tests := map[string]struct {
		data   []byte
		limits pdf.Limits
		pages  int
		why    string
	}{
		"more operators than are run": {data: sample.PDFWithContents(strings.Repeat("q Q ", 1_000_001) + paints), why: "drawing it takes more steps than a label may take"},
		"more text than is kept":      {data: sample.PDFWithContents(invisible + paints)},
		"forms too deep":              {data: nested(29, paints), why: "the page nests forms too deeply"},
		"forms that are too large":    {data: nested(3, paints), limits: pdf.Limits{DrawnBytes: 1_000}},
		"more states than are kept":   {data: sample.PDFWithContents(strings.Repeat("q ", 10_001)), why: "the page saves its state too often"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, test.limits)
			require.NoError(t, err)
			assert.False(t, d.Content(0).Blank)
			again, err := pdf.Check(test.data, test.limits)
			require.NoError(t, err)
			taken := 0
			err = again.ReadMarks(0, func(pdf.Mark) { taken++ })
			if test.why != "" {
				assert.EqualError(t, err, test.why)
			} else {
				assert.NotZero(t, taken)
			}
		})
	}
}

func TestPagesThatTheFilesBudgetIsTooSmallForAreNeverBlank(t *testing.T) {
	t.Parallel()
	d, err := pdf.Check(sample.PDFWithContents("q Q 0 0 9 9 re f", "0 0 9 9 re f"), pdf.Limits{})
	require.NoError(t, err)
	d.LeaveSteps(3)
	for i := range d.Pages {
		assert.False(t, d.Content(i).Blank, "page %d", i+1)
		assert.Equal(t, budget.ErrSpent.Error(), d.WhyBroken(i))
		assert.ErrorIs(t, d.ReadMarks(i, func(pdf.Mark) {}), budget.ErrSpent)
	}
}

func TestAPageThatNobodyCouldDrawIsRefusedAlone(t *testing.T) {
	t.Parallel()
	const form = "/Type/XObject/Subtype/Form/BBox[0 0 288 432]"
	fan := func(first int) (objects []string) {
		for i := range 8 {
			objects = append(objects, stream(fmt.Sprintf("%s/Resources<</XObject<</X %d 0 R>>>>", form, first+i+1), strings.Repeat("/X Do ", 10)))
		}
		return append(objects, stream(form, "0 0 9 9 re f"))
	}
	pages := func(resources, drawing string, more ...string) []byte {
		objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 5 0 R>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 6 0 R/Resources<<" + resources + ">>>>",
			stream("", "0 0 9 9 re f"), stream("", drawing)}
		return sample.PDFWithObjects(append(objects, more...)...)
	}
	calls := "/Resources<</XObject<</X 8 0 R>>>>"
	letter := "/Font<</F<</Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/Encoding<</Differences[97/a]>>/CharProcs<</a 7 0 R>>" + calls + ">>>>"
	tests := map[string][]byte{
		"forms":           pages("/XObject<</X 7 0 R>>", "/X Do", fan(7)...),
		"a pattern":       pages("/Pattern<</P 7 0 R>>", "/P scn 0 0 9 9 re f", append([]string{stream("/PatternType 1"+calls, "/X Do")}, fan(8)...)...),
		"a soft mask":     pages("/ExtGState<</G<</SMask<</G 7 0 R>>>>>>", "/G gs 0 0 9 9 re f", append([]string{stream(form+calls, "/X Do")}, fan(8)...)...),
		"a drawn letter":  pages(letter, "BT /F 9 Tf (a) Tj ET", append([]string{stream("", "/X Do")}, fan(8)...)...),
		"many operators":  pages("", strings.Repeat("q Q ", 1_000_001)),
		"many characters": pages("", "BT "+strings.Repeat("(abcdefghijklmnop) Tj ", 800_000)+"ET"),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(data, pdf.Limits{})
			require.NoError(t, err)
			for i, want := range []string{"", "drawing it takes more steps than a label may take"} {
				assert.False(t, d.Content(i).Blank)
				assert.Equal(t, want, d.WhyBroken(i))
			}
			_, err = d.Extract(1)
			assert.Error(t, err)
			_, err = d.Extract(0)
			assert.NoError(t, err)
		})
	}
}
