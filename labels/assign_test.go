package labels_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
)

var (
	first  = labels.Order{ID: "id-a", References: []string{"OD-1001", "2000004280026175", "43312678001"}, Tracking: "TRACK0001A"}
	second = labels.Order{ID: "id-b", References: []string{"OD-1002", "2000004280026176", "43312678002"}, Tracking: "TRACK0002B"}
	batch  = []labels.Order{first, second}
)

func file(name string, data []byte) bundle.File {
	kind, data := bundle.Sniff(data)
	return bundle.File{Name: name, Kind: kind, Data: data}
}

// shape describes an assignment briefly: for each order its labels, as "zpl name ×count", with a
// minus before spare ones.
func shape(a labels.Assignment) map[string][]string {
	out := map[string][]string{}
	for id, of := range a.Labels {
		for _, l := range of {
			out[id] = append(out[id], fmt.Sprintf("%s%s %s ×%d", lo.Ternary(l.IsCopy, "-", ""), l.Format, l.Name, l.Count))
		}
	}
	return out
}

func problems(a labels.Assignment) map[string][]labels.ProblemKind {
	return lo.MapValues(a.Problems, func(of []labels.Problem, _ string) []labels.ProblemKind {
		return lo.Map(of, func(p labels.Problem, _ int) labels.ProblemKind { return p.Kind })
	})
}

