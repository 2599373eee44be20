package tool_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/tool"
)

func TestCheckSaysWhatAFileIs(t *testing.T) {
	t.Parallel()
	page := tool.Page{Width: 101.6, Height: 152.4}
	tests := map[string]struct {
		data []byte
		want tool.Input
	}{
		"a label in ZPL": {
			[]byte("^XA^PW812^LL1218^MMT~JR^FO1,1^FDVenta 2000004280026175^FS^BCN^FD>:43312678001^FS^PQ3^XZ"),
			tool.Input{Kind: tool.ZPL, OK: true, Labels: 1, Pages: []tool.Page{{Width: 101.5, Height: 152.3}}, IDs: []string{"2000004280026175", "43312678001"},
				Changes: []string{"removed ^MMT ×1", "removed ~JR ×1 (dangerous: it resets the printer, cancels work or erases its memory)", "3 copies of a label (^PQ3) were held to one"}}},
		"two pages of PDF": {
			sample.PDF("Orden 2000004280026175", "Orden FALA-00012345"),
			tool.Input{Kind: tool.PDF, OK: true, Labels: 2, Pages: []tool.Page{page, page}, IDs: []string{"2000004280026175", "FALA-00012345"}}},
		"a PDF with a blank page and a list": {
			sample.PDF("Orden 2000004280026175", "", "MANIFIESTO\n2000004280026175"),
			tool.Input{Kind: tool.PDF, OK: true, Labels: 1, Pages: []tool.Page{page}, IDs: []string{"2000004280026175"},
				Changes: []string{"page 2 is blank: left out", "page 3 is a control list: not printed"}}},
		"a sheet of labels": {
			sample.PDFSheet("Orden 2000004280026175", "Orden 2000004280026176"),
			tool.Input{Kind: tool.PDF, OK: true, Labels: 2, Pages: []tool.Page{{Width: 94.3, Height: 134.2}, {Width: 94.3, Height: 134.2}}, IDs: []string{"2000004280026175", "2000004280026176"},
				Changes: []string{"page 1 carries 2 labels: cut into single ones"}}},
		"a PDF of blank pages": {
			sample.PDF("", ""),
			tool.Input{Kind: tool.PDF, OK: true, Changes: []string{"page 1 is blank: left out", "page 2 is blank: left out"}}},
		"a PDF with a broken page": {
			bytes.Replace(sample.PDF("Orden 2000004280026175", "Orden 2000004280026176"), []byte("/Contents 7 0 R"), []byte("/Contents 9 0 R"), 1),
			tool.Input{Kind: tool.PDF, Labels: 1, Pages: []tool.Page{page}, IDs: []string{"2000004280026175"}, Reason: "page 2: its drawing is missing"}},
		"a zip of labels and papers": {
			sample.Zip(t, "Etiqueta.txt", sample.ZPL("A-1", "88880001"), "Control.pdf", sample.PDF("x"), "a.pdf", sample.PDF("88880002")),
			tool.Input{Kind: tool.Zip, OK: true, Labels: 2, Pages: []tool.Page{page}, IDs: []string{"88880001", "88880002"},
				Changes: []string{"Control.pdf: a control file: not printed"}}},
		"a zip with a bad file": {
			sample.Zip(t, "a.zpl", sample.ZPL("A-1", "88880001"), "b.pdf", "<html>busy</html>"),
			tool.Input{Kind: tool.Zip, Labels: 1, IDs: []string{"88880001"}, Reason: "b.pdf: the file is a web page, no label"}},
		"a label and one cut short": {
			[]byte("^XA^FDone^FS^XZ^XA^FDtwo"),
			tool.Input{Kind: tool.ZPL, Labels: 1, Reason: "label 2: the label is cut short: its end (^XZ) is missing"}},
		"a workbook":               {sample.Zip(t, "[Content_Types].xml", "", "xl/workbook.xml", ""), tool.Input{Kind: tool.XLSX, OK: true, Changes: []string{"a workbook: not printed"}}},
		"an empty archive":         {sample.Zip(t), tool.Input{Kind: tool.Zip, Reason: "the archive is empty"}},
		"an empty file":            {[]byte{}, tool.Input{Kind: tool.Unknown, Reason: "the file is empty"}},
		"a web page":               {[]byte("<html>busy</html>"), tool.Input{Kind: tool.Unknown, Reason: "the file is a web page, no label"}},
		"a file that is not there": {nil, tool.Input{Kind: tool.Unknown, Reason: "the file cannot be opened: no such file"}},
		"ZPL that prints nothing":  {[]byte("^XA^MCY^XZ"), tool.Input{Kind: tool.ZPL, Reason: "the file prints nothing"}},
		"half a PDF":               {sample.PDF("x")[:60], tool.Input{Kind: tool.PDF, Reason: string(pdf.NoPages)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tool.Check(source("given", test.data))
			assert.NotNil(t, got.Pages)
			assert.NotNil(t, got.IDs)
			assert.NotNil(t, got.Changes)
			test.want.File = "given"
			test.want.Pages, test.want.IDs, test.want.Changes = slices.Concat([]tool.Page{}, test.want.Pages), slices.Concat([]string{}, test.want.IDs), slices.Concat([]string{}, test.want.Changes)
			got.Pages, got.IDs, got.Changes = slices.Concat([]tool.Page{}, got.Pages), slices.Concat([]string{}, got.IDs), slices.Concat([]string{}, got.Changes)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestCheckTellsHowPagesAreTurned(t *testing.T) {
	t.Parallel()
	file := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Rotate -90/Contents 5 0 R>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 5 0 R>>",
		"<</Length 15>>\nstream\n9 9 99 99 re f \nendstream")
	got := tool.Check(source("a.pdf", file))
	assert.Equal(t, []tool.Page{{Width: 152.4, Height: 101.6, Rotate: 270}, {Width: 101.6, Height: 152.4}}, got.Pages)
}

func byOrder(l tool.Label) tool.Key { return tool.Key{Text: lo.CoalesceOrEmpty(l.Order, l.File)} }

func TestJoinPutsLabelsInOrder(t *testing.T) {
	t.Parallel()
	sources := []tool.Source{
		source("x.zpl", sample.ZPL("Orden: A-10")), source("two.pdf", sample.PDF("Orden A-1030", "Orden A-1020")),
		source("9", sample.ZPL("no number")), source("y.zpl", sample.ZPL("Pack ID: 20000", "00000000003")), source("bad", nil),
		source("z.zpl", sample.ZPL("Venta 2000000000000002")),
	}
	for name, test := range map[string]struct {
		options tool.Options
		files   map[string][]string
	}{
		"as given":        {tool.Options{}, map[string][]string{"0.zpl": {"Orden: A-10", "no number", "Pack ID: 20000", "Venta 2000000000000002"}, "0.pdf": {"Orden A-1030", "Orden A-1020"}}},
		"turned over":     {tool.Options{Reverse: true}, map[string][]string{"0.zpl": {"Venta 2000000000000002", "Pack ID: 20000", "no number", "Orden: A-10"}, "0.pdf": {"Orden A-1020", "Orden A-1030"}}},
		"by order":        {tool.Options{Key: byOrder}, map[string][]string{"0.zpl": {"no number", "Venta 2000000000000002", "Pack ID: 20000", "Orden: A-10"}, "0.pdf": {"Orden A-1020", "Orden A-1030"}}},
		"in parts":        {tool.Options{Part: 3}, map[string][]string{"1.zpl": {"Orden: A-10", "no number", "Pack ID: 20000"}, "2.zpl": {"Venta 2000000000000002"}, "1.pdf": {"Orden A-1030", "Orden A-1020"}}},
		"in parts of one": {tool.Options{Part: 1, Key: byOrder}, map[string][]string{"1.zpl": {"no number"}, "2.zpl": {"Venta 2000000000000002"}, "3.zpl": {"Pack ID: 20000"}, "4.zpl": {"Orden: A-10"}, "1.pdf": {"Orden A-1020"}, "2.pdf": {"Orden A-1030"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := newMemory()
			joined, err := tool.Join(t.Context(), sources, place, test.options)
			require.NoError(t, err)
			got := map[string][]string{}
			for name, data := range place.files {
				got[name] = lo.Map(printed(t, name, data), func(texts []string, _ int) string { return strings.TrimSpace(texts[0]) })
			}
			assert.Equal(t, test.files, got)
			assert.Zero(t, place.open)
			assert.False(t, joined.Complete())
			assert.Len(t, joined.Inputs, len(sources))
			assert.Equal(t, 6, lo.SumBy(joined.Files, func(f tool.Output) int { return f.Labels }))
			for _, f := range joined.Files {
				assert.EqualValues(t, len(place.files[f.Out]), f.Bytes)
			}
		})
	}
}

func TestALabelThatCameBeforeIsJoinedAndSaid(t *testing.T) {
	t.Parallel()
	one, two, page := sample.ZPL("Orden 1001"), sample.ZPL("Orden 1002"), sample.PDF("Orden 1003")
	sources := []tool.Source{
		source("a.zpl", one), source("b.zpl", two), source("c.pdf", page),
		source("all.zip", sample.Zip(t, "x.zpl", slices.Concat(two, one, one), "y.pdf", page)), source("other.pdf", sample.PDF("Orden 1004")),
	}
	want := [][]string{{}, {}, {}, {"a label came before, in b.zpl: printed again", "2 labels came before, in a.zpl: printed again", "a label came before, in c.pdf: printed again"}, {}}
	changes := func(in tool.Input, _ int) []string { return in.Changes }
	assert.Equal(t, want, lo.Map(slices.Collect(tool.CheckAll(t.Context(), sources)), changes))
	for _, options := range []tool.Options{{}, {Key: byOrder}} {
		joined, err := tool.Join(t.Context(), sources, newMemory(), options)
		require.NoError(t, err)
		assert.True(t, joined.Complete())
		assert.Equal(t, want, lo.Map(joined.Inputs, changes))
		assert.Equal(t, 8, lo.SumBy(joined.Files, func(f tool.Output) int { return f.Labels }))
	}
}

func TestJoinOntoAStockSaysWhatWasShrunk(t *testing.T) {
	t.Parallel()
	stock, err := pdf.ParseStock("a6")
	require.NoError(t, err)
	joined, err := tool.Join(t.Context(), []tool.Source{source("a.pdf", sample.PDF("Orden 1"))}, newMemory(), tool.Options{Layout: pdf.Layout{Stock: stock}})
	require.NoError(t, err)
	require.Len(t, joined.Inputs[0].Changes, 1)
	assert.Contains(t, joined.Inputs[0].Changes[0], "shrunk")
	assert.Equal(t, 1, joined.Files[0].Pages)
}

func TestASheetIsJoinedLabelByLabel(t *testing.T) {
	t.Parallel()
	for _, name := range pdf.StockNames() {
		stock, err := pdf.ParseStock(name)
		require.NoError(t, err)
		place := newMemory()
		sources := []tool.Source{source("a.pdf", sample.PDFSheet("Orden 90000003", "Orden 90000001", "Orden 90000004")), source("b.pdf", sample.PDF("Orden 90000002"))}
		joined, err := tool.Join(t.Context(), sources, place, tool.Options{Key: byOrder, Layout: pdf.Layout{Stock: stock}})
		require.NoError(t, err)
		assert.True(t, joined.Complete())
		assert.Equal(t, 4, joined.Files[0].Labels)
		assert.Equal(t, (4+stock.Slots()-1)/stock.Slots(), joined.Files[0].Pages)
		texts, err := pdf.Texts(place.files["0.pdf"])
		require.NoError(t, err)
		assert.Equal(t, "Orden 90000001\nOrden 90000002\nOrden 90000003\nOrden 90000004\n", strings.Join(texts, ""), name)
	}
}

func TestJoinOfNothingMakesNoFile(t *testing.T) {
	t.Parallel()
	place := newMemory()
	joined, err := tool.Join(t.Context(), []tool.Source{source("a", []byte{})}, place, tool.Options{})
	require.NoError(t, err)
	assert.Equal(t, []tool.Output{}, joined.Files)
	assert.False(t, joined.Complete())
	assert.Empty(t, place.files)
}

func ExampleCheck() {
	in := tool.Check(source("etiqueta.txt", []byte("^XA^MMT^FO20,20^FDVenta 2000004280026175^FS^XZ")))
	fmt.Println(in.Kind, in.OK, in.Labels, in.IDs, in.Changes)
	// Output: zpl true 1 [2000004280026175] [removed ^MMT ×1]
}
