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

// summary is what people are told of a file: its texts, one per page, or why a page cannot be printed,
// and what was changed.
func summary(t *testing.T, data []byte) (pages, changes []string) {
	t.Helper()
	d, err := pdf.Check(data, pdf.Limits{})
	if err != nil {
		return []string{err.Error()}, nil
	}
	for i := range d.Pages {
		content := d.Content(i)
		text := strings.TrimSpace(content.Text)
		switch why := d.WhyBroken(i); {
		case why != "":
			text = d.PageName(i) + ": " + why
		case content.Blank:
			text = "blank"
		}
		pages = append(pages, text)
		changes = append(changes, content.Notes...)
	}
	changes = append(changes, lo.Map(d.Removed, func(r pdf.Removed, _ int) string { return "removed " + r.String() })...)
	if d.Repaired != "" {
		changes = append(changes, d.Repaired)
	}
	return pages, changes
}

// updated appends an update that replaces the drawing of the first page.
func updated(data []byte, text string) []byte { return updatedWith(data, "", text) }

func updatedWith(data []byte, header, text string) []byte {
	data = append(bytes.Clone(data), header...)
	at := len(data)
	object := "5 0 obj\n" + stream("", "BT /F1 9 Tf ("+text+") Tj ET") + "\nendobj\n"
	before := bytes.LastIndex(data[:bytes.LastIndex(data, []byte("startxref"))], []byte("xref\n0"))
	return append(bytes.Clone(data), fmt.Sprintf("%sxref\n5 1\n%010d 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", object, at, before, at+len(object))...)
}

// withAttachment has another PDF as it is in a stream.
func withAttachment(inner []byte, length string) []byte {
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/EF<</F 6 0 R>>>>]>>>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>", helvetica, stream("", "BT /F1 9 Tf (outer) Tj ET"),
		fmt.Sprintf("<</Type/EmbeddedFile/Length %s>>\nstream\n%s\nendstream", length, inner), fmt.Sprint(len(inner)))
}

