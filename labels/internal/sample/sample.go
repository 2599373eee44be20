// Package sample makes small label files for the tests of labels. Begin with [PDF] and [ZPL].
package sample

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// PDF makes a file of 4 × 6 in pages, one per text, one line of text per line. An empty text makes
// a blank page. The others have a row of bars like a barcode.
func PDF(texts ...string) []byte {
	contents := make([]string, len(texts))
	for i, text := range texts {
		if text == "" {
			continue
		}
		contents[i] = "20 300 2 60 re 30 300 4 60 re f\nBT /F1 12 Tf 20 400 Td 14 TL\n"
		for line := range strings.Lines(text) {
			contents[i] += fmt.Sprintf("(%s) Tj T*\n", strings.NewReplacer("\n", "", "(", `\(`, ")", `\)`).Replace(line))
		}
		contents[i] += "ET"
	}
	return PDFWithContents(contents...)
}

// PDFWithContents makes a page for each content stream, with a font named F1.
func PDFWithContents(contents ...string) []byte {
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"}
	var kids []string
	for _, content := range contents {
		n := len(objects) + 1
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>", n+1),
			fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(kids), strings.Join(kids, " "))
	return PDFWithObjects(objects...)
}

// PDFSheet makes an A4 page with up to four labels in a grid, one per text.
func PDFSheet(texts ...string) []byte {
	var content strings.Builder
	for i, text := range texts {
		fmt.Fprintf(&content, "q 1 0 0 1 %d %d cm 0 0 255 368 re S BT /F1 12 Tf 20 300 Td (%s) Tj ET ", 20+300*(i%2), 450-420*(i/2), text)
		for bar := range 40 {
			fmt.Fprintf(&content, "%d 100 2 90 re f ", 20+5*bar)
		}
		content.WriteString("Q\n")
	}
	return PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", content.Len(), content.String()))
}

// PDFWithObjects makes a file from objects numbered from 1; the first is the catalog.
func PDFWithObjects(objects ...string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return out.Bytes()
}

// ZPL makes one label with a line of text per field and a barcode of the last one.
func ZPL(fields ...string) []byte {
	var out bytes.Buffer
	out.WriteString("^XA\n^CI28\n")
	for i, field := range fields {
		fmt.Fprintf(&out, "^FO40,%d^A0N,30,30^FD%s^FS\n", 40+40*i, field)
	}
	fmt.Fprintf(&out, "^FO40,600^BY3^BCN,160,N,N,N^FD>:%s^FS\n^XZ\n", fields[len(fields)-1])
	return out.Bytes()
}

// Zip packs names and contents, alternating, into an archive.
func Zip(t testing.TB, namesAndContents ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for i := 0; i+1 < len(namesAndContents); i += 2 {
		entry, err := archive.Create(namesAndContents[i].(string))
		require.NoError(t, err)
		var content []byte
		switch c := namesAndContents[i+1].(type) {
		case string:
			content = []byte(c)
		case []byte:
			content = c
		}
		_, err = io.Copy(entry, bytes.NewReader(content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return out.Bytes()
}

// Each yields contents one by one, as the joiners take them.
func Each(contents ...[]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, content := range contents {
			if !yield(content, nil) {
				return
			}
		}
	}
}
