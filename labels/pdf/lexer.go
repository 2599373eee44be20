package pdf

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// operand is a value in a content stream or CMap: a number, a string, a name or
// an array of them.
type operand struct {
	number  float64
	text    []byte
	name    string
	list    []operand
	isText  bool
	isArray bool
}

// lexer reads content streams and CMaps (ISO 32000 7.8.2): operands, then the
// operator that uses them.
type lexer struct {
	data []byte
	at   int
}

const mostOperands = 4096

// next gives the next operator with its operands; ok is false at the end.
func (l *lexer) next() (operator string, operands []operand, ok bool) {
	for {
		l.skipBlanks()
		if l.at >= len(l.data) {
			return "", nil, false
		}
		if value, isOperand := l.operand(0); isOperand {
			if len(operands) < mostOperands {
				operands = append(operands, value)
			}
			continue
		}
		if word := l.word(); word != "" {
			if word == "ID" {
				l.skipInlineImage()
			}
			return word, operands, true
		}
		l.at++ // a stray delimiter
	}
}

func (l *lexer) operand(depth int) (operand, bool) {
	switch c := l.data[l.at]; {
	case c == '(':
		return operand{text: l.literal(), isText: true}, true
	case c == '<' && l.peek(1) == '<', c == '>' && l.peek(1) == '>':
		l.at += 2
		return operand{}, true
	case c == '<':
		return operand{text: l.hexadecimal(), isText: true}, true
	case c == '/':
		l.at++
		return operand{name: l.word()}, true
	case c == '[' && depth < 8:
		return l.arrayOf(depth), true
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		n, _ := strconv.ParseFloat(l.word(), 64) // an odd number is 0, as readers have it
		return operand{number: n}, true
	}
	return operand{}, false
}

func (l *lexer) arrayOf(depth int) operand {
	l.at++
	array := operand{isArray: true}
	for {
		l.skipBlanks()
		if l.at >= len(l.data) {
			return array
		}
		if l.data[l.at] == ']' {
			l.at++
			return array
		}
		value, ok := l.operand(depth + 1)
		if !ok {
			if l.word() == "" {
				l.at++
			}
			continue
		}
		if len(array.list) < 1<<16 {
			array.list = append(array.list, value)
		}
	}
}

// literal reads a string in round brackets with its escapes (ISO 32000 7.3.4.2).
func (l *lexer) literal() []byte {
	var out []byte
	depth := 0
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch {
		case c == '\\':
			out = l.escape(out)
			continue
		case c == '(':
			depth++
			if depth == 1 {
				continue
			}
		case c == ')':
			depth--
			if depth == 0 {
				l.at++
				return out
			}
		}
		out = append(out, c)
	}
	return out
}

// escape reads what follows a backslash and leaves at on its last byte.
func (l *lexer) escape(out []byte) []byte {
	l.at++
	switch c := l.peek(0); c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\n':
		return out
	case '\r':
		if l.peek(1) == '\n' {
			l.at++
		}
		return out
	case '0', '1', '2', '3', '4', '5', '6', '7':
		value := 0
		for digits := 0; digits < 3 && l.peek(0) >= '0' && l.peek(0) <= '7'; digits++ {
			value = value*8 + int(l.peek(0)-'0')
			l.at++
		}
		l.at--
		return append(out, byte(value))
	case 0:
		return out
	default:
		return append(out, c)
	}
}

func (l *lexer) hexadecimal() []byte {
	l.at++
	var digits []byte
	for ; l.at < len(l.data) && l.data[l.at] != '>'; l.at++ {
		if !isBlank(l.data[l.at]) {
			digits = append(digits, l.data[l.at])
		}
	}
	l.at = min(l.at+1, len(l.data))
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make([]byte, len(digits)/2)
	n, _ := hex.Decode(out, digits) // what is no digit ends the string
	return out[:n]
}

func (l *lexer) word() string {
	start := l.at
	for l.at < len(l.data) && !isBlank(l.data[l.at]) && bytes.IndexByte([]byte("()<>[]{}/%"), l.data[l.at]) < 0 {
		l.at++
	}
	return string(l.data[start:l.at])
}

func (l *lexer) skipBlanks() {
	for l.at < len(l.data) {
		switch {
		case isBlank(l.data[l.at]):
			l.at++
		case l.data[l.at] == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// skipInlineImage goes behind the binary data between ID and EI.
func (l *lexer) skipInlineImage() {
	for from := l.at; ; {
		i := bytes.Index(l.data[from:], []byte("EI"))
		if i < 0 {
			l.at = len(l.data)
			return
		}
		end := from + i + 2
		if (end == len(l.data) || isBlank(l.data[end])) && isBlank(l.data[end-3]) {
			l.at = end
			return
		}
		from = end
	}
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.data) {
		return l.data[l.at+n]
	}
	return 0
}

func isBlank(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}
