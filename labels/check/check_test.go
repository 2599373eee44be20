package check_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

type openFile struct{ *bytes.Reader }

func (openFile) Close() error { return nil }

func source(name string, data []byte) check.Source {
	return check.Source{Name: name, Open: func() (check.OpenFile, error) {
		if data == nil {
			return nil, errors.New("no such file")
		}
		return openFile{bytes.NewReader(data)}, nil
	}}
}

func TestCheckSaysWhatAFileIs(t *testing.T) {
	t.Parallel()
	page := check.Page{Width: 101.6, Height: 152.4}
	tests := map[string]struct {
		data []byte
		want check.Input
	}{
		"a label in ZPL": {
			[]byte("^XA^PW812^LL1218^MMT~JR^FO1,1^FDVenta 2000004280026175^FS^BCN^FD>:43312678001^FS^PQ3^XZ"),
			check.Input{Kind: check.ZPL, OK: true, Labels: 1, Pages: []check.Page{{Width: 101.5, Height: 152.3}}, IDs: []string{"2000004280026175", "43312678001"},
				Changes: []string{"removed ^MMT ×1", "removed ~JR ×1 (dangerous: it resets the printer, cancels work or erases its memory)", "3 copies of a label (^PQ3) were reduced to one"}}},
		"two pages of PDF": {
			sample.PDF("Orden 2000004280026175", "Orden FALA-00012345"),
			check.Input{Kind: check.PDF, OK: true, Labels: 2, Pages: []check.Page{page, page}, IDs: []string{"2000004280026175", "FALA-00012345"}}},
		"a PDF with a blank page and a list": {
			sample.PDF("Orden 2000004280026175", "", "MANIFIESTO\n2000004280026175"),
			check.Input{Kind: check.PDF, OK: true, Labels: 1, Pages: []check.Page{page}, IDs: []string{"2000004280026175"},
				Changes: []string{"page 2 is blank: left out", "page 3 is a control list: not printed"}}},
		"a sheet of labels": {
			sample.PDFSheet("Orden 2000004280026175", "Orden 2000004280026176"),
			check.Input{Kind: check.PDF, OK: true, Labels: 2, Pages: []check.Page{{Width: 94.3, Height: 134.2}, {Width: 94.3, Height: 134.2}}, IDs: []string{"2000004280026175", "2000004280026176"},
				Changes: []string{"page 1 carries 2 labels: cut into single labels"}}},
		"a PDF of blank pages": {
			sample.PDF("", ""),
			check.Input{Kind: check.PDF, OK: true, Changes: []string{"page 1 is blank: left out", "page 2 is blank: left out"}}},
		"a PDF with a broken page": {
			bytes.Replace(sample.PDF("Orden 2000004280026175", "Orden 2000004280026176"), []byte("/Contents 7 0 R"), []byte("/Contents 9 0 R"), 1),
			check.Input{Kind: check.PDF, Labels: 1, Pages: []check.Page{page}, IDs: []string{"2000004280026175"}, Reason: "page 2: its drawing is missing"}},
		"a zip of labels and papers": {
			sample.Zip(t, "Etiqueta.txt", sample.ZPL("A-1", "88880001"), "Control.pdf", sample.PDF("x"), "a.pdf", sample.PDF("88880002")),
			check.Input{Kind: check.Zip, OK: true, Labels: 2, Pages: []check.Page{page}, IDs: []string{"88880001", "88880002"},
				Changes: []string{"Control.pdf: a control file: not printed"}}},
		"a zip with a bad file": {
			sample.Zip(t, "a.zpl", sample.ZPL("A-1", "88880001"), "b.pdf", "<html>busy</html>"),
			check.Input{Kind: check.Zip, Labels: 1, IDs: []string{"88880001"}, Reason: "b.pdf: the file is a web page, not a label"}},
		"a label and one cut short": {
			[]byte("^XA^FDone^FS^XZ^XA^FDtwo"),
			check.Input{Kind: check.ZPL, Labels: 1, Reason: "label 2: the label is cut short: its end (^XZ) is missing"}},
		"a workbook":               {sample.Zip(t, "[Content_Types].xml", "", "xl/workbook.xml", ""), check.Input{Kind: check.XLSX, OK: true, Changes: []string{"a workbook: not printed"}}},
		"an empty archive":         {sample.Zip(t), check.Input{Kind: check.Zip, Reason: "the archive is empty"}},
		"an empty file":            {[]byte{}, check.Input{Kind: check.Unknown, Reason: "the file is empty"}},
		"a web page":               {[]byte("<html>busy</html>"), check.Input{Kind: check.Unknown, Reason: "the file is a web page, not a label"}},
		"a file that is not there": {nil, check.Input{Kind: check.Unknown, Reason: "the file cannot be opened: no such file"}},
		"ZPL that prints nothing":  {[]byte("^XA^MCY^XZ"), check.Input{Kind: check.ZPL, Reason: "the file prints nothing"}},
		"half a PDF":               {sample.PDF("x")[:60], check.Input{Kind: check.PDF, Reason: string(pdf.NoPages)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := check.File(t.Context(), source("given", test.data))
			assert.NotNil(t, got.Pages)
			assert.NotNil(t, got.IDs)
			assert.NotNil(t, got.Changes)
			test.want.File = "given"
			test.want.Pages, test.want.IDs, test.want.Changes = slices.Concat([]check.Page{}, test.want.Pages), slices.Concat([]string{}, test.want.IDs), slices.Concat([]string{}, test.want.Changes)
			got.Pages, got.IDs, got.Changes = slices.Concat([]check.Page{}, got.Pages), slices.Concat([]string{}, got.IDs), slices.Concat([]string{}, got.Changes)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWhatComputersKeepForThemselvesIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/f14-mac-windows-housekeeping.zip")
	require.NoError(t, err)
	got := check.File(t.Context(), source("given", data))
	assert.True(t, got.OK, got.Reason)
	assert.Equal(t, 2, got.Labels)
	assert.Equal(t, []string{"left aside 5 files that computers keep for themselves: ._etiqueta ñ.zpl, .DS_Store, ._label.pdf, Thumbs.db, …"}, got.Changes)

	got = check.File(t.Context(), source(".DS_Store", []byte("\x00\x00\x00\x01Bud1")))
	assert.False(t, got.OK)
}

func TestCheckTellsHowPagesAreTurned(t *testing.T) {
	t.Parallel()
	file := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Rotate -90/Contents 5 0 R>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 5 0 R>>",
		"<</Length 15>>\nstream\n9 9 99 99 re f \nendstream")
	got := check.File(t.Context(), source("a.pdf", file))
	assert.Equal(t, []check.Page{{Width: 152.4, Height: 101.6, Rotate: 270}, {Width: 101.6, Height: 152.4}}, got.Pages)
}

func ExampleFile() {
	in := check.File(context.Background(), source("etiqueta.txt", []byte("^XA^MMT^FO20,20^FDVenta 2000004280026175^FS^XZ")))
	fmt.Println(in.Kind, in.OK, in.Labels, in.IDs, in.Changes)
	// Output: zpl true 1 [2000004280026175] [removed ^MMT ×1]
}