func TestAssignGivesEachLabelToItsOrder(t *testing.T) {
	t.Parallel()
	a, b := "2000004280026175", "2000004280026176"
	tests := map[string]struct {
		files  []bundle.File
		orders []labels.Order
		want   map[string][]string
		loose  int
		papers int
	}{
		"by what is printed on it, if its name refers to nobody": {
			files: []bundle.File{file("x.txt", sample.ZPL("Venta "+a)), file("y.pdf", sample.PDF("Orden "+b))},
			want:  map[string][]string{"id-a": {"zpl x.txt ×1"}, "id-b": {"pdf y.pdf ×1"}},
		},
		"by barcode data": {
			files: []bundle.File{file("x", sample.ZPL("Remitente", "43312678002"))},
			want:  map[string][]string{"id-b": {"zpl x ×1"}},
		},
		"a sheet's labels each to its own": {
			files: []bundle.File{file("x.pdf", sample.PDFSheet("Orden "+b, "Orden "+a, "OD-1001 70000000001"))},
			want:  map[string][]string{"id-a": {"pdf x.pdf ×1", "pdf x.pdf ×1"}, "id-b": {"pdf x.pdf ×1"}},
		},
		"nobody, when a sheet cannot be cut": {
			files: []bundle.File{file("x.pdf", sample.PDFSheet("Ordenes "+a+" "+b, "Ordenes "+a+" "+b))},
			want:  map[string][]string{},
			loose: 1,
		},
		"by a number printed in groups or over two fields": {
			files: []bundle.File{
				file("x", []byte("^XA^FO1,1^FDPack ID: 20000^FS^FO9,1^FD04280026175^FS^XZ")),
				file("y", sample.PDF("Pack ID: 2000 0042 8002 6176 REF"))},
			want: map[string][]string{"id-a": {"zpl x ×1"}, "id-b": {"pdf y ×1"}},
		},
		"by the name when a carrier's own label names nobody": {
			files: []bundle.File{file("hub.zip!"+a+".zpl", sample.ZPL("7777777777")), file("hub.zip!etiqueta_OD-1002.pdf", sample.PDF("TRK 99999999999"))},
			want:  map[string][]string{"id-a": {"zpl hub.zip!" + a + ".zpl ×1"}, "id-b": {"pdf hub.zip!etiqueta_OD-1002.pdf ×1"}},
		},
		"by the folder or archive around it": {
			files: []bundle.File{file("hub.zip!"+a+".zip!Etiqueta de envio.txt", sample.ZPL("7777777777"))},
			want:  map[string][]string{"id-a": {"zpl hub.zip!" + a + ".zip!Etiqueta de envio.txt ×1"}},
		},
		"nobody, when a number is only part of a longer one": {
			files: []bundle.File{file("x", sample.ZPL("1"+a+"9")), file("y", sample.PDF("OD-10011"))},
			want:  map[string][]string{}, loose: 2,
		},
		"unit by unit and page by page in a file of several": {
			files: []bundle.File{
				file("all.txt", append(sample.ZPL(b), sample.ZPL(a)...)),
				file("all.pdf", sample.PDF("Orden "+a, "Orden "+b))},
			want: map[string][]string{
				"id-a": {"zpl all.txt ×1", "pdf all.pdf ×1"},
				"id-b": {"zpl all.txt ×1", "pdf all.pdf ×1"}},
		},
		"with the page that continues it, unless that could be anybody's": {
			files: []bundle.File{file("all.pdf", sample.PDF("Orden "+a, "Instrucciones de entrega", "Orden "+b, "TRK 5555555555"))},
			want:  map[string][]string{"id-a": {"pdf all.pdf ×2"}, "id-b": {"pdf all.pdf ×1"}}, loose: 1,
		},
		"each parcel apart": {
			files: []bundle.File{
				file("1.zpl", sample.ZPL(a, "88880001")), file("2.zpl", sample.ZPL(a, "88880002")),
				file("1.pdf", sample.PDF(a+"\nTRK 88880001", a+"\nTRK 88880002"))},
			want: map[string][]string{"id-a": {"zpl 1.zpl ×1", "zpl 2.zpl ×1", "pdf 1.pdf ×1", "pdf 1.pdf ×1"}},
		},
		"never from a control file, a list or a workbook": {
			files: []bundle.File{
				file("Control.pdf", sample.PDF("Venta "+a)), file("x.pdf", sample.PDF("Despachos del dia\n"+a+"\n"+b, a)),
				file("y.pdf", sample.PDF("MANIFIESTO\n"+a)), file("Picking.xlsx", sample.Zip(t, "[Content_Types].xml", "", "xl/workbook.xml", ""))},
			want: map[string][]string{}, papers: 4,
		},
		"without blank pages": {
			files: []bundle.File{file("x.pdf", sample.PDF("", "Orden "+a, ""))},
			want:  map[string][]string{"id-a": {"pdf x.pdf ×1"}},
		},
		"by a stronger reference when two orders share one": {
			orders: []labels.Order{{ID: "p", References: []string{"OD-77001", a}}, {ID: "q", References: []string{"OD-77002", a}}},
			files:  []bundle.File{file("OD-77002.zpl", sample.ZPL(a)), file("x.zpl", sample.ZPL(a, "OD-77001")), file("y.zpl", sample.ZPL(a))},
			want:   map[string][]string{"q": {"zpl OD-77002.zpl ×1"}, "p": {"zpl x.zpl ×1"}}, loose: 1,
		},
		"by a short number only where it stands alone": {
			orders: []labels.Order{{ID: "p", References: []string{"12"}}, {ID: "q", References: []string{"1450"}}},
			files:  []bundle.File{file("x", sample.ZPL("12/11/2026", "C-12", "Orden: 1450")), file("y", sample.PDF("Peso 12.5\n14.50"))},
			want:   map[string][]string{"q": {"zpl x ×1"}}, loose: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			orders := test.orders
			if orders == nil {
				orders = batch
			}
			got := labels.Assign(test.files, orders)
			assert.Equal(t, test.want, shape(got))
			assert.Len(t, got.Unassigned, test.loose)
			assert.Len(t, got.Papers, test.papers)
			assert.Empty(t, got.Problems)
		})
	}
}

func TestABrokenPageCostsOnlyItself(t *testing.T) {
	t.Parallel()
	data := bytes.Replace(sample.PDF("Orden 2000004280026175", "Orden 2000004280026176"), []byte("/Contents 7 0 R"), []byte("/Contents 9 0 R"), 1)
	a := labels.Assign([]bundle.File{file("all.pdf", data)}, batch)
	assert.Equal(t, map[string][]string{"id-a": {"pdf all.pdf ×1"}}, shape(a))
	assert.Empty(t, a.Problems)
	require.Len(t, a.Unassigned, 1)
	assert.Equal(t, "its page 2: its drawing is missing", a.Unassigned[0].Reason)
	own := labels.AssignKnown([]bundle.File{file("own.pdf", data)}, second, batch)
	assert.Equal(t, map[string][]labels.ProblemKind{"id-b": {labels.Conflict}, "id-a": {labels.Conflict}}, problems(own))
}

