package stamp

import (
	"bytes"
	"iter"
	"strconv"
)

// zplToken is a command of a unit, which uses the default prefixes. Its code is
// in capitals; that of ^A, which has one letter, goes on with the font's.
type zplToken struct {
	raw        []byte // from its prefix to the next command
	code       [2]byte
	start, end int
}

func (t zplToken) is(code string) bool { return t.raw[0] == '^' && t.named(code) }

func (t zplToken) named(code string) bool { return t.code == [2]byte{code[0], code[1]} }

func (t zplToken) param() []byte { return bytes.TrimRight(t.raw[3:], "\r\n") }

// zplTokens cuts a unit into its commands. Data of a stated length is skipped.
func zplTokens(unit []byte) iter.Seq[zplToken] {
	return func(yield func(zplToken) bool) {
		for start := nextCommand(unit, 0); start < len(unit); {
			from := start + 3
			if data, ok := countedData(unit[start:]); ok {
				from = start + data
			}
			end := nextCommand(unit, from)
			if !yield(zplToken{raw: unit[start:end], code: [2]byte{capital(unit[start+1]), capital(unit[start+2])}, start: start, end: end}) {
				return
			}
			start = end
		}
	}
}

func nextCommand(unit []byte, from int) int {
	for i := from; i < len(unit); i++ {
		n := bytes.IndexAny(unit[i:], "^~")
		if n < 0 {
			return len(unit)
		}
		if i += n; i+2 < len(unit) && isCommand(unit[i:]) {
			return i
		}
	}
	return len(unit)
}

func isCommand(at []byte) bool {
	first, second := at[1]|0x20, at[2]|0x20
	if at[0] == '~' {
		return first == 'd' && (second == 'g' || second == 'y')
	}
	return first >= 'a' && first <= 'z'
}

// countedData gives the length of ^GF and ~DY with binary data, to its end.
func countedData(command []byte) (length int, ok bool) {
	values, format, count := 4, 0, 1
	switch code := string(bytes.ToUpper(command[:3])); code {
	case "^GF":
	case "~DY":
		values, format, count = 5, 1, 3
	default:
		return 0, false
	}
	const longestHeader = 128
	header := bytes.SplitN(command[3:min(len(command), longestHeader)], []byte(","), values+1)
	if len(header) <= values || !bytes.ContainsAny(header[format], "BCbc") {
		return 0, false
	}
	length = 3
	for _, value := range header[:values] {
		length += len(value) + 1
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(header[count])))
	if err != nil || n < 0 || isPacked(command[length:]) {
		return 0, false
	}
	return min(length+n, len(command)), true
}

func isPacked(data []byte) bool {
	return bytes.HasPrefix(data, []byte(":B64:")) || bytes.HasPrefix(data, []byte(":Z64:"))
}

// mostValues is one more than any command is asked for here.
const mostValues = 8

// values are a parameter's, between commas.
type values [][]byte

func (t zplToken) values() values { return bytes.SplitN(t.param(), []byte(","), mostValues) }

func (v values) text(i int) []byte {
	if i >= len(v) {
		return nil
	}
	return bytes.TrimSpace(v[i])
}

// number reads a value; what is none, or missing, is the other one.
func (v values) number(i int, otherwise float64) float64 {
	const most = 10_000_000
	digits := v.text(i)
	n, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || n != n {
		return otherwise
	}
	return max(-most, min(most, n))
}

// letter reads a value of one letter, in capitals.
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
