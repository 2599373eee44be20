package pdf

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// lexer reads content streams and CMaps (ISO 32000 7.8.2): operands, followed by the operator that
// uses them.
type lexer struct {
	data     []byte
	at       int
	operands []operand
	inline   []byte             // the data of the last inline picture
	onName   func(from, to int) // where a name is; nil if nobody asks
}

const mostOperands = 4096

// next returns the next operator with its operands, which are valid until the next call; ok is
// false at the end.
func (l *lexer) next() (operator string, operands []operand, ok bool) {
	l.operands = l.operands[:0]
	for {
		l.skipBlanks()
		if l.at >= len(l.data) {
			return "", nil, false
		}
		if value, isOperand := l.operand(0); isOperand {
			if len(l.operands) < mostOperands {
				l.operands = append(l.operands, value)
			}
			continue
		}
		switch word := l.word(); word {
		case "":
		case "true", "false", "null":
			if len(l.operands) < mostOperands {
				l.operands = append(l.operands, operand{kind: isWord, name: word})
			}
			continue
		case "ID":
			l.skipInlineImage()
			return word, l.operands, true
		default:
			return word, l.operands, true
		}
		l.at++ // a stray delimiter
	}
}

func (l *lexer) operand(depth int) (operand, bool) {
	switch c := l.data[l.at]; {
	case c == '(':
		return operand{kind: isText, text: l.literal()}, true
	case c == '<' && l.peek(1) == '<', c == '>' && l.peek(1) == '>':
		l.at += 2
		return operand{kind: isBracket}, true
	case c == '<':
		return operand{kind: isText, text: l.hexadecimal()}, true
	case c == '/':
		start := l.at
		l.at++
		name := l.word()
		if l.onName != nil {
			l.onName(start, l.at)
		}
		return operand{kind: isName, name: decodeName(name)}, true
	case c == '[' && depth < 8:
		return l.arrayOf(depth), true
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		n, _ := strconv.ParseFloat(l.word(), 64) // a malformed number is 0, as in PDF readers
		return operand{number: n}, true
	}
	return operand{}, false
}

func (l *lexer) arrayOf(depth int) operand {
	l.at++
	array := operand{kind: isArray}
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

// hexadecimal reads a string in angle brackets, skipping what is not a digit.
func (l *lexer) hexadecimal() []byte {
	l.at++
	var digits []byte
	for ; l.at < len(l.data) && l.data[l.at] != '>'; l.at++ {
		if isDigit[l.data[l.at]] {
			digits = append(digits, l.data[l.at])
		}
	}
	l.at = min(l.at+1, len(l.data))
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	out := make([]byte, len(digits)/2)
	_, _ = hex.Decode(out, digits) // they are all digits
	return out
}

var (
	isDigit   = setOf("0123456789ABCDEFabcdef")
	isBlank   = setOf(" \n\r\t\f\x00")
	endsAWord = setOf("()<>[]{}/% \n\r\t\f\x00")
)

func setOf(bytes string) (set [256]bool) {
	for _, c := range []byte(bytes) {
		set[c] = true
	}
	return set
}

func (l *lexer) word() string {
	start := l.at
	for l.at < len(l.data) && !endsAWord[l.data[l.at]] {
		l.at++
	}
	return string(l.data[start:l.at])
}

func (l *lexer) skipBlanks() {
	for l.at < len(l.data) {
		switch {
		case isBlank[l.data[l.at]]:
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

// skipInlineImage skips the binary data between ID and EI. An EI that other data follow is part of
// the picture.
func (l *lexer) skipInlineImage() {
	begin := min(l.at+1, len(l.data))
	for from := l.at; ; {
		i := bytes.Index(l.data[from:], []byte("EI"))
		if i < 0 {
			l.inline = l.data[begin:]
			l.at = len(l.data)
			return
		}
		end := from + i + 2
		if (end == len(l.data) || isBlank[l.data[end]]) && isBlank[l.data[end-3]] && looksLikeText(l.data[end:]) {
			l.inline = l.data[min(begin, end-3):max(begin, end-3)]
			l.at = end
			return
		}
		from = end
	}
}

// looksLikeText reports whether data go on as a drawing does.
func looksLikeText(data []byte) bool {
	const reach = 12
	for _, c := range data[:min(len(data), reach)] {
		if c >= 0x7f || c < ' ' && !isBlank[c] {
			return false
		}
	}
	return true
}

func (l *lexer) peek(n int) byte {
	if l.at+n < len(l.data) {
		return l.data[l.at+n]
	}
	return 0
}
