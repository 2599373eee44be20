package labels_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func TestControlFilesAreToldFromLabelsAndFromListsOfGoods(t *testing.T) {
	t.Parallel()
	a, b := "2000004280026175", "2000004280026176"
	const heading = "Control de despachos\n"
	for name, c := range map[string]struct {
		files   []bundle.File
		want    []string
		orders  []string // of the first
		labels  int
		refused []string
	}{
		"by name": {
			files: []bundle.File{file("Control-7.pdf", sample.PDF(a+"\n"+b)), file("Etiqueta.txt", sample.ZPL(a))},
			want:  []string{"Control-7.pdf ×1"}, orders: []string{"id-a", "id-b"}, labels: 1,
		},
		"by what it begins with": {
			files: []bundle.File{file("12.pdf", sample.PDF("MANIFIESTO\n"+a)), file("13.pdf", sample.PDF("Hoja de control\nVenta "+b))},
			want:  []string{"12.pdf ×1", "13.pdf ×1"}, orders: []string{"id-a"},
		},
		"by the orders on one page": {
			files: []bundle.File{file("12.pdf", sample.PDF("Despachos del dia\n"+a+"\n"+b))},
			want:  []string{"12.pdf ×1"}, orders: []string{"id-a", "id-b"},
		},
		"as pages behind labels": {
			files: []bundle.File{file("todo.pdf", sample.PDF("Orden "+a, "Orden "+b, heading+a, "Control\n"+b))},
			want:  []string{"todo.pdf!control.pdf ×2"}, orders: []string{"id-a", "id-b"}, labels: 2,
		},
		"without blank pages, even if it names nobody": {
			files: []bundle.File{file("Manifiesto.pdf", sample.PDF("", "Firma del conductor", ""))},
			want:  []string{"Manifiesto.pdf ×1"}, orders: []string{},
		},
		"not a list of goods or a workbook": {
			files: []bundle.File{
				file("Picking.pdf", sample.PDF("Control\n"+a)), file("hoja.pdf", sample.PDF("Lista de picking\n"+a)),
				file("x.pdf", sample.PDF("Identificacion productos\n"+a)), file("Packing.xlsx", sample.Zip(t, "[Content_Types].xml", "", "xl/workbook.xml", "")),
			},
		},
		"not if it is broken or of another kind": {
			files: []bundle.File{
				file("Control.pdf", sample.PDF(a)[:200]), file("Manifiesto.xlsx", sample.Zip(t, "[Content_Types].xml", "", "xl/workbook.xml", "")),
				file("Control-2.pdf", sample.PDF("")),
			},
			refused: []string{"Control.pdf", "Manifiesto.xlsx", "Control-2.pdf"},
		},
		"once, and no more than a request can have": {
			files: append(lo.Times(6, func(n int) bundle.File {
				return file(fmt.Sprintf("Control-%d.pdf", n), sample.PDF(fmt.Sprintf("%s\nhoja %d", a, max(n, 2))))
			}),
				file("Control-99.pdf", sample.PDF("mas"))),
			want: []string{"Control-0.pdf ×1", "Control-3.pdf ×1", "Control-4.pdf ×1"}, orders: []string{"id-a"}, refused: []string{"Control-5.pdf"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assigned := labels.Assign(c.files, batch)
			got, refused := labels.Controls(assigned.Papers, batch, 3)
			assert.ElementsMatch(t, c.want, lo.Map(got, func(c labels.Control, _ int) string { return fmt.Sprintf("%s ×%d", c.Name, c.Pages) }))
			if len(got) > 0 {
				assert.Equal(t, c.orders, got[0].Orders)
			}
			assert.Equal(t, c.labels, lo.SumBy(lo.Values(assigned.Labels), func(of []labels.Label) int { return len(of) }))
			assert.ElementsMatch(t, c.refused, lo.Map(refused, func(l labels.UnassignedFile, _ int) string { return l.File.Name }))
		})
	}
}

func TestAControlFileIsHandedOutWithoutWhatActs(t *testing.T) {
	t.Parallel()
	script := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/AA<</O<</S/Launch/F(evil)>>>>/Contents 4 0 R>>", "<</Length 14>>\nstream\n0 0 99 99 re f\nendstream")
	controls, refused := labels.Controls([]bundle.File{file("Control.pdf", script)}, batch, 3)
	require.Empty(t, refused)
	require.Len(t, controls, 1)
	for _, word := range []string{"JavaScript", "Launch", "evil", "OpenAction"} {
		assert.NotContains(t, string(controls[0].Data), word)
	}
	pages, err := pdf.Pages(bytes.NewReader(controls[0].Data))
	require.NoError(t, err)
	assert.Equal(t, 1, pages)
}
