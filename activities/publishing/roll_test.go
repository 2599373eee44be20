package publishing

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/code128"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/raster"
)

// thinBars is a PDF label whose bars are narrower than a dot of 203 dpi.
func thinBars(t *testing.T, number string) []byte {
	t.Helper()
	code, err := code128.Encode(number)
	require.NoError(t, err)
	page := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: 288, Ht: 432}})
	page.AddPage()
	page.SetFont("Helvetica", "", 12)
	page.Text(20, 40, "Orden "+number)
	for x := range code.Bounds().Dx() {
		if r, _, _, _ := code.At(x, 0).RGBA(); r == 0 {
			page.Rect(20+0.28*float64(x), 100, 0.28, 80, "F")
		}
	}
	var out bytes.Buffer
	require.NoError(t, page.Output(&out))
	return out.Bytes()
}

func TestOneRollHoldsTheLabelsOfAllFormats(t *testing.T) {
	t.Parallel()
	p := prints(t, 3, nil, "coppel", "totalplay")
	p.publishing.Raster = raster.New(t.TempDir())
	t.Cleanup(func() { assert.NoError(t, p.publishing.Raster.Close()) })
	p.in.Printing = contract.Printing{OneRoll: true, Stock: "4x6in", Stamp: true}
	thin := p.putsLabel("totalplay", 1, thinBars(t, "123456"))

	published := p.publish()
	manifest, _ := p.manifest()
	assert.Equal(t, []string{"zpl 5", "pdf 1"}, lo.Map(published.Files, func(f contract.PrintFile, _ int) string { return fmt.Sprint(f.Format, " ", f.Labels) }))
	roll := published.Files[0]
	pieces := p.pieces(roll)
	require.Len(t, pieces, 5)
	next := 1
	for _, row := range manifest.Rows {
		label := row.Labels[0]
		notes := strings.Join(label.Notes, "; ")
		if row.ID == thin.Order.ID {
			assert.Equal(t, published.Files[1].Key, label.File)
			assert.Contains(t, notes, "not on the roll: the Code 128 barcode on page 1")
			continue
		}
		assert.Equal(t, []any{roll.Key, next, 1}, []any{label.File, label.First, label.Count})
		assert.Equal(t, label.Format == "pdf", strings.Contains(notes, "drawn as graphics of 203 dpi"), notes)
		assert.Equal(t, label.Format == "pdf", strings.Contains(pieces[next-1], "^GFA,"))
		next++
	}
	words := strings.Join(manifest.Notes, "; ")
	assert.Contains(t, words, "2 PDF labels are on the roll as graphics")
	assert.Contains(t, words, "1 orders are not on the roll")
	assert.Equal(t, map[contract.Outcome]int{contract.Labelled: 3}, published.Accounts[p.Scope("totalplay").Connection.ID].Ended)
}
