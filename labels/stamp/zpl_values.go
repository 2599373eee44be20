package stamp

import (
	"bytes"
	"strconv"

	"github.com/despacho/despacho/labels/zpl"
)

// mostValues is one more than any command here needs.
const mostValues = 8

// values are the comma-separated values of a parameter.
type values [][]byte

func valuesOf(c zpl.Command) values { return bytes.SplitN(textOf(c), []byte(","), mostValues) }

// textOf is a parameter without its line end.
func textOf(c zpl.Command) []byte { return bytes.TrimRight(c.Param, "\r\n") }

func (v values) text(i int) []byte {
	if i >= len(v) {
		return nil
	}
	return bytes.TrimSpace(v[i])
}

// number reads a number; if it is missing or malformed, the result is otherwise.
func (v values) number(i int, otherwise float64) float64 {
	const most = 10_000_000
	digits := v.text(i)
	n, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || n != n {
		return otherwise
	}
	return max(-most, min(most, n))
}

// letter reads a value of one letter, as a capital.
func (v values) letter(i int, otherwise byte) byte {
	value := v.text(i)
	if len(value) == 0 {
		return otherwise
	}
	return capital(value[0])
}

func capital(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c &^ 0x20
	}
	return c
}
