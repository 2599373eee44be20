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
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/multivende/sandbox/paper"
)

// The size of a label, 4 × 6 inches.
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

// TestJoinedLabelsPrintAsTheyCame compares, dot by dot, the pictures of each file as it came with
// those of all files joined.
func TestJoinedLabelsPrintAsTheyCame(t *testing.T) {
	files := labelFiles(t)
	delete(files, "serials.zpl")  // the renderer draws one label, whatever its quantity
	delete(files, "pictures.zpl") // and takes prefixes in binary data for commands
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

// TestWhatAFileSetsLastsForItsLaterLabels compares the pictures of files that set something outside of a
// label, or in an earlier one. The renderer knows no units but dots.
func TestWhatAFileSetsLastsForItsLaterLabels(t *testing.T) {
	for name, file := range map[string]string{
		"the case of ^CF and ^BY before ^XA": caseFile(t, "f06-cf-by-before-xa.zpl"),
		"the case of ^CI28 before ^XA":       caseFile(t, "f06-ci28-before-xa.zpl"),
		"the case of ^LH":                    caseFile(t, "f17-lh-first-label-only.zpl"),
		"between labels":                     "^XA^FO9,9^FDa^FS^XZ^CF0,80^BY4,3,150^FWR^XA^FO99,99^FDb^FS^FO99,300^BC^FDc^FS^XZ^CF0,20^XA^FO99,99^FDd^FS^XZ",
		"of the whole label":                 "^XA^POI^LS-50^FO9,9^FDa^FS^XZ^XA^FO9,9^FDb^FS^XZ^XA^PON^FO9,9^FDc^FS^XZ^XA^PMY^FO9,9^FDd^FS^XZ^XA^FO9,9^FDe^FS^XZ",
		"reversed":                           "^XA^LRY^FO9,9^GB300,60,60^FS^FO20,20^A0N,40^FDa^FS^XZ^XA^FO9,9^GB300,60,60^FS^FO20,20^A0N,40^FDb^FS^XZ",
		"in a template":                      "^XA^DFR:T^FS^CF0,70^FO9,9^FN1^FS^XZ^XA^XFR:T^FS^FN1^FDa^FS^XZ^XA^FO9,9^FDb^FS^XZ",
		"in formats of their own":            "^XA^LH30,30^CF0,50^BY3^CI28^XZ^XA^FO9,9^FDñ^FS^XZ^XA^CF0,20^FO9,9^FDñ^FS^FO9,99^BC^FDc^FS^XZ^XA^LH0,0^XZ^XA^FO9,9^FDñ^FS^XZ",
	} {
		before, after := withoutBlanks(printed(t, []byte(file))), withoutBlanks(printed(t, joined(t, file)))
		require.NotEmpty(t, before, name)
		require.Len(t, after, len(before), name)
		for i := range before {
			assert.Zero(t, differentDots(before[i], after[i]), "%s, label %d", name, i+1)
		}
	}
}

func TestCopiesWithSerialNumbersPrintEachWithItsOwn(t *testing.T) {
	file := caseFile(t, "f09-serial-pq3.zpl")
	after := withoutBlanks(printed(t, joined(t, file)))
	require.Len(t, after, 3)
	for i, picture := range after {
		number := strconv.Itoa(i + 1)
		alone := strings.NewReplacer("^SN001,1,Y", "^FD00"+number, "^SN44001122330001,1,Y", "^FD4400112233000"+number).Replace(file)
		assert.Zero(t, differentDots(withoutBlanks(printed(t, []byte(alone)))[0], picture))
		assert.Equal(t, "4400112233000"+number, readCode(t, picture, false))
	}
}

func caseFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../../labels/zpl/testdata/cases/" + name)
	require.NoError(t, err)
	return string(data)
}

func joined(t *testing.T, file string) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := zpl.Join(&out, func(yield func([]byte, error) bool) { yield([]byte(file), nil) })
	require.NoError(t, err)
	return out.Bytes()
}

// labelFiles are the carriers' label files and our own.
func labelFiles(t *testing.T) map[string][]byte {
	t.Helper()
	own, err := filepath.Glob("../../labels/zpl/testdata/labels/*.zpl")
	require.NoError(t, err)
	require.NotEmpty(t, own)
	files := corpus.ZPL(t)
	for _, name := range own {
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

// printed draws ZPL, one picture for each label that a printer would print.
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

// blackShare is the dark proportion of a picture, from 0 to 1.
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