func TestAssignRecognisesCopies(t *testing.T) {
	t.Parallel()
	a, b := "2000004280026175", "2000004280026176"
	tests := map[string]struct {
		files []bundle.File
		want  map[string][]string
	}{
		"pages of the merged PDF beside the single ones, in any order": {
			files: []bundle.File{
				file("all.pdf", sample.PDF("Orden "+a, "Orden "+b)),
				file("a.pdf", sample.PDF("Orden "+a)), file("b.pdf", sample.PDF("Orden "+b))},
			want: map[string][]string{"id-a": {"-pdf all.pdf ×1", "pdf a.pdf ×1"}, "id-b": {"-pdf all.pdf ×1", "pdf b.pdf ×1"}},
		},
		"a merged page with other words but the same numbers": {
			files: []bundle.File{file("a.pdf", sample.PDF("Orden "+a)), file("all.pdf", sample.PDF("Orden "+a+"\npagina 1 de 2", "Orden "+b))},
			want:  map[string][]string{"id-a": {"pdf a.pdf ×1", "-pdf all.pdf ×1"}, "id-b": {"pdf all.pdf ×1"}},
		},
		"a second parcel that only the merged PDF has is not a copy": {
			files: []bundle.File{file("a.pdf", sample.PDF(a+"\n88880001")), file("all.pdf", sample.PDF(a+"\n88880001", a+"\n88880002", b))},
			want:  map[string][]string{"id-a": {"pdf a.pdf ×1", "-pdf all.pdf ×1", "pdf all.pdf ×1"}, "id-b": {"pdf all.pdf ×1"}},
		},
		"the same file twice": {
			files: []bundle.File{file("a.zpl", sample.ZPL(a)), file("copy.zpl", sample.ZPL(a))},
			want:  map[string][]string{"id-a": {"zpl a.zpl ×1", "-zpl copy.zpl ×1"}},
		},
		"an _old label beside its reprint": {
			files: []bundle.File{file(a+"_old.zpl", sample.ZPL("11112222")), file(a+".zpl", sample.ZPL("33334444"))},
			want:  map[string][]string{"id-a": {"-zpl " + a + "_old.zpl ×1", "zpl " + a + ".zpl ×1"}},
		},
		"an _old label alone is the label": {
			files: []bundle.File{file(a+"_old.zpl", sample.ZPL("11112222"))},
			want:  map[string][]string{"id-a": {"zpl " + a + "_old.zpl ×1"}},
		},
		"the PDF beside the ZPL is another format, not a copy": {
			files: []bundle.File{file("a.zpl", sample.ZPL(a)), file("a.pdf", sample.PDF(a))},
			want:  map[string][]string{"id-a": {"zpl a.zpl ×1", "pdf a.pdf ×1"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := labels.Assign(test.files, batch)
			assert.Equal(t, test.want, shape(got))
			assert.Empty(t, got.Problems)
			assert.Empty(t, got.Unassigned)
		})
	}
}

func TestAssignReportsWhatCannotBePrinted(t *testing.T) {
	t.Parallel()
	a, b := "2000004280026175", "2000004280026176"
	whole := sample.PDF("Orden " + a)
	tests := map[string]struct {
		file  bundle.File
		want  map[string][]labels.ProblemKind
		loose int
	}{
		"a name and a content of different orders": {file(a+".zpl", sample.ZPL(b)), map[string][]labels.ProblemKind{"id-a": {labels.Conflict}, "id-b": {labels.Conflict}}, 0},
		"an empty file":                               {file(a+".pdf", nil), map[string][]labels.ProblemKind{"id-a": {labels.Empty}}, 0},
		"a PDF of blank pages":                        {file(a+".pdf", sample.PDF("", "")), map[string][]labels.ProblemKind{"id-a": {labels.Empty}}, 0},
		"ZPL that prints nothing":                     {file(a+".zpl", []byte("^XA^MCY^XZ")), map[string][]labels.ProblemKind{"id-a": {labels.Empty}}, 0},
		"a web page under a label's name":             {file(a+".pdf", []byte("<html>busy</html>")), map[string][]labels.ProblemKind{"id-a": {labels.NotLabel}}, 0},
		"half a PDF":                                  {file(a+".pdf", whole[:60]), map[string][]labels.ProblemKind{"id-a": {labels.Damaged}}, 0},
		"a label cut short":                           {file("x", sample.ZPL(a)[:60]), map[string][]labels.ProblemKind{"id-a": {labels.Damaged}}, 0},
		"an entry that could not be unpacked":         {bundle.File{Name: a + ".zpl", Kind: bundle.Unknown, WhyDamaged: "cut short"}, map[string][]labels.ProblemKind{"id-a": {labels.Damaged}}, 0},
		"a file that is not a label and names nobody": {file("logo.png", []byte("\x89PNG\r\n\x1a\n0000")), map[string][]labels.ProblemKind{}, 1},
		"a broken file that names nobody":             {file("x.pdf", whole[:60]), map[string][]labels.ProblemKind{}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := labels.Assign([]bundle.File{test.file}, batch)
			assert.Equal(t, test.want, problems(got))
			assert.Empty(t, got.Labels)
			assert.Len(t, got.Unassigned, test.loose)
			for _, p := range slices.Concat(slices.Collect(maps.Values(got.Problems))...) {
				assert.NotEmpty(t, p.Reason)
				assert.Equal(t, test.file.Name, p.File.Name)
			}
		})
	}
}

