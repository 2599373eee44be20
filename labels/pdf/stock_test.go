package pdf_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

func stock(t *testing.T, name string) pdf.Stock {
	t.Helper()
	s, err := pdf.ParseStock(name)
	require.NoError(t, err)
	return s
}

// onePage makes a page with the given entries, painted all over.
func onePage(entries string) []byte {
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R"+entries+"/Contents 4 0 R>>", stream("", "0 0 1 rg -999 -999 9999 9999 re f"))
}

func TestParseStockKnowsItsNames(t *testing.T) {
	t.Parallel()
	for _, name := range pdf.StockNames() {
		assert.Equal(t, name, stock(t, name).String())
	}
	assert.True(t, stock(t, "").AsIs())
	assert.Equal(t, "a4-4up", stock(t, " A4-4UP ").String())
	assert.Equal(t, map[string]int{"as-is": 1, "a6": 1, "a4-2up": 2, "a4-3up": 3, "a4-4up": 4, "letter-2up": 2}, map[string]int{
		"as-is": stock(t, "as-is").Slots(), "a6": stock(t, "a6").Slots(), "a4-2up": stock(t, "a4-2up").Slots(),
		"a4-3up": stock(t, "a4-3up").Slots(), "a4-4up": stock(t, "a4-4up").Slots(), "letter-2up": stock(t, "letter-2up").Slots()})
	_, err := pdf.ParseStock("a5")
	require.ErrorContains(t, err, `no stock is called "a5"; there are 4x6in`)
}

func TestPagesAreBroughtToOneStock(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		entries, stock string
		want           []string
	}{
		"a page of the stock's size stays":       {"/MediaBox[0 0 288 432]", "4x6in", nil},
		"a smaller one is not enlarged":          {"/MediaBox[0 0 100 200]", "10x15cm", nil},
		"rounded to whole points it still fits":  {"/MediaBox[0 0 284 426]", "10x15cm", nil},
		"a larger one is shrunk":                 {"/MediaBox[0 0 288 432]", "10x15cm", []string{"shrunk ×0.984 to fit"}},
		"what the crop box hides does not count": {"/MediaBox[0 0 595 842]/CropBox[20 20 308 452]", "4x6in", nil},
		"one that lies on its side is turned":    {"/MediaBox[0 0 432 288]", "4x6in", []string{"turned by 90°"}},
		"its own rotation counts":                {"/MediaBox[0 0 432 288]/Rotate 270", "4x6in", nil},
		"turned and shrunk":                      {"/MediaBox[0 0 842 595]", "4x6in", []string{"turned by 90°", "shrunk ×0.484 to fit"}},
		"a larger unit counts":                   {"/MediaBox[0 0 144 216]/UserUnit 2", "4x6in", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			joined, err := pdf.JoinOnto(&out, sample.Each(onePage(test.entries)), pdf.Layout{Stock: stock(t, test.stock)})
			require.NoError(t, err)
			assert.Equal(t, test.want, joined.Places[0].Notes)
			d, err := pdf.Check(out.Bytes(), pdf.Limits{})
			require.NoError(t, err)
			require.Len(t, d.Sizes, 1)
			plain, err := pdf.Check(onePage(map[string]string{
				"4x6in": "/MediaBox[0 0 288 432]", "10x15cm": "/MediaBox[0 0 283.464567 425.19685]"}[test.stock]), pdf.Limits{})
			require.NoError(t, err)
			assert.Equal(t, plain.Sizes, d.Sizes)
		})
	}
}

func TestSheetsAreFilledFromTheStartSlot(t *testing.T) {
	t.Parallel()
	labels := [][]byte{sample.PDF("uno"), sample.PDF("dos", "dos b"), sample.PDF("tres"), sample.PDF("cuatro")}
	var out bytes.Buffer
	joined, err := pdf.JoinOnto(&out, sample.Each(labels...), pdf.Layout{Stock: stock(t, "a4-4up"), Start: 3})
	require.NoError(t, err)
	shrunk := []string{"shrunk ×0.974 to fit"}
	assert.Equal(t, pdf.Joined{Pages: 2, Places: []pdf.Place{
		{First: 1, Count: 1, Slot: 3, Notes: shrunk},
		{First: 1, Count: 2, Slot: 4, Notes: []string{"page 1 shrunk ×0.974 to fit", "page 2 shrunk ×0.974 to fit"}},
		{First: 2, Count: 1, Slot: 2, Notes: shrunk},
		{First: 2, Count: 1, Slot: 3, Notes: shrunk},
	}}, joined)
	texts, err := pdf.Texts(out.Bytes())
	require.NoError(t, err)
	assert.Equal(t, []string{"uno\ndos\n", "dos b\ntres\ncuatro\n"}, texts)
	n, err := pdf.Pages(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}

func TestAStartSlotThatTheSheetHasNotIsRefused(t *testing.T) {
	t.Parallel()
	for name, layout := range map[string]pdf.Layout{
		"start slot 5: a page of a4-4up has slots 1 to 4": {Stock: stock(t, "a4-4up"), Start: 5},
		"start slot 2: a page of 4x6in has slots 1 to 1":  {Stock: stock(t, "4x6in"), Start: 2},
		"start slot -1: a page of as-is has slots 1 to 1": {Start: -1},
	} {
		_, err := pdf.JoinOnto(&bytes.Buffer{}, sample.Each(sample.PDF("1")), layout)
		require.EqualError(t, err, name)
	}
}

func TestLabelsOnAStockStayVectors(t *testing.T) {
	t.Parallel()
	labels := make([][]byte, 9)
	for i := range labels {
		labels[i] = sample.PDF(fmt.Sprint("Orden ", i))
	}
	var out bytes.Buffer
	_, err := pdf.JoinOnto(&out, sample.Each(labels...), pdf.Layout{Stock: stock(t, "a4-4up")})
	require.NoError(t, err)
	assert.Equal(t, 9, bytes.Count(out.Bytes(), []byte("30 300 4 60 re f")))
	assert.Equal(t, 1, bytes.Count(out.Bytes(), []byte("/BaseFont")), "what labels share is written once")
	assert.NotContains(t, out.String(), "/Subtype /Image")
}

func TestTheRoomOfALabelIsThatOfASlot(t *testing.T) {
	t.Parallel()
	const millimetre = 72 / 25.4
	for name, want := range map[string]pdf.Size{
		"4x6in": {Width: 288, Height: 432}, "a4-3up": {Width: 99 * millimetre, Height: 210 * millimetre},
		"a4-4up": {Width: 105 * millimetre, Height: 148.5 * millimetre}, "as-is": {},
	} {
		assert.Equal(t, want, stock(t, name).SlotSize(), name)
	}
}
