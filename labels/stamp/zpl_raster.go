package stamp

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
)

// unpacked finds the black parts of a graphic's data, so many bytes in all and in
// a row.
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
	case isPacked(data):
		bits = unpackedBase64(data, total)
	case format == 'A':
		bits = unpackedHex(data, total, row)
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

// unpackedHex reads hex digits with the alternative compression: letters repeat
// the digit behind them, a comma fills the row with white, ! with black, : is
// the row above once more.
func unpackedHex(data []byte, total, row int) []byte {
	digits := make([]byte, 0, 2*total)
	wide, repeat := 2*row, 0
	for _, c := range data {
		if len(digits) >= 2*total {
			break
		}
		left := wide - len(digits)%wide
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'F', c >= 'a' && c <= 'f':
			digits = append(digits, bytes.Repeat([]byte{c}, min(max(1, repeat), 2*total-len(digits)))...)
			repeat = 0
		case c >= 'G' && c <= 'Y':
			repeat += int(c-'G') + 1
		case c >= 'g' && c <= 'z':
			repeat += 20 * (int(c-'g') + 1)
		case c == ',':
			digits = append(digits, bytes.Repeat([]byte{'0'}, left)...)
		case c == '!':
			digits = append(digits, bytes.Repeat([]byte{'F'}, left)...)
		case c == ':' && len(digits) >= wide:
			above := len(digits) - len(digits)%wide
			digits = append(digits, digits[above-wide:above]...)
		}
	}
	digits = digits[:min(len(digits), 2*total)&^1]
	bits := make([]byte, len(digits)/2)
	if _, err := hex.Decode(bits, digits); err != nil {
		return nil
	}
	return bits
}

// blocks joins the black dots of a bitmap into rectangles of 8 dots by 8 rows.
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
