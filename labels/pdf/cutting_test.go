package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/pdf"
)

func TestGeneratedSheetsAreCutIntoTheirLabels(t *testing.T) {
	t.Parallel()
	for _, a := range arrangements() {
		t.Run(a.String(), func(t *testing.T) {
			t.Parallel()
			if a.isLow() {
				assertKept(t, a.draw(t), nil)
				return
			}
			assertCut(t, a.draw(t), a.numbers(), a.pictures == "")
		})
	}
}

func TestSheetsThatAreNoGridAreCut(t *testing.T) {
	t.Parallel()
	ofHeight := func(heights ...float64) (places [][4]float64) {
		y := a4Long - 30.0
		for _, h := range heights {
			y -= h + 12
			places = append(places, [4]float64{40, y, 300, h})
		}
		return places
	}
	tests := map[string][][4]float64{
		"two columns with different numbers": {{20, 620, 260, 200}, {310, 560, 260, 200}, {20, 400, 260, 200}, {310, 340, 260, 200}, {20, 180, 260, 200}},
		"three columns, one in the last":     {{15, 600, 180, 220}, {205, 600, 180, 220}, {395, 600, 180, 220}, {15, 360, 180, 220}},
		"one column of unequal heights":      ofHeight(150, 210, 170, 190),
		"a row of three at the top":          {{15, 600, 180, 220}, {205, 600, 180, 220}, {395, 600, 180, 220}},
		"far from the middle":                {{120, 560, 180, 220}, {380, 560, 180, 220}, {120, 320, 180, 220}, {380, 320, 180, 220}},
	}
	for name, places := range tests {
		for _, frame := range []string{"", "boxes", "lines"} {
			t.Run(name+", "+frame, func(t *testing.T) {
				t.Parallel()
				a := arrangement{width: a4Short, height: a4Long, columns: len(places), rows: 1, places: places, frames: frame, templates: []string{"lines of its own size"}}
				assertCut(t, a.draw(t), a.numbers(), true)
			})
		}
	}
}

func TestLabelsOfDifferentSizesAreCutIfFramesShowThem(t *testing.T) {
	t.Parallel()
	a := arrangement{width: a4Short, height: a4Long, columns: 2, rows: 1, places: [][4]float64{{30, 430, 280, 380}, {30, 60, 400, 320}},
		templates: []string{"text above its barcode", "a code at the top, bars at the bottom"}}
	assertKept(t, a.draw(t), []pdf.Sheet{{Page: 1}})
	a.frames = "boxes"
	assertCut(t, a.draw(t), a.numbers(), true)
}

func TestSheetsOfSeveralTemplatesAreCutOrKept(t *testing.T) {
	t.Parallel()
	mixes := [][]string{
		{"text above its barcode", "a code at the top, bars at the bottom"},
		{"text above its barcode", "two barcodes", "a code at the top, bars at the bottom"},
		{"text above its barcode", "text above its barcode", "text above its barcode", "two barcodes"},
	}
	n := 0
	for _, mix := range mixes {
		for _, grid := range [][2]int{{1, 2}, {2, 1}, {2, 2}, {1, 3}, {2, 3}} {
			for _, frame := range []string{"", "boxes", "lines", "shared"} {
				for _, pictures := range []string{"", "each", "opaque"} {
					if pictures != "" && frame != "boxes" {
						continue
					}
					a := arrangement{width: a4Short, height: a4Long, columns: grid[0], rows: grid[1], frames: frame, templates: mix, margin: 20, gap: 12,
						rotate: []int{0, 90, 180, 270}[n%4], pictures: pictures}
					if grid[0] > grid[1] {
						a.width, a.height = a4Long, a4Short
					}
					n++
					t.Run(a.String(), func(t *testing.T) {
						t.Parallel()
						mustCut := frame == "boxes" || frame == "lines"
						assertCutOrKept(t, a.draw(t), a.numbers(), pictures == "", mustCut)
					})
				}
			}
		}
	}
}

// assertCutOrKept expects that a sheet is cut right, or kept whole.
func assertCutOrKept(t *testing.T, data []byte, numbers []string, inText, mustCut bool) {
	t.Helper()
	d, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	single, _, err := d.CutSheets(noList)
	require.NoError(t, err)
	if single.Pages > 1 || mustCut {
		assertCut(t, data, numbers, inText)
	}
}

