package fakezebra

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"io"
)

const mostGraphic = 4 << 20

// readGraphic reads the dots of ^GF and ~DG: hexadecimal with Zebra's compression, packed (:Z64:, :B64:) or
// binary. What does not come is white.
func readGraphic(format []byte, total, row int, data []byte) graphic {
	if total <= 0 || total > mostGraphic || row <= 0 || row > total {
		return graphic{}
	}
	var bits []byte
	switch {
	case bytes.HasPrefix(data, []byte(":Z64:")), bytes.HasPrefix(data, []byte(":B64:")):
		bits = unpacked(data, total)
	case bytes.EqualFold(bytes.TrimSpace(format), []byte("A")):
		bits = fromHexadecimal(data, total, row)
	default:
		bits = data
	}
	whole := make([]byte, total)
	copy(whole, bits)
	return graphic{whole, row}
}

func unpacked(data []byte, total int) []byte {
	text, _, _ := bytes.Cut(data[len(":Z64:"):], []byte(":"))
	raw, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(text), nil)))
	if err != nil || data[1] == 'B' {
		return raw
	}
	reader, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	bits, _ := io.ReadAll(io.LimitReader(reader, int64(total)))
	return bits
}

// fromHexadecimal reads hexadecimal: G to Y repeat the next digit 1 to 19 times, g to z 20 to 400 times; a comma
// fills the row with white, an exclamation mark with black, and a colon repeats the row above.
func fromHexadecimal(data []byte, total, row int) []byte {
	bits := make([]byte, 0, total)
	line, digits, repeat := make([]byte, row), 0, 0
	put := func(digit byte, times int) {
		for ; times > 0 && len(bits) < total; times-- {
			line[digits/2] |= digit << (4 * (1 - digits%2))
			if digits++; digits == 2*row {
				bits = append(bits, line...)
				clear(line)
				digits = 0
			}
		}
	}
	for _, c := range data {
		switch {
		case c >= 'G' && c <= 'Y':
			repeat += int(c-'G') + 1
		case c >= 'g' && c <= 'z':
			repeat += 20 * (int(c-'g') + 1)
		case c == ',', c == '!':
			digit := byte(0)
			if c == '!' {
				digit = 0xf
			}
			put(digit, 2*row-digits)
			repeat = 0
		case c == ':' && digits == 0 && len(bits) >= row:
			bits = append(bits, bits[len(bits)-row:]...)
			repeat = 0
		default:
			if digit, is := hexDigit(c); is {
				put(digit, max(repeat, 1))
				repeat = 0
			}
		}
		if len(bits) >= total {
			break
		}
	}
	return append(bits, line[:(digits+1)/2]...)
}

func hexDigit(c byte) (digit byte, is bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}
