package pdf_test

import (
	"bytes"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func TestAPageThatCannotBePrintedDoesNotSpoilTheOthers(t *testing.T) {
	t.Parallel()
	of := func(kids, second string) []byte {
		return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 3/Kids["+kids+"]/MediaBox[0 0 288 432]>>",
			"<</Type/Page/Parent 2 0 R/Contents 6 0 R>>", "<</Type/Page/Parent 2 0 R/Contents 7 0 R>>", "<</Type/Page/Parent 2 0 R/Contents 6 0 R>>",
			stream("", "0 0 9 9 re f"), second)
	}
	damaged := stream("/Filter/FlateDecode", "no flate at all")
	for name, test := range map[string]struct {
		data []byte
		want []string
	}{
		"a drawing that cannot be unpacked": {of("3 0 R 4 0 R 5 0 R", damaged), []string{"", "its drawing is damaged", ""}},
		"a drawing that is not there":       {of("3 0 R 4 0 R 5 0 R", "null"), []string{"", "its drawing is missing", ""}},
		"a page that is not there":          {of("3 0 R 99 0 R", "null"), []string{"", "it is missing in the file"}},
		"a page that nobody counts":         {of("3 0 R null 5 0 R 3 0 R 4 0 R 99 0 R", stream("", "1 1 9 9 re f")), []string{"", "", ""}},
		"in a file that is repaired":        {bytes.Replace(of("3 0 R 4 0 R 5 0 R", damaged), []byte("startxref"), []byte("lost"), 1), []string{"", "its drawing is damaged", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			assert.Equal(t, test.want, lo.Times(d.Pages, d.WhyBroken))
			_, err = d.Extract(0)
			require.NoError(t, err)
			if test.want[1] != "" {
				_, err = d.Extract(1)
				require.ErrorContains(t, err, "the PDF is damaged")
				joiner, err := pdf.NewJoiner(&bytes.Buffer{}, pdf.Layout{})
				require.NoError(t, err)
				_, err = joiner.Add(d)
				require.Error(t, err)
			}
		})
	}
}

func TestAFontWithoutItsEndIsKept(t *testing.T) {
	t.Parallel()
	whole := sample.PDF("Orden 1")
	d, err := pdf.Check(bytes.Replace(whole, []byte("Encoding>>\nendobj"), []byte("Encoding>>\n      "), 1), pdf.Limits{})
	require.NoError(t, err)
	data, err := d.Extract(0)
	require.NoError(t, err)
	assert.Contains(t, string(data), "/BaseFont /Helvetica")
}

func TestTheLastUpdateCountsWhenTheTableIsLost(t *testing.T) {
	t.Parallel()
	first := sample.PDFWithContents("BT /F1 9 Tf (Orden 1) Tj ET")
	updated := bytes.Replace(first, []byte("xref"), append([]byte("5 0 obj\n"+stream("", "BT /F1 9 Tf (Orden 2) Tj ET")+"\nendobj\n"), "xref"...), 1)
	d, err := pdf.Check(bytes.Replace(updated, []byte("startxref\n"), []byte("startxref\n9"), 1), pdf.Limits{})
	require.NoError(t, err)
	assert.Equal(t, "Orden 2\n", d.Content(0).Text)
}

func TestPagesThatUnpackTooFarAreRefused(t *testing.T) {
	t.Parallel()
	d, err := pdf.Check(sample.PDF("Orden 1", "Orden 2", "Orden 3"), pdf.Limits{DrawnBytes: 10_000})
	require.NoError(t, err)
	assert.Equal(t, 3, d.Pages)
	d, err = pdf.Check(sample.PDF("Orden 1", "Orden 2", "Orden 3"), pdf.Limits{DrawnBytes: 100})
	require.NoError(t, err)
	assert.Empty(t, d.WhyBroken(0))
	assert.Equal(t, "its drawing unpacks to more than a label may", d.WhyBroken(2))
}
