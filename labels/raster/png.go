package raster

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math"
)

// PNG is the dots as a picture in black and white that says how large it is on paper.
func (d Dots) PNG(dpi int) ([]byte, error) {
	scale, err := perPoint(dpi)
	if err != nil {
		return nil, err
	}
	picture := image.NewPaletted(image.Rect(0, 0, d.Width, d.Height), color.Palette{color.White, color.Black})
	for y := range d.Height {
		for x := range d.Width {
			if d.Black(x, y) {
				picture.Pix[y*picture.Stride+x] = 1
			}
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture); err != nil {
		return nil, err
	}
	return withDensity(out.Bytes(), uint32(math.Round(scale*72/0.0254))), nil
}

// pngHead is the length of a PNG's signature and its first chunk, behind which its density may stand.
const pngHead = 8 + 12 + 13

// withDensity adds the chunk pHYs: so many dots per metre, each way.
func withDensity(picture []byte, perMetre uint32) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return append(append(append([]byte{}, picture[:pngHead]...), chunk...), picture[pngHead:]...)
}
