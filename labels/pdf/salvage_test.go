package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func packed(entries, content string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write([]byte(content))
	_ = w.Close()
	return stream(entries+"/Filter/FlateDecode", out.String())
}

func locked(t *testing.T, conf *model.Configuration) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, api.Encrypt(bytes.NewReader(sample.PDF("Orden 20001")), &out, conf))
	return out.Bytes()
}

// without damages a word of a file, each time it occurs.
func without(data []byte, word string) []byte {
	return bytes.ReplaceAll(data, []byte(word), []byte(strings.Repeat("?", len(word))))
}

func TestDamagedFilesAreSalvaged(t *testing.T) {
	t.Parallel()
	whole := sample.PDF("Orden 20001")
	inStream := "1 0 2 38 3 90 <</Type/Catalog/Pages 2 0 R          >> <</Type/Pages/Count 1/Kids[3 0 R]               >>  " +
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F1 6 0 R>>>>/Contents 5 0 R>>"
	first := strings.Index(inStream, "<<")
	inStream = fmt.Sprintf("1 0 2 %d 3 %d ", strings.Index(inStream, "<</Type/Pages")-first, strings.Index(inStream, "<</Type/Page/")-first) + inStream[first:]
	tests := map[string][]byte{
		"no header":                   bytes.TrimPrefix(whole, []byte("%PDF-1.4\n")),
		"a header that says nothing":  bytes.Replace(whole, []byte("%PDF-1.4"), []byte("%PDF-1.\n"), 1),
		"a table that leads nowhere":  bytes.Replace(whole, []byte("00000 n"), []byte("0000/ n"), 1),
		"no trailer":                  whole[:bytes.Index(whole, []byte("trailer"))],
		"no table at all":             whole[:bytes.LastIndex(whole, []byte("xref\n0"))],
		"a table that is off by one":  []byte(strings.Replace(string(whole), "0000000000 65535 f \n", "", 1)),
		"a length that is too small":  regexp.MustCompile(`/Length \d+`).ReplaceAll(whole, []byte("/Length 20")),
		"a wrong length of a stream":  bytes.Replace(whole, []byte("/Length "), []byte("/Length 9"), 1),
		"no length of a stream":       without(whole, "/Length "),
		"objects in an object stream": []byte("%PDF-1.5\n4 0 obj\n" + packed(fmt.Sprintf("/Type/ObjStm/N 3/First %d", strings.Index(inStream, "<<")), inStream) + "\nendobj\n5 0 obj\n" + stream("", "BT /F1 9 Tf (Orden 20001) Tj ET") + "\nendobj\n6 0 obj\n" + helvetica + "\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(data, pdf.Limits{})
			require.NoError(t, err)
			texts, err := pdf.Texts(d.Data)
			require.NoError(t, err)
			assert.Equal(t, []string{"Orden 20001\n"}, texts)
			var out bytes.Buffer
			_, err = pdf.Join(&out, sample.Each(d.Data))
			require.NoError(t, err)
		})
	}
}

func TestEncryptedFilesWithDamagedTablesAreOpened(t *testing.T) {
	t.Parallel()
	tests := map[string]*model.Configuration{
		"RC4, 40 bits":  model.NewRC4Configuration("", "owner", 40),
		"RC4, 128 bits": model.NewRC4Configuration("", "owner", 128),
		"AES, 128 bits": model.NewAESConfiguration("", "owner", 128),
		"AES, 256 bits": model.NewAESConfiguration("", "owner", 256),
	}
	for name, conf := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conf.WriteObjectStream, conf.WriteXRefStream = false, false
			data := locked(t, conf)
			for what, damaged := range map[string][]byte{"whole": data, "damaged": without(data, "00000 n")} {
				d, err := pdf.Check(damaged, pdf.Limits{})
				require.NoError(t, err, what)
				assert.NotEmpty(t, d.Repaired, what)
				assert.Equal(t, "Orden 20001\n", d.Content(0).Text, what)
			}
		})
	}
}

func TestADamagedFileWithAUserPasswordStaysClosed(t *testing.T) {
	t.Parallel()
	conf := model.NewAESConfiguration("secret", "owner", 256)
	conf.WriteObjectStream, conf.WriteXRefStream = false, false
	_, err := pdf.Check(without(locked(t, conf), "00000 n"), pdf.Limits{})
	require.EqualError(t, err, string(pdf.Encrypted))
}

func TestJunkThatLooksLikeObjectsIsReadInLinearTime(t *testing.T) {
	t.Parallel()
	for _, junk := range []string{"1 0 obj (", "1 0 obj [[[[", "1 0 obj <<", "1 0 obj <</A<", "trailer <<", "1 0 obj <<>> stream "} {
		data := []byte("%PDF-1.4\n" + strings.Repeat(junk, (1<<20)/len(junk)))
		_, err := pdf.Check(data, pdf.Limits{})
		var refused *pdf.Error
		require.ErrorAs(t, err, &refused, junk)
	}
}

func TestPagesCountsAgainWhatWasJoined(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	labels := make([][]byte, 120)
	for i := range labels {
		labels[i] = sample.PDF(fmt.Sprint("Orden ", i))
	}
	_, err := pdf.Join(&out, sample.Each(labels...))
	require.NoError(t, err)
	n, err := pdf.Pages(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, 120, n)
	for name, spoilt := range map[string][]byte{
		"cut":               out.Bytes()[:out.Len()-1],
		"empty":             nil,
		"a byte too many":   bytes.Replace(out.Bytes(), []byte("endstream"), []byte("endstream "), 1),
		"a page is missing": bytes.Replace(out.Bytes(), []byte("/Type/Pages/Parent"), []byte("/Type/Pages/Kids[9999 0 R]"), 1),
	} {
		_, err := pdf.Pages(bytes.NewReader(spoilt))
		require.ErrorContains(t, err, "reopen joined labels", name)
	}
}
