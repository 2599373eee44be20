package stamp

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"io"

	"github.com/despacho/despacho/labels/zpl"
)

// unpacked finds the black parts of a graphic's data; total and row are its number of bytes and of
// bytes per row.
func (d *zplDrawing) unpacked(format byte, total, row int, data []byte) picture {
	if total <= 0 || row <= 0 {
		return picture{unsized: true}
	}
	rows := (total + row - 1) / row
	p := picture{width: float64(8 * row), height: float64(rows)}
	if d.decodeBudget -= total; d.decodeBudget < 0 {
		return p
	}
	var bits []byte
	switch {
	case zpl.IsPacked(data):
		bits = unpackedBase64(data, total)
	case format == 'A':
		bits = zpl.ReadGraphic(data, total, row)
	default:
		bits = data[:min(total, len(data))]
	}
	if bits == nil {
		return p
	}
	p.unpacked, p.black = true, blocks(bits, row)
	return p
}

// unpackedBase64 reads :B64: and :Z64: data (ZPL II manual, appendix "ZB64").
func unpackedBase64(data []byte, total int) []byte {
	deflated := data[1] == 'Z'
	data = data[len(":B64:"):]
	if end := bytes.IndexByte(data, ':'); end >= 0 {
		data = data[:end]
	}
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(data)))
	n, err := base64.StdEncoding.Decode(raw, bytes.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, data))
	if err != nil {
		return nil
	}
	if !deflated {
		return raw[:n]
	}
	unzipped, err := zlib.NewReader(bytes.NewReader(raw[:n]))
	if err != nil {
		return nil
	}
	bits, err := io.ReadAll(io.LimitReader(unzipped, int64(total)))
	if err != nil {
		return nil
	}
	return bits
}

// blocks combines the black dots of a bitmap into rectangles of 8 dots by 8 rows.
func blocks(bits []byte, row int) []rect {
	var black []rect
	band := make([]byte, row)
	for top := 0; top*row < len(bits); top += 8 {
		clear(band)
		for y := top; y < top+8 && y*row < len(bits); y++ {
			for x, dots := range bits[y*row : min((y+1)*row, len(bits))] {
				band[x] |= dots
			}
		}
		for x := 0; x < row; x++ {
			first := x
			for x < row && band[x] != 0 {
				x++
			}
			if x > first {
				black = append(black, rect{float64(8 * first), float64(top), float64(8 * x), float64(top + 8)})
			}
		}
	}
	return black
}