func TestAssignKnownTrustsTheOrdersOwnDocuments(t *testing.T) {
	t.Parallel()
	a, b := "2000004280026175", "2000004280026176"
	tests := map[string]struct {
		files    []bundle.File
		want     map[string][]string
		problems map[string][]labels.ProblemKind
	}{
		"a label without a reference is the order's": {
			files: []bundle.File{file("document.zpl", sample.ZPL("77777777"))},
			want:  map[string][]string{"id-a": {"zpl document.zpl ×1"}},
		},
		"a label of another order is a conflict for both": {
			files:    []bundle.File{file("document.zpl", sample.ZPL(b))},
			want:     map[string][]string{},
			problems: map[string][]labels.ProblemKind{"id-a": {labels.Conflict}, "id-b": {labels.Conflict}},
		},
		"of the merged PDF only its own page": {
			files: []bundle.File{file("document.pdf", sample.PDF("Orden "+b, "Orden "+a))},
			want:  map[string][]string{"id-a": {"pdf document.pdf ×1"}},
		},
		"a control file is not a label": {
			files: []bundle.File{file("document.pdf", sample.PDF("Control de despachos\n"+a))},
			want:  map[string][]string{},
		},
		"a broken document is the order's problem": {
			files:    []bundle.File{file("document.pdf", []byte("%PDF-1.4 oops"))},
			want:     map[string][]string{},
			problems: map[string][]labels.ProblemKind{"id-a": {labels.Damaged}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := labels.AssignKnown(test.files, first, batch)
			assert.Equal(t, test.want, shape(got))
			assert.Equal(t, lo.Ternary(test.problems == nil, map[string][]labels.ProblemKind{}, test.problems), problems(got))
		})
	}
}

func TestAFullBatchInEveryFormatIsAssignedWhole(t *testing.T) {
	t.Parallel()
	var files []bundle.File
	var orders []labels.Order
	var pages []string
	for i := range 50 {
		number := fmt.Sprintf("30000042800%05d", i)
		orders = append(orders, labels.Order{ID: fmt.Sprint("order-", i), References: []string{number}})
		pages = append(pages, "Orden "+number)
		files = append(files, file(fmt.Sprint(i, ".zpl"), sample.ZPL(number)), file(fmt.Sprint(i, ".pdf"), sample.PDF("Orden "+number)))
	}
	files = append(files, file("all.pdf", sample.PDF(pages...)))
	got := labels.Assign(files, orders)
	require.Len(t, got.Labels, 50)
	for id, of := range got.Labels {
		assert.Len(t, of, 3, id)
		for _, format := range []labels.Format{labels.ZPL, labels.PDF} {
			once := lo.CountBy(of, func(l labels.Label) bool { return l.Format == format && !l.IsCopy })
			assert.Equal(t, 1, once, "%s of %s", format, id)
		}
	}
	assert.Empty(t, got.Unassigned)
	assert.Empty(t, got.Problems)
}

func BenchmarkAssign(b *testing.B) {
	var files []bundle.File
	var orders []labels.Order
	var pages []string
	for i := range 50 {
		number := fmt.Sprintf("30000042800%05d", i)
		orders = append(orders, labels.Order{ID: fmt.Sprint("order-", i), References: []string{number}})
		pages = append(pages, "Orden "+number)
		files = append(files, file(fmt.Sprint(i, ".zpl"), sample.ZPL(number)), file(fmt.Sprint(i, ".pdf"), sample.PDF("Orden "+number)))
	}
	files = append(files, file("all.pdf", sample.PDF(pages...)))
	for b.Loop() {
		labels.Assign(files, orders)
	}
}
