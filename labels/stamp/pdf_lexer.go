package stamp

import (
	"bytes"
	"strconv"
)

// operand is a number, a string, a name or an array of a content stream.
type operand struct {
	kind   operandKind
	number float64
	text   []byte // of a string, its codes; of a name, its letters
	list   []operand
}

type operandKind byte

const (
	isNumber operandKind = iota
	isString
	isName
	isArray
)

// contentLexer reads a content stream (ISO 32000 7.8.2) operator by operator.
type contentLexer struct {
	data     []byte
	at       int
	operands []operand
}

const mostOperands = 2000

// next gives an operator; its operands stand in l.operands until the next call.
func (l *contentLexer) next() (operator string, ok bool) {
	l.operands = l.operands[:0]
	for {
		l.skipBlanks()
		if l.at >= len(l.data) {
			return "", false
		}
		if value, is := l.operand(0); is {
			if len(l.operands) < mostOperands {
				l.operands = append(l.operands, value)
			}
			continue
		}
		if word := l.word(); len(word) > 0 {
			return string(word), true
		}
		l.at++ // a bracket that belongs to nothing, or one of a dictionary
	}
}

func (l *contentLexer) operand(depth int) (operand, bool) {
	switch c := l.data[l.at]; {
	case c == '(':
		return operand{kind: isString, text: l.literal()}, true
	case c == '<' && (l.at+1 == len(l.data) || l.data[l.at+1] != '<'):
		return operand{kind: isString, text: l.hexadecimal()}, true
	case c == '/':
		l.at++
		return operand{kind: isName, text: l.word()}, true
	case c == '[' && depth < 8:
		return l.array(depth), true
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		n, _ := strconv.ParseFloat(string(l.word()), 64) // an odd number is 0, as readers have it
		return operand{number: n}, true
	}
	return operand{}, false
}

func (l *contentLexer) array(depth int) operand {
	l.at++
	out := operand{kind: isArray}
	for {
		l.skipBlanks()
		switch {
		case l.at >= len(l.data):
			return out
		case l.data[l.at] == ']':
			l.at++
			return out
		}
		value, ok := l.operand(depth + 1)
		if !ok {
			if len(l.word()) == 0 {
				l.at++
			}
			continue
		}
		out.list = append(out.list, value)
	}
}

// literal gives a string's codes. An octal escape counts as one code, which is
// all that the width of a text needs to know of it beyond its value.
func (l *contentLexer) literal() []byte {
	var out []byte
	depth := 0
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '\\':
			out = l.escape(out)
			continue
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				l.at++
				return out
			}
		}
		out = append(out, c)
	}
	return out
}

var escapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}

func (l *contentLexer) escape(out []byte) []byte {
	l.at++
	if l.at >= len(l.data) {
		return out
	}
	c := l.data[l.at]
	switch {
	case c >= '0' && c <= '7':
		end := l.at + 1
		for end < len(l.data) && end < l.at+3 && l.data[end] >= '0' && l.data[end] <= '7' {
			end++
		}
		n, _ := strconv.ParseUint(string(l.data[l.at:end]), 8, 16)
		l.at = end - 1
		return append(out, byte(n))
	case c == '\n', c == '\r':
		return out
	case escapes[c] != 0:
		return append(out, escapes[c])
	}
	return append(out, c)
}

func (l *contentLexer) hexadecimal() []byte {
	l.at++
	var out []byte
	digits, value := 0, byte(0)
	for ; l.at < len(l.data) && l.data[l.at] != '>'; l.at++ {
		c := l.data[l.at]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			continue
		}
		value = value<<4 | c
		if digits++; digits%2 == 0 {
			out = append(out, value)
		}
	}
	l.at = min(l.at+1, len(l.data))
	if digits%2 == 1 {
		out = append(out, value<<4)
	}
	return out
}

var delimiters = func() (is [256]bool) {
	for _, c := range []byte("()<>[]{}/% \n\r\t\f\x00") {
		is[c] = true
	}
	return is
}()

func (l *contentLexer) word() []byte {
	start := l.at
	for l.at < len(l.data) && !delimiters[l.data[l.at]] {
		l.at++
	}
	return l.data[start:l.at]
}

func (l *contentLexer) skipBlanks() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		case isBlank(c):
			l.at++
		default:
			return
		}
	}
}

// skipInlineImage goes behind the data between ID and EI.
func (l *contentLexer) skipInlineImage() {
	for from := min(l.at+1, len(l.data)); ; {
		i := bytes.Index(l.data[from:], []byte("EI"))
		if i < 0 {
			l.at = len(l.data)
			return
		}
		end := from + i + len("EI")
		if isBlank(l.data[end-3]) && (end == len(l.data) || isBlank(l.data[end])) {
			l.at = end
			return
		}
		from = end
	}
}

func isBlank(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}
