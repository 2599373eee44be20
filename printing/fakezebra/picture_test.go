package fakezebra_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing/fakezebra"
)

// inked is a picture as text: # for black.
func inked(l fakezebra.Label) string {
	picture := l.Picture()
	var out strings.Builder
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			out.WriteByte(map[bool]byte{true: '#', false: '.'}[picture.GrayAt(x, y).Y == 0])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestGraphicsAreDrawnAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	dots := []byte{0xF0, 0x0F, 0xF0, 0x0F, 0xFF, 0xFF, 0x00, 0x01}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, err := w.Write(dots)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	in64 := base64.StdEncoding.EncodeToString
	const drawn = "####........####\n####........####\n################\n...............#\n"
	for name, graphic := range map[string]string{
		"hexadecimal":        "^FO0,0^GFA,8,8,2,F00FF00FFFFF0001^FS",
		"compressed":         "^FO0,0^GFA,8,8,2,FH0F:!I01^FS",
		"white is left out":  "^FO0,0^GFA,8,8,2,F00FF00FJF0001^FS",
		"with line ends":     "^FO0,0^GFA,8,8,2,F00F\r\nF00F\r\n!\r\n0001^FS",
		"in base 64":         "^FO0,0^GFA,8,8,2,:B64:" + in64(dots) + ":0000^FS",
		"deflated":           "^FO0,0^GFA,8,8,2,:Z64:" + in64(packed.Bytes()) + ":0000^FS",
		"binary":             "^FO0,0^GFB,8,8,2," + string(dots) + "^FS",
		"in two":             "^LH0,0^FO0,0^GFA,4,4,2,F00FF00F^FS^FO0,2^GFA,4,4,2,!0001^FS",
		"boxes and graphics": "^FO0,0^GB4,2,2^FS^FO12,0^GB4,2,2^FS^FO0,2^GB16,1,1^FS^FO8,3^GFA,1,1,1,01^FS",
	} {
		l := fakezebra.Label{Data: []byte("^XA^PW16^LL4" + graphic + "^XZ")}
		assert.True(t, l.IsGraphic(), name)
		assert.Equal(t, drawn, inked(l), name)
	}
	stored := fakezebra.Label{Graphics: []byte("~DGR:A.GRF,8,2,F00F:!0001\n"), Data: []byte("^XA^PW16^LL4^FO0,0^XGR:A.GRF,1,1^FS^XZ")}
	assert.Equal(t, drawn, inked(stored), "as LPrint does")
}

func TestLettersNeedARenderer(t *testing.T) {
	t.Parallel()
	assert.False(t, fakezebra.Label{Data: []byte("^XA^FO9,9^A0N,9,9^FDhi^FS^XZ")}.IsGraphic())
	width, length := fakezebra.Label{Data: []byte("^XA^PW1200^LL1800^XZ")}.Size()
	assert.Equal(t, []int{1200, 1800}, []int{width, length})
	width, length = fakezebra.Label{Data: []byte("^XA^PW99999^LL0^XZ")}.Size()
	assert.Equal(t, []int{5000, 1}, []int{width, length}, "within bounds")
}

func TestADownloadedGraphicIsKeptWithItsLabel(t *testing.T) {
	t.Parallel()
	p := started(t, fakezebra.Options{})
	said(t, p, "~DGR:LPRINT.GRF,8,2,F00F:!0001\n^XA^PW16^LL4^FO0,0^XGR:LPRINT.GRF,1,1^FS^XZ^XA^IDR:LPRINT.GRF^FS^XZ")
	require.NoError(t, p.WaitPrinted(t.Context(), 1))
	assert.Contains(t, inked(p.Printed()[0]), "################\n")
}

func FuzzPicture(f *testing.F) {
	f.Add("^FO0,0^GFA,8,8,2,FH0F:!I01^FS")
	f.Add("^FO0,0^GFB,8,8,2,^XZ^XA~HS^FS~DGR:A,8,2,F00F")
	f.Fuzz(func(t *testing.T, commands string) {
		data := fmt.Appendf(nil, "^XA^PW99^LL99%s^XZ", commands)
		l := fakezebra.Label{Data: data, Graphics: data}
		l.IsGraphic()
		if width, length := l.Size(); width*length <= 1_000_000 {
			l.Picture()
		}
	})
}