func TestSheetsOfSixAndEight(t *testing.T) {
	t.Parallel()
	for _, n := range []int{6, 8} {
		data, err := os.ReadFile(fmt.Sprintf("testdata/sheet-%dup.pdf", n))
		require.NoError(t, err)
		numbers := lo.Times(n, func(i int) string { return fmt.Sprint(4400120000 + i) })
		assertCut(t, data, numbers, true)
	}
}

func TestBarcodesOfACutSheetAreRead(t *testing.T) {
	t.Parallel()
	const dpi = 203
	numbers := []string{"42000000017", "42000000148", "42000000279", "42000000410"}
	labels := lo.Map(numbers, func(n string, _ int) []byte { return barcodeLabel(t, "/MediaBox[0 0 288 412]", n) })
	d, err := pdf.Check(joinedOnto(t, "a4-4up", labels...), pdf.Limits{})
	require.NoError(t, err)
	single, _, err := d.CutSheets(noList)
	require.NoError(t, err)
	shown := pictures(t, joinedOnto(t, "10x15cm", single.Data), dpi, len(numbers))
	require.Len(t, shown, len(numbers), "labels without text are told from each other by their bars")
	for i, number := range numbers {
		assert.Equal(t, number, decoded(t, shown[i]))
	}
}

func TestASheetThatIsTooMuchWorkIsKeptWhole(t *testing.T) {
	t.Parallel()
	a := arrangement{width: a4Short, height: a4Long, columns: 2, rows: 4, margin: 20, gap: 10, templates: []string{"two barcodes"}}
	data := a.draw(t)
	var crowded strings.Builder
	for i := range 9_000 { // in the labels' own places, too small to matter
		x, y, _, _ := a.place(i % 8)
		fmt.Fprintf(&crowded, "BT /F1 1 Tf %.1f %.1f Td (x) Tj ET ", x+20+float64(i/8%30)*5, y+70+float64(i/240))
	}
	assertKept(t, bytes.Replace(data, []byte("endstream\nendobj"), append([]byte(crowded.String()), "\nendstream\nendobj"...), 1), []pdf.Sheet{{Page: 1}})
}

// assertKept expects one page, and what is said about it.
func assertKept(t *testing.T, data []byte, said []pdf.Sheet) {
	t.Helper()
	d, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	single, sheets, err := d.CutSheets(noList)
	require.NoError(t, err)
	require.Equal(t, 1, single.Pages)
	assert.Equal(t, said, sheets)
}

// assertCut expects a page per number, with only that number, and everything that was painted.
func assertCut(t *testing.T, data []byte, numbers []string, inText bool) {
	t.Helper()
	d, err := pdf.Check(data, pdf.Limits{})
	require.NoError(t, err)
	single, sheets, err := d.CutSheets(noList)
	require.NoError(t, err)
	want := []pdf.Sheet{{Page: 1, Labels: len(numbers)}}
	if len(numbers) == 1 {
		want = nil
	}
	require.Equal(t, want, sheets)
	require.Equal(t, len(numbers), single.Pages)
	if inText {
		for i, number := range numbers {
			for _, other := range numbers {
				assert.Equal(t, number == other, strings.Contains(single.Content(i).Text, other), "label %d", i+1)
			}
		}
	}
	before, after := solidsOf(t, d), solidsOf(t, single)
	if inText {
		assert.Equal(t, before.count, after.count)
	}
	assert.InEpsilon(t, before.area, after.area, lo.Ternary(inText, 1e-6, 0.01))
}

type solids struct {
	count int
	area  float64
}

// solidsOf measures what is filled on all pages.
func solidsOf(t *testing.T, d pdf.Document) (all solids) {
	t.Helper()
	for i := range d.Pages {
		require.NoError(t, d.ReadMarks(i, func(m pdf.Mark) {
			if m.Kind == pdf.Solid {
				all.count++
				all.area += (m.Right - m.Left) * (m.Bottom - m.Top)
			}
		}))
	}
	return all
}
