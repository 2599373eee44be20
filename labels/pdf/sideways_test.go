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

func TestALabelThatLiesOnItsSideIsTurnedSoThatItCanBeRead(t *testing.T) {
	t.Parallel()
	const label = "1 w 6 6 276 420 re S BT /F1 18 Tf 20 392 Td (PEDIDO 4400112257) Tj ET 20 250 2 80 re f 30 250 2 80 re f"
	for name, lies := range map[string]string{"downwards": "0 -1 1 0 90 760 cm", "upwards": "0 1 -1 0 560 400 cm"} {
		for _, rotate := range []int{0, 180} {
			content := lies + " " + label
			data := sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
				fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Rotate %d/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>", rotate),
				stream("", content), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
			d, err := pdf.Check(data, pdf.Limits{})
			require.NoError(t, err)
			layout := pdf.Layout{Stock: stock(t, "4x6in")}
			var out bytes.Buffer
			j, err := pdf.NewJoiner(&out, layout)
			require.NoError(t, err)
			_, err = j.Add(d.FitTo(layout))
			require.NoError(t, err)
			_, err = j.Close()
			require.NoError(t, err)
			joined, err := pdf.Check(out.Bytes(), pdf.Limits{})
			require.NoError(t, err)
			var title pdf.Mark
			require.NoError(t, joined.ReadMarks(0, func(m pdf.Mark) {
				if m.Kind == pdf.Letters {
					title = m
				}
			}))
			assert.Less(t, title.Bottom, 60.0, "%s, rotated by %d: at the top", name, rotate)
			assert.Less(t, title.Left, 40.0, "%s, rotated by %d: from the left", name, rotate)
		}
	}
}
