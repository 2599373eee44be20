package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func encrypted(t *testing.T, userPassword string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, api.Encrypt(bytes.NewReader(sample.PDF("Orden 20001")), &out, model.NewAESConfiguration(userPassword, "owner", 256)))
	return out.Bytes()
}

func TestCheckRefusesWithAReason(t *testing.T) {
	t.Parallel()
	whole := sample.PDF("Orden 1")
	tests := map[string]struct {
		data   []byte
		limits pdf.Limits
		want   pdf.Reason
	}{
		"nothing":                  {nil, pdf.Limits{}, pdf.Empty},
		"blanks":                   {[]byte(" \r\n"), pdf.Limits{}, pdf.Empty},
		"a web page":               {[]byte("<html>"), pdf.Limits{}, pdf.NotPDF},
		"a user password":          {encrypted(t, "secret"), pdf.Limits{}, pdf.Encrypted},
		"only a header":            {[]byte("%PDF-1.4\n"), pdf.Limits{}, pdf.Damaged},
		"no pages":                 {sample.PDFWithContents(), pdf.Limits{}, pdf.NoPages},
		"too many pages":           {sample.PDF("1", "2", "3"), pdf.Limits{Pages: 2}, pdf.TooManyPage},
		"too many bytes":           {whole, pdf.Limits{Bytes: 100}, pdf.TooLarge},
		"a page that is not there": {sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[9 0 R]>>"), pdf.Limits{}, pdf.Damaged},
		"a drawing that is not there": {sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
			"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 9 0 R>>"), pdf.Limits{}, pdf.Damaged},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := pdf.Check(test.data, test.limits)
			var refused *pdf.Error
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, test.want, refused.Reason)
			assert.Equal(t, string(test.want), err.Error())
		})
	}
}

func TestCheckOpensWhatAPrinterCouldPrint(t *testing.T) {
	t.Parallel()
	whole := sample.PDF("Orden 20001", "Orden 20002")
	tests := map[string]struct {
		data     []byte
		pages    int
		repaired bool
	}{
		"a whole file":                      {whole, 2, false},
		"junk before and after it":          {append([]byte("\xef\xbb\xbf\n"), append(bytes.Clone(whole), "\n\njunk"...)...), 2, false},
		"an empty user password":            {encrypted(t, ""), 1, true},
		"a lost table of objects":           {bytes.Replace(whole, []byte("xref"), []byte("yref"), 1), 2, true},
		"a table that is not where it says": {bytes.Replace(whole, []byte("startxref\n"), []byte("startxref\n1"), 1), 2, true},
		"a stream without its end":          {bytes.Replace(whole, []byte("\nendstream"), nil, 1), 2, true},
		"a page without any size or kind":   {sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Kids[3 0 R]>>", "<</Parent 2 0 R>>"), 1, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			assert.Equal(t, test.pages, d.Pages)
			assert.Len(t, d.Sizes, test.pages)
			assert.Equal(t, test.repaired, d.Repaired != "", d.Repaired)
			again, err := pdf.Check(d.Data, pdf.Limits{})
			require.NoError(t, err)
			assert.Equal(t, test.pages, again.Pages)
			assert.NotContains(t, string(d.Data), "/Encrypt")
		})
	}
}

func TestAFileCutAnywhereIsRefusedOrBlankOrWhole(t *testing.T) {
	t.Parallel()
	whole := sample.PDF("Orden 2000004280026175\nsegunda linea")
	d, err := pdf.Check(whole, pdf.Limits{})
	require.NoError(t, err)
	want := d.Content(0)
	for n := range len(whole) {
		cut, err := pdf.Check(whole[:n], pdf.Limits{})
		var refused *pdf.Error
		if errors.As(err, &refused) {
			continue
		}
		require.NoError(t, err)
		if got := cut.Content(0); !got.Blank {
			assert.Equal(t, want, got, "cut after %d bytes", n)
		}
	}
}

