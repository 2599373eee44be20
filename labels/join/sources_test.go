package join_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
)

func byOrder(l join.LabelInfo) join.Key { return join.Key{Text: cmp.Or(l.Order, l.File)} }

func TestJoinPutsLabelsInOrder(t *testing.T) {
	t.Parallel()
	sources := []check.Source{
		source("x.zpl", sample.ZPL("Orden: A-10")), source("two.pdf", sample.PDF("Orden A-1030", "Orden A-1020")),
		source("9", sample.ZPL("no number")), source("y.zpl", sample.ZPL("Pack ID: 20000", "00000000003")), source("bad", nil),
		source("z.zpl", sample.ZPL("Venta 2000000000000002")),
	}
	for name, test := range map[string]struct {
		options join.Options
		files   map[string][]string
	}{
		"as given":        {join.Options{}, map[string][]string{"0.zpl": {"Orden: A-10", "no number", "Pack ID: 20000", "Venta 2000000000000002"}, "0.pdf": {"Orden A-1030", "Orden A-1020"}}},
		"turned over":     {join.Options{Reverse: true}, map[string][]string{"0.zpl": {"Venta 2000000000000002", "Pack ID: 20000", "no number", "Orden: A-10"}, "0.pdf": {"Orden A-1020", "Orden A-1030"}}},
		"by order":        {join.Options{Key: byOrder}, map[string][]string{"0.zpl": {"no number", "Venta 2000000000000002", "Pack ID: 20000", "Orden: A-10"}, "0.pdf": {"Orden A-1020", "Orden A-1030"}}},
		"in parts":        {join.Options{Part: 3}, map[string][]string{"1.zpl": {"Orden: A-10", "no number", "Pack ID: 20000"}, "2.zpl": {"Venta 2000000000000002"}, "1.pdf": {"Orden A-1030", "Orden A-1020"}}},
		"in parts of one": {join.Options{Part: 1, Key: byOrder}, map[string][]string{"1.zpl": {"no number"}, "2.zpl": {"Venta 2000000000000002"}, "3.zpl": {"Pack ID: 20000"}, "4.zpl": {"Orden: A-10"}, "1.pdf": {"Orden A-1020"}, "2.pdf": {"Orden A-1030"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			place := newMemory()
			joined, err := join.Sources(t.Context(), sources, place, test.options)
			require.NoError(t, err)
			got := map[string][]string{}
			for name, data := range place.files {
				got[name] = lo.Map(printed(t, name, data), func(texts []string, _ int) string { return strings.TrimSpace(texts[0]) })
			}
			assert.Equal(t, test.files, got)
			assert.Zero(t, place.open)
			assert.False(t, joined.Complete())
			assert.Len(t, joined.Inputs, len(sources))
			assert.Equal(t, 6, lo.SumBy(joined.Files, func(f join.Output) int { return f.Labels }))
			for _, f := range joined.Files {
				assert.EqualValues(t, len(place.files[f.Out]), f.Bytes)
			}
		})
	}
}

func TestALabelThatCameBeforeIsJoinedAndSaid(t *testing.T) {
	t.Parallel()
	one, two, page := sample.ZPL("Orden 1001"), sample.ZPL("Orden 1002"), sample.PDF("Orden 1003")
	sources := []check.Source{
		source("a.zpl", one), source("b.zpl", two), source("c.pdf", page),
		source("all.zip", sample.Zip(t, "x.zpl", slices.Concat(two, one, one), "y.pdf", page)), source("other.pdf", sample.PDF("Orden 1004")),
	}
	want := [][]string{{}, {}, {}, {"a label repeats one in b.zpl: printed again", "2 labels repeat others in a.zpl: printed again", "a label repeats one in c.pdf: printed again"}, {}}
	changes := func(in check.Input, _ int) []string { return in.Changes }
	assert.Equal(t, want, lo.Map(slices.Collect(check.Files(t.Context(), sources)), changes))
	for _, options := range []join.Options{{}, {Key: byOrder}} {
		joined, err := join.Sources(t.Context(), sources, newMemory(), options)
		require.NoError(t, err)
		assert.True(t, joined.Complete())
		assert.Equal(t, want, lo.Map(joined.Inputs, changes))
		assert.Equal(t, 8, lo.SumBy(joined.Files, func(f join.Output) int { return f.Labels }))
	}
}

func TestJoinOntoAStockSaysWhatWasShrunk(t *testing.T) {
	t.Parallel()
	stock, err := pdf.ParseStock("a6")
	require.NoError(t, err)
	joined, err := join.Sources(t.Context(), []check.Source{source("a.pdf", sample.PDF("Orden 1"))}, newMemory(), join.Options{Layout: pdf.Layout{Stock: stock, Fit: pdf.FitPage}})
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
		sources := []check.Source{source("a.pdf", sample.PDFSheet("Orden 90000003", "Orden 90000001", "Orden 90000004")), source("b.pdf", sample.PDF("Orden 90000002"))}
		joined, err := join.Sources(t.Context(), sources, place, join.Options{Key: byOrder, Layout: pdf.Layout{Stock: stock}})
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
	joined, err := join.Sources(t.Context(), []check.Source{source("a", []byte{})}, place, join.Options{})
	require.NoError(t, err)
	assert.Equal(t, []join.Output{}, joined.Files)
	assert.False(t, joined.Complete())
	assert.Empty(t, place.files)
}
