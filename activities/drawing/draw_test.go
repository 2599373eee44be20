package drawing

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/boombuler/barcode/code128"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/multivende/sandbox/paper"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const merchant = "m-1"

// engine is shared by the tests; it starts with the first page.
var engine = sync.OnceValue(func() *raster.Engine {
	return raster.New(filepath.Join(os.TempDir(), "despacho-drawing-test"))
})

// desk is the step over a store in memory.
type desk struct {
	*testing.T
	server *storagetest.Server
	*Drawing
}

func newDesk(t *testing.T) desk {
	t.Helper()
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return desk{t, server, &Drawing{Store: store, Raster: engine()}}
}

// keep puts a label into the store, and returns what draws its first page.
func (d desk) keep(label []byte) contract.DrawLabelInput {
	d.Helper()
	stored, err := d.Store.PutBytes(d.Context(), storage.LabelPrefix(merchant, "c1"), ".pdf", "application/pdf", label)
	require.NoError(d, err)
	return contract.DrawLabelInput{Merchant: merchant, Key: stored.Key, SHA256: stored.SHA256, Page: 1}
}

func (d desk) picture(in contract.DrawLabelInput) ([]byte, image.Image) {
	d.Helper()
	data, err := d.Store.ReadAll(d.Context(), storage.LabelPicture(in.Merchant, in.SHA256, in.Page, 203), 1<<20)
	require.NoError(d, err)
	picture, err := png.Decode(bytes.NewReader(data))
	require.NoError(d, err)
	return data, picture
}

func realLabels(t *testing.T, codes ...string) []byte {
	t.Helper()
	var all []paper.Label
	for _, code := range codes {
		all = append(all, paper.Label{Title: "Courier Sur", Sender: []string{"Bodega"}, Receiver: []string{"Destino"}, Tracking: code, Code: code})
	}
	file, err := paper.PDF(paper.FourBySix, true, all...)
	require.NoError(t, err)
	return file
}

// read reads the one barcode of a picture.
func read(t *testing.T, picture image.Image) string {
	t.Helper()
	for _, hints := range []map[gozxing.DecodeHintType]any{nil, {gozxing.DecodeHintType_TRY_HARDER: true}} {
		for _, reader := range []gozxing.Reader{oned.NewCode128Reader(), qrcode.NewQRCodeReader()} {
			bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
			require.NoError(t, err)
			if code, err := reader.Decode(bitmap, hints); err == nil {
				return code.GetText()
			}
		}
	}
	return "(no barcode)"
}

func TestARealLabelIsAPictureWhoseBarcodeReadsBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.keep(realLabels(t, "7700000000123", "7700000000456"))
	for page, code := range map[int]string{1: "7700000000123", 2: "7700000000456"} {
		in.Page = page
		drawn, err := d.DrawLabel(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, contract.DrawnLabel{Drawn: true}, drawn)
		data, picture := d.picture(in)
		assert.Equal(t, code, read(t, picture))
		assert.Equal(t, color.Palette{color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}}, picture.ColorModel(), "black and white alone")
		assert.Equal(t, image.Rect(0, 0, 812, 1219), picture.Bounds(), "4 × 6 in of 8 dots per millimetre")
		density := bytes.Index(data, []byte("pHYs")) + 4
		assert.Equal(t, []uint32{8000, 8000}, []uint32{binary.BigEndian.Uint32(data[density:]), binary.BigEndian.Uint32(data[density+4:])}, "dots per metre")
	}
}

func TestALabelIsDrawnOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	in := d.keep(realLabels(t, "7700000000123"))
	before := d.server.Calls()
	for range 3 {
		drawn, err := d.DrawLabel(t.Context(), in)
		require.NoError(t, err)
		assert.True(t, drawn.Drawn)
	}
	after := d.server.Calls()
	assert.Equal(t, 1, after[storagetest.PutObject]-before[storagetest.PutObject])
	assert.Equal(t, 1, after[storagetest.GetObject]-before[storagetest.GetObject], "afterwards the label is not even read")
}

func TestALabelAmongOthersIsDrawnFromThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, second := realLabels(t, "7700000000123"), realLabels(t, "7700000000456")
	pack, err := d.Store.PutBytes(t.Context(), storage.LabelPrefix(merchant, "c1"), ".pack", "application/octet-stream", append(append([]byte{}, first...), second...))
	require.NoError(t, err)
	sum := sha256.Sum256(second)
	in := contract.DrawLabelInput{Merchant: merchant, Key: pack.Key, From: int64(len(first)), Bytes: int64(len(second)), SHA256: hex.EncodeToString(sum[:]), Page: 1}
	_, err = d.DrawLabel(t.Context(), in)
	require.NoError(t, err)
	_, picture := d.picture(in)
	assert.Equal(t, "7700000000456", read(t, picture))
}

// TestWhatIsNotThisLabelIsNotDrawn: whoever may start workflows could ask for anything.
func TestWhatIsNotThisLabelIsNotDrawn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good := d.keep(realLabels(t, "7700000000123"))
	for name, test := range map[string]struct {
		kind   string
		change func(*contract.DrawLabelInput)
	}{
		"of another merchant":   {contract.ErrorRequest, func(in *contract.DrawLabelInput) { in.Merchant = "m-2" }},
		"what is no label":      {contract.ErrorRequest, func(in *contract.DrawLabelInput) { in.Key = "runs/m-1/k/manifest.json" }},
		"without a digest":      {contract.ErrorRequest, func(in *contract.DrawLabelInput) { in.SHA256 = "" }},
		"with another's digest": {contract.ErrorStore, func(in *contract.DrawLabelInput) { in.SHA256 = "00" + in.SHA256[2:] }},
		"page 0":                {contract.ErrorRequest, func(in *contract.DrawLabelInput) { in.Page = 0 }},
		"a page too many":       {contract.ErrorRequest, func(in *contract.DrawLabelInput) { in.Page = 2 }},
		"a label that is gone":  {contract.ErrorNotFound, func(in *contract.DrawLabelInput) { in.Key = storage.LabelPrefix(merchant, "c1") + "0.pdf" }},
	} {
		in := good
		test.change(&in)
		drawn, err := d.DrawLabel(t.Context(), in)
		activitiestest.RequireFinal(t, test.kind, err)
		assert.Zero(t, drawn, name)
	}
	assert.Equal(t, 1, d.server.Calls()[storagetest.PutObject], "nothing was put beside the label")
}

// thinBars is a label whose bars are half a dot wide.
func thinBars(t *testing.T) []byte {
	t.Helper()
	code, err := code128.Encode("ABC123456789012")
	require.NoError(t, err)
	const module = 72 / 25.4 / 8 / 2
	var content strings.Builder
	for x := range code.Bounds().Dx() {
		if code.At(x, 0) == color.Black {
			fmt.Fprintf(&content, "%f 200 %f 80 re f\n", 60+float64(x)*module, module)
		}
	}
	file := "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n" +
		"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R>>\nendobj\n" +
		fmt.Sprintf("4 0 obj\n<</Length %d>>stream\n%s\nendstream\nendobj\ntrailer\n<</Root 1 0 R/Size 5>>\n%%%%EOF\n", content.Len(), content.String())
	checked, err := pdf.Check([]byte(file), pdf.Limits{})
	require.NoError(t, err)
	return checked.Data
}

func TestALabelThatCannotBeDrawnIsSaidWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for code, label := range map[contract.ReasonCode][]byte{
		contract.WhyLabelNotPrintable: []byte("%PDF-1.7\nno pages"), contract.WhyBarcodeUnreadable: thinBars(t),
	} {
		drawn, err := d.DrawLabel(t.Context(), d.keep(label))
		require.NoError(t, err)
		assert.False(t, drawn.Drawn)
		assert.Equal(t, code, drawn.Code, drawn.Words)
		assert.NotEmpty(t, drawn.Words)
	}
	assert.Equal(t, 2, d.server.Calls()[storagetest.PutObject])
}
