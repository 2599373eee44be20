package labels_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// withoutText is a sheet of two labels that differ in their barcodes alone.
func withoutText(apart bool) []byte {
	var content strings.Builder
	for label := range 2 {
		fmt.Fprintf(&content, "q 1 0 0 1 30 %d cm 0 0 300 360 re S BT /F1 12 Tf 20 300 Td (Fragil, este lado arriba) Tj ET ", 40+400*label)
		for bar := range 40 {
			shift := lo.Ternary(apart, bar*label%3, 0)
			fmt.Fprintf(&content, "%d 100 2 90 re f ", 20+5*bar+shift)
		}
		content.WriteString("Q ")
	}
	return sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", content.Len(), content.String()))
}

func TestLabelsOfASheetThatNameNobodyAreNoPagesOfTheLabelBefore(t *testing.T) {
	t.Parallel()
	const a, b = "2000004280026175", "2000004280026176"
	stock, err := pdf.ParseStock("as-is")
	require.NoError(t, err)
	orders := []labels.Order{{ID: "id-a", References: []string{a}}, {ID: "id-b", References: []string{b}}}
	for name, test := range map[string]struct {
		sheet []byte
		loose int
	}{
		"two labels":           {withoutText(true), 2},
		"the same label twice": {withoutText(false), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var merged bytes.Buffer
			_, err := pdf.JoinOnto(&merged, sample.Each(sample.PDF("Orden "+b), sample.PDF("Orden "+a), test.sheet), pdf.Layout{Stock: stock})
			require.NoError(t, err)
			got := labels.Assign([]bundle.File{{Name: "todas.pdf", Kind: bundle.PDF, Data: merged.Bytes()}}, orders)
			assert.Equal(t, 1, got.Labels["id-a"][0].Count)
			assert.Len(t, got.Labels["id-a"], 1)
			assert.Len(t, got.Unassigned, test.loose)

			named := labels.Assign([]bundle.File{{Name: a + ".pdf", Kind: bundle.PDF, Data: test.sheet}}, orders)
			printed := lo.CountBy(named.Labels["id-a"], func(l labels.Label) bool { return !l.IsCopy })
			assert.Equal(t, test.loose, printed, "the file's name says whose they are, and neither is a copy")
		})
	}
}
