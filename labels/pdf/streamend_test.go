package pdf_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func TestStreamsAreReadToTheirEndHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	// The drawing, a picture in it and a font come in this order, so that a stream read too far takes the next object.
	drawing := "q 9 0 0 9 9 9 cm /Im Do Q 9 9 50 50 re f BT /F1 9 Tf 20 40 Td (Orden 20001) Tj ET"
	good := string(sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 6 0 R>>/XObject<</Im 5 0 R>>>>/Contents 4 0 R>>",
		stream("", drawing), stream(grey, strings.Repeat("\x10", 32*32)), helvetica, fmt.Sprint(len(drawing))))
	first := func(old, to string) string { return strings.Replace(good, old, to, 1) }
	length := fmt.Sprintf("/Length %d>>", len(drawing))
	lost := regexp.MustCompile(`startxref\n[0-9]+`)
	for name, data := range map[string]string{
		"as it should be":                     good,
		"endstream cut":                       first("endstream", "endstrea"),
		"endstream without its beginning":     first("endstream", "dstream"),
		"endstream with a wrong letter":       first("endstream", "endstraem"),
		"endstream in another case":           first("endstream", "EndStream"),
		"no endstream":                        first("endstream\n", ""),
		"no endstream and no endobj":          first("endstream\nendobj\n", ""),
		"no endobj":                           first("endstream\nendobj\n", "endstream\n"),
		"endobj cut":                          first("endobj\n5 0 obj", "endob\n5 0 obj"),
		"every endstream cut":                 strings.ReplaceAll(good, "endstream", "endstrea"),
		"no line end before endstream":        first("\nendstream", "endstream"),
		"a line end of carriage return":       first("stream\nq", "stream\rq"),
		"both line ends":                      first("stream\nq", "stream\r\nq"),
		"blanks after stream":                 first("stream\nq", "stream  \nq"),
		"no line end after stream":            first("stream\nq", "stream q"),
		"a length that is too small":          first(length, "/Length 20>>"),
		"a length that is a little too small": first(length, fmt.Sprintf("/Length %d>>", len(drawing)-3)),
		"a length that is too large":          first(length, "/Length 300>>"),
		"a length behind the file's end":      first(length, "/Length 99999>>"),
		"a length of 0":                       first(length, "/Length 0>>"),
		"a negative length":                   first(length, "/Length -5>>"),
		"no length":                           first(length, ">>"),
		"a length elsewhere":                  first(length, "/Length 7 0 R>>"),
		"a length that is missing":            first(length, "/Length 99 0 R>>"),
		"a length that is a name":             first(length, "/Length/Foo>>"),
		"a wrong length and a wrong end":      strings.Replace(first(length, "/Length 20>>"), "endstream", "endstrea", 1),
		"a wrong length and no end":           strings.Replace(first(length, "/Length 20>>"), "endstream\n", "", 1),
	} {
		for kind, data := range map[string]string{"": data, ", its table lost": lost.ReplaceAllString(data, "startxref\n0")} {

			t.Run(name+kind, func(t *testing.T) {
				t.Parallel()
				pages, changes := summary(t, []byte(data))
				assert.Equal(t, []string{"Orden 20001"}, pages)
				assert.NotContains(t, changes, sayCut)
				assert.NotContains(t, changes, sayLost)
				d, err := pdf.Check([]byte(data), pdf.Limits{})
				if assert.NoError(t, err) {
					want, got := pictures(t, []byte(good), 36, 1), pictures(t, joinedOnto(t, "as-is", d.Data), 36, 1)
					assert.True(t, bytes.Equal(want[0].Pix, got[0].Pix), "all of it is printed")
				}
			})
		}
	}
}

func TestAPageThatIsListedTwiceIsSaid(t *testing.T) {
	t.Parallel()
	of := func(kids string, count int, objects ...string) []byte {
		return sample.PDFWithObjects(append([]string{"<</Type/Catalog/Pages 2 0 R>>", fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 288 432]/Resources<</Font<</F1 7 0 R>>>>>>", count, kids),
			"<</Type/Page/Parent 2 0 R/Contents 5 0 R>>", "<</Type/Page/Parent 2 0 R/Contents 6 0 R>>",
			stream("", "BT /F1 9 Tf (one) Tj ET"), stream("", "BT /F1 9 Tf (two) Tj ET"), helvetica}, objects...)...)
	}
	for name, test := range map[string]struct {
		data    []byte
		pages   []string
		repeats map[int]int
		changes []string
	}{
		"different pages":             {of("3 0 R 4 0 R", 2), []string{"one", "two"}, map[int]int{}, nil},
		"one twice":                   {of("3 0 R 3 0 R 4 0 R", 3), []string{"one", "one", "two"}, map[int]int{1: 0}, nil},
		"one at either end":           {of("3 0 R 4 0 R 3 0 R", 3), []string{"one", "two", "one"}, map[int]int{2: 0}, nil},
		"counted once":                {of("3 0 R 3 0 R 4 0 R", 2), []string{"one", "two"}, map[int]int{}, []string{"removed page listed more often than counted ×1"}},
		"a copy of a page":            {of("3 0 R 8 0 R", 2, "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>"), []string{"one", "one"}, map[int]int{1: 0}, nil},
		"a copy with its drawing":     {of("3 0 R 8 0 R", 2, "<</Type/Page/Parent 2 0 R/Contents 9 0 R>>", stream("", "BT /F1 9 Tf (one) Tj ET")), []string{"one", "one"}, map[int]int{1: 0}, nil},
		"a node twice":                {of("8 0 R 8 0 R", 4, "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>"), []string{"one", "two", "one", "two"}, map[int]int{2: 0, 3: 1}, nil},
		"the same text, turned":       {of("3 0 R 8 0 R", 2, "<</Type/Page/Parent 2 0 R/Rotate 180/Contents 5 0 R>>"), []string{"one", "one"}, map[int]int{}, nil},
		"a tree that leads to itself": {of("3 0 R 2 0 R 4 0 R", 2), []string{"one", "two"}, map[int]int{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages, changes := summary(t, test.data)
			assert.Equal(t, test.pages, pages)
			assert.Equal(t, test.changes, changes)
			d, err := pdf.Check(test.data, pdf.Limits{})
			assert.NoError(t, err)
			assert.Equal(t, test.repeats, d.Repeats())
		})
	}
}

func TestATreeThatListsItsNodesManyTimesIsRefused(t *testing.T) {
	t.Parallel()
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>"}
	for n := range 30 {
		objects = append(objects, fmt.Sprintf("<</Type/Pages/Count 1/Kids[%s]>>", strings.Repeat(fmt.Sprintf("%d 0 R ", n+3), 10)))
	}
	_, err := pdf.Check(sample.PDFWithObjects(append(objects, "<</Type/Pages/Kids[]>>")...), pdf.Limits{})
	assert.Error(t, err)
}