func TestSizesAreOfWhatIsPrinted(t *testing.T) {
	t.Parallel()
	page := func(entries string) []byte {
		return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>",
			"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>", "<</Type/Page/Parent 2 0 R"+entries+">>")
	}
	for entries, want := range map[string]pdf.Size{
		"":                                       {Width: 595, Height: 842},
		"/Rotate 90":                             {Width: 842, Height: 595},
		"/Rotate 450":                            {Width: 842, Height: 595},
		"/Rotate 45":                             {Width: 595, Height: 842},
		"/UserUnit 2/MediaBox[0 0 144 216]":      {Width: 288, Height: 432},
		"/Rotate -90/MediaBox[0 0 288 432]":      {Width: 432, Height: 288},
		"/CropBox[20 20 308 452]":                {Width: 288, Height: 432},
		"/CropBox[500 0 900 842]":                {Width: 95, Height: 842},
		"/CropBox[900 900 999 999]":              {Width: 595, Height: 842},
		"/MediaBox[288 432 0 0]":                 {Width: 288, Height: 432},
		"/MediaBox[0 0 0 0]/CropBox[0 0 (x) 1 ]": {Width: 595, Height: 842},
	} {
		d, err := pdf.Check(page(entries), pdf.Limits{})
		require.NoError(t, err, entries)
		assert.Equal(t, []pdf.Size{want}, d.Sizes, entries)
	}
}

func TestSplitPagesGivesEachPageAlone(t *testing.T) {
	t.Parallel()
	pages, err := pdf.SplitPages(sample.PDF("Orden 20001", "Orden 20002", "Orden 20003"))
	require.NoError(t, err)
	require.Len(t, pages, 3)
	for i, page := range pages {
		texts, err := pdf.Texts(page)
		require.NoError(t, err)
		assert.Equal(t, []string{fmt.Sprintf("Orden 2000%d\n", i+1)}, texts)
	}
}

func TestJoinWritesEveryPageInOrder(t *testing.T) {
	t.Parallel()
	var out, again bytes.Buffer
	labels := [][]byte{sample.PDF("Orden 20001"), sample.PDF("Orden 20002", "hoja 2"), encrypted(t, "")}
	joined, err := pdf.Join(&out, sample.Each(labels...))
	require.NoError(t, err)
	assert.Equal(t, pdf.Joined{Pages: 4, Places: []pdf.Place{{First: 1, Count: 1}, {First: 2, Count: 2}, {First: 4, Count: 1}}}, joined)
	texts, err := pdf.Texts(out.Bytes())
	require.NoError(t, err)
	assert.Equal(t, []string{"Orden 20001\n", "Orden 20002\n", "hoja 2\n", "Orden 20001\n"}, texts)
	n, err := pdf.Pages(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, 4, n)

	_, err = pdf.Join(&again, sample.Each(labels...))
	require.NoError(t, err)
	assert.Equal(t, out.Bytes(), again.Bytes(), "the same labels give the same bytes")
	assert.Equal(t, 1, strings.Count(out.String(), "/BaseFont"), "what labels share is written once")
}

func TestJoinIsValidByPdfcpu(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	labels := make([][]byte, 130)
	for i := range labels {
		labels[i] = sample.PDF(fmt.Sprint("Orden ", i))
	}
	_, err := pdf.Join(&out, sample.Each(labels...))
	require.NoError(t, err)
	require.NoError(t, api.Validate(bytes.NewReader(out.Bytes()), nil))
	n, err := api.PageCount(bytes.NewReader(out.Bytes()), nil)
	require.NoError(t, err)
	assert.Equal(t, 130, n)
}

func TestJoinNamesTheLabelThatItCannotRead(t *testing.T) {
	t.Parallel()
	_, err := pdf.Join(&bytes.Buffer{}, sample.Each(sample.PDF("1"), []byte("%PDF-1.4 oops"), sample.PDF("3")))
	var stopped *pdf.JoinError
	require.ErrorAs(t, err, &stopped)
	assert.Equal(t, 1, stopped.Index)
	_, err = pdf.Join(&bytes.Buffer{}, sample.Each())
	require.ErrorIs(t, err, pdf.ErrNothingToJoin)
}

func TestJoinLeavesOutWhatActs(t *testing.T) {
	t.Parallel()
	label := sample.PDFWithObjects(
		"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/Names<</EmbeddedFiles<</Names[(x)4 0 R]>>>>>>",
		"<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/AA<</O<</S/JavaScript/JS(x)>>>>/Annots[5 0 R 6 0 R]/Contents 7 0 R>>",
		"<</Type/Filespec/F(evil.exe)>>",
		"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/F 4/A<</S/Launch/F(evil.exe)>>>>",
		"<</Type/Annot/Subtype/Widget/Rect[0 0 99 99]/F 4/A<</S/Launch/F(evil.exe)>>/AP<</N 8 0 R>>>>",
		"<</Length 12>>\nstream\n0 0 1 1 re f\nendstream",
		"<</Type/XObject/Subtype/Form/BBox[0 0 99 99]/F(evil.exe)/Length 14>>\nstream\n0 0 50 50 re f\nendstream")
	var out bytes.Buffer
	joined, err := pdf.Join(&out, sample.Each(label))
	require.NoError(t, err)
	assert.Equal(t, 1, joined.Pages)
	for _, word := range []string{"JavaScript", "Launch", "evil", "/AA", "Link", "OpenAction"} {
		assert.NotContains(t, out.String(), word)
	}
	assert.Contains(t, out.String(), "0 0 50 50 re f", "what a form shows is printed")
}

