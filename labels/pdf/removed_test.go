package pdf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// withCatalog makes a page with more entries in the catalog and in the page; further objects are
// numbered from 5.
func withCatalog(catalog, page string, more ...string) []byte {
	return sample.PDFWithObjects(append([]string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R" + page + ">>",
		stream("", "0 0 9 9 re f")}, more...)...)
}

func TestWhatIsLeftOutIsTold(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		data []byte
		want []string
	}{
		"nothing":          {sample.PDF("Orden 1"), []string{}},
		"going to a page":  {withCatalog("/OpenAction[3 0 R/Fit]", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D[3 0 R/Fit]>>>>]"), []string{}},
		"scripts":          {withCatalog("/OpenAction<</S/JavaScript/JS(x)/Next<</S/Launch/F(x)>>>>/Names<</JavaScript<</Names[(a)5 0 R(b)5 0 R]>>>>", ""), []string{"launch action ×1", "script ×3"}},
		"a page's actions": {withCatalog("", "/AA<</O<</S/JavaScript/JS(x)>>/C<</S/SubmitForm/F(x)>>>>"), []string{"form submission ×1", "script ×1"}},
		"links":            {withCatalog("", "/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(x)>>>><</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(y)>>>>]"), []string{"link ×2"}},
		"embedded files":   {withCatalog("/AF[5 0 R]/Names<</EmbeddedFiles<</Kids[<</Names[(a)5 0 R]>>]>>>>", "/Annots[<</Subtype/FileAttachment/FS 5 0 R>>]", "<</F(x)>>"), []string{"embedded file ×3"}},
		"fields":           {withCatalog("/AcroForm<</Fields[5 0 R]/XFA(x)>>", "/Annots[5 0 R]", "<</Subtype/Widget/FT/Tx/V(a name)/Rect[0 0 9 9]/F 4>>"), []string{"form field ×1", "form in XML ×1"}},
		"notes for the screen": {withCatalog("", "/Annots[<</Subtype/Stamp/F 0/Rect[0 0 9 9]/AP<</N 5 0 R>>>><</Subtype/Widget/Ff 65536/Rect[0 0 9 9]/AP<</N 5 0 R>>>>]", stream("/Type/XObject/Subtype/Form/BBox[0 0 10 5]", "1 1 8 3 re f")),
			[]string{"field or note for the screen only ×2", "form field ×1"}},
		"films":             {withCatalog("", "/Annots[<</Subtype/Movie/Rect[0 0 9 9]>>]"), []string{"sound, film or 3D ×1"}},
		"actions in a ring": {withCatalog("/OpenAction 5 0 R", "", "<</S/GoTo/Next 5 0 R>>"), []string{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			assert.Equal(t, test.want, lo.Map(d.Removed, func(r pdf.Removed, _ int) string { return r.String() }))
			for _, name := range []string{"as-is", "a6"} {
				var out bytes.Buffer
				_, err = pdf.JoinOnto(&out, sample.Each(d.Data), pdf.Layout{Stock: stock(t, name)})
				require.NoError(t, err)
				again, err := pdf.Check(out.Bytes(), pdf.Limits{})
				require.NoError(t, err)
				assert.Empty(t, again.Removed)
			}
		})
	}
}

func TestWhatAnnotationsPrintIsDrawnOnAStock(t *testing.T) {
	t.Parallel()
	label := withCatalog("", "/Annots[5 0 R 6 0 R 7 0 R]",
		"<</Subtype/Stamp/Rect[100 100 200 150]/F 4/AP<</N 8 0 R>>>>",
		"<</Subtype/Widget/Rect[0 0 9 9]/F 4/AS/Off/AP<</N<</On 8 0 R>>>>>>",
		"<</Subtype/Widget/Rect[10 10 30 20]/AS/On/AP<</N<</On 8 0 R>>>>>>",
		stream("/Type/XObject/Subtype/Form/BBox[0 0 10 5]", "1 1 8 3 re f"))
	var out bytes.Buffer
	_, err := pdf.JoinOnto(&out, sample.Each(label), pdf.Layout{Stock: stock(t, "4x6in")})
	require.NoError(t, err)
	assert.Contains(t, out.String(), "q 10 0 0 10 100 100 cm /L2 Do")
	assert.Contains(t, out.String(), "q 2 0 0 2 10 10 cm /L3 Do")
	assert.NotContains(t, out.String(), "/L4 Do")
}

func TestLayersThatAreOffStayOff(t *testing.T) {
	t.Parallel()
	label := func(state string) []byte {
		return withCatalog("/OCProperties<</OCGs[5 0 R 6 0 R]/D<<"+state+">>>>",
			"/Resources<</Properties<</A 5 0 R/B 6 0 R/C<</Type/OCMD/OCGs[5 0 R 6 0 R]/P/AllOn>>>>>>/Contents 7 0 R",
			"<</Type/OCG/Name(same)>>", "<</Type/OCG/Name(same)>>",
			stream("", "/OC /A BDC 0 0 1 1 re f EMC /OC /B BDC 0 0 2 2 re f EMC /OC /C BDC 0 0 3 3 re f EMC"))
	}
	blank := map[string]bool{"": false, "/OFF[5 0 R 6 0 R]": true, "/OFF[6 0 R]": false, "/BaseState/OFF": true, "/BaseState/OFF/ON[5 0 R]": false}
	for state, want := range blank {
		d, err := pdf.Check(label(state), pdf.Limits{})
		require.NoError(t, err)
		assert.Equal(t, want, d.Content(0).Blank, state)
	}
	var out bytes.Buffer
	_, err := pdf.Join(&out, sample.Each(label(""), label("/OFF[5 0 R 6 0 R]"), label("/OFF[6 0 R]")))
	require.NoError(t, err)
	d, err := pdf.Check(out.Bytes(), pdf.Limits{})
	require.NoError(t, err)
	assert.Equal(t, []bool{false, true, false}, lo.Times(3, func(i int) bool { return d.Content(i).Blank }))
	assert.Equal(t, 1, strings.Count(out.String(), "/OCProperties"))
}
