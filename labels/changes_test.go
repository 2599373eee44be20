package labels_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
)

func TestALabelTellsWhatWasChangedOnIt(t *testing.T) {
	t.Parallel()
	a, b := "2000004280026175", "2000004280026176"
	script := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(x)>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R>>", "<</Length 12>>stream\n0 0 9 9 re f\nendstream")
	for name, c := range map[string]struct {
		file bundle.File
		want []string
	}{
		"nothing": {file(a+".zpl", sample.ZPL("Venta "+a)), []string{}},
		"commands of a file of its own": {
			file(a+".zpl", []byte("^XA^MMT^MMT^PR4^FO1,1^A0N,9,9^FDVenta "+a+"^FS^XZ")), []string{"removed ^MMT ×2", "removed ^PR ×1"},
		},
		"commands of a file of several labels": {
			file("all.zpl", append(sample.ZPL("Venta "+a), "^XA^MMT^FO1,1^A0N,9,9^FDVenta "+b+"^FS^XZ"...)),
			[]string{"in its file of 2 labels: removed ^MMT ×1"},
		},
		"escapes":           {bundle.File{Name: "x.txt", Kind: bundle.ZPL, Data: sample.ZPL("Venta " + a), Unescaped: "a JSON string"}, []string{"unescaped: a JSON string"}},
		"a sheet":           {file("x.pdf", sample.PDFSheet("Venta "+b, "Venta "+a)), []string{"page 1 carries 2 labels: cut into single labels"}},
		"a script of a PDF": {file(a+".pdf", script), []string{"removed script ×1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := labels.Assign([]bundle.File{c.file}, batch).Labels["id-a"]
			require.Len(t, given, 1)
			assert.Equal(t, c.want, given[0].Notes)
		})
	}
}

func TestAConflictNamesOrdersAsPeopleKnowThem(t *testing.T) {
	t.Parallel()
	numbered := []labels.Order{{ID: "id-a", Number: "2000004280026175", References: first.References}, {ID: "id-b", References: second.References}}
	found := labels.Assign([]bundle.File{file("2000004280026175.zpl", sample.ZPL("2000004280026176"))}, numbered).Problems["id-a"]
	require.Len(t, found, 1)
	assert.Equal(t, "the file came for order 2000004280026175, but names order id-b", found[0].Reason)
}
