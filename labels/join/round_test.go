package join_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
)

// unjoinable is a PDF that can be read but not written: the objects under its font are nested too
// deeply.
func unjoinable(text string) []byte {
	const first, deep = 5, 300
	content := fmt.Sprintf("20 300 2 60 re f BT /F1 12 Tf 20 400 Td (%s) Tj ET", text)
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources<</Font<</F1 %d 0 R>>>>/Contents 4 0 R>>", first),
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content)}
	for i := range deep {
		objects = append(objects, fmt.Sprintf("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/DescendantFonts[%d 0 R]>>", first+i+1))
	}
	return sample.PDFWithObjects(append(objects, "<<>>")...)
}

func TestLabelsThatCannotBeJoinedCostOnlyTheirFilesAndOneWalk(t *testing.T) {
	t.Parallel()
	const sources = 400 // of which a quarter cannot be joined
	for name, options := range map[string]join.Options{
		"as given": {}, "by order": {Key: byOrder}, "turned over": {Reverse: true}, "onto a sheet": {Layout: pdf.Layout{Stock: stock(t, "a4-4up"), Start: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var opened atomic.Int64
			var all, good []check.Source
			for i := range sources {
				number := fmt.Sprintf("Orden %d", 7_000_000-i*7919%sources)
				data := sample.PDF(number, number+"1")
				switch i % 4 {
				case 1:
					data = unjoinable(number)
				case 2:
					data = sample.ZPL(number)
				}
				s := source(fmt.Sprint(i), data)
				if i%4 != 1 {
					good = append(good, s)
				}
				all = append(all, check.Source{Name: s.Name, Open: func() (check.OpenFile, error) {
					opened.Add(1)
					return s.Open()
				}})
			}
			want, got := newMemory(), newMemory()
			_, err := join.Sources(t.Context(), good, want, options)
			require.NoError(t, err)
			joined, err := join.Sources(t.Context(), all, got, options)
			require.NoError(t, err)
			assert.Equal(t, want.files, got.files, "the files are those of the good ones")
			assert.Zero(t, got.open)
			assert.EqualValues(t, 2*len(all), opened.Load(), "one walk finds all that cannot be joined, one writes the rest")
			for i, in := range joined.Inputs {
				assert.Equal(t, i%4 != 1, in.OK, in.File)
				if i%4 == 1 {
					assert.Zero(t, in.Labels)
					assert.Contains(t, in.Reason, "cannot be repaired")
				}
			}
		})
	}
}

func stock(t *testing.T, name string) pdf.Stock {
	t.Helper()
	s, err := pdf.ParseStock(name)
	require.NoError(t, err)
	return s
}

// fileOf is a label's file with that many pages or units.
func fileOf(format labels.Format, count int) []byte {
	if format == labels.PDF {
		return sample.PDF(lo.Times(count, func(i int) string { return fmt.Sprint("Orden ", i) })...)
	}
	return slices.Concat(lo.Times(count, func(i int) []byte { return sample.ZPL(fmt.Sprint("Orden ", i)) })...)
}

// joinedFile is a joined file of labels with that many pages or units each.
func joinedFile(t *testing.T, file io.ReadWriteSeeker, format labels.Format, layout pdf.Layout, counts ...int) (join.Written, error) {
	t.Helper()
	var round join.Round
	f, err := round.Begin(format, layout, file)
	require.NoError(t, err)
	for i, count := range counts {
		label, err := check.Read(format, fileOf(format, count))
		require.NoError(t, err)
		require.NoError(t, f.Add(i, label))
	}
	require.Empty(t, round.Faults())
	return f.Finish()
}

// otherwise is a file that returns something other than what was written.
type otherwise struct {
	written
	change func([]byte) []byte
}

func (o *otherwise) Seek(offset int64, whence int) (int64, error) {
	o.reader = bytes.NewReader(o.change(o.Bytes()))
	return o.reader.Seek(offset, whence)
}

func TestAJoinedFileIsReadAgainAndCounted(t *testing.T) {
	t.Parallel()
	layouts := map[string]pdf.Layout{"zpl": {}}
	for _, name := range pdf.StockNames() {
		layouts[name] = pdf.Layout{Stock: stock(t, name)}
	}
	layouts["a4-3up from slot 3"] = pdf.Layout{Stock: stock(t, "a4-3up"), Start: 3}
	for name, layout := range layouts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			format := lo.Ternary(name == "zpl", labels.ZPL, labels.PDF)
			var whole, less, more written
			made, err := joinedFile(t, &whole, format, layout, 1, 3, 2)
			require.NoError(t, err)
			assert.Equal(t, []int{1, 3, 2}, lo.Map(made.Places, func(p join.Place, _ int) int { return p.Count }))
			assert.EqualValues(t, whole.Len(), made.Bytes)
			_, err = joinedFile(t, &less, format, layout, 1)
			require.NoError(t, err)
			_, err = joinedFile(t, &more, format, layout, 9, 9)
			require.NoError(t, err)

			for says, change := range map[string]func([]byte) []byte{
				"of fewer labels": func([]byte) []byte { return less.Bytes() },
				"of more labels":  func([]byte) []byte { return more.Bytes() },
			} {
				_, err = joinedFile(t, &otherwise{change: change}, format, layout, 1, 3, 2)
				var count *join.CountError
				require.ErrorAs(t, err, &count, says)
				assert.Equal(t, made.Count, count.Want)
			}
			_, err = joinedFile(t, &otherwise{change: func(all []byte) []byte { return all[:len(all)/2] }}, format, layout, 1, 3, 2)
			require.Error(t, err, "half of it")
		})
	}
}

