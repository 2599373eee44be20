package raster

import (
	"bytes"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPictureShowsTheDots(t *testing.T) {
	t.Parallel()
	d := newDots(13, 5)
	for _, dot := range [][2]int{{0, 0}, {12, 0}, {7, 2}, {8, 2}, {3, 4}} {
		d.Bits[dot[1]*d.Row+dot[0]/8] |= 0x80 >> (dot[0] % 8)
	}
	for dpi, perMetre := range map[int][]byte{203: {0, 0, 0x1f, 0x40}, 300: {0, 0, 0x2e, 0x23}} {
		data, err := d.PNG(dpi)
		require.NoError(t, err)
		assert.Contains(t, string(data), "pHYs"+string(perMetre)+string(perMetre)+"\x01")
		picture, err := png.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, [2]int{13, 5}, [2]int{picture.Bounds().Dx(), picture.Bounds().Dy()})
		for y := range 5 {
			for x := range 13 {
				assert.Equal(t, d.Black(x, y), color.GrayModel.Convert(picture.At(x, y)) == color.Gray{}, "%d, %d", x, y)
			}
		}
	}
	_, err := d.PNG(72)
	assert.Error(t, err)
}
