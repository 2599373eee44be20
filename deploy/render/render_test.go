//go:build render

package render_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	_ "image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// TestJoinedLabelsPrintAsTheyCame compares pictures dot by dot: of each file as
// it came, and of all files joined.
func TestJoinedLabelsPrintAsTheyCame(t *testing.T) {
	files := labelFiles(t)
	var names []string
	var joined bytes.Buffer
	_, err := zpl.Join(&joined, func(yield func([]byte, error) bool) {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			names = append(names, name)
			if !yield(files[name], nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	after := withoutBlanks(printed(t, joined.Bytes()))
	for _, name := range names {
		before := withoutBlanks(printed(t, files[name]))
		require.NotEmpty(t, before, name)
		require.GreaterOrEqual(t, len(after), len(before), name)
		for i, picture := range before {
			assert.Zero(t, differentDots(picture, after[i]), "%s, label %d", name, i+1)
		}
		after = after[len(before):]
	}
	assert.Empty(t, after)
}

// labelFiles are those of carriers, where the folder is there, and our own.
func labelFiles(t *testing.T) map[string][]byte {
	t.Helper()
	carriers, err := filepath.Glob("../../../shared/corpus/zpl/*.zpl")
	require.NoError(t, err)
	own, err := filepath.Glob("../../labels/zpl/testdata/labels/*.zpl")
	require.NoError(t, err)
	require.NotEmpty(t, own)
	files := map[string][]byte{}
	for _, name := range append(carriers, own...) {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return files
}

func withoutBlanks(pictures []image.Image) []image.Image {
	return slices.DeleteFunc(pictures, func(picture image.Image) bool { return blackShare(picture) == 0 })
}

func differentDots(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Dx() * a.Bounds().Dy()
	}
	different := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if color.GrayModel.Convert(a.At(x, y)) != color.GrayModel.Convert(b.At(x, y)) {
				different++
			}
		}
	}
	return different
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
