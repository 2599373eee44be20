package pdf_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// withField is a page with one field; further objects are numbered from 7.
func withField(form, widget string, more ...string) []byte {
	return sample.PDFWithObjects(append([]string{"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]" + form + ">>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R/Annots[5 0 R]>>", stream("", "9 9 9 9 re f"),
		"<</Type/Annot/Subtype/Widget/Rect[20 60 260 90]" + widget + ">>", helvetica}, more...)...)
}

func TestValuesOfFieldsArePrintedOrSaid(t *testing.T) {
	t.Parallel()
	const (
		needed = "/NeedAppearances true/DR<</Font<</Helv 6 0 R>>>>"
		drew   = "the values of form fields were drawn, because their drawings were missing or old"
		field  = "removed form field ×1"
		maybe  = "removed value of a form field that its drawing may not show ×1"
		tx     = "/FT/Tx/F 4/DA(/Helv 12 Tf 0 g)"
	)
	shows := func(text string) string {
		return stream("/Type/XObject/Subtype/Form/BBox[0 0 240 30]/Resources<</Font<</F1 6 0 R>>>>", "BT /F1 9 Tf 9 9 Td ("+text+") Tj ET")
	}
	box := stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 6 0 R>>>>", "BT /F1 9 Tf (X) Tj ET")
	for name, test := range map[string]struct {
		data    []byte
		text    string
		changes []string
	}{
		"drawn":                           {withField("", tx+"/V(Juan 12345678)/AP<</N 7 0 R>>", shows("Juan 12345678")), "Juan 12345678", []string{field}},
		"drawn, to be drawn again":        {withField(needed, tx+"/V(Juan 12345678)/AP<</N 7 0 R>>", shows("Juan 12345678")), "Juan 12345678", []string{field}},
		"an old drawing":                  {withField(needed, tx+"/V(new)/AP<</N 7 0 R>>", shows("old")), "new", []string{field, drew}},
		"an empty drawing":                {withField("", tx+"/V(new)/AP<</N 7 0 R>>", shows("")), "new", []string{field, drew}},
		"a drawing in its own style":      {withField("", tx+"/V(1234.5)/AP<</N 7 0 R>>", shows("$ 1.234,50")), "$ 1.234,50", []string{field}},
		"emptied":                         {withField(needed, tx+"/AP<</N 7 0 R>>", shows("old")), "", []string{field, drew}},
		"no drawing":                      {withField("", tx+"/V(new)"), "new", []string{field, drew}},
		"no drawing, style of the form":   {withField("/DA(/Helv 0 Tf)", "/FT/Tx/F 4/V(new)"), "new", []string{field, drew}},
		"UTF-16":                          {withField("", tx+"/V<FEFF00D100E1>"), "Ñá", []string{field, drew}},
		"no letters that we have":         {withField("", tx+"/V<FEFF4E2D>"), "", []string{field, maybe}},
		"several lines":                   {withField("", tx+"/Ff 4096/V(one two\\nthree)"), "one two\nthree", []string{field, drew}},
		"one cell for each letter":        {withField("", tx+"/Ff 16777216/MaxLen 5/V(123)"), "1 2 3", []string{field, drew}},
		"a choice":                        {withField(needed, "/FT/Ch/Ff 131072/F 4/DA(/Helv 0 Tf)/Opt[[(a)(Alfa)][(b)(Beta)]]/V(b)/AP<</N 7 0 R>>", shows("Alfa")), "Beta", []string{field, drew}},
		"a list":                          {withField(needed, "/FT/Ch/F 4/DA(/Helv 0 Tf)/Opt[(a)(b)]/V(b)/AP<</N 7 0 R>>", shows("a")), "a", []string{field, maybe}},
		"a value in the field above":      {withField("", "/Parent 7 0 R/F 4", "<</FT/Tx/V(new)/DA(/Helv 9 Tf)/Kids[5 0 R]>>"), "new", []string{field, drew}},
		"turned":                          {withField("", tx+"/MK<</R 90>>/V(new)"), "", []string{field, maybe}},
		"a password":                      {withField("", tx+"/Ff 8192/V(secret)"), "", []string{field}},
		"hidden":                          {withField("", "/FT/Tx/F 6/DA(/Helv 12 Tf)/V(new)"), "", []string{field}},
		"for the screen":                  {withField("", "/FT/Tx/F 0/DA(/Helv 12 Tf)/V(new)"), "", []string{field}},
		"a signature":                     {withField("", "/FT/Sig/F 4/V<</Type/Sig/Contents<00>>>/AP<</N 7 0 R>>", shows("firma")), "firma", []string{field}},
		"a check box":                     {withField("", "/FT/Btn/F 4/V/Yes/AS/Yes/AP<</N<</Yes 7 0 R>>>>", box), "X", []string{field}},
		"a check box without its state":   {withField("", "/FT/Btn/F 4/V/Yes/AP<</N<</Yes 7 0 R>>>>", box), "X", []string{field, drew}},
		"a check box in an old state":     {withField(needed, "/FT/Btn/F 4/V/Off/AS/Yes/AP<</N<</Yes 7 0 R>>>>", box), "", []string{field, drew}},
		"one of several buttons":          {withField(needed, "/Parent 8 0 R/F 4/AS/Off/AP<</N<</b 7 0 R>>>>", box, "<</FT/Btn/Ff 32768/V/b/Kids[5 0 R]>>"), "X", []string{field, drew}},
		"a check box without a drawing":   {withField("", "/FT/Btn/F 4/V/Yes"), "", []string{field, "removed field or note without a drawing of its own ×1"}},
		"fields above it that go in ring": {withField("", "/Parent 7 0 R/F 4", "<</Parent 7 0 R/FT/Tx>>"), "", []string{field}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages, changes := summary(t, test.data)
			assert.Equal(t, []string{test.text}, pages)
			assert.ElementsMatch(t, test.changes, changes)
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			for _, stock := range []string{"as-is", "4x6in"} {
				joined := joinedOnto(t, stock, d.Data)
				texts, err := pdf.Texts(joined)
				require.NoError(t, err)
				assert.Equal(t, test.text, strings.TrimSpace(texts[0]), stock)
				assert.NotContains(t, string(joined), "secret")
			}
		})
	}
}

func TestAPageThatStandsForAFormInXMLIsRefused(t *testing.T) {
	t.Parallel()
	wait := sample.PDFWithContents("BT /F1 9 Tf (Please wait... If this message is not eventually replaced) Tj ET")
	with := func(data []byte, catalog string) []byte {
		return bytes.Replace(data, []byte("/Type/Catalog"), []byte("/Type/Catalog"+catalog), 1)
	}
	for name, data := range map[string][]byte{
		"a placeholder":       with(wait, "/AcroForm<</XFA(x)/Fields[]>>"),
		"to be drawn":         with(sample.PDF("Orden 1"), "/NeedsRendering true/AcroForm<</XFA[(a)(b)]>>"),
		"with a broken table": bytes.Replace(with(wait, "/AcroForm<</XFA(x)>>"), []byte("startxref"), []byte("lost"), 1),
	} {
		_, err := pdf.Check(data, pdf.Limits{})
		assert.EqualError(t, err, string(pdf.FormInXML), name)
	}
	for name, data := range map[string][]byte{
		"the words without a form": wait,
		"static pages":             with(sample.PDF("Orden 1"), "/AcroForm<</XFA(x)>>"),
		"no form in XML":           with(wait, "/AcroForm<</XFA null>>"),
	} {
		_, err := pdf.Check(data, pdf.Limits{})
		assert.NoError(t, err, name)
	}
}