func TestFilesThatHoldMoreThanOnePDF(t *testing.T) {
	t.Parallel()
	one, two, three := sample.PDFWithContents("BT /F1 9 Tf (one) Tj ET"), sample.PDFWithContents("BT /F1 9 Tf (two) Tj ET"), sample.PDFWithContents("BT /F1 9 Tf (three) Tj ET")
	file := func(parts ...any) []byte {
		var all []byte
		for _, p := range parts {
			all = append(all, fmt.Sprintf("%s", p)...)
		}
		return all
	}
	put := func(n int) string {
		return fmt.Sprintf("it holds %d PDFs, one behind the other: their pages were put together", n)
	}
	inStream := withAttachment(one, fmt.Sprint(len(one)))
	// Offsets of a file with 20 bytes before its header, counted from the file's first byte.
	shifted := []byte(strings.Repeat("x", 20) + string(one))
	table := bytes.LastIndex(one, []byte("xref\n0"))
	start := bytes.LastIndex(one, []byte("startxref"))
	moved := string(one[:table])
	for _, line := range strings.SplitAfter(string(one[table:start]), "\n") {
		var at, generation int
		if n, _ := fmt.Sscanf(line, "%010d %05d n", &at, &generation); n == 2 && strings.HasSuffix(line, "n \n") {
			line = fmt.Sprintf("%010d 00000 n \n", at+20)
		}
		moved += line
	}
	moved += fmt.Sprintf("startxref\n%d\n%%%%EOF\n", table+20)
	fromStart := []byte(strings.Repeat("x", 20) + moved)
	tests := map[string]struct {
		data           []byte
		pages, changes []string
	}{
		"two":                             {file(one, two), []string{"one", "two"}, []string{put(2)}},
		"three":                           {file(one, "\r\n", two, three), []string{"one", "two", "three"}, []string{put(3)}},
		"the same twice":                  {file(one, one), []string{"one", "one"}, []string{put(2)}},
		"the second is locked":            {file(one, encrypted(t, "secret")), []string{"one", "PDF 2 of the file: the PDF is protected by a password"}, []string{put(2)}},
		"the second is damaged":           {file(one, bytes.ReplaceAll(two, []byte("/Contents"), []byte("/Contents 99 0 R/C"))), []string{"one", "PDF 2 of the file: the PDF is damaged and cannot be repaired"}, []string{put(2)}},
		"the first is cut":                {file(one[:len(one)/2], two), []string{"PDF 1 of the file: the PDF is damaged and cannot be repaired", "two"}, []string{put(2)}},
		"the first is cut in its drawing": {file(one[:bytes.Index(one, []byte("Tj"))], two), []string{"PDF 1 of the file: the PDF is damaged and cannot be repaired", "two"}, []string{put(2)}},
		"the second lost its table":       {file(one, bytes.Replace(two, []byte("startxref"), []byte("lost"), 1)), []string{"one", "two"}, []string{put(2)}},
		"the first was updated":           {file(updated(one, "new"), two), []string{"new", "two"}, []string{put(2)}},
		"an update":                       {updated(one, "new"), []string{"new"}, nil},
		"two updates":                     {updated(updated(one, "new"), "newest"), []string{"newest"}, nil},
		"an attachment":                   {inStream, []string{"outer"}, []string{"removed embedded file ×1"}},
		"an attachment, length elsewhere": {withAttachment(one, "7 0 R"), []string{"outer"}, []string{"removed embedded file ×1"}},
		"an attached file of two":         {withAttachment(file(one, two), fmt.Sprint(len(one)+len(two))), []string{"outer"}, []string{"removed embedded file ×1"}},
		"an update after an attachment":   {updated(inStream, "new"), []string{"new"}, []string{"removed embedded file ×1"}},
		"a web page behind":               {file(one, "<html><body>Error 500</body></html>"), []string{"one"}, []string{"removed text behind the PDF ×1"}},
		"blanks behind":                   {file(one, "\x00\x00\r\n  \x1a"), []string{"one"}, nil},
		"a label in ZPL behind":           {file(one, "^XA^FO9,9^FDa^FS^XZ"), []string{"one", "the end of the file: it is a label in ZPL behind a PDF: it must be a file of its own"}, nil},
		"a word about PDF behind":         {file(one, "see %PDF-1.4"), []string{"one"}, []string{"removed text behind the PDF ×1"}},
		"parts of a message": {file("--b\r\nContent-Type: application/pdf\r\n\r\n", one, "\r\n--b\r\nContent-Type: application/pdf\r\n\r\n", two, "\r\n--b--\r\n"),
			[]string{"one", "two"}, []string{put(2), "removed text before the PDF ×1", "removed text behind the PDF ×1"}},
		"a web page before":           {file("<html><body>\n", one), []string{"one"}, []string{"removed text before the PDF ×1"}},
		"headers before":              {file("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n", one), []string{"one"}, []string{"removed text before the PDF ×1"}},
		"a byte order mark before":    {file("\xef\xbb\xbf", one), []string{"one"}, nil},
		"offsets from the header":     {shifted, []string{"one"}, []string{"removed text before the PDF ×1"}},
		"offsets from the first byte": {fromStart, []string{"one"}, []string{"removed text before the PDF ×1"}},
		"per cent signs before":       {file(strings.Repeat("%P %%", 100), one), []string{"one"}, []string{"removed text before the PDF ×1"}},
		"a header behind 1,024 bytes": {file(strings.Repeat(" ", 1100), "x", one), []string{"one"}, []string{"its table of objects was rebuilt"}},
		"an update that has a header": {updatedWith(one, "%PDF-1.4\n", "new"), []string{"new"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages, changes := summary(t, test.data)
			assert.Equal(t, test.pages, pages)
			assert.ElementsMatch(t, test.changes, changes)
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			sound := lo.Filter(lo.Range(d.Pages), func(i, _ int) bool { return d.WhyBroken(i) == "" })
			part, err := d.Part(sound...)
			require.NoError(t, err)
			read, err := pdf.ReadChecked(part.Data)
			require.NoError(t, err)
			assert.Equal(t, len(sound), read.Pages)
		})
	}
}

func TestManyHeadersAreReadInLinearTime(t *testing.T) {
	t.Parallel()
	for _, junk := range []string{"%PDF-1.4\n", "%PDF-1.4\nendobj ", "%PDF-1.4\n1 0 obj <<>> endobj\n", "1 0 obj <</Length 9>> stream %PDF-1.4\n"} {
		_, err := pdf.Check([]byte("%PDF-1.4\n"+strings.Repeat(junk, (128<<10)/len(junk))), pdf.Limits{})
		require.Error(t, err, junk)
	}
}