func TestAFileThatIsNotWhatWasWrittenIsNotLeftBehind(t *testing.T) {
	t.Parallel()
	sources := []check.Source{source("a.zpl", sample.ZPL("1001")), source("b.zpl", sample.ZPL("1002")), source("c.pdf", sample.PDF("1003", "1004"))}
	for name, options := range map[string]join.Options{"as given": {}, "by order": {Key: byOrder}, "in parts": {Part: 1}} {
		for format, other := range map[labels.Format][]byte{labels.ZPL: sample.ZPL("1"), labels.PDF: []byte("%PDF-1.7")} {
			place := newMemory()
			place.changes[format] = func([]byte) []byte { return other[:len(other)/2] }
			_, err := join.Sources(t.Context(), sources, place, options)
			require.Error(t, err, "%s, %s", name, format)
			assert.Empty(t, place.files, "%s, %s", name, format)
			assert.Zero(t, place.open)
		}
	}
}

func TestAJoinThatIsEndedLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]join.Options{"as given": {}, "by order": {Key: byOrder}} {
		ctx, cancel := context.WithCancel(t.Context())
		sources := lo.Times(50, func(i int) check.Source {
			s := source(fmt.Sprint(i), sample.ZPL("Orden 1001"))
			return check.Source{Name: s.Name, Open: func() (check.OpenFile, error) {
				if i == 10 {
					cancel()
				}
				return s.Open()
			}}
		})
		place := newMemory()
		_, err := join.Sources(ctx, sources, place, options)
		require.ErrorIs(t, err, context.Canceled, name)
		assert.Empty(t, place.files)
		assert.Zero(t, place.open)
	}
}

// full is a file on a full disk.
type full struct{ written }

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAFullDiskIsNoLabelsFault(t *testing.T) {
	t.Parallel()
	for _, format := range []labels.Format{labels.ZPL, labels.PDF} {
		var round join.Round
		f, err := round.Begin(format, pdf.Layout{}, &full{})
		require.NoError(t, err)
		large, err := check.Read(format, lo.Ternary(format == labels.PDF, sample.PDF(strings.Repeat("x", 100<<10)), sample.ZPL(strings.Repeat("x", 100<<10))))
		require.NoError(t, err)
		err = f.Add(0, large)
		if err == nil { // it is still held in memory
			_, err = f.Finish()
		}
		require.ErrorIs(t, err, errFull, format)
		assert.Empty(t, round.Faults(), format)
	}
}

func TestPagesOfOurOwnAreCountedAndHaveNoPlace(t *testing.T) {
	t.Parallel()
	for format, own := range map[labels.Format][]byte{labels.ZPL: sample.ZPL("INICIO"), labels.PDF: sample.PDF("INICIO")} {
		var round join.Round
		f, err := round.Begin(format, pdf.Layout{}, &written{})
		require.NoError(t, err)
		require.NoError(t, f.AddOwn(own))
		label, err := check.Read(format, fileOf(format, 2))
		require.NoError(t, err)
		require.NoError(t, f.Add(0, label))
		require.NoError(t, f.AddOwn(own))
		require.Error(t, f.AddOwn([]byte("nothing")))
		made, err := f.Finish()
		require.NoError(t, err)
		assert.Equal(t, 4, made.Count)
		assert.Equal(t, []int{2, 2}, []int{made.Places[0].First, made.Places[0].Count})
	}
}

func TestAPileIsSplitWhereAFileIsFull(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		most   int
		labels [][2]int // its own pages, and with those that belong to it
		want   []bool
	}{
		"not at all":                         {0, [][2]int{{9, 9}, {9, 9}}, []bool{true, false}},
		"when the next does not fit":         {2, [][2]int{{1, 1}, {1, 1}, {1, 1}}, []bool{true, false, true}},
		"before what belongs together":       {3, [][2]int{{2, 2}, {1, 2}, {1, 0}}, []bool{true, true, false}},
		"within what is too much for a file": {2, [][2]int{{1, 1}, {1, 3}, {1, 0}, {1, 0}}, []bool{true, false, true, false}},
		"around one that is too large":       {2, [][2]int{{3, 3}, {1, 1}}, []bool{true, true}},
	} {
		s := join.Splitter{Most: test.most}
		got := lo.Map(test.labels, func(l [2]int, _ int) bool { return s.Begins(l[0], l[1]) })
		assert.Equal(t, test.want, got, name)
	}
}
