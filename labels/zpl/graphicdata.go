package zpl

import (
	"bytes"
	"encoding/hex"
)

const hexDigits = "0123456789ABCDEF"

// AppendGraphic writes the dots of a ^GF in hex digits with the manual's alternative compression: letters repeat the digit
// after them, a comma fills the rest of a row with white, ! with black, and : repeats the row above. Row is
// the number of bytes in a row.
func AppendGraphic(out, dots []byte, row int) []byte {
	var above []byte
	for len(dots) > 0 {
		next := dots[:min(row, len(dots))]
		if bytes.Equal(next, above) && len(next) == row {
			out = append(out, ':')
		} else {
			out = appendRow(out, next, row)
		}
		above, dots = next, dots[len(next):]
	}
	return out
}

// appendRow writes one row; only a whole one may end in a letter that fills it.
func appendRow(out, dots []byte, row int) []byte {
	digits, filled := 2*len(dots), byte(0)
	if len(dots) == row {
		last := dots[row-1] & 0xf
		for last == 0 || last == 0xf {
			if digits == 0 || digitAt(dots, digits-1) != last {
				filled = map[byte]byte{0: ',', 0xf: '!'}[last]
				break
			}
			digits--
		}
	}
	for at := 0; at < digits; {
		digit, from := digitAt(dots, at), at
		for at < digits && digitAt(dots, at) == digit {
			at++
		}
		out = appendRun(out, hexDigits[digit], at-from)
	}
	if filled != 0 {
		out = append(out, filled)
	}
	return out
}

func digitAt(dots []byte, i int) byte { return dots[i/2] >> (4 * (1 - i%2)) & 0xf }

// appendRun writes a digit n times: z is 400 times, y 380 and so on to g, which is 20; Y is 19 times, and so on to G, which is once.
func appendRun(out []byte, digit byte, n int) []byte {
	for ; n > 400+19; n -= 400 {
		out = append(out, 'z', digit)
	}
	if n > 2 {
		if n >= 20 {
			out = append(out, 'g'+byte(n/20-1))
			n %= 20
		}
		if n > 0 {
			out = append(out, 'G'+byte(n-1))
		}
		n = 1
	}
	for range n {
		out = append(out, digit)
	}
	return out
}

// ReadGraphic reads what is written as [AppendGraphic] does, as printers do, and pads it to no more than total bytes; nil if it is
// no such data.
func ReadGraphic(data []byte, total, row int) []byte {
	if row <= 0 || total <= 0 {
		return nil
	}
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