func TestObjectsThatHoldThemselvesAreCopied(t *testing.T) {
	t.Parallel()
	label := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources 5 0 R/Contents 4 0 R>>",
		"<</Length 6>>\nstream\n/X0 Do\nendstream",
		"<</XObject<</X0 6 0 R>>>>",
		"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 5 0 R/Length 21>>\nstream\n0 0 9 9 re f /X0 Do  \nendstream")
	d, err := pdf.Check(label, pdf.Limits{})
	require.NoError(t, err)
	assert.False(t, d.Content(0).Blank)
	data, err := d.Extract(0)
	require.NoError(t, err)
	n, err := pdf.Pages(bytes.NewReader(data))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
}

func TestHostileFilesOfTheCorpusAreReadOrRefused(t *testing.T) {
	t.Parallel()
	read := 0
	for name, data := range corpus.PDF(t) {
		d, err := pdf.Check(data, pdf.Limits{})
		if err != nil {
			var refused *pdf.Error
			require.ErrorAs(t, err, &refused, name)
			continue
		}
		var out bytes.Buffer
		joined, err := pdf.Join(&out, sample.Each(d.Data, d.Data))
		require.NoError(t, err, name)
		n, err := pdf.Pages(bytes.NewReader(out.Bytes()))
		require.NoError(t, err, name)
		sound := lo.CountBy(lo.Range(d.Pages), func(i int) bool { return d.WhyBroken(i) == "" })
		assert.Equal(t, 2*sound, n, name)
		assert.Equal(t, joined.Pages, n, name)
		read++
	}
	assert.NotZero(t, read)
}

func FuzzCheck(f *testing.F) {
	f.Add(sample.PDF("Orden 20001", ""))
	f.Add(sample.PDFWithContents("BT /F1 9 Tf [(a) -300 <62>] TJ (c\\051) ' ET BI /W 1 ID xx EI Q q"))
	f.Add([]byte("%PDF-1.4\ntrailer<</Root 1 0 R>>"))
	f.Add(sample.PDFSheet("Orden 20000001", "Orden 20000002", "Orden 20000003"))
	f.Add(sheetOf("/MediaBox[0 0 595 842]/UserUnit 1.5", dashes(842, "297.5 %d m 297.5 %d l S ")+"q 300 0 0 200 10 10 cm BI /W 8 /H 1 /BPC 1 /CS /G ID x EI Q"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := pdf.Check(data, pdf.Limits{Bytes: 1 << 20, Pages: 20, StreamBytes: 1 << 20})
		if err != nil {
			return
		}
		var sound []int
		for i := range d.Pages {
			d.Content(i)
			if d.WhyBroken(i) == "" {
				sound = append(sound, i)
			}
		}
		alone, err := d.Extract(sound...)
		require.NoError(t, err)
		d, err = pdf.Check(alone, pdf.Limits{})
		require.NoError(t, err)
		single, _, err := d.CutSheets(noList)
		require.NoError(t, err)
		for name, document := range map[string]pdf.Document{"as-is": d, "10x15cm": single} {
			var out bytes.Buffer
			joined, err := pdf.JoinOnto(&out, sample.Each(document.Data), pdf.Layout{Stock: stock(t, name)})
			require.NoError(t, err)
			n, err := pdf.Pages(bytes.NewReader(out.Bytes()))
			require.NoError(t, err)
			require.Equal(t, document.Pages, n)
			require.Equal(t, document.Pages, joined.Pages)
		}
	})
}

func BenchmarkJoinAThousand(b *testing.B) {
	labels := make([][]byte, 1000)
	for i := range labels {
		labels[i] = sample.PDF(fmt.Sprint("Orden ", i))
	}
	for b.Loop() {
		if _, err := pdf.Join(&bytes.Buffer{}, sample.Each(labels...)); err != nil {
			b.Fatal(err)
		}
	}
}
