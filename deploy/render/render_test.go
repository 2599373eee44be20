//go:build render

package render_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	_ "image/png"
	"os"
	"os/exec"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/multivende/sandbox/paper"
)

// A label of four by six inches.
const (
	width  = 101.6
	height = 152.4
)

func sample(tracking string, qr bool) paper.Label {
	label := paper.Label{
		Title:    "Tienda Sur · Envío estándar",
		Sender:   []string{"Bodega Ñuñoa", "Av. Irarrázaval 100, Santiago"},
		Receiver: []string{"Comprador de muestra", "Calle São João 200", "Valparaíso"},
		References: []paper.Reference{
			{Caption: "Venta", Value: "2000001234567890"},
			{Caption: "Pack ID", Value: "4000009876"},
		},
		Tracking: tracking,
		Code:     tracking,
		QR:       qr,
		Notes:    []string{"No doblar"},
		Parcel:   1,
		Parcels:  1,
	}
	if qr {
		label.Code = `{"id":"` + tracking + `","t":"lm"}`
	}
	return label
}

func TestOwnLabelsPrintWithTheirBarcode(t *testing.T) {
	for name, label := range map[string]paper.Label{
		"a Code 128 of digits":             sample("44123456789", false),
		"a Code 128 of letters and digits": sample("FALA-00012345CL", false),
		"a QR":                             sample("44123456789", true),
	} {
		for style, inSections := range map[string]bool{"plain": false, "in sections": true} {
			t.Run(name+", "+style, func(t *testing.T) {
				pictures := printed(t, paper.ZPL(label, inSections))
				require.Len(t, pictures, 1)
				assert.Greater(t, blackShare(pictures[0]), 0.01, "the label is blank")
				assert.Equal(t, label.Code, readCode(t, pictures[0], label.QR))
			})
		}
	}
}

func TestAJoinedFilePrintsEveryLabelInOrder(t *testing.T) {
	codes := []string{"44000000001", "44000000002", "44000000003"}
	var joined bytes.Buffer
	_, err := zpl.Join(&joined, func(yield func([]byte, error) bool) {
		for i, code := range codes {
			if !yield(paper.ZPL(sample(code, false), i%2 == 0), nil) {
				return
			}
		}
	})
	require.NoError(t, err)

	var codesRead []string
	for _, picture := range printed(t, joined.Bytes()) {
		if blackShare(picture) > 0 {
			codesRead = append(codesRead, readCode(t, picture, false))
		}
	}
	assert.Equal(t, codes, codesRead)
}

// printed renders ZPL to a picture for each label that a printer would give.
func printed(t *testing.T, label []byte) []image.Image {
	t.Helper()
	request, err := json.Marshal(map[string]any{"zpl": label, "width": width, "height": height})
	require.NoError(t, err)
	node := exec.CommandContext(t.Context(), "node", "render.mjs")
	node.Stdin = bytes.NewReader(append(request, '\n'))
	node.Stderr = os.Stderr
	out, err := node.Output()
	require.NoError(t, err)
	var answer struct {
		Pictures [][]byte `json:"pictures"`
		Error    string   `json:"error"`
	}
	require.NoError(t, json.Unmarshal(out, &answer))
	require.Empty(t, answer.Error)
	pictures := make([]image.Image, len(answer.Pictures))
	for i, content := range answer.Pictures {
		pictures[i], _, err = image.Decode(bytes.NewReader(content))
		require.NoError(t, err)
	}
	return pictures
}

func readCode(t *testing.T, picture image.Image, qr bool) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	require.NoError(t, err)
	reader := oned.NewCode128Reader()
	if qr {
		reader = qrcode.NewQRCodeReader()
	}
	code, err := reader.Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	require.NoError(t, err, "no barcode can be read")
	return code.GetText()
}

// blackShare is the part of the picture that is dark, from 0 to 1.
func blackShare(picture image.Image) float64 {
	area, dark := picture.Bounds(), 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y < 128 {
				dark++
			}
		}
	}
	return float64(dark) / float64(area.Dx()*area.Dy())
}
